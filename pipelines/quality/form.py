"""The form of a scene: how many turns, in what order, said by whom, with what behind each claim.

`flags` marks the turns that break something, `measures` counts them a submission. Both are pure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.quality import vocabulary
from pipelines.quality.content import echoes, flags_of
from pipelines.quality.turns import Flags, Flat, column, lay_flat, per_turn

ASSISTANT = (
    r"(?i)\bas an? (?:\w+ )?(?:ai|artificial intelligence|(?:ai |large )?language model)\b"
    r"(?: (?:language )?model| assistant)?,"
    r"|\bas an ai (?:language model|assistant)\b"
    r"|\bi['\x{2019}]?m sorry,? but i (?:cannot|can['\x{2019}]t|am unable to) (?:assist|help|comply|fulfil)"
    r"|\bals (?:ein )?(?:ki-)?sprachmodell\b|\ben tant que modèle de langage\b|\bcomo modelo de lenguaje\b"
)
"""How a chat assistant speaks of itself; a robot on stage who says 'I am a machine' does not match."""

GARBLED = (
    r"\x{FFFD}|[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\x{80}-\x{9F}]"
    r"|[ÃÂ](?:[\x{80}-\x{BF}]|\x{201E}|[\x{2020}-\x{2022}]|[\x{2030}\x{2039}\x{2122}\x{02C6}ŠŒŽœžŸš])|â€[\x{80}-\x{BF}\x{2122}\x{02DC}\x{201C}\x{201D}œžš]"
)
"""Replacement and control characters, and UTF-8 that was read as Latin-1 or Windows-1252 and encoded again."""

RECORDED = ("audio", "video", "image", "motion")
"""Modalities that live in takes; text lives in turns."""


@dataclass(frozen=True)
class Reading:
    """The turns of a frame of submissions, and one array of flags for each turn-level measure."""

    turns: Flat
    flags: dict[str, Flags]
    blank: Flags
    staged: Flags
    text: pl.Series
    speakers: Flat
    names: pl.Series
    emotion_keys: pl.DataFrame
    """row, turn (index), key: each emotion and undertone."""


def read(rows: pl.DataFrame) -> Reading:
    """Lay the turns of `submissions` rows flat and flag each turn that breaks something."""
    turns = lay_flat(column(rows, "turns"))
    text = turns.strings("text")
    blank = (text.str.len_bytes() == 0).to_numpy()
    stage, speakers = lay_flat(turns.field("stage")), lay_flat(turns.field("speakers"))
    staged = per_turn(turns, stage, (stage.strings().str.len_bytes() > 0).to_numpy())
    names = speakers.strings()
    named = per_turn(turns, speakers, (names.str.len_bytes() > 0).to_numpy())
    recorded = rows.get_column("takes").list.len().fill_null(0).to_numpy()[turns.row] > 0
    emotions = _emotions(turns)
    flags = {
        "empty_turns": blank & ~staged & ~recorded,
        "stage_only_turns": blank & staged,
        "turns_out_of_order": _out_of_order(turns),
        "speakerless_turns": ~blank & ~named,
        "unknown_speaker_turns": _unknown_speakers(rows, turns, speakers, names),
        "unknown_emotion_turns": _marked(turns, emotions.filter(~pl.col("is_known"))),
        "assistant_turns": text.str.contains(ASSISTANT).to_numpy(),
        "garbled_turns": text.str.contains(GARBLED).to_numpy(),
        "echoed_subtexts": echoes(text, turns.strings("subtext")),
        **flags_of(text),
    }
    flags["turn_gaps"] = _after_a_gap(turns)
    return Reading(turns, flags, blank, staged, text, speakers, names, emotions)


def _numbers(turns: Flat) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Turn numbers; a missing one counts as -1, so it is out of order."""
    return pl.Series(turns.field("turn")).fill_null(-1).to_numpy().astype(np.int64)


def _out_of_order(turns: Flat) -> Flags:
    numbers = _numbers(turns)
    broken = numbers < 0
    broken[1:] |= (numbers[1:] <= numbers[:-1]) & (turns.row[1:] == turns.row[:-1])
    return broken


def gap_sizes(turns: Flat) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """For each turn: how many numbers are missing between it and the next lower one of its scene."""
    numbers = _numbers(turns)
    order = np.lexsort((numbers, turns.row))
    sizes = np.zeros(len(numbers), dtype=np.int64)
    same = turns.row[order][1:] == turns.row[order][:-1]
    sizes[order[1:]] = np.where(same, np.maximum(np.diff(numbers[order]) - 1, 0), 0)
    return sizes


def _after_a_gap(turns: Flat) -> Flags:
    return gap_sizes(turns) > 0


def _unknown_speakers(rows: pl.DataFrame, turns: Flat, speakers: Flat, names: pl.Series) -> Flags:
    """Turns with a speaker outside `characters`, in work that lists characters; collective voices are known."""
    characters = lay_flat(column(rows, "characters"))
    cast = pl.DataFrame({"row": characters.row, "name": characters.strings("name")}).unique()
    said = pl.DataFrame({"turn": speakers.row, "row": turns.row[speakers.row], "name": names})
    said = said.filter(pl.col("row").is_in(cast["row"].unique().implode()), pl.col("name") != "")
    said = said.filter(~pl.col("name").str.to_lowercase().is_in(sorted(vocabulary.collective_voices())))
    return _marked(turns, said.join(cast, on=["row", "name"], how="anti"))


def _marked(turns: Flat, found: pl.DataFrame) -> Flags:
    flags = np.zeros(len(turns.row), dtype=np.bool_)
    flags[found["turn"].to_numpy()] = True
    return flags


def _emotions(turns: Flat) -> pl.DataFrame:
    """Each emotion and undertone: row, turn (index), key, is_known."""
    listed = lay_flat(turns.field("emotions"))
    under = pl.DataFrame({"turn": np.arange(len(turns.row))}).with_columns(
        pl.Series("label", turns.field("undertone").field("label"), dtype=pl.String),
        pl.Series("vocabulary", turns.field("undertone").field("vocabulary"), dtype=pl.String),
    )
    labels = pl.DataFrame({"turn": listed.row}).with_columns(
        pl.Series("label", listed.field("label"), dtype=pl.String),
        pl.Series("vocabulary", listed.field("vocabulary"), dtype=pl.String),
    )
    both = pl.concat([labels, under.filter(pl.col("label").is_not_null() | pl.col("vocabulary").is_not_null())])
    key = pl.concat_str("vocabulary", "label", separator=vocabulary.BETWEEN, ignore_nulls=False)
    known = key.is_in(vocabulary.emotions()["key"].implode()).fill_null(value=False)
    return both.select("turn", pl.Series("row", turns.row[both["turn"].to_numpy()]), key.alias("key"), is_known=known)
