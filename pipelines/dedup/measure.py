"""Compiled measures of a pair of texts: a cheap refusal on sketches, then exact counts over shingle sets."""

# mypy: disable-error-code="assignment,no-any-return,return-value,call-overload,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pipelines.dedup.hashing import I64, U32, U64, low_bits, shingle_at

B8 = NDArray[np.bool_]


@njit(cache=True, nogil=True)
def skip_finer(keys: U64, at: int, end: int, low: np.uint64) -> int:  # pragma: no cover  (compiled)
    """Step over the keys that the coarser of two sketches would not have kept."""
    while at < end and keys[at] & low != 0:
        at += 1
    return at


@njit(cache=True, nogil=True)
def plain_overlap(
    keys: U64, i: int, i_end: int, others: U64, j: int, j_end: int, least: float
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
def sketch_overlap(keys: U64, i: int, i_end: int, others: U64, j: int, j_end: int, low: np.uint64) -> tuple[int, int]:
    """Count the shared keys of two sorted sketches at rate `low`, and the keys of the smaller."""  # pragma: no cover
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
    keys: U64,
    ends: I64,
    word_ends: I64,
    others: U64,
    other_ends: I64,
    other_word_ends: I64,
    floor: float,
) -> B8:  # pragma: no cover  (compiled)
    """Refuse the pairs whose sketches speak clearly (by 4 standard deviations) against a containment of `floor`.

    Both sketches are cut to the coarser rate first, so the answer depends on the two texts alone.
    """
    out = np.zeros(len(who), np.bool_)
    for q in range(len(who)):
        a = who[q]
        b = whom[q]
        low = max(low_bits(word_ends[a + 1] - word_ends[a]), low_bits(other_word_ends[b + 1] - other_word_ends[b]))
        if low_bits(word_ends[a + 1] - word_ends[a]) == low_bits(other_word_ends[b + 1] - other_word_ends[b]):
            least = least_shared(min(ends[a + 1] - ends[a], other_ends[b + 1] - other_ends[b]), floor)
            shared = plain_overlap(keys, ends[a], ends[a + 1], others, other_ends[b], other_ends[b + 1], least)
        else:
            shared, smaller = sketch_overlap(keys, ends[a], ends[a + 1], others, other_ends[b], other_ends[b + 1], low)
            least = least_shared(smaller, floor)
        out[q] = shared >= least
    return out


@njit(cache=True, nogil=True, inline="always")
def shingles_in(length: int) -> int:  # pragma: no cover  (compiled)
    """Count a text's shingle places: one where it is shorter than a shingle, none where it is empty."""
    return 0 if length == 0 else max(1, length - 4)


@njit(cache=True, nogil=True)
def place_of(table: U64, stamps: I64, key: np.uint64, stamp: int) -> int:  # pragma: no cover  (compiled)
    """Find a key's slot in an open table, or the free slot where it belongs."""
    mask = len(table) - 1
    slot = np.int64(key >> np.uint64(20)) & mask
    while stamps[slot] == stamp and table[slot] != key:
        slot = (slot + 1) & mask
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
    size = 64
    while size < 2 * max(longest_of(who, ends), longest_of(whom, other_ends)) + 2:
        size *= 2
    table = np.zeros(size, np.uint64)
    stamps = np.zeros(size, np.int64)
    second = np.zeros(size, np.uint64)
    seconds = np.zeros(size, np.int64)
    out = np.zeros((3, len(who)), np.int64)
    mine = 0
    for q in range(len(who)):
        a = who[q]
        b = whom[q]
        if q == 0 or a != who[q - 1]:
            mine = 0
            length = ends[a + 1] - ends[a]
            for i in range(ends[a], ends[a] + shingles_in(length)):
                key = shingle_at(words, i, min(5, length))
                slot = place_of(table, stamps, key, q + 1)
                if stamps[slot] != q + 1:
                    table[slot] = key
                    stamps[slot] = q + 1
                    mine += 1
            stamp = q + 1
        theirs = 0
        shared = 0
        length = other_ends[b + 1] - other_ends[b]
        for i in range(other_ends[b], other_ends[b] + shingles_in(length)):
            key = shingle_at(others, i, min(5, length))
            slot = place_of(second, seconds, key, q + 1)
            if seconds[slot] != q + 1:
                second[slot] = key
                seconds[slot] = q + 1
                theirs += 1
                slot = place_of(table, stamps, key, stamp)
                shared += stamps[slot] == stamp
        out[0, q] = shared
        out[1, q] = mine
        out[2, q] = theirs
    return out[0], out[1], out[2]
