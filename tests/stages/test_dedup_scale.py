"""Families beyond one machine: the single machine's result, on Daft and on two local Ray workers.

The extra [scale] cannot stand beside the lock (Daft holds Arrow and tqdm below it): `make scale` makes an environment
of its own in .venv-scale, or PROMPTBOOK_SCALE_PYTHON names an interpreter that has it.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dedup.commands import LOOPBACK, QUIET
from pipelines.dedup.families import families_of_file
from pipelines.dedup.lookup import sorted_entries
from pipelines.dedup.meeting import are_candidates, census, is_stocked, meet
from pipelines.dedup.within import candidates_within, holders
from pipelines.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
SCALE = Path(os.environ.get("PROMPTBOOK_SCALE_PYTHON", ROOT / ".venv-scale" / "bin" / "python"))
WORDS = [f"w{n}" for n in range(3000)]
needs_scale = pytest.mark.skipif(not SCALE.exists(), reason="the extra [scale] is not installed: make scale")


def corpus(seed: int, rows: int) -> pa.Table:
    """Texts with copies, near copies, stock text, one-word and empty ones, in several row groups."""
    chosen = random.Random(seed)  # noqa: S311
    stock, texts = chosen.choices(WORDS, k=40), ["to be"]
    for _ in range(rows - 1):
        kind = chosen.random()
        words = chosen.choice(texts).split()
        if kind < 0.35 and words:
            for _ in range(chosen.randrange(9) if kind > 0.1 else 0):
                words[chosen.randrange(len(words))] = chosen.choice(WORDS)
        elif kind < 0.4:
            words = chosen.choice([[], ["one"], ["yes", "no"], ["👑", "être", "قال"]])
        else:
            words = (stock if kind > 0.6 else []) + chosen.choices(WORDS, k=chosen.randrange(5, 200))
        texts.append(" ".join(words))
    column = pa.array([None if not t and n % 2 else t for n, t in enumerate(texts)])
    return pa.table({"id": [f"t{n}" for n in range(rows)], "text": column})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "ray").mkdir()
    for number, (rows, group) in enumerate([(2000, 300), (500, 500), (3, 1)]):
        pq.write_table(corpus(number, rows), tmp_path / f"{number}.parquet", row_group_size=group)
    return tmp_path


def alone(home: Path) -> dict[str, pa.Table]:
    found = {}
    for source in sorted(home.glob("*.parquet")):
        found[source.name] = families_of_file(source, "id", "text", home / "ray" / "alone.parquet", jaccard=0.5)
    return found


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **QUIET, **LOOPBACK, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [SCALE, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


@needs_scale
def test_two_workers_find_what_one_machine_finds(home: Path) -> None:
    done = run(Path(__file__).with_name("dedup_two_workers.py"), home)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines()[-1] == "['127.0.0.1', '127.0.0.1']"
    for name, expected in alone(home).items():
        assert pq.read_table(home / "ray" / name).equals(expected), name


@needs_scale
def test_daft_on_one_machine_finds_the_same_by_one_setting(home: Path) -> None:
    out = home / "ray" / "daft.parquet"
    done = run("-m", "pipelines", "dedup", "families", home / "0.parquet", "--out", out, "--on", "daft")
    assert done.returncode == 0, done.stderr[-3000:]
    assert pq.read_table(out).equals(alone(home)["0.parquet"])


@needs_scale
@pytest.mark.parametrize(("source", "column"), [("none.parquet", "text"), ("0.parquet", "words")])
def test_what_cannot_be_read_is_said_in_one_line(home: Path, source: str, column: str) -> None:
    done = run("-m", "pipelines", "dedup", "families", home / source, "--text", column, "--on", "daft")
    assert done.returncode == InputError.exit_code
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("on", ["dask", "daft"])
def test_where_it_is_not_installed_or_unknown_the_word_says_so(home: Path, on: str) -> None:
    hidden = "import sys; sys.modules['daft'] = None; from pipelines.__main__ import main; main()"
    command = [sys.executable, "-c", hidden, "dedup", "families", str(home / "0.parquet"), "--on", on]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == InputError.exit_code
    assert ("promptbook[scale]" if on == "daft" else "Name one of them") in done.stderr


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 5), st.sampled_from([0.3, 0.5, 0.8]))
def test_keys_that_meet_in_buckets_choose_the_pairs_that_one_machine_chooses(
    seed: int, buckets: int, jaccard: float
) -> None:
    chosen = np.random.default_rng(seed)
    rows, kinds = int(chosen.integers(1, 120)), int(chosen.integers(1, 60))
    keys = [chosen.integers(0, kinds, chosen.integers(0, 32)).astype(np.uint64) for _ in range(rows)]
    keys = [k**2 if chosen.random() < 0.5 else k for k in keys]
    marks, numbers = np.concatenate(keys), np.repeat(np.arange(rows), [len(k) for k in keys])
    order = chosen.permutation(len(marks))
    buckets_of = marks[order] % buckets
    pieces = [(marks[order][buckets_of == b], numbers[order][buckets_of == b]) for b in range(buckets)]
    sizes, stock = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    for piece, holders_of in pieces:
        owner, many, of_stock = census(piece, holders_of)
        sizes[owner] += many
        stock[owner] += of_stock
    stocked = is_stocked(sizes, stock, jaccard)
    shared: Counter[tuple[int, int]] = Counter()
    for piece, holders_of in pieces:
        met = meet(piece, holders_of, stocked[holders_of])
        for who, whom, count in zip(*(part.tolist() for part in met), strict=True):
            shared[who, whom] += count
    found = {
        pair
        for pair, count in shared.items()
        if are_candidates(sizes[[pair[0]]], sizes[[pair[1]]], np.array([count]), jaccard)[0]
    }
    entries = marks << np.uint64(24) | numbers.astype(np.uint64)
    entries = sorted_entries(entries, np.empty_like(entries))
    own, ends, lists, _ = holders(entries, rows, jaccard * 2 / 3)
    within = candidates_within(0, rows, entries, own, ends, lists, jaccard / 3, 0, np.zeros(rows, np.uint16))
    assert sizes.tolist() == own.tolist()
    assert found == set(zip(*(part.tolist() for part in within), strict=True))
