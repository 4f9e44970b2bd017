"""Ratings against intentions: landing/ratings/<feed>/<YYYY-MM-DD>/*.ndjson read, and the crowd's vote measured.

A line is {"submission_id", "turn", "label", "vocabulary", "votes", "channel"}: so many raters gave a turn a label, its
vocabulary as in expectations/vocabularies; `votes` is 1 and `channel` '' unless said. A file delivered twice counts
once. Intended and perceived labels are compared in Ekman's words. Ratings are of the revision that goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import polars as pl

from pipelines.quality import vocabulary
from pipelines.quality.agreement import recognised
from pipelines.tables.measures import EKMAN
from pipelines.tables.perceived import PERCEIVED


class Rating(msgspec.Struct, forbid_unknown_fields=True):
    """So many raters gave a turn a label."""

    submission_id: Annotated[str, msgspec.Meta(min_length=1)]
    turn: int
    label: str
    vocabulary: str
    votes: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    channel: str = ""


RATINGS = pl.Schema(
    {
        "feed": pl.String,
        "submission_id": pl.String,
        "channel": pl.String,
        "turn": pl.Int64,
        "vocabulary": pl.String,
        "label": pl.String,
        "votes": pl.Int64,
    }
)
_UNIT = ["feed", "channel", "submission_id", "turn"]


def read_ratings(files: Iterable[tuple[str, Path]]) -> tuple[pl.DataFrame, list[str]]:
    """Read ratings given as (feed, path): RATINGS, and the places (feed/file:line) that cannot be read."""
    lines: list[dict[str, Any]] = []
    strange: list[str] = []
    seen: set[tuple[str, bytes]] = set()
    decoder = msgspec.json.Decoder(Rating)
    for feed, path in files:
        data = path.read_bytes()
        mark = (feed, hashlib.sha256(data).digest())
        for number, line in enumerate(data.splitlines() if mark not in seen else [], start=1):
            if not line.strip():
                continue
            try:
                lines.append({"feed": feed} | msgspec.structs.asdict(decoder.decode(line)))
            except (msgspec.MsgspecError, UnicodeDecodeError):
                strange.append(f"{feed}/{path.parent.name}/{path.name}:{number}")
        seen.add(mark)
    return pl.DataFrame(lines, schema=RATINGS), strange


def perceived(ratings: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Measure how far raters perceive what was intended, as the table `perceived`.

    `rows`: feed, submission_id, turns. Turns with no or several intended emotions in Ekman's words are left out.
    """
    units = _votes(ratings).join(_intended(rows), on=["feed", "submission_id", "turn"], how="inner").sort(_UNIT)
    whole = units.with_columns(submission_id=pl.lit(""))
    found = [
        dict(zip(("feed", "channel", "submission_id"), key, strict=True)) | _agreement(unit)
        for part in (whole, units)
        for key, unit in part.group_by("feed", "channel", "submission_id", maintain_order=True)
    ]
    return pl.DataFrame(found, schema=PERCEIVED.empty().schema).sort(PERCEIVED.key)


def _one_word(vocabulary_of: pl.Expr, label: pl.Expr) -> pl.Expr:
    """A label's one word of Ekman's; null where it means none or several."""
    table = vocabulary.emotions().filter(pl.col("ekman").list.len() == 1)
    words = dict(zip(table["key"], table["ekman"].list.first(), strict=True))
    key = pl.concat_str(vocabulary_of, label, separator=vocabulary.BETWEEN)
    return key.replace_strict(words, default=None, return_dtype=pl.String)


def _votes(ratings: pl.DataFrame) -> pl.DataFrame:
    """Count votes of each rated turn: _UNIT, one column a word of Ekman's, unplaced."""
    said = ratings.with_columns(word=_one_word(pl.col("vocabulary"), pl.col("label")))
    counts = [pl.col("votes").filter(pl.col("word") == e).sum().alias(e) for e in EKMAN]
    unplaced = pl.col("votes").filter(pl.col("word").is_null()).sum().alias("unplaced")
    return said.group_by(_UNIT).agg(*counts, unplaced)


def _intended(rows: pl.DataFrame) -> pl.DataFrame:
    """The one intended emotion of each turn: feed, submission_id, turn, place (in EKMAN)."""
    turns = rows.select("feed", "submission_id", "turns").explode("turns", empty_as_null=False).unnest("turns")
    labels = turns.select("feed", "submission_id", pl.col("turn").cast(pl.Int64), "emotions")
    labels = labels.explode("emotions", empty_as_null=False).unnest("emotions")
    words = labels.with_columns(word=_one_word(pl.col("vocabulary"), pl.col("label")))
    meant = words.group_by("feed", "submission_id", "turn").agg(
        word=pl.col("word").first(), one=(pl.col("word").n_unique() == 1) & pl.col("word").is_not_null().all()
    )
    place = pl.col("word").replace_strict({e: n for n, e in enumerate(EKMAN)}, return_dtype=pl.Int64)
    return meant.filter("one").select("feed", "submission_id", "turn", place=place)


def _agreement(units: pl.DataFrame) -> dict[str, Any]:
    votes = units.select(EKMAN).to_numpy()
    total = int(votes.sum())
    found = {"turns": units.height, "votes": total, "unplaced": int(units["unplaced"].sum())}
    if not total:
        return found | {"votes_right": 0.0, "crowd_right": 0.0, "ties": 1.0, "alpha": None}
    said = recognised(votes, units["place"].to_numpy())
    return found | said | {"alpha": said["alpha"] if np.isfinite(said["alpha"]) else None}
