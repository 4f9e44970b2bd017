"""Compiled search of earlier rows that may be the same work: sorted entries, ranges, counted hits.

An entry packs the top 40 bits of a key and a 24-bit row number into one integer, so one sort orders rows (which are
numbered from the earliest on) within each key. Two keys that share 40 bits cost a look and no more: every pair is
measured.

Who is looked at is a function of the *earlier* rows alone: for each key of a row, the first CAP rows that hold it. A
key that more rows hold is stock text (a template, an intro): its later holders are found by their other keys. One
shared key makes a candidate where at most RARE earlier rows hold it; of commoner keys it takes ENOUGH.
"""

# mypy: disable-error-code="assignment,no-any-return,return-value,call-overload,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)
from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pipelines.dedup.hashing import I64, U32, U64

CAP = 32
"""How many of the earliest rows that hold a key are looked at (facts: drop hashes in more than 32 documents)."""

RARE = 2
"""A key held by no more earlier rows makes a candidate alone."""

PART = 1 / 6
"""This part of a row's keys, shared, makes a candidate where each is common."""

ENOUGH = 6
"""So many shared keys make a candidate, however long the row's sketch is."""

ROW_BITS = 24
"""Rows in one run of entries: at most 2^24 = 16.7 million."""

ROW_MASK = (1 << ROW_BITS) - 1

B8 = NDArray[np.bool_]
U16 = NDArray[np.uint16]


def pack(keys: U64, key_ends: I64) -> U64:
    """Sort the (key, row) entries of all rows, one integer each; row r holds keys[key_ends[r]:key_ends[r + 1]]."""
    entries = np.empty(len(keys), np.uint64)
    fill_entries(keys, key_ends, entries)
    return sorted_entries(entries, np.empty_like(entries))


@njit(cache=True, nogil=True)
def fill_entries(keys: U64, key_ends: I64, entries: U64) -> None:  # pragma: no cover  (compiled)
    """Put each row's number into the low bits of its keys."""
    for r in range(len(key_ends) - 1):
        for i in range(key_ends[r], key_ends[r + 1]):
            entries[i] = (keys[i] & ~np.uint64(0xFFFFFF)) | np.uint64(r)


@njit(cache=True, nogil=True)
def sorted_entries(entries: U64, spare: U64) -> U64:  # pragma: no cover  (compiled)
    """Sort entries by their 40-bit key in four counting passes; rows come in order and stay so."""
    counts = np.zeros((4, 1024), np.int64)
    digit = np.uint64(1023)
    for e in range(len(entries)):
        for d in range(4):
            counts[d, (entries[e] >> np.uint64(24 + 10 * d)) & digit] += 1
    for d in range(4):
        before = 0
        for k in range(1024):
            count = counts[d, k]
            counts[d, k] = before
            before += count
    for d in range(4):
        shift = np.uint64(24 + 10 * d)
        for e in range(len(entries)):
            k = (entries[e] >> shift) & digit
            spare[counts[d, k]] = entries[e]
            counts[d, k] += 1
        entries, spare = spare, entries
    return entries


@njit(cache=True, nogil=True)
def lower_bound(
    entries: U64, wanted: np.uint64, guess: int, low: int, high: int
) -> int:  # pragma: no cover  (compiled)
    """Find the first entry of low:high that is not below `wanted`, in steps that double from the place guessed."""
    at = min(max(guess, low), high)
    step = 4
    if at < high and entries[at] < wanted:
        low = at + 1
        while low + step < high and entries[low + step] < wanted:
            low += step + 1
            step *= 2
        high = min(high, low + step)
    else:
        high = at
        while high - step > low and entries[high - step] >= wanted:
            high -= step
            step *= 2
        low = max(low, high - step)
    while low < high:
        middle = (low + high) >> 1
        if entries[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def ranges(probes: U64, entries: U64, low: U32, high: U32) -> None:  # pragma: no cover  (compiled)
    """For each probe, the range of entries with its key. Probes are sorted, so the search only moves on.

    Keys are spread evenly: how far on, is guessed from how much the key has grown since the last one.
    """
    mask = ~np.uint64(0xFFFFFF)
    at = 0
    n = len(entries)
    per_key = n / 18446744073709551616.0
    sparse = n > 64 * len(probes)
    last = np.uint64(0)
    for p in range(len(probes)):
        key = probes[p] & mask
        if p > 0 and key == last:
            low[p] = low[p - 1]
            high[p] = high[p - 1]
            continue
        if sparse:
            at = lower_bound(entries, key, at + np.int64(np.float64(key - last) * per_key), at, n)
        else:
            while at < n and entries[at] < key:
                at += 1
        last = key
        low[p] = at
        step = 1
        while at + step < n and entries[at + step] & mask == key:
            step *= 2
        if at < n and entries[at] & mask == key:
            end = min(n, at + step)
            at = lower_bound(entries, key | np.uint64(0xFFFFFF), end, at + (step >> 1), end)
            at += at < n and entries[at] & mask == key
        high[p] = at


@njit(cache=True, nogil=True, inline="always")
def row_of(entry: np.uint64) -> int:  # pragma: no cover  (compiled)
    """Read the row number of an entry."""
    return np.int64(entry & np.uint64(0xFFFFFF))


@njit(cache=True, nogil=True)
def earlier_count(entries: U64, low: int, high: int, rank: int) -> int:  # pragma: no cover  (compiled)
    """Count the entries of one key's range whose row stands before `rank`."""
    first = low
    while low < high:
        middle = (low + high) >> 1
        if row_of(entries[middle]) < rank:
            low = middle + 1
        else:
            high = middle
    return low - first


@njit(cache=True, nogil=True)
def other_holders(
    probes: U64, a: U64, range_a: U32, b: U64, range_b: U32, rank: I64
) -> tuple[I64, U32, U32, U32, U32]:  # pragma: no cover  (compiled)
    """For each probe row, its keys that earlier rows of a or b hold: (ends per row, first and count in a, and in b).

    `range_a`, `range_b`: (2, probes) low and high. `rank`: (2, probe rows) how many rows of a and of b are earlier.
    """
    counts = np.empty((2, len(probes)), np.uint32)
    ends = np.zeros(rank.shape[1] + 1, np.int64)
    for p in range(len(probes)):
        r = row_of(probes[p])
        counts[0, p] = earlier_count(a, np.int64(range_a[0, p]), np.int64(range_a[1, p]), rank[0, r])
        counts[1, p] = earlier_count(b, np.int64(range_b[0, p]), np.int64(range_b[1, p]), rank[1, r])
        ends[r + 1] += counts[0, p] + counts[1, p] > 0
    for r in range(rank.shape[1]):
        ends[r + 1] += ends[r]
    fill = ends[:-1].copy()
    out = np.empty((4, ends[-1]), np.uint32)
    for p in range(len(probes)):
        if counts[0, p] + counts[1, p] > 0:
            r = row_of(probes[p])
            out[0, fill[r]] = range_a[0, p]
            out[1, fill[r]] = counts[0, p]
            out[2, fill[r]] = range_b[0, p]
            out[3, fill[r]] = counts[1, p]
            fill[r] += 1
    return ends, out[0], out[1], out[2], out[3]


@njit(cache=True, nogil=True)
def first_holders(
    a: U64, low_a: int, count_a: int, b: U64, low_b: int, count_b: int, a_in_b: I64, rows_a: int, out: U64
) -> int:  # pragma: no cover  (compiled)
    """Merge the earliest CAP holders of a key from both sides into `out`; a row of b counts from rows_a on."""
    if count_b == 0:
        k = min(count_a, CAP)
        for i in range(np.uint64(k)):
            out[i] = a[np.uint64(low_a) + i] & np.uint64(0xFFFFFF)
        return k
    i = 0
    j = 0
    k = 0
    while k < CAP and (i < count_a or j < count_b):
        take_a = j == count_b
        if i < count_a and j < count_b:
            take_a = a_in_b[row_of(a[low_a + i])] <= row_of(b[low_b + j])
        if take_a:
            out[k] = row_of(a[low_a + i])
            i += 1
        else:
            out[k] = rows_a + row_of(b[low_b + j])
            j += 1
        k += 1
    return k


@njit(cache=True, nogil=True, inline="always")
def slot_of(table: U64, row: int, holder: np.uint64) -> np.uint64:  # pragma: no cover  (compiled)
    """Find a holder's slot in an open table that counts for one row after another, or the slot where it belongs."""
    mask = np.uint64(len(table) - 1)
    mine = np.uint64(row + 1)
    slot = (holder * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40) & mask
    while table[slot] >> np.uint64(40) == mine and (table[slot] >> np.uint64(15)) & np.uint64(0x1FFFFFF) != holder:
        slot = (slot + np.uint64(1)) & mask
    return slot


@njit(cache=True, nogil=True)
def candidates(
    sketch_ends: I64, ends: I64, a: U64, low_a: U32, count_a: U32, b: U64, low_b: U32, count_b: U32, a_in_b: I64
) -> tuple[U32, U32, int]:  # pragma: no cover  (compiled)
    """Weigh the earlier holders of each probe row's keys; returns (probe row, holder) pairs and the hits lost to CAP.

    `ends`, `low_a` … `count_b`: as other_holders gives them. A holder in b counts from len(a_in_b) on. A short sketch
    asks for fewer shared keys. Hits are counted in a table as small as the row: what it costs does not grow with b.
    """
    rows_a = len(a_in_b)
    table = np.zeros(1 << 13, np.uint64)  # row + 1, holder, hits: 24, 25 and 15 bits
    touched = np.empty(1 << 12, np.uint64)
    holders = np.empty(CAP, np.uint64)
    who = np.empty(1024, np.uint32)
    whom = np.empty(1024, np.uint32)
    found = 0
    lost = 0
    for r in range(len(ends) - 1):
        enough = np.uint64(min(ENOUGH, max(1, np.int64((sketch_ends[r + 1] - sketch_ends[r]) * PART))))
        while CAP * (ends[r + 1] - ends[r]) >= len(touched):
            touched = np.empty(2 * len(touched), np.uint64)
            table = np.zeros(2 * len(table), np.uint64)
        seen = np.uint64(0)
        for e in range(ends[r], ends[r + 1]):
            in_a, in_b = np.int64(count_a[e]), np.int64(count_b[e])
            lost += max(0, in_a + in_b - CAP)
            k = first_holders(a, np.int64(low_a[e]), in_a, b, np.int64(low_b[e]), in_b, a_in_b, rows_a, holders)
            hit = enough if in_a + in_b <= RARE else np.uint64(1)
            for i in range(np.uint64(k)):
                slot = slot_of(table, r, holders[i])
                is_new = table[slot] >> np.uint64(40) != np.uint64(r + 1)
                touched[seen] = slot
                seen += np.uint64(is_new)
                if is_new:
                    table[slot] = np.uint64(r + 1) << np.uint64(40) | holders[i] << np.uint64(15)
                table[slot] += hit if table[slot] & np.uint64(0x7FFF) < np.uint64(32000) else np.uint64(0)
        if found + np.int64(seen) >= len(who):
            who = np.concatenate((who, np.empty(len(who) + np.int64(seen), np.uint32)))
            whom = np.concatenate((whom, np.empty(len(whom) + np.int64(seen), np.uint32)))
        for i in range(seen):
            who[found] = r
            whom[found] = (table[touched[i]] >> np.uint64(15)) & np.uint64(0x1FFFFFF)
            found += table[touched[i]] & np.uint64(0x7FFF) >= enough
    return who[:found].copy(), whom[:found].copy(), lost
