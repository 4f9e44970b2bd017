"""Compiled measures of a pair of texts: a cheap refusal on sketches, then exact counts over shingle sets."""

# mypy: disable-error-code="assignment,no-any-return,return-value,call-overload,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pipelines.dedup.hashing import I64, SHINGLE, U32, U64, low_bits, shingles_of
from pipelines.dedup.machine import fetch

AHEAD = 8
"""So many pairs ahead the other text's sketch is asked for: it lies anywhere."""

B8 = NDArray[np.bool_]
Keys = U32 | U64
"""Sketches: whole keys, or the upper halves alone of both sides."""


@njit(cache=True, nogil=True)
def skip_finer(keys: Keys, at: int, end: int, low: np.uint64) -> int:  # pragma: no cover  (compiled)
    """Step over the keys that the coarser of two sketches would not have kept."""
    while at < end and keys[at] & low != 0:
        at += 1
    return at


@njit(cache=True, nogil=True)
def plain_overlap(
    keys: Keys, i: int, i_end: int, others: Keys, j: int, j_end: int, least: float
) -> int:  # pragma: no cover  (compiled)
    """Count the shared keys of two sorted sketches of one rate; stop where `least` cannot be reached any more."""
    shared = 0
    while i < i_end and j < j_end and shared + min(i_end - i, j_end - j) >= least:
        x = keys[i]
        y = others[j]
        shared += x == y
        i += x <= y
        j += y <= x
    return shared


@njit(cache=True, nogil=True)
def sketch_overlap(
    keys: Keys, i: int, i_end: int, others: Keys, j: int, j_end: int, low: np.uint64
) -> tuple[int, int]:  # pragma: no cover  (compiled)
    """Count the shared keys of two sorted sketches at rate `low`, and the keys of the smaller."""
    mine = 0
    theirs = 0
    shared = 0
    i = skip_finer(keys, i, i_end, low)
    j = skip_finer(others, j, j_end, low)
    while i < i_end or j < j_end:
        move_mine = j >= j_end or (i < i_end and keys[i] <= others[j])
        move_theirs = i >= i_end or (j < j_end and others[j] <= keys[i])
        shared += move_mine & move_theirs
        if move_mine:
            mine += 1
            i = skip_finer(keys, i + 1, i_end, low)
        if move_theirs:
            theirs += 1
            j = skip_finer(others, j + 1, j_end, low)
    return shared, min(mine, theirs)


@njit(cache=True, nogil=True)
def least_shared(smaller: int, floor: float) -> float:  # pragma: no cover  (compiled)
    """Say how many keys a sketch of so many shares, less 4 standard deviations, where `floor` of the text is shared."""
    return smaller * floor - 4.0 * np.sqrt(smaller * floor * (1.0 - floor))


@njit(cache=True, nogil=True)
def likely(
    who: U32,
    whom: U32,
    keys: Keys,
    ends: I64,
    word_ends: I64,
    others: Keys,
    other_ends: I64,
    other_word_ends: I64,
    floor: float,
) -> B8:  # pragma: no cover  (compiled)
    """Refuse the pairs whose sketches speak clearly (by 4 standard deviations) against a containment of `floor`.

    Both sketches are cut to the coarser rate first, so the answer depends on the two texts alone.
    """
    out = np.zeros(len(who), np.bool_)
    half = np.uint64(8 * keys.itemsize - 32)
    for q in range(len(who)):
        a = who[q]
        b = whom[q]
        soon = np.uint64(other_ends[whom[min(q + AHEAD, len(who) - 1)]])
        for line in range(3):
            fetch(others, soon + np.uint64(16 * line))
        mine = low_bits(word_ends[a + 1] - word_ends[a])
        theirs = low_bits(other_word_ends[b + 1] - other_word_ends[b])
        if mine == theirs:
            least = least_shared(min(ends[a + 1] - ends[a], other_ends[b + 1] - other_ends[b]), floor)
            shared = plain_overlap(keys, ends[a], ends[a + 1], others, other_ends[b], other_ends[b + 1], least)
        else:
            low = max(mine, theirs) << half
            shared, smaller = sketch_overlap(keys, ends[a], ends[a + 1], others, other_ends[b], other_ends[b + 1], low)
            least = least_shared(smaller, floor)
        out[q] = shared >= least
    return out


@njit(cache=True, nogil=True, inline="always")
def place_of(table: U64, stamps: U32, key: np.uint64, stamp: int) -> np.uint64:  # pragma: no cover  (compiled)
    """Find a key's slot in an open table, or the free slot where it belongs."""
    mask = np.uint64(len(table) - 1)
    slot = (key >> np.uint64(20)) & mask
    while stamps[slot] == stamp and table[slot] != key:
        slot = (slot + np.uint64(1)) & mask
    return slot


@njit(cache=True, nogil=True)
def longest_of(who: I64, ends: I64) -> int:  # pragma: no cover  (compiled)
    """Find the longest text among the rows named."""
    longest = 0
    for q in range(len(who)):
        longest = max(longest, ends[who[q] + 1] - ends[who[q]])
    return longest


@njit(cache=True, nogil=True)
def exact_overlap(
    who: I64, whom: I64, words: U32, ends: I64, others: U32, other_ends: I64
) -> tuple[I64, I64, I64]:  # pragma: no cover  (compiled)
    """Count, for each pair, the distinct shingles shared, of `who` and of `whom`; sorted by who."""
    longest = max(longest_of(who, ends), longest_of(whom, other_ends))
    size = 64
    while size < 2 * longest + 2:
        size *= 2
    shingles = np.empty(longest + 1, np.uint64)
    table, second = np.zeros(size, np.uint64), np.zeros(size, np.uint64)
    stamps, seconds = np.zeros(size, np.uint32), np.zeros(size, np.uint32)
    out = np.zeros((3, len(who)), np.int64)
    mine = 0
    stamp = 0
    for q in range(len(who)):
        a = who[q]
        b = whom[q]
        if q == 0 or a != who[q - 1]:
            mine = 0
            stamp = q + 1
            for i in range(shingles_of(words, ends[a], ends[a + 1], SHINGLE, shingles)):
                slot = place_of(table, stamps, shingles[i], stamp)
                mine += stamps[slot] != stamp
                table[slot] = shingles[i]
                stamps[slot] = stamp
        theirs = 0
        shared = 0
        for i in range(shingles_of(others, other_ends[b], other_ends[b + 1], SHINGLE, shingles)):
            slot = place_of(second, seconds, shingles[i], q + 1)
            if seconds[slot] != q + 1:
                second[slot] = shingles[i]
                seconds[slot] = q + 1
                theirs += 1
                shared += stamps[place_of(table, stamps, shingles[i], stamp)] == stamp
        out[0, q] = shared
        out[1, q] = mine
        out[2, q] = theirs
    return out[0], out[1], out[2]
