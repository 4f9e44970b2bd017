"""Which turns were copied, wholly or in part: for each turn the one that it repeats most, and the share of its words.

A word is copied where it stands in a run of five words (a shingle) of the turn that stands anywhere in the other text,
also over the end of a turn: whoever joins or cuts turns copies no less. A turn of fewer words is copied where it is,
word for word, a turn of the other text.
"""

# mypy: disable-error-code="assignment,no-any-return,return-value,call-overload,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pipelines.dedup.evidence import Sheet
from pipelines.dedup.hashing import I64, SHINGLE, U32, shingle_at

F64 = NDArray[np.float64]


class Part(NamedTuple):
    """A turn that repeats one of the other row (None: of a work without turns), and the share of its words copied."""

    turn: int
    matched_turn: int | None
    share: float


def copied_parts(sheet: Sheet, row: int, other: int) -> list[Part]:
    """List the turns of a row that stand, wholly or in part, in the other row; turns are counted from 0."""
    words, ends = turn_words(sheet, row)
    others, other_ends = turn_words(sheet, other)
    matched, shares = runs_shared(words, ends, others, other_ends)
    whole: dict[int, int] = {}
    for place, key in enumerate(sheet.turns(other)[0]):
        whole.setdefault(key, place)
    for place, key in enumerate(sheet.turns(row)[0]):
        if key and key in whole:
            matched[place], shares[place] = whole[key], 1.0
    return [Part(t, int(matched[t]), float(shares[t])) for t in np.flatnonzero(shares > 0).tolist()]


def parts_of_work(sheet: Sheet, row: int, work: U32) -> list[Part]:
    """List the turns of a row that stand, wholly or in part, in a work without turns."""
    words, ends = turn_words(sheet, row)
    _, shares = runs_shared(words, ends, work, np.array([0, len(work)], np.int64))
    return [Part(t, None, float(shares[t])) for t in np.flatnonzero(shares > 0).tolist()]


def turn_words(sheet: Sheet, row: int) -> tuple[U32, I64]:
    """Give a row's word hashes, and where each turn ends in them (turns + 1)."""
    words, _ = sheet.words.some(np.array([row], np.int64))
    counts = sheet.prints["turn_words"][row].to_numpy()
    ends = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=ends[1:])
    return words, ends


@njit(cache=True, nogil=True)
def runs_shared(words: U32, ends: I64, others: U32, other_ends: I64) -> tuple[I64, F64]:  # pragma: no cover (compiled)
    """For each turn: the other's turn that most of its runs begin in (the first of several; -1), and the share."""
    there = np.empty(max(0, len(others) - SHINGLE + 1), np.uint64)
    for i in range(len(there)):
        there[i] = shingle_at(others, i, SHINGLE)
    order = np.argsort(there, kind="mergesort")
    there = there[order]
    matched = np.full(len(ends) - 1, -1, np.int64)
    shares = np.zeros(len(ends) - 1, np.float64)
    votes = np.zeros(len(other_ends) - 1, np.int64)
    for t in range(len(ends) - 1):
        voted = np.empty(max(0, ends[t + 1] - ends[t] - SHINGLE + 1), np.int64)
        count = 0
        copied = 0
        covered = ends[t]
        for i in range(ends[t], ends[t + 1] - SHINGLE + 1):
            key = shingle_at(words, i, SHINGLE)
            at = np.searchsorted(there, key)
            if at == len(there) or there[at] != key:
                continue
            copied += i + SHINGLE - max(i, covered)
            covered = i + SHINGLE
            place = np.searchsorted(other_ends, order[at], side="right") - 1
            votes[place] += 1
            voted[count] = place
            count += 1
        for v in range(count):
            place = voted[v]
            best = matched[t]
            if best < 0 or votes[place] > votes[best] or (votes[place] == votes[best] and place < best):
                matched[t] = place
        for v in range(count):
            votes[voted[v]] = 0
        if ends[t + 1] > ends[t]:
            shares[t] = copied / (ends[t + 1] - ends[t])
    return matched, shares
