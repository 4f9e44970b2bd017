"""Keys that come in any order and in parts → the pairs of rows that share some, weighed as `within` weighs them.

Where all keys lie in one array of entries, `within` is the way. Here a bucket of keys knows nothing of the others, so
it reports what it saw: for each pair the keys shared, near or stock; for each row its keys, and those that are stock.
"""

# mypy: disable-error-code="assignment,no-any-return,return-value,call-overload,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from pipelines.dedup.hashing import I64, U64
from pipelines.dedup.lookup import CAP, ENOUGH


class Met(NamedTuple):
    """Pairs (row, earlier): shared near keys and shared stock keys; of a row with itself: its keys and stock keys."""

    row: I64
    earlier: I64
    near: I64
    stock: I64

    def summed(self, rows: int) -> Met:
        """Add up what several buckets saw of each pair; `rows`: how many rows there are."""
        codes, places = np.unique(self.row * rows + self.earlier, return_inverse=True)
        near, stock = (np.bincount(places, part, len(codes)).astype(np.int64) for part in (self.near, self.stock))
        return Met(codes // max(1, rows), codes % max(1, rows), near, stock)

    def candidates(self, jaccard: float) -> tuple[I64, I64]:
        """Choose the pairs worth measuring: (row, earlier), sorted. Wants everything that was met, summed."""
        own = self.row == self.earlier
        last = int(self.row.max(initial=-1)) + 1
        sizes, is_stock = np.zeros(last, np.int64), np.zeros(last, np.bool_)
        sizes[self.row[own]] = self.near[own]
        is_stock[self.row[own]] = self.stock[own] > jaccard * 2 / 3 * self.near[own]
        row, earlier, near, stock = (part[~own] for part in self)
        shared = near + np.where(is_stock[row], stock, 0)
        most, smaller = _needed(sizes[row], jaccard), _needed(np.minimum(sizes[row], sizes[earlier]), jaccard)
        least = np.minimum(most, 1 + (most > 2))
        good = (shared >= least) & ((shared >= most) | (shared >= smaller))
        return row[good], earlier[good]


def _needed(sizes: I64, jaccard: float) -> I64:
    """Say how many shared keys make a candidate (within.needed)."""
    return np.minimum(ENOUGH, np.maximum(1, (sizes * (jaccard / 3)).astype(np.int64)))


def meet(keys: U64, rows: I64) -> Met:
    """Report what the keys of a bucket tie: each (key, row) comes once or more, in any order."""
    order = np.lexsort((rows, keys))
    return Met(*meet_sorted(keys[order], rows[order]))


@njit(cache=True, nogil=True)
def meet_sorted(keys: U64, rows: I64) -> tuple[I64, I64, I64, I64]:  # pragma: no cover  (compiled)
    """Pair each row with the first CAP earlier holders of each of its keys; (row, row) counts its keys."""
    out = np.empty((4, 1024), np.int64)
    found = 0
    start = 0
    mine = 0  # where the row's own entries of the key begin: two keys of one row may share their 40 bits
    for e in range(len(keys)):
        if e == 0 or keys[e] != keys[start]:
            start = e
            mine = e
        elif rows[e] != rows[e - 1]:
            mine = e
        if found + CAP + 1 > out.shape[1]:
            more = np.empty((4, 2 * out.shape[1] + CAP), np.int64)
            more[:, :found] = out[:, :found]
            out = more
        is_stock = mine - start > CAP
        out[0, found] = rows[e]
        out[1, found] = rows[e]
        out[2, found] = 1
        out[3, found] = is_stock
        found += 1
        for i in range(start, min(mine, start + CAP)):
            out[0, found] = rows[e]
            out[1, found] = rows[i]
            out[2, found] = not is_stock
            out[3, found] = is_stock
            found += 1
    return out[0, :found].copy(), out[1, :found].copy(), out[2, :found].copy(), out[3, :found].copy()
