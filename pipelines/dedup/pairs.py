"""All pairs of texts that are near each other: candidates by shared shingle keys, then the exact measure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from pipelines.dedup import lookup
from pipelines.dedup.hashing import I64, SHINGLE, U32, U64, sketch_rows
from pipelines.dedup.lookup import B8
from pipelines.dedup.measure import exact_overlap, likely

BLOCK = 16384
"""Rows whose pairs are measured at a time: bounds memory, and is what two threads share."""


@dataclass(frozen=True)
class Texts:
    """Texts in order of `earlier`: word hashes, sketches, and the entries that find them by key."""

    words: U32
    ends: I64
    keys: U64
    key_ends: I64
    entries: U64

    @property
    def rows(self) -> int:
        """How many texts there are."""
        return len(self.ends) - 1


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows, each with an earlier one: shared and distinct shingles of both, sorted by (row, earlier)."""

    row: I64
    earlier: I64
    shared: I64
    mine: I64
    theirs: I64

    @property
    def jaccard(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Shared shingles over those of both together."""
        return self.shared / (self.mine + self.theirs - self.shared)

    @property
    def containment(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Shared shingles over those of the shorter text."""
        return self.shared / np.minimum(self.mine, self.theirs)

    def where(self, mask: B8) -> Pairs:
        """Keep some of the pairs."""
        return Pairs(self.row[mask], self.earlier[mask], self.shared[mask], self.mine[mask], self.theirs[mask])


def texts_of(words: U32, ends: I64) -> Texts:
    """Sketch texts that stand in order of `earlier`."""
    keys, key_ends = sketch_rows(words, ends, SHINGLE)
    rows = np.repeat(np.arange(len(ends) - 1, dtype=np.int64), np.diff(key_ends))
    return Texts(words, ends, keys, key_ends, lookup.pack(keys, rows))


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

    The pairs of a row depend on the rows before it alone, never on threads or chunks.
    """
    search = _Search.over(texts, wanted)
    floor = min(2 * jaccard / (1 + jaccard), containment)
    found: list[Pairs] = []
    lost = 0
    with ThreadPoolExecutor(threads) as pool:
        for pairs, missed in pool.map(lambda first: search.block(first, floor), range(0, texts.rows, BLOCK)):
            found.append(pairs.where((pairs.jaccard >= jaccard) | (pairs.containment >= containment)))
            lost += missed
            progress(min(BLOCK, texts.rows))
    return _joined(found), lost


@dataclass(frozen=True)
class _Search:
    """The wanted rows' entries, beside the range of entries that share each one's key."""

    texts: Texts
    ends: I64
    places: I64
    ranges: I64
    rank: I64
    own: bool

    @classmethod
    def over(cls, texts: Texts, wanted: B8 | None) -> _Search:
        probes = texts.entries
        if wanted is not None:
            probes = probes[wanted[(probes & np.uint64(lookup.ROW_MASK)).astype(np.int64)]]
        ranges = np.zeros((2, len(probes)), np.int64)
        lookup.ranges(probes, texts.entries, ranges[0], ranges[1])
        sizes = ranges[1] - ranges[0]
        ends, places = lookup.by_probe(probes, sizes, np.zeros_like(sizes), 1, texts.rows)
        rank = np.zeros((2, texts.rows), np.int64)
        rank[0] = np.arange(texts.rows)
        return cls(texts, ends, places, ranges, rank, wanted is None)

    def block(self, first: int, floor: float) -> tuple[Pairs, int]:
        t = self.texts
        last = min(first + BLOCK, t.rows)
        nobody = np.empty(0, np.uint64)
        who, whom, lost = lookup.candidates(
            first, last, t.key_ends, self.ends, self.places, t.entries, self.ranges, nobody,
            np.zeros_like(self.ranges), self.rank, self.rank[1], self.own,
        )  # fmt: skip
        good = likely(who, whom, t.keys, t.key_ends, t.ends, t.keys, t.key_ends, t.ends, floor)
        who, whom = who[good], whom[good]
        order = np.lexsort((whom, who))
        who, whom = who[order], whom[order]
        return Pairs(who, whom, *exact_overlap(who, whom, t.words, t.ends, t.words, t.ends)), lost


def _joined(found: list[Pairs]) -> Pairs:
    def all_of(name: str) -> I64:
        parts: Iterator[I64] = (getattr(p, name) for p in found)
        return np.concatenate([np.empty(0, np.int64), *parts])

    return Pairs(all_of("row"), all_of("earlier"), all_of("shared"), all_of("mine"), all_of("theirs"))
