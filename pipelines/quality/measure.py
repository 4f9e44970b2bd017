"""One flat row of measures a submission: what expectations judge and reports draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.quality import form
from pipelines.quality.arc import arc, strengths
from pipelines.quality.form import RECORDED, Reading, language_of
from pipelines.quality.judge import PLACES
from pipelines.quality.language import written
from pipelines.quality.register import register
from pipelines.quality.speech import casting
from pipelines.quality.stock import said_by
from pipelines.quality.turns import column, lay_flat
from pipelines.quality.voice import per_row, voices
from pipelines.tables.contract import Table
from pipelines.tables.measures import MEASURES
from pipelines.tables.voices import VOICES

NEEDED = (
    *("row_id", "submission_id", "revision", "feed", "kind", "campaign", "brief", "performers"),
    *("language", "characters", "turns", "takes"),
)
"""The columns of `submissions` that are read."""
IDENTITY = ("row_id", "submission_id", "revision", "feed", "kind", "campaign")


@dataclass(frozen=True)
class Measured:
    """The same rows measured twice: one line a scene (table `measures`) and one a speaker (table `voices`)."""

    scenes: pl.DataFrame
    voices: pl.DataFrame
    places: pl.DataFrame
    """Where flagged turns are: row_id, shows, places."""
    phrases: pl.DataFrame
    """Who said what, as hashes: row_id, performer, phrase."""


def measures(rows: pl.DataFrame) -> pl.DataFrame:
    """Measure every submission; one row each, columns and units as in the table `measures`."""
    return measure(rows).scenes


def measure(rows: pl.DataFrame, shows: Iterable[str] = (), limit: int = 0) -> Measured:
    """Measure every submission and every voice in it.

    `shows` names the turn-level measures whose places are wanted; phrases are kept up to the hash `limit`.
    """
    reading = form.read(rows, limit)
    speakers = voices(reading.speech, reading.cast, reading.counted)
    ids = rows.select("row_id", "submission_id", "revision").with_row_index("row")
    spoken = speakers.join(ids.with_columns(pl.col("row").cast(speakers.schema["row"])), on="row", how="left")
    more = [*written(reading.counted, language_of(rows)), *per_row(speakers, len(rows))]
    return Measured(
        _scenes(rows, reading, more),
        _conform(spoken, VOICES),
        places_of(rows["row_id"], reading, shows),
        said_by(rows, reading.turns.row, reading.counted),
    )


PLACES_SHOWN = 20
"""Turn numbers listed as evidence; a performer who sees twenty finds the rest."""


def places_of(row_ids: pl.Series, reading: Reading, names: Iterable[str]) -> pl.DataFrame:
    """For each submission and turn-level measure, the numbers of the flagged turns: row_id, shows, places."""
    numbers = pl.Series(reading.turns.field("turn"), dtype=pl.Int32)
    found = []
    for name in sorted(names):
        at = np.flatnonzero(reading.flags[name])
        found.append(
            pl.DataFrame({"row_id": row_ids.gather(reading.turns.row[at]), "turn": numbers.gather(at)})
            .group_by("row_id", maintain_order=True)
            .agg(places=pl.col("turn").head(PLACES_SHOWN).cast(pl.String).str.join(","))
            .select("row_id", pl.lit(name).alias("shows"), "places")
        )
    return pl.concat([pl.DataFrame(schema=PLACES), *found])


def _scenes(rows: pl.DataFrame, reading: Reading, more: list[pl.Series]) -> pl.DataFrame:
    found = rows.select(IDENTITY).with_columns(
        *_turn_counts(reading),
        *casting(reading.speech),
        *register(reading.labels, reading.turns, reading.performed),
        *arc(strengths(reading.turns, reading.labels), reading.turns, reading.performed),
        *more,
        pl.Series("words", reading.counted.words),
        pl.Series("takes", rows.get_column("takes").list.len().fill_null(0)),
        rows.get_column("brief").struct.field("exchanges").fill_null(0).alias("exchanges_asked"),
        language_code=language_of(rows),
    )
    found = found.with_columns(*_claims(rows, found), exchanges=pl.col("turns") / 2, turns_off_brief=_off_brief())
    found = found.with_columns(performed=pl.col("performed_turns") + pl.col("takes"))
    return _conform(found, MEASURES)


def _conform(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    schema = table.empty().schema
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())


def _turn_counts(reading: Reading) -> list[pl.Series]:
    turns, text = reading.turns, reading.text
    chars = text.str.len_chars().to_numpy()
    longest = np.zeros(turns.rows, dtype=np.int64)
    np.maximum.at(longest, turns.row, chars)
    counts = {name: turns.per_row(flags) for name, flags in reading.flags.items()}
    counts |= {
        "turns": turns.per_row(np.ones(len(turns.row))),
        "performed_turns": turns.per_row(reading.performed),
        "text_turns": turns.per_row(~reading.blank),
        "turn_gaps": turns.per_row(reading.gaps),
        "text_chars": turns.per_row(chars),
        "longest_turn_chars": longest,
    }
    return [pl.Series(name, values) for name, values in counts.items()]


def _off_brief() -> pl.Expr:
    asked = 2 * pl.col("exchanges_asked")
    return pl.when(asked > 0).then((pl.col("turns") - asked).abs() / asked).otherwise(0.0)


def _claims(rows: pl.DataFrame, found: pl.DataFrame) -> list[pl.Series]:
    """What is claimed with nothing behind it, and what is there that nobody claims."""
    performers = lay_flat(column(rows, "performers"))
    footprints = lay_flat(performers.field("modalities"))
    owner = performers.row[footprints.row]
    claimed = {m: np.bincount(owner[(footprints.strings() == m).to_numpy()], minlength=len(rows)) > 0 for m in _MODES}
    unstated = performers.per_row(performers.field("modalities").is_null().to_numpy(zero_copy_only=False)) > 0
    unstated |= performers.per_row(np.ones(len(performers.row))) == 0
    has_text, has_takes = (found["text_turns"] > 0).to_numpy(), (found["takes"] > 0).to_numpy()
    has_words = (found["performed_turns"] > 0).to_numpy()  # a stage direction is written work too
    recorded = np.any([claimed[m] for m in RECORDED], axis=0)
    empty = {m: claimed[m] & ~(has_words if m == "text" else has_takes) for m in _MODES}
    bare = {
        "takes": has_takes & ~recorded & ~unstated,
        "text": has_text & ~has_takes & ~claimed["text"] & ~unstated,
    }
    return [_names("claimed_empty", empty), _names("unclaimed_content", bare)]


_MODES = ("text", *RECORDED)


def _names(column_name: str, flags: dict[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]) -> pl.Series:
    """For each row the names whose flag is set, comma-joined."""
    frame = pl.DataFrame(flags).select(
        pl.concat_str([pl.when(pl.col(n)).then(pl.lit(n)) for n in flags], separator=",", ignore_nulls=True).alias(
            column_name
        )
    )
    return frame.get_column(column_name).fill_null("")
