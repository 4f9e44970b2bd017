"""Keys that come in any order and in parts → the pairs of rows that share some, weighed as `within` weighs them.

Where all keys lie in one array of entries, `within` is the way. Here a bucket of keys knows nothing of the others, so
it is asked twice: how many keys of each row it holds, and how many of them are stock; then, when it is known which rows
are stock for the most part, which pairs of rows share keys that count, and how many.
"""

# mypy: disable-error-code="assignment,no-any-return,return-value,call-overload,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)

from __future__ import annotations

import numpy as np
from numba import njit

from pipelines.dedup.hashing import I64, U64
from pipelines.dedup.lookup import B8, CAP, ENOUGH


def census(keys: U64, rows: I64) -> tuple[I64, I64, I64]:
    """Count the keys of each row of a bucket: (row, keys, those that are stock). Keys come in any order."""
    order = np.lexsort((rows, keys))
    holders, is_stock = rows[order], earlier_holders(keys[order], rows[order])[1] > CAP
    found, places = np.unique(holders, return_inverse=True)
    counts = (np.bincount(places, of, len(found)).astype(np.int64) for of in (None, is_stock))
    return found, *counts


def is_stocked(sizes: I64, stock: I64, jaccard: float) -> B8:
    """Say for which rows stock keys count: those whose keys are stock for more than a part."""
    return stock > jaccard * 2 / 3 * sizes


def meet(keys: U64, rows: I64, stocked: B8) -> tuple[I64, I64, I64]:
    """Count the keys that rows of a bucket share with earlier rows: (row, earlier, keys), sorted.

    `stocked` says of each key whether its row's stock keys count.
    """
    order = np.lexsort((rows, keys))
    start, count = earlier_holders(keys[order], rows[order])
    pairs = tied(rows[order], start, np.where((count <= CAP) | stocked[order], np.minimum(count, CAP), 0))
    codes, shared = np.unique(
        pairs[0].astype(np.uint64) << np.uint64(32) | pairs[1].astype(np.uint64), return_counts=True
    )
    return (codes >> np.uint64(32)).astype(np.int64), (codes & np.uint64(0xFFFFFFFF)).astype(np.int64), shared


def needed(sizes: I64, jaccard: float) -> I64:
    """Say how many shared keys make a candidate of a text of so many keys (within.needed)."""
    return np.minimum(ENOUGH, np.maximum(1, (sizes * (jaccard / 3)).astype(np.int64)))


def least(sizes: I64, jaccard: float) -> I64:
    """Say with fewer shared keys than what a pair is none, whatever the other text's size."""
    most = needed(sizes, jaccard)
    return np.minimum(most, 1 + (most > 2))


def are_candidates(sizes: I64, others: I64, shared: I64, jaccard: float) -> B8:
    """Choose the pairs worth measuring, by the keys of both texts and those that they share."""
    good = shared >= needed(np.minimum(sizes, others), jaccard)
    return (shared >= least(sizes, jaccard)) & (good | (shared >= needed(sizes, jaccard)))


@njit(cache=True, nogil=True)
def earlier_holders(keys: U64, rows: I64) -> tuple[I64, I64]:  # pragma: no cover  (compiled)
    """For each (key, row), sorted: where the key begins, and how many entries of earlier rows it has."""
    starts = np.zeros(len(keys), np.int64)
    counts = np.zeros(len(keys), np.int64)
    start = 0
    mine = 0  # where the row's own entries of the key begin: two keys of one row may share their 40 bits
    for e in range(len(keys)):
        if e == 0 or keys[e] != keys[start]:
            start = e
            mine = e
        elif rows[e] != rows[e - 1]:
            mine = e
        starts[e] = start
        counts[e] = mine - start
    return starts, counts


@njit(cache=True, nogil=True)
def tied(rows: I64, starts: I64, counts: I64) -> tuple[I64, I64]:  # pragma: no cover  (compiled)
    """Pair each entry's row with the rows of the entries that it was given."""
    total = counts.sum()
    who = np.empty(total, np.int64)
    whom = np.empty(total, np.int64)
    found = 0
    for e in range(len(rows)):
        for i in range(starts[e], starts[e] + counts[e]):
            who[found] = rows[e]
            whom[found] = rows[i]
            found += 1
    return who, whom
