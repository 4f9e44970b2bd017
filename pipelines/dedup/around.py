"""The copies of a few rows of history, earlier and later: what their verdict stands on besides what they repeat.

Tonight's rows meet every later copy of theirs as it is judged. A row of an earlier night that is judged again, or
whose copy with other labels came tonight, looks for its copies on both sides itself.
"""

# mypy: disable-error-code="assignment,no-any-return,return-value,call-overload,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numba import njit

from pipelines.dedup.evidence import flat, same_keys
from pipelines.dedup.hashing import I64, SHINGLE, U32, U64, sketch_rows, text_keys
from pipelines.dedup.lookup import CAP, earlier_count, pack, ranges, row_of
from pipelines.dedup.measure import likely
from pipelines.dedup.pairs import NOBODY, Texts
from pipelines.dedup.shelf import ORDER, Shelf

LATER = 1024
"""Of the rows that hold a key the first so many are looked at, where the row is among the first CAP of them."""


@dataclass(frozen=True)
class Surroundings:
    """All that a row may be near to: the rows in memory, in order, with their sketches, and the shelf."""

    here: pl.DataFrame
    texts: Texts
    ranks: I64
    """How many of the shelf's rows are earlier than each row in memory."""
    shelf: Shelf | None

    def copies_of(self, rows: pl.DataFrame, floor: float) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Find the rows whose sketches do not speak against a containment of `floor`, and the shelf's equal ones.

        Returns fingerprints, `rows` among them, and the pairs to measure: row_id (of `rows`), other_id.
        """
        words, ends = flat(rows["words"])
        who, whom = self._near(rows, words, ends, floor)
        is_here = whom < self.texts.rows
        there = whom[~is_here] - self.texts.rows
        frames, found = [rows, self.here[np.unique(whom[is_here])]], [self.here["row_id"].gather(whom[is_here])]
        if self.shelf:
            equal = self.shelf.like(same_keys(rows, text_keys(words, ends))[0])
            visitors = self.shelf.take(np.union1d(there, equal))
            numbers = visitors["shelf_row"].to_numpy()
            found.append(visitors["row_id"].gather(np.searchsorted(numbers, there)))
            frames.append(visitors.select(rows.columns))
        who = np.concatenate((who[is_here], who[~is_here]))
        pairs = pl.DataFrame({"row_id": rows["row_id"].gather(who), "other_id": pl.concat(found)})
        return pl.concat(frames), pairs

    def _near(self, rows: pl.DataFrame, words: U32, ends: I64, floor: float) -> tuple[I64, I64]:
        """Pair rows with those in memory, and from len(texts) on with those of the shelf, by their sketches."""
        t, shelf = self.texts, self.shelf
        keys, key_ends = sketch_rows(words, ends, SHINGLE)
        probes = pack(keys, key_ends)
        there = shelf.entries if shelf else NOBODY
        found = np.zeros((2, 2, len(probes)), np.uint32)
        ranges(probes, t.entries, found[0, 0], found[0, 1])
        if len(there):
            ranges(probes, there, found[1, 0], found[1, 1])
        before = np.stack((_ranks(self.here, rows), shelf.ranks(rows) if shelf else np.zeros(rows.height, np.int64)))
        pairs = np.unique(holders(probes, t.entries, found[0], there, found[1], before, self.ranks))
        who, whom = (pairs >> np.uint64(32)).astype(np.uint32), (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32)
        near = whom < t.rows
        good = np.zeros(len(who), np.bool_)
        good[near] = likely(who[near], whom[near], keys, key_ends, ends, t.keys, t.key_ends, t.word_ends, floor)
        if shelf:
            far = whom[~near] - np.uint32(t.rows)
            good[~near] = likely(
                who[~near], far, keys, key_ends, ends, shelf.keys, shelf.key_ends, shelf.word_ends, floor
            )
        return who[good].astype(np.int64), whom[good].astype(np.int64)


def _ranks(here: pl.DataFrame, rows: pl.DataFrame) -> I64:
    """Count, for each of some rows, the rows in memory that are earlier."""
    stamps, mine = (f["submitted_at"].dt.timestamp("us").to_numpy() for f in (here, rows))
    low = np.searchsorted(stamps, mine).astype(np.int64)
    high = np.searchsorted(stamps, mine, side="right")
    for i in np.flatnonzero(high > low).tolist():
        me = rows[i].select(ORDER).row(0)
        low[i] += sum(tie < me for tie in here[low[i] : high[i]].select(ORDER).rows())
    return low


@njit(cache=True, nogil=True)
def holders(
    probes: U64, a: U64, range_a: U32, b: U64, range_b: U32, rank: I64, a_in_b: I64
) -> U64:  # pragma: no cover  (compiled)
    """Pair each probe row with the first holders of its keys, earlier and later: probe << 32 | holder, with repeats.

    `rank`: (2, probe rows) how many rows of a and of b are earlier. A holder in b counts from len(a_in_b) on.
    """
    out = np.empty(1024, np.uint64)
    found = 0
    for p in range(len(probes)):
        r = row_of(probes[p])
        i = np.int64(range_a[0, p])
        j = np.int64(range_b[0, p])
        i_end = np.int64(range_a[1, p])
        j_end = np.int64(range_b[1, p])
        earlier = earlier_count(a, i, i_end, rank[0, r]) + earlier_count(b, j, j_end, rank[1, r])
        most = min(CAP if earlier >= CAP else LATER, i_end - i + j_end - j)
        if found + most > len(out):
            out = np.concatenate((out, np.empty(len(out) + most, np.uint64)))
        for _ in range(most):
            take_a = j == j_end
            if i < i_end and j < j_end:
                take_a = a_in_b[row_of(a[i])] <= row_of(b[j])
            holder = row_of(a[i]) if take_a else len(a_in_b) + row_of(b[j])
            i += take_a
            j += not take_a
            out[found] = np.uint64(r << 32 | holder)
            found += 1
    return out[:found]
