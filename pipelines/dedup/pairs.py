"""All pairs of texts that are near each other: candidates by shared shingle keys, then the exact measure."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from pipelines.dedup import lookup
from pipelines.dedup.hashing import I64, SHINGLE, U32, U64, sketch_rows
from pipelines.dedup.lookup import B8
from pipelines.dedup.measure import Keys, exact_overlap, likely
from pipelines.dedup.store import HeldWords, Words
from pipelines.dedup.within import candidates_within, holders, thin_entries

BLOCK = 16384
"""Rows whose pairs are measured at a time: bounds memory, and is what two threads share."""

FLOATS = np.ndarray[tuple[int], np.dtype[np.float64]]
NOBODY: U64 = np.empty(0, np.uint64)

EVER = 1.0
"""A containment beyond this is asked of no pair: texts are compared as wholes."""


@dataclass(frozen=True)
class Texts:
    """Texts in order of `earlier`: where to get their words, sketches, and the entries that find them by key.

    `word_ends`: how many words each has, summed up (rows + 1). `entries`: of whole sketches, or thinned.
    """

    words: Words
    word_ends: I64
    keys: Keys
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


def thinned(words: U32, ends: I64) -> Texts:
    """Sketch texts to be compared as wholes only, as `dedup families` does: with thinned entries."""
    keys, key_ends = sketch_rows(words, ends, SHINGLE)
    entries = thin_entries(keys, key_ends, ends)
    packed = lookup.sorted_entries(entries, np.empty_like(entries))
    return Texts(HeldWords(words, ends), ends, keys, key_ends, packed)


def near_pairs(
    texts: Texts,
    *,
    jaccard: float,
    containment: float,
    threads: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[Pairs, int]:
    """Find, for each row that has entries, every earlier one at least so near; also counts the look-ups refused.

    The pairs of a row depend on the rows before it alone, never on threads or chunks. `progress` hears of rows done.
    """
    floor = min(2 * jaccard / (1 + jaccard), containment)
    search = _Search.over(texts, None if containment <= EVER else jaccard)
    row, earlier = _likely_pairs(search, floor, threads, progress)
    lost = search.lost
    del search
    pairs = measured(texts.words, row, earlier)
    return pairs.where((pairs.jaccard >= jaccard) | (pairs.containment >= containment)), lost


def _likely_pairs(search: _Search, floor: float, threads: int, progress: Callable[[int], None]) -> tuple[I64, I64]:
    """Find the pairs to measure, sorted."""
    rows, earlier = [np.empty(0, np.uint32)], [np.empty(0, np.uint32)]
    firsts = range(0, search.texts.rows, BLOCK)
    with ThreadPoolExecutor(threads) as pool:
        blocks = pool.map(lambda first: search.block(first, floor), firsts)
        for first, (who, whom) in zip(firsts, blocks, strict=True):
            rows.append(who)
            earlier.append(whom)
            progress(min(BLOCK, search.texts.rows - first))
    return np.concatenate(rows).astype(np.int64), np.concatenate(earlier).astype(np.int64)


def measured(words: Words, row: I64, earlier: I64) -> Pairs:
    """Measure pairs exactly; they are sorted by row."""
    both, places = np.unique(np.concatenate((row, earlier)), return_inverse=True)
    found, ends, numbers = words.reach(both)
    here, there = numbers[places[: len(row)]], numbers[places[len(row) :]]
    return Pairs(row, earlier, *exact_overlap(here, there, found, ends, found, ends))


@dataclass(frozen=True)
class _Search:
    """How many keys each row has, and which of them earlier rows hold: where those stand among the entries."""

    texts: Texts
    sizes: U32
    ends: I64
    lists: U64
    lost: int
    part: float
    rare: int

    @classmethod
    def over(cls, texts: Texts, jaccard: float | None) -> _Search:
        """Ask a third of what a pair with this Jaccard shares to be seen; without it, parts of texts are looked for.

        A pair at the threshold shares `jaccard` of the longer text's keys: where stock keys, which are not looked at,
        are two thirds of that at most, a third is left.
        """
        share = -1.0 if jaccard is None else jaccard * 2 / 3
        sizes, ends, lists, lost = holders(texts.entries, texts.rows, share)
        if jaccard is None:
            return cls(texts, sizes, ends, lists, lost, lookup.PART, lookup.RARE)
        return cls(texts, sizes, ends, lists, lost, jaccard / 3, 0)

    def block(self, first: int, floor: float) -> tuple[U32, U32]:
        """Find the pairs of some rows that are worth measuring, sorted."""
        t = self.texts
        last, weight = min(first + BLOCK, t.rows), np.zeros(t.rows, np.uint16)
        who, whom = candidates_within(
            first, last, t.entries, self.sizes, self.ends, self.lists, self.part, self.rare, weight
        )
        good = likely(who, whom, t.keys, t.key_ends, t.word_ends, t.keys, t.key_ends, t.word_ends, floor)
        who, whom = who[good], whom[good]
        order = np.lexsort((whom, who))
        return who[order], whom[order]
