"""Compiled passes over who holds the same: the earliest other holder, and whose verdict a late row may change."""

# mypy: disable-error-code="assignment,no-any-return,return-value,call-overload,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)

from __future__ import annotations

import numpy as np
from numba import njit

from pipelines.dedup.hashing import I64, U32, U64
from pipelines.dedup.lookup import B8, CAP, earlier_count, row_of


@njit(cache=True, nogil=True)
def touched_near(
    fresh: U64, a: U64, range_a: U32, b: U64, range_b: U32, ranks: I64, again: B8
) -> I64:  # pragma: no cover  (compiled)
    """Find the rows after a fresh one that is among the first CAP holders of a key: their candidates have changed.

    `fresh`: the entries of the fresh rows of a. Marks rows of a in `again` and returns those of b, with repeats.
    """
    out = np.empty(1024, np.int64)
    found = 0
    for p in range(len(fresh)):
        row = row_of(fresh[p])
        in_a = earlier_count(a, np.int64(range_a[0, p]), np.int64(range_a[1, p]), row)
        in_b = earlier_count(b, np.int64(range_b[0, p]), np.int64(range_b[1, p]), ranks[row])
        if in_a + in_b >= CAP:
            continue
        for e in range(np.int64(range_a[0, p]) + in_a, np.int64(range_a[1, p])):
            again[row_of(a[e])] |= row_of(a[e]) != row
        first = np.int64(range_b[0, p]) + in_b
        more = np.int64(range_b[1, p]) - first
        if found + more > len(out):
            out = np.concatenate((out, np.empty(len(out) + more, np.int64)))
        for e in range(more):
            out[found] = row_of(b[first + e])
            found += 1
    return np.unique(out[:found])


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
