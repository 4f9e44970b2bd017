"""The arc of a scene: how strong each turn's emotion is, how far that ranges, whether it rises, where it peaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.quality import vocabulary
from pipelines.quality.register import Labels
from pipelines.quality.turns import Flags, Flat, Places

Levels: TypeAlias = NDArray[np.float64]

LEAST_SLOPE = 3
"""Turns with an intensity that a slope needs: through two there is always a line."""


@dataclass(frozen=True)
class Strengths:
    """The turns whose intensity is known, in order: their places, rows, and intensities from 0 to 1."""

    turn: Places
    row: Places
    level: Levels


def strengths(turns: Flat, labels: Labels) -> Strengths:
    """Read one intensity a turn, from 0 to 1, on one scale a scene.

    A scene that declares intensities is read by them alone: the value, else the code as the vocabulary `intensities`
    gives it. Any other is read by its emotion labels where their vocabulary has degrees (Plutchik's three: 1/3, 2/3, 1;
    the strongest of several, undertones left out). What is not from 0 to 1 is unknown.
    """
    declared = _declared(turns)
    speaks = np.bincount(turns.row, weights=~np.isnan(declared), minlength=turns.rows) > 0
    level = np.where(speaks[turns.row], declared, _labelled(turns, labels))
    at = np.flatnonzero(~np.isnan(level))
    return Strengths(at, turns.row[at], level[at])


def _declared(turns: Flat) -> Levels:
    given = turns.field("intensity")
    frame = pl.DataFrame(
        {"code": pl.Series(given.field("code"), dtype=pl.String), "value": pl.Series(given.field("value"))}
    )
    coded = pl.col("code").str.strip_chars().replace_strict(vocabulary.intensities(), default=None)
    level = pl.coalesce(pl.col("value").cast(pl.Float64), coded.cast(pl.Float64))
    there = pl.Series(given.is_valid(), dtype=pl.Boolean)
    known = frame.select(pl.when(there & level.is_between(0, 1)).then(level)).to_series()
    return known.fill_null(float("nan")).to_numpy()


def _labelled(turns: Flat, labels: Labels) -> Levels:
    found = np.full(len(turns.row), np.nan)
    degree = labels.degree[labels.code]
    said = ~labels.under & ~np.isnan(degree)
    np.fmax.at(found, labels.turn[said], degree[said] / vocabulary.DEGREES)
    return found


def arc(found: Strengths, turns: Flat, performed: Flags) -> list[pl.Series]:
    """Measure the arc of each row: share of turns with an intensity, range, slope, peaks, place of the highest."""
    spoken = np.maximum(turns.per_row(performed), 1)
    known = np.zeros(len(turns.row), np.bool_)
    known[found.turn] = True
    place = _places(turns)[found.turn]
    return [
        pl.Series("intensity_turns", turns.per_row(known & performed) / spoken),
        pl.Series("intensity_range", _range(found, turns.rows)),
        pl.Series("intensity_slope", _slope(found, place, turns.rows)),
        pl.Series("intensity_peaks", _peaks(found, turns.rows)),
        pl.Series("intensity_peak_at", _peak_at(found, place, turns.rows)),
    ]


def _places(turns: Flat) -> Levels:
    """Where each turn lies in its scene, as delivered: 0 the first, 1 the last; 0 for a single one."""
    size = np.bincount(turns.row, minlength=turns.rows)
    first = np.cumsum(size) - size
    return (np.arange(len(turns.row)) - first[turns.row]) / np.maximum(size - 1, 1)[turns.row]


def _range(found: Strengths, rows: int) -> Levels:
    low, high = np.full(rows, np.inf), np.full(rows, -np.inf)
    np.minimum.at(low, found.row, found.level)
    np.maximum.at(high, found.row, found.level)
    return np.where(high >= low, high - low, 0.0)


def _slope(found: Strengths, place: Levels, rows: int) -> Levels:
    """Least squares of intensity on place: what a scene gains from its first turn to its last."""
    count = np.bincount(found.row, minlength=rows)

    def sums(values: NDArray[Any]) -> Levels:
        return np.bincount(found.row, weights=values, minlength=rows).astype(np.float64)

    size = np.maximum(count, 1)
    off = place - (sums(place) / size)[found.row]
    rise = found.level - (sums(found.level) / size)[found.row]
    spread = sums(off * off)
    enough = (count >= LEAST_SLOPE) & (spread > 0)
    return np.where(enough, sums(off * rise) / np.where(enough, spread, 1.0), 0.0)


def _peaks(found: Strengths, rows: int) -> Places:
    """Count rises that are followed by a fall; a plateau is one peak, the scene's two ends are none."""
    step = np.ones(len(found.row), np.bool_)
    step[1:] = (found.row[1:] != found.row[:-1]) | (found.level[1:] != found.level[:-1])
    row, level = found.row[step], found.level[step]
    inside = (row[1:-1] == row[:-2]) & (row[1:-1] == row[2:])
    tops = inside & (level[1:-1] > level[:-2]) & (level[1:-1] > level[2:])
    return np.bincount(row[1:-1][tops], minlength=rows).astype(np.int64)


def _peak_at(found: Strengths, place: Levels, rows: int) -> Levels:
    order = np.lexsort((place, -found.level, found.row))
    row, first = np.unique(found.row[order], return_index=True)
    at = np.zeros(rows)
    at[row] = place[order][first]
    return at
