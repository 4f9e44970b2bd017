"""A night of 20,000 rows against histories of growing size: CPU seconds of the look-up and of the whole stage.

The night is real text: scenes of make_corpus.py, a tenth of them copies with edited words of rows that history holds.
History is the first 20,000 scenes of that corpus over and over, each time with half of the vocabulary exchanged: what
is left in common is stock text that the longest history holds thousands of times.

PROMPTBOOK_CORPUS names the folder of a corpus (or PROMPTBOOK_BENCH that of make_corpus.py), PROMPTBOOK_HISTORY the
sizes (default 100000,1000000; 10000000 takes 27 GB and ten minutes to build), PROMPTBOOK_SHELVES where to keep what
is built for them. Run with `-s` to see the figures.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from pipelines.dedup import stage
from pipelines.dedup.evidence import flat
from pipelines.dedup.fingerprint import NEEDED, _lists, fingerprint
from pipelines.dedup.history import SHELVES
from pipelines.dedup.pairs import texts_of
from pipelines.dedup.reach import _Side
from pipelines.dedup.shelf import build_shelf, open_shelf
from pipelines.tables.current import CURRENT
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.fingerprints import FINGERPRINTS
from pipelines.tables.submissions import SUBMISSIONS
from tests.lakes import NIGHT, Row, World, frame, performer, scene

pytestmark = pytest.mark.bench
PART = 20_000
COPIES = 2_000
REPEATS = 4
START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Scenes of make_corpus.py: the first PART are what history repeats."""
    home = os.environ.get("PROMPTBOOK_CORPUS")
    if not home:
        bench = os.environ.get("PROMPTBOOK_BENCH")
        if not bench:
            pytest.skip("neither PROMPTBOOK_CORPUS nor PROMPTBOOK_BENCH is set")
        home = str(tmp_path_factory.mktemp("corpus"))
        subprocess.run([sys.executable, f"{bench}/make_corpus.py", home, "--docs", str(2 * PART)], check=True)
    return pl.read_parquet(f"{home}/corpus.parquet", columns=["id", "turns"], n_rows=2 * PART)


def delivered(corpus: pl.DataFrame, name: str, day: int) -> list[Row]:
    """Scenes as rows of submissions, delivered one a second from a day on."""
    rows = []
    for n, (number, turns) in enumerate(corpus.iter_rows()):
        at = START + dt.timedelta(days=day, seconds=n)
        said = scene(f"{name}{number}", submitted_at=at, turn_count=1, performers=[performer(f"prf_{n % 997}")])
        said["turns"] = [said["turns"][0] | {"turn": t["turn"], "text": t["text"]} for t in turns]
        rows.append(said)
    return rows


def edited(corpus: pl.DataFrame) -> pl.DataFrame:
    """Every fortieth word of every scene is another one."""
    rows = corpus.to_dicts()
    for row in rows:
        for turn in row["turns"]:
            words = turn["text"].split(" ")
            turn["text"] = " ".join("elsewhere" if n % 40 == 17 else word for n, word in enumerate(words))
    return pl.DataFrame(rows, schema=corpus.schema)


def history(base: pl.DataFrame, rows: int) -> Iterator[pl.DataFrame]:
    """Fingerprints of scenes in order of delivery: half of the vocabulary is other words each time but the first."""
    words, ends = flat(base["words"])
    is_kept = (words * np.uint32(2654435761)) >> np.uint32(31) == 0
    for first in range(0, rows, PART):
        other = words ^ np.uint32((first // PART) * 0x9E3779B1 & 0xFFFFFFFF)
        numbers = pl.int_range(first, first + base.height, eager=True)
        name = numbers.cast(pl.String).str.zfill(9)
        yield base.with_columns(
            row_id="h" + name,
            submission_id="h" + name,
            submitted_at=(numbers * 1_000_000 + int(START.timestamp()) * 1_000_000).cast(pl.Datetime("us", "UTC")),
            words=_lists(np.where(is_kept, words, other), ends, pa.uint32()),
        ).select(FINGERPRINTS.empty().columns)[: rows - first]


@dataclass(frozen=True)
class Cost:
    lookup: float
    stage: float


def cost(world: World, night: pl.DataFrame, home: Path, size: int) -> Cost:
    """Measure one history: the look-up of the night's keys alone, then the whole stage; the best counts, warm."""
    shelf = open_shelf(home)
    texts = texts_of(*flat(night["words"]))
    side = _Side(texts, np.zeros(texts.rows, np.int64), shelf.entries)
    lookups = [seconds(lambda: side.search(texts.entries)) for _ in range(REPEATS)]
    shelves = world.lake.root / SHELVES
    shelves.mkdir(exist_ok=True)
    (shelves / "all").unlink(missing_ok=True)
    (shelves / "all").symlink_to(home, target_is_directory=True)
    (shelves / "all.json").write_text("[]")
    stages = [seconds(lambda: stage.run(world.night())) for _ in range(REPEATS)]
    held = world.night().read(DUPLICATES)
    copies = held.filter(pl.col("matched_row_id").str.starts_with("h"))
    print(  # noqa: T201
        f"\nhistory {size:>10,}: look-up {lookups[0]:.2f} first, {min(lookups):.2f} warm;"
        f" stage {stages[0]:.2f} first, {min(stages):.2f} warm CPU s; {copies.height:,} held that repeat history",
        flush=True,
    )
    assert copies["row_id"].n_unique() >= COPIES
    return Cost(min(lookups), min(stages))


def seconds(what: object) -> float:
    """CPU seconds of all threads, user and system."""
    gc.collect()
    start = time.process_time()
    what()  # type: ignore[operator]
    return time.process_time() - start


def test_the_cost_of_a_night_does_not_grow_with_the_history(corpus: pl.DataFrame, tmp_path: Path) -> None:
    shelves = Path(os.environ.get("PROMPTBOOK_SHELVES", tmp_path))
    sizes = [int(s) for s in os.environ.get("PROMPTBOOK_HISTORY", "100000,1000000").split(",")]
    base = fingerprint(frame(SUBMISSIONS, delivered(corpus[:PART], "h", 0)).select(NEEDED))
    rows = delivered(pl.concat([corpus[PART : 2 * PART - COPIES], edited(corpus[:COPIES])]), "n", 2000)
    world = World(tmp_path)
    for table in (SUBMISSIONS, CURRENT):
        world.lake.write(table, NIGHT.isoformat(), frame(table, rows))
    night = fingerprint(frame(SUBMISSIONS, rows).select(NEEDED)).sort("submitted_at")
    costs = []
    for size in sizes:
        home = shelves / f"{SHELVES}-{size}"
        build_shelf(home, history(base, size)) if not home.exists() else None
        costs.append(cost(world, night, home, size))
    print(f"stage at {sizes[-1]:,} / at {sizes[0]:,}: {costs[-1].stage / costs[0].stage:.2f}")  # noqa: T201
    assert max(c.lookup for c in costs) <= 0.5
    assert costs[-1].stage <= 1.3 * costs[0].stage
