"""Copies whose labels disagree: every pair of copies, earlier or later, that says other things of the same work.

A copy is an equal text, one at least as near as the rejecting band, or the same recording, of another submission.
Which of the two has the right labels nobody here can tell, so neither goes on: the first is not kept blindly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.dedup.evidence import GROUP, Alike, Sheet
from pipelines.dedup.hashing import I64, U64
from pipelines.dedup.labels import DIFFER, Labels, compared
from pipelines.dedup.lookup import B8
from pipelines.dedup.pairs import Pairs

NONE: I64 = np.empty(0, np.int64)


@dataclass(frozen=True)
class Disagreeing:
    """For each row that has copies with other labels: the earliest of them, and whether it is one by its recording."""

    rows: I64
    others: I64
    is_take: B8

    @classmethod
    def of(cls, sheet: Sheet, probed: B8, near: Pairs) -> Disagreeing:
        """Find them among the rows of the sheet; `near`: pairs of copies of which one is probed, by their texts."""
        texts, takes = _alike(sheet, sheet.same_text, probed), _alike(sheet, sheet.same_take, probed)
        one = np.concatenate((near.row, texts[0], takes[0]))
        two = np.concatenate((near.earlier, texts[1], takes[1]))
        by_take = np.arange(len(one)) >= len(one) - len(takes[0])
        foreign = sheet.submissions[one] != sheet.submissions[two]
        one, two, by_take = one[foreign], two[foreign], by_take[foreign]
        differ = compared(sheet, one, two) == DIFFER
        one, two, by_take = one[differ], two[differ], by_take[differ]
        rows, others = np.concatenate((one, two)), np.concatenate((two, one))
        by_take = np.concatenate((by_take, by_take))
        order = np.lexsort((by_take, others, rows))
        first = order[np.unique(rows[order], return_index=True)[1]]
        return cls(rows[first], others[first], by_take[first])

    def where(self, mask: B8) -> Disagreeing:
        """Keep some of them."""
        return Disagreeing(self.rows[mask], self.others[mask], self.is_take[mask])


def _alike(sheet: Sheet, alike: Alike, probed: B8) -> tuple[I64, I64]:
    """Pair the rows that hold the same thing with those of them that say something first, by what they say.

    Looks for those among the earliest GROUP holders: a group of a thousand copies costs a thousand comparisons.
    """
    starts = np.flatnonzero(np.concatenate((np.ones(1, np.bool_), alike.keys[1:] != alike.keys[:-1])))
    ends = np.append(starts[1:], len(alike.keys))
    is_probed = np.concatenate((np.zeros(1, np.int64), np.cumsum(probed[alike.rows])))
    due = (ends - starts > 1) & (is_probed[ends] > is_probed[starts])
    one, two = [NONE], [NONE]
    for low, high in zip(starts[due].tolist(), ends[due].tolist(), strict=True):
        group = alike.rows[low:high]
        first = _first_to_say(sheet, group[:GROUP])
        group = np.concatenate((group[:GROUP], group[GROUP:][probed[group[GROUP:]]]))
        one.append(np.repeat(group, len(first)))
        two.append(np.tile(first, len(group)))
    rows, others = np.concatenate(one), np.concatenate(two)
    apart = (rows != others) & (probed[rows] | probed[others])
    return rows[apart], others[apart]


def _first_to_say(sheet: Sheet, group: I64) -> I64:
    """Find the first two submissions for each thing that the rows of a group say by their labels."""
    order = np.argsort(group)
    said = Labels.of(sheet, group[order])
    seen: dict[bytes, set[int]] = {}
    first = []
    for place, row in enumerate(group[order].tolist()):
        what = b"".join(part.tobytes() for part in _said(said, place))
        submissions = seen.setdefault(what, set())
        submission = int(sheet.submissions[row])
        if len(submissions) < 2 and submission not in submissions:
            submissions.add(submission)
            first.append(row)
    return np.array(first, np.int64)


def _said(said: Labels, place: int) -> tuple[U64, U64, U64]:
    low, high = said.ends[place], said.ends[place + 1]
    in_order = said.in_order[said.order_ends[place] : said.order_ends[place + 1]]
    return said.keys[low:high], said.labels[low:high], in_order
