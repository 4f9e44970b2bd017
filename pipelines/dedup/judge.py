"""Fingerprints → verdicts: the best match of each row among all earlier rows, judged by whose work it repeats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.dedup import lookup
from pipelines.dedup.config import Config
from pipelines.dedup.evidence import Sheet, disagreeing, sheet_of
from pipelines.dedup.lookup import B8
from pipelines.dedup.pairs import measured, near_pairs
from pipelines.dedup.rules import Line, Match, first_line, strongest, take_line, text_line
from pipelines.tables.distinct import DISTINCT
from pipelines.tables.duplicates import DUPLICATES

ORDER = ["submitted_at", "submission_id", "revision", "row_id"]
"""What `earlier` means (semantics 5)."""


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
    fresh: pl.DataFrame, history: pl.DataFrame, config: Config, come: pl.Series | None = None, threads: int = 2
) -> Verdicts:
    """Judge tonight's rows against all earlier ones, and again those rows of history whose candidates tonight changed.

    `fresh`, `history`: fingerprints, each row_id once over both. `come`: the row_ids to judge, fresh or not; all
    fresh rows where None. A verdict depends on the set of rows alone, not on nights, order, threads or chunks.
    """
    prints = pl.concat(
        [fresh.with_columns(is_fresh=pl.lit(value=True)), history.with_columns(is_fresh=pl.lit(value=False))]
    ).sort(ORDER)
    is_fresh = prints["is_fresh"].to_numpy()
    come_now = is_fresh if come is None else prints["row_id"].is_in(come.implode()).to_numpy()
    sheet = sheet_of(prints)
    again = touched(sheet, is_fresh) & ~come_now
    held, lost = verdicts(sheet, come_now | again, config, threads)
    held = held.with_columns(again=pl.Series(again, dtype=pl.Boolean).gather(held["row"]))
    rows = prints.select(DISTINCT.empty().columns).with_row_index("row")
    kept = rows.filter(pl.Series(come_now | again)).join(held, on="row", how="anti")
    kept = kept.with_columns(again=pl.Series(again, dtype=pl.Boolean).gather(kept["row"]))
    names = DUPLICATES.empty().columns
    return Verdicts(
        kept.filter(~pl.col("again")).select(DISTINCT.empty().columns),
        held.filter(~pl.col("again")).select(names),
        kept.filter("again").select(DISTINCT.empty().columns),
        held.filter("again").select(names),
        lost,
    )


def touched(sheet: Sheet, is_fresh: B8) -> B8:
    """Find the rows of history whose verdict a fresh row may change: by standing before them, or by other labels."""
    out = np.zeros(sheet.rows, np.bool_)
    if is_fresh.all() or not is_fresh.any():
        return out
    lookup.touched_by(sheet.texts.entries, is_fresh, out)
    for alike in (sheet.same_text, sheet.same_take):
        lookup.touched_alike(alike.keys, alike.rows, sheet.submissions, is_fresh, out)
    return out & ~is_fresh


def verdicts(sheet: Sheet, wanted: B8, config: Config, threads: int = 2) -> tuple[pl.DataFrame, int]:
    """Judge the wanted rows; returns one line a row that is held (row, and the columns of DUPLICATES), and refusals."""
    texts, lost = text_matches(sheet, wanted, config, threads)
    takes = take_matches(sheet, wanted)
    lines = []
    for row in np.flatnonzero(wanted).tolist():
        found = [take_line(sheet, takes[row])] if row in takes else []
        found += [text_line(sheet, texts[row], config)] if row in texts else []
        line = strongest(iter(found)) or _first_of_disagreeing(sheet, row)
        if line is not None:
            lines.append(line)
    return pl.DataFrame(lines, schema={"row": pl.UInt32, **DUPLICATES.empty().schema}), lost


def text_matches(sheet: Sheet, wanted: B8, config: Config, threads: int = 2) -> tuple[dict[int, Match], int]:
    """Find each wanted row's best earlier text: an equal one, else the nearest; the earliest of several."""
    equal = sheet.same_text
    mask = (equal.first >= 0) & wanted[equal.rows]
    found = dict(zip(equal.rows[mask].tolist(), equal.first[mask].tolist(), strict=True))
    others = wanted.copy()
    others[list(found)] = False
    held = config.held
    pairs, lost = near_pairs(sheet.texts, others, jaccard=held.jaccard, containment=held.containment, threads=threads)
    pairs = pairs.where(sheet.submissions[pairs.row] != sheet.submissions[pairs.earlier])
    best = np.lexsort((pairs.earlier, -pairs.containment, -pairs.jaccard, pairs.row))
    matches = {row: _equal_match(sheet, row, other) for row, other in found.items()}
    for i in best[np.unique(pairs.row[best], return_index=True)[1]].tolist():
        counts = int(pairs.shared[i]), int(pairs.mine[i]), int(pairs.theirs[i])
        matches[int(pairs.row[i])] = Match(int(pairs.row[i]), int(pairs.earlier[i]), *counts)
    return matches, lost


def _equal_match(sheet: Sheet, row: int, other: int) -> Match:
    pair = measured(sheet.texts.words, np.array([row]), np.array([other]))
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
