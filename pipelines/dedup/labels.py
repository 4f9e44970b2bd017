"""Whether two copies say the same of their turns: emotion, undertone and intensity, compared turn by turn.

Turns are compared where they have the same words; where two texts share no whole turn, where at least half of a turn's
words stand in the other's; and in their order where there are no words to go by (recordings).
"""

# mypy: disable-error-code="assignment,no-any-return,return-value,call-overload,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pipelines.dedup.evidence import Sheet
from pipelines.dedup.hashing import I64, U64
from pipelines.dedup.turns import copied_parts

I8 = NDArray[np.int8]
UNKNOWN, AGREE, DIFFER = 0, 1, 2
MEANING = (None, True, False)
"""What a comparison comes to: nothing can be compared, the labels agree, they do not."""

HALF = 0.5
"""A turn is the same one, edited, where so much of it stands in the other."""


@dataclass(frozen=True)
class Labels:
    """The labels of some rows: distinct (words of a turn, label), sorted; and all labels in the order of turns."""

    rows: I64
    keys: U64
    labels: U64
    ends: I64
    in_order: U64
    order_ends: I64
    speaks: NDArray[np.bool_]

    @classmethod
    def of(cls, sheet: Sheet, rows: I64) -> Labels:
        """Read the labels of rows of the sheet; `rows` are sorted, each once."""
        counts = sheet.turn_ends[rows + 1] - sheet.turn_ends[rows]
        owner = np.repeat(np.arange(len(rows)), counts)
        places = np.repeat(sheet.turn_ends[rows] - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
        keys, labels = sheet.turn_keys[places], sheet.turn_labels[places]
        speaks = np.zeros(len(rows), np.bool_)
        speaks[owner[keys != 0]] = True
        said = labels != 0
        both = np.flatnonzero(said & (keys != 0))
        both = both[np.lexsort((labels[both], keys[both], owner[both]))]
        once = np.ones(len(both), np.bool_)
        once[1:] = np.any([of[both[1:]] != of[both[:-1]] for of in (owner, keys, labels)], axis=0)
        both = both[once]
        return cls(
            rows, keys[both], labels[both], _ends(owner[both], rows), labels[said], _ends(owner[said], rows), speaks
        )


def _ends(owner: I64, rows: I64) -> I64:
    return np.searchsorted(owner, np.arange(len(rows) + 1)).astype(np.int64)


def compared(sheet: Sheet, rows: I64, others: I64) -> I8:
    """Compare the labels of pairs of rows: UNKNOWN, AGREE or DIFFER each."""
    both, places = np.unique(np.concatenate((rows, others)), return_inverse=True)
    said = Labels.of(sheet, both.astype(np.int64))
    who, whom = places[: len(rows)].astype(np.int64), places[len(rows) :].astype(np.int64)
    found = compare(
        who, whom, said.keys, said.labels, said.ends, said.in_order, said.order_ends, said.speaks.view(np.uint8)
    )
    has = np.diff(said.ends) > 0
    for p in np.flatnonzero((found == UNKNOWN) & has[who] & has[whom]).tolist():
        found[p] = _by_parts(sheet, int(rows[p]), int(others[p]))
    return found


def _by_parts(sheet: Sheet, row: int, other: int) -> int:
    """Compare the turns of which half and more stands in the other row."""
    later, earlier = max(row, other), min(row, other)
    mine, theirs = sheet.turns(later)[1], sheet.turns(earlier)[1]
    parts = copied_parts(sheet, later, earlier)
    pairs = [(mine[p.turn], theirs[p.matched_turn or 0]) for p in parts if p.share >= HALF]
    pairs = [(one, two) for one, two in pairs if one and two]
    if not pairs:
        return UNKNOWN
    return AGREE if all(one == two for one, two in pairs) else DIFFER


@njit(cache=True, nogil=True)
def compare(
    who: I64, whom: I64, keys: U64, labels: U64, ends: I64, in_order: U64, order_ends: I64, speaks: NDArray[np.uint8]
) -> I8:  # pragma: no cover  (compiled)
    """Compare each pair's labels, of the words that both have; in order where one of them has no words."""
    out = np.zeros(len(who), np.int8)
    for p in range(len(who)):
        a = who[p]
        b = whom[p]
        if speaks[a] and speaks[b]:
            out[p] = by_words(keys, labels, ends[a], ends[a + 1], ends[b], ends[b + 1])
        else:
            mine = in_order[order_ends[a] : order_ends[a + 1]]
            theirs = in_order[order_ends[b] : order_ends[b + 1]]
            if len(mine) and len(theirs):
                same = len(mine) == len(theirs) and (mine == theirs).all()
                out[p] = AGREE if same else DIFFER
    return out


@njit(cache=True, nogil=True)
def by_words(keys: U64, labels: U64, i: int, i_end: int, j: int, j_end: int) -> int:  # pragma: no cover  (compiled)
    """Compare the sets of labels of every turn's words that stand in both sorted lists."""
    found = UNKNOWN
    while i < i_end and j < j_end:
        if keys[i] != keys[j]:
            if keys[i] < keys[j]:
                i += 1
            else:
                j += 1
            continue
        key = keys[i]
        while i < i_end and j < j_end and keys[i] == key and keys[j] == key and labels[i] == labels[j]:
            i += 1
            j += 1
        if (i < i_end and keys[i] == key) or (j < j_end and keys[j] == key):
            return DIFFER
        found = AGREE
    return found
