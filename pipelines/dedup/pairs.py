"""All pairs of texts that are near each other: candidates by shared shingle keys, then the exact measure."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from pipelines.dedup import lookup
from pipelines.dedup.hashing import I64, SHINGLE, U32, U64, sketch_rows
from pipelines.dedup.lookup import B8
from pipelines.dedup.measure import exact_overlap, likely
from pipelines.dedup.store import HeldWords, Words

BLOCK = 16384
"""Rows whose pairs are measured at a time: bounds memory, and is what two threads share."""

FLOATS = np.ndarray[tuple[int], np.dtype[np.float64]]
NOBODY: U64 = np.empty(0, np.uint64)
NOWHERE: U32 = np.empty(0, np.uint32)


@dataclass(frozen=True)
class Texts:
    """Texts in order of `earlier`: where to get their words, sketches, and the entries that find them by key.

    `word_ends`: how many words each has, summed up (rows + 1).
    """

    words: Words
    word_ends: I64
    keys: U64
    key_ends: I64
    entries: U64

    @property
    def rows(self) -> int:
        """How many texts there are."""
        return len(self.key_ends) - 1


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows, each with an earlier one: shared and distinct shingles of both, sorted by (row, earlier)."""

    row: I64
    earlier: I64
    shared: I64
    mine: I64
    theirs: I64

    @property
    def jaccard(self) -> FLOATS:
        """Shared shingles over those of both together."""
        return self.shared / (self.mine + self.theirs - self.shared)

    @property
    def containment(self) -> FLOATS:
        """Shared shingles over those of the shorter text."""
        return self.shared / np.minimum(self.mine, self.theirs)

    def where(self, mask: B8) -> Pairs:
        """Keep some of the pairs."""
        return Pairs(self.row[mask], self.earlier[mask], self.shared[mask], self.mine[mask], self.theirs[mask])


def texts_of(words: U32, ends: I64) -> Texts:
    """Sketch texts that stand in order of `earlier`."""
    keys, key_ends = sketch_rows(words, ends, SHINGLE)
    return Texts(HeldWords(words, ends), ends, keys, key_ends, lookup.pack(keys, key_ends))


def near_pairs(
    texts: Texts,
    wanted: B8 | None = None,
    *,
    jaccard: float,
    containment: float,
    threads: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[Pairs, int]:
    """Find, for each wanted row, every earlier row at least so near; also counts the look-ups that CAP refused.

    The pairs of a row depend on the rows before it alone, never on threads or chunks. `progress` hears of rows done.
    """
    floor = min(2 * jaccard / (1 + jaccard), containment)
    row, earlier, lost = _likely_pairs(texts, wanted, floor, threads, progress)
    pairs = measured(texts.words, row, earlier)
    return pairs.where((pairs.jaccard >= jaccard) | (pairs.containment >= containment)), lost


def _likely_pairs(
    texts: Texts, wanted: B8 | None, floor: float, threads: int, progress: Callable[[int], None]
) -> tuple[I64, I64, int]:
    """Find the pairs to measure; what finds them is freed before their words are fetched."""
    search = _Search.over(texts, wanted)
    rows, earlier = [np.empty(0, np.uint32)], [np.empty(0, np.uint32)]
    lost = 0
    firsts = range(0, texts.rows, BLOCK)
    with ThreadPoolExecutor(threads) as pool:
        blocks = pool.map(lambda first: search.block(first, floor), firsts)
        for first, (who, whom, missed) in zip(firsts, blocks, strict=True):
            rows.append(who)
            earlier.append(whom)
            lost += missed
            progress(min(BLOCK, texts.rows - first))
    return np.concatenate(rows).astype(np.int64), np.concatenate(earlier).astype(np.int64), lost


def measured(words: Words, row: I64, earlier: I64) -> Pairs:
    """Measure pairs exactly; they are sorted by row."""
    both, places = np.unique(np.concatenate((row, earlier)), return_inverse=True)
    some, ends = words.some(both)
    here, there = places[: len(row)], places[len(row) :]
    return Pairs(row, earlier, *exact_overlap(here, there, some, ends, some, ends))


@dataclass(frozen=True)
class _Search:
    """The wanted rows' keys that earlier rows hold, and where those stand among the entries."""

    texts: Texts
    ends: I64
    low: U32
    count: U32

    @classmethod
    def over(cls, texts: Texts, wanted: B8 | None) -> _Search:
        if wanted is None:
            return cls(texts, *lookup.own_holders(texts.entries, texts.rows))
        probes = texts.entries[wanted[(texts.entries & np.uint64(lookup.ROW_MASK)).astype(np.int64)]]
        ranges, nowhere = np.empty((2, len(probes)), np.uint32), np.zeros((2, len(probes)), np.uint32)
        lookup.ranges(probes, texts.entries, ranges[0], ranges[1])
        rank = np.zeros((2, texts.rows), np.int64)
        rank[0] = np.arange(texts.rows)
        ends, low, count, _, _ = lookup.other_holders(probes, texts.entries, ranges, NOBODY, nowhere, rank)
        return cls(texts, ends, low, count)

    def block(self, first: int, floor: float) -> tuple[U32, U32, int]:
        """Find the pairs of some rows that are worth measuring, sorted."""
        t = self.texts
        last = min(first + BLOCK, t.rows)
        who, whom, lost = lookup.candidates(
            first, last, t.key_ends, self.ends, t.entries, self.low, self.count, NOBODY, NOWHERE, NOWHERE,
            np.zeros(t.rows, np.int64), np.zeros(t.rows, np.uint16),
        )  # fmt: skip
        good = likely(who, whom, t.keys, t.key_ends, t.word_ends, t.keys, t.key_ends, t.word_ends, floor)
        who, whom = who[good], whom[good]
        order = np.lexsort((whom, who))
        return who[order], whom[order], lost
