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

from pipelines.dedup.hashing import I64, U64

CAP = 32
"""How many of the earliest rows that hold a key are looked at (facts: drop hashes in more than 32 documents)."""

RARE = 2
"""A key held by no more earlier rows makes a candidate alone."""

ENOUGH = 6
"""So many shared keys make a candidate where each is common; a sixth of the sketch where that is less."""

ROW_BITS = 24
"""Rows in one run of entries: at most 2^24 = 16.7 million."""

ROW_MASK = (1 << ROW_BITS) - 1

B8 = NDArray[np.bool_]


def pack(keys: U64, key_ends: I64) -> U64:
    """Sort the (key, row) entries of all rows, one integer each; row r holds keys[key_ends[r]:key_ends[r + 1]]."""
    entries = np.empty(len(keys), np.uint64)
    fill_entries(keys, key_ends, entries)
    entries.sort()
    return entries


@njit(cache=True, nogil=True)
def fill_entries(keys: U64, key_ends: I64, entries: U64) -> None:  # pragma: no cover  (compiled)
    """Put each row's number into the low bits of its keys."""
    for r in range(len(key_ends) - 1):
        for i in range(key_ends[r], key_ends[r + 1]):
            entries[i] = (keys[i] & ~np.uint64(0xFFFFFF)) | np.uint64(r)


@njit(cache=True, nogil=True)
def lower_bound(entries: U64, wanted: np.uint64, low: int, high: int) -> int:  # pragma: no cover  (compiled)
    """Find the first entry that is not below `wanted`, by interpolation and then by halves."""
    for _ in range(4):
        if high - low < 64:
            break
        first = entries[low]
        last = entries[high - 1]
        if wanted <= first:
            return low
        if wanted > last:
            return high
        share = np.float64(wanted - first) / (np.float64(last - first) + 1.0)
        guess = low + np.int64(share * (high - low))
        margin = np.int64(np.sqrt(np.float64(high - low)) * 2.0) + 8
        left = max(low, guess - margin)
        right = min(high - 1, guess + margin)
        if entries[left] < wanted:
            low = left + 1
        else:
            high = left + 1
            continue
        if entries[right] >= wanted:
            high = right + 1
        else:
            low = right + 1
    while low < high:
        middle = (low + high) >> 1
        if entries[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def ranges(probes: U64, entries: U64, low: I64, high: I64) -> None:  # pragma: no cover  (compiled)
    """For each probe, the range of entries with its key. Probes are sorted, so the search only moves on."""
    mask = ~np.uint64(0xFFFFFF)
    at = 0
    n = len(entries)
    sparse = n > 64 * len(probes)
    for p in range(len(probes)):
        key = probes[p] & mask
        if p > 0 and key == probes[p - 1] & mask:
            low[p] = low[p - 1]
            high[p] = high[p - 1]
            continue
        if sparse:
            at = lower_bound(entries, key, at, n)
        else:
            while at < n and entries[at] < key:
                at += 1
        low[p] = at
        step = 1
        while at + step < n and entries[at + step] & mask == key:
            step *= 2
        at = lower_bound(entries, key | np.uint64(0xFFFFFF), at + (step >> 1), min(n, at + step))
        if at < n and entries[at] & mask == key:
            at += 1
        high[p] = at


@njit(cache=True, nogil=True)
def by_probe(probes: U64, size_a: I64, size_b: I64, lonely: int, rows: int) -> tuple[I64, I64]:  # pragma: no cover
    """List each probe row's entries that somebody else may hold: (ends per row, entry numbers)."""
    ends = np.zeros(rows + 1, np.int64)
    for p in range(len(probes)):
        if size_a[p] + size_b[p] > lonely:
            ends[np.int64(probes[p] & np.uint64(0xFFFFFF)) + 1] += 1
    for r in range(rows):
        ends[r + 1] += ends[r]
    fill = ends[:-1].copy()
    out = np.empty(ends[-1], np.int64)
    for p in range(len(probes)):
        if size_a[p] + size_b[p] > lonely:
            r = np.int64(probes[p] & np.uint64(0xFFFFFF))
            out[fill[r]] = p
            fill[r] += 1
    return ends, out


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
def first_holders(
    a: U64, low_a: int, count_a: int, b: U64, low_b: int, count_b: int, a_in_b: I64, out: I64
) -> int:  # pragma: no cover  (compiled)
    """Merge the earliest CAP holders of a key from both sides into `out`; a row of b is written as -1 - row."""
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
            out[k] = -1 - row_of(b[low_b + j])
            j += 1
        k += 1
    return k


@njit(cache=True, nogil=True)
def candidates(
    first: int,
    last: int,
    sketch_ends: I64,
    ends: I64,
    places: I64,
    a: U64,
    range_a: I64,
    b: U64,
    range_b: I64,
    rank: I64,
    a_in_b: I64,
    own: bool,
) -> tuple[I64, I64, int]:  # pragma: no cover  (compiled)
    """Weigh the earlier holders of each probe row's keys; returns (probe row, holder) pairs and the hits lost to CAP.

    `range_a`, `range_b`: (2, entries) low and high. `rank`: (2, probe rows) how many rows of a and of b are earlier.
    A holder in b is written as -1 - row. `own`: the probes are a's own entries, so a place says who is earlier.
    A short sketch asks for fewer shared keys.
    """
    size = 4096
    table = np.zeros(size, np.int64)
    weight = np.zeros(size, np.int64)
    touched = np.empty(size, np.int64)
    holders = np.empty(CAP, np.int64)
    who = np.empty(1024, np.int64)
    whom = np.empty(1024, np.int64)
    found = 0
    lost = 0
    for r in range(first, last):
        enough = min(ENOUGH, max(1, (sketch_ends[r + 1] - sketch_ends[r]) // 6))
        need = 2 * CAP * (ends[r + 1] - ends[r]) + 2
        if need > size:
            while size < need:
                size *= 2
            table = np.zeros(size, np.int64)
            weight = np.zeros(size, np.int64)
            touched = np.empty(size, np.int64)
        seen = 0
        for e in range(ends[r], ends[r + 1]):
            p = places[e]
            low_a = range_a[0, p]
            low_b = range_b[0, p]
            count_a = p - low_a if own else earlier_count(a, low_a, range_a[1, p], rank[0, r])
            count_b = earlier_count(b, low_b, range_b[1, p], rank[1, r])
            lost += max(0, count_a + count_b - CAP)
            k = first_holders(a, low_a, count_a, b, low_b, count_b, a_in_b, holders)
            hit = enough if count_a + count_b <= RARE else 1
            for i in range(k):
                code = holders[i]
                slot = np.int64((np.uint64(code) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & (size - 1)
                while weight[slot] != 0 and table[slot] != code:
                    slot = (slot + 1) & (size - 1)
                if weight[slot] == 0:
                    table[slot] = code
                    touched[seen] = slot
                    seen += 1
                weight[slot] += hit
        if found + seen > len(who):
            who = np.concatenate((who, np.empty(len(who) + seen, np.int64)))
            whom = np.concatenate((whom, np.empty(len(whom) + seen, np.int64)))
        for i in range(seen):
            slot = touched[i]
            if weight[slot] >= enough:
                who[found] = r
                whom[found] = table[slot]
                found += 1
            weight[slot] = 0
    return who[:found].copy(), whom[:found].copy(), lost


@njit(cache=True, nogil=True)
def touched_by(entries: U64, fresh: B8, out: B8) -> None:  # pragma: no cover  (compiled)
    """Mark the rows after a fresh one that is among the first CAP holders of a key: their candidates changed."""
    start = 0
    seen = False
    for e in range(len(entries)):
        if e > 0 and entries[e] >> np.uint64(24) != entries[e - 1] >> np.uint64(24):
            start = e
            seen = False
        row = row_of(entries[e])
        if fresh[row]:
            seen = seen or e - start < CAP
        elif seen:
            out[row] = True


@njit(cache=True, nogil=True)
def first_others(keys: U64, rows: I64, submissions: U64) -> I64:  # pragma: no cover  (compiled)
    """For each (key, row), sorted, the earliest row before it that holds the key for another submission; else -1."""
    out = np.full(len(keys), -1, np.int64)
    start = 0
    for e in range(len(keys)):
        if e > 0 and keys[e] != keys[e - 1]:
            start = e
        for j in range(start, e):
            if submissions[rows[j]] != submissions[rows[e]]:
                out[e] = rows[j]
                break
    return out


@njit(cache=True, nogil=True)
def touched_alike(keys: U64, rows: I64, submissions: U64, fresh: B8, out: B8) -> None:  # pragma: no cover  (compiled)
    """Mark the rows whose earliest like may have changed, or whose labels may now be disagreed with.

    That is: those after a fresh row that is among the first two submissions of its key; and those of the first one.
    """
    start = 0
    subs = 0
    seen = False
    for e in range(len(keys)):
        if e == 0 or keys[e] != keys[e - 1]:
            start = e
            subs = 1
            seen = False
        elif submissions[rows[e]] != submissions[rows[start]]:
            subs += 1
        if fresh[rows[e]]:
            seen = seen or subs <= 2
            j = start
            while submissions[rows[j]] == submissions[rows[start]] and j < e:
                out[rows[j]] |= not fresh[rows[j]]
                j += 1
        elif seen:
            out[rows[e]] = True
