"""Rows near each other within one file: what is looked at, against a plain count, and what is found, against a join."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dedup.audit import _jaccard, _shingles, edited, exact_join
from pipelines.dedup.families import families_of_file
from pipelines.dedup.hashing import SHINGLE, sketch_rows
from pipelines.dedup.lookup import CAP
from pipelines.dedup.within import THIN, candidates_within, entries_among, holders, thin_entries
from tests.stages.test_dedup import words

ROWS = 120


def corpus(seed: int) -> list[str]:
    """Scenes whose lengths lie about the places where the rate changes, much of each in phrases that all share."""
    chosen = random.Random(seed)  # noqa: S311
    stock = [words(1000 + n, 12) for n in range(60)]
    texts = []
    for n in range(70):
        length, text = chosen.choice((40, 68, 130, 250, 262, 505, 520)), list[str]()
        while len(text) < length:
            text += chosen.choice(stock) if chosen.random() < 0.4 else words(chosen.randrange(10**6), 10)
        texts += [text, edited(text, chosen.choice((0.02, 0.05, 0.08)), words(n, 99), chosen)]
        texts += [text[: int(len(text) * 0.7)]] * (n % 3 == 0)
    chosen.shuffle(texts)
    return [" ".join(text) for text in texts]


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7])
def test_families_tie_what_an_exact_join_ties(tmp_path: Path, threshold: float) -> None:
    texts = corpus(7)
    pq.write_table(pa.table({"id": range(len(texts)), "text": texts}), tmp_path / "t.parquet")
    families_of_file(tmp_path / "t.parquet", "id", "text", tmp_path / "f.parquet", jaccard=threshold)
    found = pl.read_parquet(tmp_path / "f.parquet").drop_nulls("matched_id")
    shingles = [_shingles(text) for text in texts]
    best: dict[int, float] = defaultdict(float)
    for row, other in exact_join(shingles, threshold):
        best[row] = max(best[row], _jaccard(shingles[row], shingles[other]))
    measured = dict(found.select("id", "jaccard").iter_rows())
    assert measured == {row: measured.get(row, -1) for row in best}
    assert measured == pytest.approx(dict(best), abs=1e-12)
    assert len(best) >= 25


def _rows_of_keys(seed: int) -> list[list[int]]:
    """Rows with up to 8 of 9 or of 60 keys: with the former, most keys are held by more than CAP rows."""
    chosen = random.Random(seed)  # noqa: S311
    vocabulary = range(1, chosen.choice((10, 61)))
    return [chosen.sample(vocabulary, chosen.randrange(9)) for _ in range(chosen.randrange(1, ROWS))]


KEYS = st.builds(_rows_of_keys, st.integers(0, 2**32))


@settings(deadline=None, max_examples=60)
@given(KEYS, st.sampled_from([-1.0, 0.3, 0.7]))
def test_the_holders_of_a_rows_keys_are_the_rows_before_it(rows: list[list[int]], share: float) -> None:
    entries = np.sort(np.array([k << 24 | r for r, keys in enumerate(rows) for k in keys], np.uint64))
    sizes, ends, lists, lost = holders(entries, len(rows), share)
    due_lost = 0
    for r, keys in enumerate(rows):
        before = [[e for e in range(r) if key in rows[e]] for key in keys]
        is_heavy = sum(len(b) > CAP for b in before) > share * len(keys)
        due = sorted(b[:CAP] for b in before if b and (len(b) <= CAP or is_heavy))
        due_lost += sum(len(b) - CAP if is_heavy else len(b) for b in before if len(b) > CAP)
        mine = [(int(x) >> 8, int(x) & 255) for x in lists[ends[r] : ends[r + 1]]]
        assert sorted((entries[at : at + n] & np.uint64(0xFFFFFF)).tolist() for at, n in mine) == due
        assert sizes[r] == len(keys)
    assert lost == due_lost


@settings(deadline=None, max_examples=60)
@given(KEYS, st.sampled_from([0, 2]), st.sampled_from([1 / 6, 0.4]))
def test_candidates_are_those_that_share_enough_keys(rows: list[list[int]], rare: int, part: float) -> None:
    entries = np.sort(np.array([k << 24 | r for r, keys in enumerate(rows) for k in keys], np.uint64))
    sizes, ends, lists, _ = holders(entries, len(rows), -1.0)
    who, whom = candidates_within(
        0, len(rows), entries, sizes, ends, lists, part, rare, np.zeros(len(rows), np.uint16)
    )  # fmt: skip
    due = set()
    for r, keys in enumerate(rows):
        holding = {key: [e for e in range(r) if key in rows[e]] for key in keys}
        for e in range(r):
            seen = [key for key in keys if e in holding[key][:CAP]]
            size = len(keys) if rare else min(len(keys), len(rows[e]))
            least = 2 if rare == 0 and int(len(keys) * part) > 2 else 1
            if any(len(holding[key]) <= rare for key in seen) or len(seen) >= max(least, int(size * part)):
                due |= {(r, e)} if seen else set()
    assert set(zip(who.tolist(), whom.tolist(), strict=True)) == due


def test_thinned_entries_are_16_to_32_keys_whatever_the_length() -> None:
    rng = np.random.default_rng(3)
    lengths = np.array([0, 1, 4, 36, 37, 100, 700, 5000, 100_000])
    ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    text = rng.integers(0, 2**32, ends[-1], dtype=np.uint32)
    keys, key_ends = sketch_rows(text, ends, SHINGLE)
    entries = thin_entries(keys, key_ends, ends)
    counts = np.bincount((entries & np.uint64(0xFFFFFF)).astype(np.int64), minlength=len(lengths))
    assert counts[:4].tolist() == [0, 1, 1, THIN]
    assert all(THIN / 5 < c < 2 * THIN for c in counts[4:].tolist())
    some = np.arange(len(lengths)) % 2 == 0
    kept = entries_among(np.sort(entries), some) & np.uint64(0xFFFFFF)
    assert set(kept.tolist()) == {2, 4, 6, 8}
