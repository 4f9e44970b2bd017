"""A lake of any number of scenes of about 1.9 kB for the benchmark of quality: seeded, written as ingest would."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.lake import Lake
from pipelines.landing import Landing
from pipelines.night import Night
from pipelines.quality import vocabulary
from pipelines.settings import Settings
from pipelines.tables.current import CURRENT
from pipelines.tables.distinct import DISTINCT
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.set_aside import SET_ASIDE
from pipelines.tables.submissions import SUBMISSIONS, TURN

SCENES_A_FILE, TURNS = 50_000, 20
NIGHT = dt.date(2026, 11, 21)
COMMON = list(vocabulary.small_words()["en"])


def night_at(home: Path) -> Night:
    """Open the benchmark's night."""
    settings = Settings(landing=home / "landing", lake=home / "lake")
    return Night(NIGHT, Landing(settings.landing), Lake(settings.lake), settings)


def make(home: Path, scenes: int, seed: int = 1) -> None:
    """Write a lake in which ingest and dedup have let `scenes` scenes go on; 1 in 100 has an empty turn."""
    night, dice = night_at(home), np.random.default_rng(seed)
    lines = _lines(dice)
    files, ids = [], []
    for first in range(0, scenes, SCENES_A_FILE):
        frame = _scenes(dice, lines, first, min(SCENES_A_FILE, scenes - first))
        files.append(night.lake.put(SUBMISSIONS, night.name, frame))
        ids.append(frame.select("row_id", "submission_id", "revision"))
    night.lake.commit(SUBMISSIONS, night.name, files)
    for table in (CURRENT, DISTINCT):
        night.write(table, pl.concat(ids))
    for table in (SET_ASIDE, DUPLICATES):
        night.write(table, table.empty())


def _lines(dice: np.random.Generator, many: int = 20_000) -> pa.Array:
    """Draw lines of 6 to 30 words, half of them small words, as in speech.

    One in seven holds a number and one in 5,000 seven digits, some more than the real sets have; none is anybody's.
    """
    rare = ["".join(dice.choice(list("abcdefghilmnoprstuw"), dice.integers(3, 10))) for _ in range(5000)]
    words = np.array(COMMON * (len(rare) // len(COMMON)) + rare)
    drawn = (dice.choice(words, dice.integers(6, 31)) for _ in range(many))
    numbers = ["", " at 10:30", " on 2026-11-21"]
    said = (" ".join(line).capitalize() + dice.choice(numbers, p=[0.857, 0.1428, 0.0002]) for line in drawn)
    return pa.array([line + dice.choice([".", "!", "?", "..."]) for line in said])


def _scenes(dice: np.random.Generator, lines: pa.Array, first: int, count: int) -> pl.DataFrame:
    turns = count * TURNS
    text = lines.take(pa.array(dice.integers(0, len(lines), turns)))
    empty = pa.array(np.isin(np.arange(turns), np.arange(0, count, 100) * TURNS + 3))
    offsets = pa.array(np.arange(0, turns + 1, dtype=np.int32))
    label = pa.array(["anger", "grief", "joy", "fear", "calm"]).take(pa.array(dice.integers(0, 5, turns)))
    emotion = pa.StructArray.from_arrays([label, pa.array(["promptbook/1"] * turns)], names=["label", "vocabulary"])
    nothing = pa.nulls(turns, pa.string())
    intensity = pa.StructArray.from_arrays([nothing, pa.nulls(turns, pa.float64())], names=["code", "value"])
    columns = {
        "turn": pa.array(np.tile(np.arange(TURNS, dtype=np.int32), count)),
        "speakers": pa.ListArray.from_arrays(offsets, pa.array(["MARA", "TOM"] * (turns // 2))),
        "text": pa.compute.if_else(empty, "", text),
        "subtext": lines.take(pa.array(dice.integers(0, 500, turns))),
        "emotions": pa.ListArray.from_arrays(offsets, emotion),
        "undertone": emotion,
        "intensity": intensity,
        "stage": pa.ListArray.from_arrays(pa.array(np.zeros(turns + 1, np.int32)), pa.array([], pa.string())),
        "rating": nothing,
    }
    struct = pa.StructArray.from_arrays([columns[f.name] for f in TURN], names=[f.name for f in TURN])
    nested = pa.ListArray.from_arrays(pa.array(np.arange(0, turns + 1, TURNS, dtype=np.int32)), struct)
    return _frame(nested, first, count)


def _frame(turns: pa.Array, first: int, count: int) -> pl.DataFrame:
    schema = SUBMISSIONS.empty().schema
    number = pl.int_range(first, first + count).cast(pl.String)
    one = {
        "revision": 1,
        "feed": "bench",
        "kind": "commissioned",
        "campaign": "cam",
        "brief": {"id": "b", "text": None, "exchanges": 10},
        "performers": [{"performer_id": "p", "role": "actor", "modalities": ["text"], "characters": [], "share": 1.0}],
        "language": "en",
        "characters": [{"name": "MARA", "description": None}, {"name": "TOM", "description": None}],
        "takes": [],
        "delivered_on": NIGHT,
        "submitted_at": dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
        "file": "bench/2026-11-21/a.ndjson",
        "content_sha256": "",
    }
    constant = pl.DataFrame([one], schema={k: schema[k] for k in one})
    frame = pl.DataFrame({"turns": pl.Series(turns)}).with_columns(
        row_id=("row" + number).hash(7).cast(pl.String) + pl.lit("0" * 44),
        submission_id="sub_" + number,
        line=pl.int_range(pl.len()),
    )
    frame = frame.join(constant, how="cross")
    return frame.with_columns(pl.lit(None).cast(k).alias(n) for n, k in schema.items() if n not in frame.columns)


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
