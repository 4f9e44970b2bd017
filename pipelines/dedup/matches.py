"""What each row repeats: its best earlier text, and the earlier row that holds most of its recordings."""

from __future__ import annotations

import numpy as np

from pipelines.dedup.config import Config
from pipelines.dedup.evidence import Alike, Sheet
from pipelines.dedup.hashing import I64
from pipelines.dedup.lookup import B8, CAP
from pipelines.dedup.pairs import Pairs, measured
from pipelines.dedup.reach import Reach
from pipelines.dedup.rules import Match


def near_texts(sheet: Sheet, found: Reach, config: Config) -> Pairs:
    """Measure every pair that reach found of two submissions; keeps those in a band.

    Of a text that CAP and more earlier rows hold as it is, later copies are not measured against yet others.
    """
    foreign = sheet.submissions[found.row] != sheet.submissions[found.earlier]
    foreign &= ~np.isin(found.row, _crowded(sheet.same_text))
    pairs = measured(sheet.words, found.row[foreign], found.earlier[foreign])
    return pairs.where((pairs.jaccard >= config.held.jaccard) | (pairs.containment >= config.held.containment))


def _crowded(alike: Alike) -> I64:
    """Name the rows before which CAP rows and more hold the same."""
    starts = np.searchsorted(alike.keys, alike.keys)
    return alike.rows[np.arange(len(alike.keys)) - starts >= CAP]


def text_matches(sheet: Sheet, wanted: B8, near: Pairs) -> dict[int, Match]:
    """Find each wanted row's best earlier text: an equal one, else the nearest; the earliest of several."""
    equal = sheet.same_text
    mask = (equal.first >= 0) & wanted[equal.rows]
    order = np.argsort(equal.rows[mask])
    rows, firsts = equal.rows[mask][order], equal.first[mask][order]
    pairs = near.where(wanted[near.row] & ~np.isin(near.row, rows))
    best = np.lexsort((pairs.earlier, -pairs.containment, -pairs.jaccard, pairs.row))
    best = best[np.unique(pairs.row[best], return_index=True)[1]]
    matches = {m.row: m for m in matches_of(_at(pairs, best))}
    return matches | {m.row: m for m in matches_of(measured(sheet.words, rows, firsts), is_equal=True)}


def _at(pairs: Pairs, places: I64) -> Pairs:
    return Pairs(*(c[places] for c in (pairs.row, pairs.earlier, pairs.shared, pairs.mine, pairs.theirs)))


def matches_of(pairs: Pairs, *, is_equal: bool = False) -> list[Match]:
    """See pairs as matches."""
    columns = (pairs.row, pairs.earlier, pairs.shared, pairs.mine, pairs.theirs)
    numbers = np.stack(columns, axis=1).tolist()
    return [Match(a, b, shared, mine, theirs, is_equal) for a, b, shared, mine, theirs in numbers]


def take_matches(sheet: Sheet, wanted: B8) -> dict[int, Match]:
    """Find, for each wanted row, the earlier row that holds most of its recordings; the earliest of several."""
    alike = sheet.same_take
    matches: dict[int, Match] = {}
    for i in np.flatnonzero((alike.first >= 0) & wanted[alike.rows]).tolist():
        match = take_match(sheet, int(alike.rows[i]), int(alike.first[i]))
        held = matches.get(match.row)
        if held is None or (-match.shared, match.other) < (-held.shared, held.other):
            matches[match.row] = match
    return matches


def take_match(sheet: Sheet, row: int, other: int) -> Match:
    """Count the recordings that two rows share, as files, as sounds or by ear, and those of each."""
    mine, theirs = (tuple(set(sheet.prints[n][r]) for n in ("takes", "sounds")) for r in (row, other))
    shared = max(len(mine[i] & theirs[j]) for i in (0, 1) for j in (0, 1))
    takes = sheet.prints["takes"]
    return Match(row, other, shared, max(1, len(takes[row])), max(1, len(takes[other])))
