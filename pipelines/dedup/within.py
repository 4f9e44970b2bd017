"""Compiled search of the earlier rows of one collection that may be near each row: rare keys first, stock text last.

A key that more than CAP earlier rows hold is stock text (a template, an intro): it says little, and its first CAP
holders are looked at only by rows that are stock for more than a stated part. A pair that shares enough keys at all
then still shares enough of the others. What is looked at for a row is a function of the earlier rows alone.
"""

# mypy: disable-error-code="assignment,no-any-return,return-value,call-overload,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)

from __future__ import annotations

import numpy as np
from numba import njit

from pipelines.dedup.hashing import I64, U32, U64
from pipelines.dedup.lookup import B8, CAP, ENOUGH, U16, row_of
from pipelines.dedup.machine import fetch

AHEAD = 12
"""So many lists ahead their holders are asked for: they lie anywhere, and come while others are counted."""

THIN = 32
"""Texts that are near each other as wholes are found by so many keys each, or half as many: sketches are thinned."""


@njit(cache=True, nogil=True)
def thin_entries(keys: U64, key_ends: I64, word_ends: I64) -> U64:  # pragma: no cover  (compiled)
    """Give the (key, row) entries of some rows' sketches, cut to rates that leave 16 to 32 keys of a text."""
    out = np.empty(len(keys), np.uint64)
    total = np.uint64(0)
    for r in range(len(key_ends) - 1):
        low = np.uint64(0)
        count = word_ends[r + 1] - word_ends[r] - 4
        while count > THIN:
            low = low << np.uint64(1) | np.uint64(1) << np.uint64(32)
            count >>= 1
        for i in range(key_ends[r], key_ends[r + 1]):
            out[total] = (keys[i] & ~np.uint64(0xFFFFFF)) | np.uint64(r)
            total += np.uint64(keys[i] & low == np.uint64(0))
    return out[: np.int64(total)].copy()


@njit(cache=True, nogil=True)
def entries_among(entries: U64, among: B8) -> U64:  # pragma: no cover  (compiled)
    """Keep the entries of some rows, in order, in the same memory."""
    kept = 0
    for e in range(len(entries)):
        entries[kept] = entries[e]
        kept += among[row_of(entries[e])]
    return entries[:kept]


@njit(cache=True, nogil=True)
def holders(entries: U64, rows: int, share: float) -> tuple[U32, I64, U64, int]:  # pragma: no cover  (compiled)
    """For each row, how many keys it has; its keys that earlier rows hold; and the look-ups that are refused.

    Keys come as (ends per row, first entry << 8 | how many holders, at most CAP). Stock keys are among them where they
    are more than `share` of the row's keys.
    """
    sizes = np.zeros(rows, np.uint32)
    near = np.zeros(rows, np.uint32)
    stock = np.zeros(rows, np.uint32)
    start = 0
    mine = 0  # where the row's own entries of the key begin: two keys of one row may share their 40 bits
    lost = 0
    for e in range(len(entries)):
        r = row_of(entries[e])
        sizes[r] += np.uint32(1)
        if entries[e] != entries[e - 1]:
            mine = e
        if entries[e] >> np.uint64(24) != entries[start] >> np.uint64(24):
            start = e
            mine = e
        near[r] += np.uint32(start < mine <= start + CAP)
        stock[r] += np.uint32(mine > start + CAP)
    ends = np.zeros(rows + 1, np.int64)
    for r in range(rows):
        stock[r] = stock[r] if stock[r] > share * sizes[r] else 0
        ends[r + 1] = ends[r] + near[r] + stock[r]
    fill = ends[:-1].copy()
    lists = np.empty(ends[-1], np.uint64)
    start = 0
    mine = 0
    for e in range(len(entries)):
        if entries[e] != entries[e - 1]:
            mine = e
        if entries[e] >> np.uint64(24) != entries[start] >> np.uint64(24):
            start = e
            mine = e
        count = mine - start
        r = row_of(entries[e])
        if 0 < count <= CAP or (count > CAP and stock[r] > 0):
            lists[fill[r]] = np.uint64(start) << np.uint64(8) | np.uint64(min(count, CAP))
            fill[r] += 1
            lost += max(0, count - CAP)
        else:
            lost += count
    return sizes, ends, lists, lost


@njit(cache=True, nogil=True, inline="always")
def needed(size: int, part: float) -> int:  # pragma: no cover  (compiled)
    """Say how many shared keys make a candidate of a text of so many keys."""
    return min(ENOUGH, max(1, np.int64(size * part)))


@njit(cache=True, nogil=True)
def candidates_within(
    first: int, last: int, entries: U64, sizes: U32, ends: I64, lists: U64, part: float, rare: int, weight: U16
) -> tuple[U32, U32]:  # pragma: no cover  (compiled)
    """Weigh the earlier holders of the keys of rows first:last; returns (row, earlier row) pairs.

    A pair needs a `part` of the row's keys, or of the smaller one's where no key is `rare` (0; but two where the row
    asks for more); a key with at most `rare` earlier holders is enough. `weight`: zeros, one a row; zeros afterwards.
    """
    touched = np.empty(4096, np.uint32)
    who = np.empty(1024, np.uint32)
    whom = np.empty(1024, np.uint32)
    found = 0
    for r in range(first, last):
        most = needed(sizes[r], part)
        least = most if rare > 0 else min(most, 1 + (most > 2))
        if CAP * (ends[r + 1] - ends[r]) >= len(touched):
            touched = np.empty(2 * CAP * (ends[r + 1] - ends[r]), np.uint32)
        seen = np.uint64(0)
        for e in range(ends[r], ends[r + 1]):
            count = lists[e] & np.uint64(255)
            start = lists[e] >> np.uint64(8)
            soon = lists[min(e + AHEAD, len(lists) - 1)] >> np.uint64(8)
            fetch(entries, soon)
            fetch(entries, soon + np.uint64(8))
            hit = np.uint16(most if count <= np.uint64(rare) else 1)
            for i in range(count):
                holder = entries[start + np.uint64(i)] & np.uint64(0xFFFFFF)
                w = weight[holder]
                touched[seen] = holder
                seen += np.uint64(w == 0)
                weight[holder] = w + hit if w < 60000 else w
        if found + np.int64(seen) >= len(who):
            who = np.concatenate((who, np.empty(len(who) + np.int64(seen), np.uint32)))
            whom = np.concatenate((whom, np.empty(len(whom) + np.int64(seen), np.uint32)))
        for i in range(seen):
            holder = np.uint64(touched[np.uint64(i)])
            w = weight[holder]
            weight[holder] = 0
            if w >= least and (w >= most or w >= needed(min(sizes[r], sizes[holder]), part)):
                who[found] = r
                whom[found] = holder
                found += 1
    return who[:found].copy(), whom[:found].copy()
