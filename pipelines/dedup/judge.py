"""Fingerprints → verdicts: the best match of each row among all earlier rows, judged by whose work it repeats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.dedup.config import Config
from pipelines.dedup.evidence import Sheet, disagreeing, sheet_of
from pipelines.dedup.lookup import B8
from pipelines.dedup.pairs import measured
from pipelines.dedup.reach import Reach, reach
from pipelines.dedup.rules import Line, Match, first_line, strongest, take_line, text_line
from pipelines.dedup.shelf import NO_ROWS, ORDER, Shelf
from pipelines.tables.distinct import DISTINCT
from pipelines.tables.duplicates import DUPLICATES


@dataclass(frozen=True)
class Verdicts:
    """What goes on (columns of DISTINCT) and what is held (of DUPLICATES), tonight's rows and earlier ones apart."""

    kept: pl.DataFrame
    held: pl.DataFrame
    again_kept: pl.DataFrame
    again_held: pl.DataFrame
    refused_lookups: int
    """How often a key was too common to look at all who hold it (lookup.CAP)."""


def judge(
    fresh: pl.DataFrame,
    recent: pl.DataFrame,
    config: Config,
    come: pl.Series | None = None,
    *,
    shelf: Shelf | None = None,
) -> Verdicts:
    """Judge tonight's rows against all earlier ones, and again those rows of history whose candidates tonight changed.

    `fresh`, `recent`, `shelf`: fingerprints, each row_id once over all. `come`: the row_ids to judge, of any
    of them; all fresh rows where None. A verdict depends on the set of rows alone, not on nights, order or threads.
    """
    marks = [f.with_columns(is_fresh=pl.lit(value=v)) for f, v in ((fresh, True), (recent, False))]
    here = pl.concat(marks).sort(ORDER)
    is_fresh = here["is_fresh"].to_numpy()
    is_come = is_fresh if come is None else here["row_id"].is_in(come.implode()).to_numpy()
    come_there = NO_ROWS
    if shelf is not None and come is not None:
        come_there = shelf.find(come.filter(~come.is_in(here["row_id"].implode())))
    found = reach(here.drop("is_fresh"), is_fresh, is_come, shelf, config.floor, come_there)
    held = verdicts(sheet_of(found.prints), found, config)
    again = pl.Series("again", found.wanted & ~found.is_come)
    rows = found.prints.select(DISTINCT.empty().columns).with_row_index("row").with_columns(again)
    kept = rows.filter(pl.Series(found.wanted)).join(held, on="row", how="anti")
    held = held.with_columns(again.gather(held["row"]))
    names = DISTINCT.empty().columns, DUPLICATES.empty().columns
    return Verdicts(
        kept.filter(~pl.col("again")).select(names[0]),
        held.filter(~pl.col("again")).select(names[1]),
        kept.filter("again").select(names[0]),
        held.filter("again").select(names[1]),
        found.refused,
    )


def verdicts(sheet: Sheet, found: Reach, config: Config) -> pl.DataFrame:
    """Judge the wanted rows; returns one line a row that is held: row, and the columns of DUPLICATES."""
    texts = text_matches(sheet, found, config)
    takes = take_matches(sheet, found.wanted)
    lines = []
    for row in np.flatnonzero(found.wanted).tolist():
        lines_here = [take_line(sheet, takes[row])] if row in takes else []
        lines_here += [text_line(sheet, texts[row], config)] if row in texts else []
        line = strongest(iter(lines_here)) or _first_of_disagreeing(sheet, row)
        if line is not None:
            lines.append(line)
    return pl.DataFrame(lines, schema={"row": pl.UInt32, **DUPLICATES.empty().schema})


def text_matches(sheet: Sheet, found: Reach, config: Config) -> dict[int, Match]:
    """Find each wanted row's best earlier text: an equal one, else the nearest; the earliest of several."""
    equal = sheet.same_text
    mask = (equal.first >= 0) & found.wanted[equal.rows]
    alike = dict(zip(equal.rows[mask].tolist(), equal.first[mask].tolist(), strict=True))
    foreign = sheet.submissions[found.row] != sheet.submissions[found.earlier]
    foreign &= ~np.isin(found.row, np.fromiter(alike, np.int64, len(alike)))
    pairs = measured(sheet.words, found.row[foreign], found.earlier[foreign])
    pairs = pairs.where((pairs.jaccard >= config.held.jaccard) | (pairs.containment >= config.held.containment))
    best = np.lexsort((pairs.earlier, -pairs.containment, -pairs.jaccard, pairs.row))
    matches = {row: _equal_match(sheet, row, other) for row, other in alike.items()}
    for i in best[np.unique(pairs.row[best], return_index=True)[1]].tolist():
        counts = int(pairs.shared[i]), int(pairs.mine[i]), int(pairs.theirs[i])
        matches[int(pairs.row[i])] = Match(int(pairs.row[i]), int(pairs.earlier[i]), *counts)
    return matches


def _equal_match(sheet: Sheet, row: int, other: int) -> Match:
    pair = measured(sheet.words, np.array([row]), np.array([other]))
    return Match(row, other, int(pair.shared[0]), int(pair.mine[0]), int(pair.theirs[0]), is_equal=True)


def take_matches(sheet: Sheet, wanted: B8) -> dict[int, Match]:
    """Find, for each wanted row, the earlier row that holds most of its recordings; the earliest of several."""
    alike = sheet.same_take
    matches: dict[int, Match] = {}
    for i in np.flatnonzero((alike.first >= 0) & wanted[alike.rows]).tolist():
        row, other = int(alike.rows[i]), int(alike.first[i])
        match = Match(row, other, _shared_takes(sheet, row, other), *_take_counts(sheet, row, other))
        held = matches.get(row)
        if held is None or (-match.shared, match.other) < (-held.shared, held.other):
            matches[row] = match
    return matches


def _shared_takes(sheet: Sheet, row: int, other: int) -> int:
    names = ("takes", "sounds")
    return max(len(set(sheet.prints[n][row]) & set(sheet.prints[n][other])) for n in names)


def _take_counts(sheet: Sheet, row: int, other: int) -> tuple[int, int]:
    takes = sheet.prints["takes"]
    return max(1, len(takes[row])), max(1, len(takes[other]))


def _first_of_disagreeing(sheet: Sheet, row: int) -> Line | None:
    found = disagreeing(sheet, row)
    return first_line(sheet, row, *found) if found else None
