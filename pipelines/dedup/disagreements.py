"""Copies whose labels disagree, wherever they lie: among tonight's rows, in memory, on the shelf; all of them held."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.dedup.around import Surroundings
from pipelines.dedup.config import Config
from pipelines.dedup.copies import Disagreeing
from pipelines.dedup.evidence import Sheet, sheet_of
from pipelines.dedup.hashing import I64
from pipelines.dedup.lookup import B8
from pipelines.dedup.matches import matches_of, take_match
from pipelines.dedup.pairs import Pairs, measured
from pipelines.dedup.rules import Line, labels_line
from pipelines.dedup.shelf import NO_ROWS, ORDER


def disagreements(
    sheet: Sheet, wanted: B8, fresh: B8, near: Pairs, around: Surroundings, config: Config
) -> dict[int, Line]:
    """Hold every row that has a copy with other labels, earlier or later; also rows of history that nobody asked for.

    A fresh row meets its later copies as they are judged, tonight too. Other rows look for theirs on both sides.
    """
    copies = near.where(near.jaccard >= config.rejected.jaccard)
    found = Disagreeing.of(sheet, wanted | fresh, copies)
    lines = labels_lines(sheet, found.where(wanted[found.rows] & fresh[found.rows]))
    old = wanted & ~fresh
    old[found.rows] |= ~fresh[found.rows]
    return lines | _of_history(sheet, old, found.where(old[found.rows]), around, config) if old.any() else lines


def _of_history(sheet: Sheet, old: B8, known: Disagreeing, around: Surroundings, config: Config) -> dict[int, Line]:
    """Judge rows of history among all that is near them, or like them, in a small sheet of their own."""
    asked = sheet.prints.filter(pl.Series(old))
    least = config.rejected.jaccard
    near, pairs = around.copies_of(asked, 2 * least / (1 + least))
    beside = np.union1d(_alike(sheet, old), known.others)
    prints = pl.concat([near, sheet.prints[beside]]).unique("row_id", keep="first", maintain_order=True).sort(ORDER)
    small = sheet_of(prints)
    ids = sheet.prints["row_id"]
    named = pl.DataFrame({"row_id": ids.gather(known.rows), "other_id": ids.gather(known.others)})
    both = _measured(small, pl.concat([pairs, named]))
    is_asked = prints["row_id"].is_in(asked["row_id"].implode()).to_numpy()
    found = Disagreeing.of(small, is_asked, both.where(both.jaccard >= least))
    places = dict(zip(asked["row_id"], np.flatnonzero(old).tolist(), strict=True))
    lines = labels_lines(small, found.where(is_asked[found.rows])).values()
    return {places[line["row_id"]]: line | {"row": places[line["row_id"]]} for line in lines}


def _alike(sheet: Sheet, asked: B8) -> I64:
    """List the rows that hold the same text or recording as one of the rows asked for."""
    found = [NO_ROWS]
    for alike in (sheet.same_text, sheet.same_take):
        found.append(alike.rows[np.isin(alike.keys, alike.keys[asked[alike.rows]])])
    return np.concatenate(found)


def _measured(sheet: Sheet, pairs: pl.DataFrame) -> Pairs:
    """Measure pairs of row ids, each once."""
    numbered = sheet.prints.select("row_id").with_row_index("place")
    places = [
        pairs.join(numbered, left_on=of, right_on="row_id", maintain_order="left")["place"].cast(pl.Int64).to_numpy()
        for of in ("row_id", "other_id")
    ]
    both = np.unique(np.stack((np.maximum(*places), np.minimum(*places))), axis=1)
    both = both[:, sheet.submissions[both[0]] != sheet.submissions[both[1]]]
    pairs_here = measured(sheet.words, both[0], both[1])
    return pairs_here.where((pairs_here.mine > 0) & (pairs_here.theirs > 0))


def labels_lines(sheet: Sheet, found: Disagreeing) -> dict[int, Line]:
    """Write the line of each row that has a copy with other labels."""
    texts, takes = found.where(~found.is_take), found.where(found.is_take)
    matches = matches_of(measured(sheet.words, texts.rows, texts.others))
    lines = {m.row: labels_line(sheet, m, "text") for m in matches}
    for row, other in zip(takes.rows.tolist(), takes.others.tolist(), strict=True):
        lines[row] = labels_line(sheet, take_match(sheet, row, other), "take")
    return lines
