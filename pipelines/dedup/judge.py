"""Fingerprints → verdicts: the best match of each row among all earlier rows, judged by whose work it repeats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import polars as pl

from pipelines.dedup.around import Surroundings
from pipelines.dedup.config import Config
from pipelines.dedup.disagreements import disagreements
from pipelines.dedup.echoes import Echo, Heard, echoes
from pipelines.dedup.evidence import Sheet, sheet_of
from pipelines.dedup.labels import MEANING, compared
from pipelines.dedup.lookup import B8
from pipelines.dedup.matches import near_texts, take_matches, text_matches
from pipelines.dedup.pairs import Pairs
from pipelines.dedup.reach import reach
from pipelines.dedup.references import References, published
from pipelines.dedup.rules import Line, Match, published_line, rank_of, strongest, take_line, text_line
from pipelines.dedup.shelf import NO_ROWS, ORDER, Shelf
from pipelines.dedup.tombs import Tombs
from pipelines.tables.distinct import DISTINCT
from pipelines.tables.duplicates import DUPLICATES

NOBODY = pl.Series("row_id", [], pl.String)
NO_ECHO: Mapping[int, Echo] = MappingProxyType({})


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
    references: References | None = None,
    tombs: Tombs | None = None,
    again: pl.Series = NOBODY,
) -> Verdicts:
    """Judge tonight's rows against all earlier ones, and again those rows of history whose candidates tonight changed.

    `fresh`, `recent`, `shelf`: fingerprints, each row_id once over all. `come`: the row_ids to judge, of any
    of them; all fresh rows where None. `again`: row_ids of history whose published works changed. A verdict depends on
    the set of rows and works alone, not on nights, order or threads.
    """
    marks = [f.with_columns(is_fresh=pl.lit(value=v)) for f, v in ((fresh, True), (recent, False))]
    here = pl.concat(marks).sort(ORDER)
    is_fresh = here["is_fresh"].to_numpy()
    come = fresh["row_id"] if come is None else come
    asked = pl.concat([come, again]).unique(maintain_order=True)
    is_asked = here["row_id"].is_in(asked.implode()).to_numpy()
    asked_there = shelf.find(asked.filter(~asked.is_in(here["row_id"].implode()))) if shelf is not None else NO_ROWS
    here = here.drop("is_fresh")
    found = reach(here, is_fresh, is_asked, shelf, config.floor, asked_there)
    sheet = sheet_of(found.prints)
    near = near_texts(sheet, found, config)
    heard = echoes(sheet, found.wanted, tombs, config) if tombs else {}
    lines = verdicts(sheet, found.wanted, near, config, references, heard)
    new, came = (found.prints["row_id"].is_in(ids.implode()).to_numpy() for ids in (fresh["row_id"], come))
    around = Surroundings(here, found.texts, found.ranks, shelf)
    lines |= {row: echo.labels[1] for row, echo in heard.items() if echo.labels}
    lines |= disagreements(sheet, found.wanted, new, near, around, config)
    return _split(found.prints, found.wanted, came, lines, found.refused)


def _split(prints: pl.DataFrame, wanted: B8, come: B8, lines: dict[int, Line], refused: int) -> Verdicts:
    """Part what is held from what goes on, and tonight's rows from those of earlier nights."""
    held = pl.DataFrame(list(lines.values()), schema={"row": pl.UInt32, **DUPLICATES.empty().schema}).sort("row")
    judged = wanted.copy()
    judged[held["row"].to_numpy()] = True
    rows = prints.select(DISTINCT.empty().columns).with_row_index("row").with_columns(again=pl.Series(judged & ~come))
    kept = rows.filter(pl.Series(judged)).join(held, on="row", how="anti")
    held = held.with_columns(again=rows["again"].gather(held["row"]))
    names = DISTINCT.empty().columns, DUPLICATES.empty().columns
    return Verdicts(
        kept.filter(~pl.col("again")).select(names[0]),
        held.filter(~pl.col("again")).select(names[1]),
        kept.filter("again").select(names[0]),
        held.filter("again").select(names[1]),
        refused,
    )


def verdicts(
    sheet: Sheet,
    wanted: B8,
    near: Pairs,
    config: Config,
    references: References | None = None,
    heard: Mapping[int, Echo] = NO_ECHO,
) -> dict[int, Line]:
    """Judge the wanted rows by what they repeat; returns the line of each row that is held."""
    texts, takes = text_matches(sheet, wanted, near), take_matches(sheet, wanted)
    echo_lines = {
        row: [*_better(sheet, takes, row, echo.take), *_better(sheet, texts, row, echo.text)]
        for row, echo in heard.items()
    }
    agree_texts, agree_takes = _agree(sheet, texts), _agree(sheet, takes)
    works = published(sheet, wanted, references, config.published) if references else {}
    lines = {}
    for row in sorted({*texts, *takes, *works, *heard}):
        of_row = [take_line(sheet, takes[row], agree_takes[row])] if row in takes else []
        of_row += [text_line(sheet, texts[row], agree_texts[row], config)] if row in texts else []
        of_row += echo_lines.get(row, [])
        if references and row in works:
            work = works[row].other
            of_row.append(published_line(sheet, works[row], references.names[work], references.words_of(work)))
        if of_row:
            lines[row] = strongest(of_row)
    return lines


def _better(sheet: Sheet, matches: dict[int, Match], row: int, heard: Heard | None) -> list[Line]:
    """Of a living row and an erased one the better match counts, as if both lived: the lesser is forgotten."""
    living = matches.get(row)
    if heard is None or (living and rank_of(living, sheet.prints, heard[1]["modality"]) < heard[0]):
        return []
    matches.pop(row, None)
    return [heard[1]]


def _agree(sheet: Sheet, matches: dict[int, Match]) -> dict[int, bool | None]:
    others = np.array([m.other for m in matches.values()], np.int64)
    found = compared(sheet, np.array(list(matches), np.int64), others)
    return {row: MEANING[said] for row, said in zip(matches, found.tolist(), strict=True)}
