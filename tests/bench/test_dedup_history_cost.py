"""A night of 20,000 rows against histories of growing size: CPU seconds of the look-up and of the judgement.

PROMPTBOOK_HISTORY names the sizes (default 100000,1000000), PROMPTBOOK_SHELVES where to keep what is built for them.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from pipelines.dedup import config
from pipelines.dedup.evidence import flat
from pipelines.dedup.fingerprint import _lists
from pipelines.dedup.hashing import I64, U32
from pipelines.dedup.judge import judge
from pipelines.dedup.pairs import texts_of
from pipelines.dedup.reach import _Side
from pipelines.dedup.shelf import build_shelf, open_shelf
from pipelines.tables.fingerprints import FINGERPRINTS

pytestmark = pytest.mark.bench
START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
NIGHT_ROWS = 20_000
PART = 50_000
WORDS = int(os.environ.get("PROMPTBOOK_HISTORY_WORDS", "380"))


def scenes(first: int, count: int) -> tuple[U32, I64]:
    """Word hashes of scenes: a vocabulary by Zipf, a tenth of the words in stock phrases that thousands share."""
    rng = np.random.default_rng(first)
    lengths = rng.integers(WORDS // 2, WORDS * 3 // 2, count)
    ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    words = (50_000 * rng.random(ends[-1]) ** 3).astype(np.uint32) * np.uint32(2654435761)
    stock = np.random.default_rng(1).integers(0, 50_000, (2000, 8)).astype(np.uint32) * np.uint32(2654435761)
    places = rng.integers(0, ends[-1] - 8, ends[-1] // 80)
    words[places[:, None] + np.arange(8)] = stock[rng.integers(0, 2000, len(places))]
    return words, ends


def frame(first: int, count: int) -> pl.DataFrame:
    words, ends = scenes(first, count)
    if first and count == NIGHT_ROWS:  # a tenth of the night repeats the rows that came before it
        old, old_ends = scenes(0, PART)
        words = np.concatenate((words[: ends[-2001]], old[: old_ends[2000]]))
        ends = np.concatenate((ends[:-2000], ends[-2001] + old_ends[1:2001]))
    numbers = np.arange(first, first + count)
    names = pl.Series("row_id", [f"r{n:09}" for n in numbers])
    empty = {c: pl.Series([[]] * count, dtype=pl.List(pl.String)) for c in ("takes", "sounds")}
    return pl.DataFrame(
        {
            "row_id": names,
            "submission_id": names,
            "revision": pl.Series([1] * count, dtype=pl.Int32),
            "submitted_at": pl.Series((numbers * 1_000_000).astype(np.int64)).cast(pl.Datetime("us", "UTC")),
            "performers": pl.Series([[f"p{n % 4000}"] for n in numbers]),
            "is_text": pl.Series([True] * count),
            "brief_text_unknown": pl.Series([True] * count),
            "words": _lists(words, ends, pa.uint32()),
            "turn_words": _lists(np.diff(ends).astype(np.uint32), np.arange(count + 1), pa.uint32()),
            "turn_labels": _lists(np.zeros(count, np.uint64), np.arange(count + 1), pa.uint64()),
            **empty,
        }
    ).select(FINGERPRINTS.empty().columns)


def frames(count: int) -> Iterator[pl.DataFrame]:
    for first in range(0, count, PART):
        yield frame(first, min(PART, count - first))


def test_the_cost_of_a_night_does_not_grow_with_the_history(tmp_path: Path) -> None:
    home = Path(os.environ.get("PROMPTBOOK_SHELVES", tmp_path))
    sizes = [int(s) for s in os.environ.get("PROMPTBOOK_HISTORY", "100000,1000000").split(",")]
    costs = []
    for size in sizes:
        if not (home / f"{size}-{WORDS}-2").exists():
            build_shelf(home / f"{size}-{WORDS}-2", frames(size))
        shelf = open_shelf(home / f"{size}-{WORDS}-2")
        night = frame(size, NIGHT_ROWS)
        texts = texts_of(*flat(night["words"]))
        side = _Side(texts, np.zeros(texts.rows, np.int64), shelf.entries)
        lookups, wholes = [], []
        for _ in range(3):
            start = time.process_time()
            side.ranges(texts.entries)
            lookups.append(time.process_time() - start)
            start = time.process_time()
            found = judge(night, night.clear(), config.load(), shelf=shelf)
            wholes.append(time.process_time() - start)
        print(  # noqa: T201
            f"\nhistory {size:>10,}: look-up of {len(texts.entries):,} keys"
            f" {lookups[0]:.2f} cold, {min(lookups):.2f} warm; "
            f"judgement {wholes[0]:.2f} cold, {min(wholes):.2f} warm CPU s; {found.held.height:,} held"
        )
        assert found.held.height >= 2000
        assert min(lookups) <= 0.5
        costs.append(min(wholes))
    assert costs[-1] <= 1.3 * costs[0]
