"""Voice: does a character stay itself across the scene, and do the characters differ.

A voice is how often a speaker uses 80 small words and 8 marks, as the deviation from what is usual in the language:
2 sqrt(count + 3/8) - 2 sqrt(expected + 3/8), Anscombe's transform of a Poisson count (Biometrika 35, 1948), so that
rare words in small samples weigh what they are worth. Two voices are compared by the cosine, as in Cosine Delta (Smith
and Aldridge 2011; Evert et al. 2017, doi:10.1093/llc/fqx023). `same` compares the first half of a speaker's turns with
the second, `others` with the other speakers' halves. Only languages whose usual rates are known are measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from pipelines.quality import vocabulary
from pipelines.quality.form import Reading
from pipelines.quality.words import Counted, Places, lexicon

LEAST_WORDS = 50
"""In each half of a speaker's turns. Told apart by chance is 0.5; at 50 words the real sets give 0.63 to 0.81."""


@dataclass(frozen=True)
class Cast:
    """Who speaks alone: `who` (row, name, turns), one line a voice; `half` of each turn: 2 * voice + half, or -1."""

    who: pl.DataFrame
    half: Places
    tongue: Places
    """For each half the line of its language in the lexicon, -1 where its language has no usual rates."""


def cast_of(reading: Reading, language: pl.Series) -> Cast:
    """Part each speaker's turns into a first and a second half; turns said together belong to nobody's voice."""
    turns, speakers = reading.turns, reading.speakers
    alone = np.bincount(speakers.row, minlength=len(turns.row))[speakers.row] == 1
    said = pl.DataFrame({"turn": speakers.row[alone], "name": reading.names.filter(pl.Series(alone))})
    said = said.with_columns(pl.Series("row", turns.row[said["turn"].to_numpy()])).filter(pl.col("name") != "")
    place = pl.int_range(pl.len()).over("row", "name")
    said = said.with_columns(late=(place * 2 >= pl.len().over("row", "name")).cast(pl.Int64))
    who = said.group_by("row", "name", maintain_order=True).len("turns").with_row_index("voice")
    said = said.join(who, on=["row", "name"], how="left", maintain_order="left")
    half = np.full(len(turns.row), -1, np.int64)
    half[said["turn"].to_numpy()] = (said["voice"].cast(pl.Int64) * 2 + said["late"]).to_numpy()
    lines = {name: line for line, name in enumerate(lexicon().voices)}
    spoken = language.replace_strict(lines, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()
    return Cast(who, half, np.repeat(spoken[who["row"].to_numpy()], 2))


@cache
def _usual() -> NDArray[np.float32]:
    """Usual rate of each feature, one line a voice language."""
    rates = vocabulary.small_words()["rates"]
    return np.array([[float(r) for r in rates[name]] for name in lexicon().voices], np.float32)


def voices(cast: Cast, counted: Counted) -> pl.DataFrame:
    """Measure each voice: row, speaker, turns, words, is_measured, same, others."""
    lines = np.maximum(cast.tongue, 0)
    expected = counted.spoken[:, None] * _usual()[lines]
    shape = 2 * np.sqrt(counted.features + 0.375) - 2 * np.sqrt(expected + 0.375)
    shape /= np.maximum(np.linalg.norm(shape, axis=1, keepdims=True), 1e-9)
    long = (counted.spoken >= LEAST_WORDS) & (cast.tongue >= 0)
    measured = long[0::2] & long[1::2]
    row = cast.who["row"].to_numpy().astype(np.int64)
    same, others = _likeness(shape, row, measured)
    return cast.who.select("row", speaker="name", turns="turns").with_columns(
        pl.Series("words", counted.spoken[0::2] + counted.spoken[1::2]),
        pl.Series("is_measured", measured),
        pl.Series("same", same).fill_nan(None),
        pl.Series("others", others).fill_nan(None),
    )


@njit(cache=True, nogil=True)
def _likeness(
    shape: NDArray[np.float32], row: Places, measured: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # pragma: no cover  (compiled)
    """Cosines within each row: a voice's halves with each other, and with the halves of the row's other voices."""
    n = len(row)
    same, others = np.full(n, np.nan), np.full(n, np.nan)
    first = 0
    while first < n:
        last = first
        while last < n and row[last] == row[first]:
            last += 1
        for i in range(first, last):
            if not measured[i]:
                continue
            same[i] = np.sum(shape[2 * i] * shape[2 * i + 1])
            total, pairs = 0.0, 0
            for j in range(first, last):
                if j != i and measured[j]:
                    total += np.sum(shape[2 * i] * shape[2 * j + 1]) + np.sum(shape[2 * i + 1] * shape[2 * j])
                    pairs += 2
            if pairs:
                others[i] = total / pairs
        first = last
    return same, others


def per_row(found: pl.DataFrame, rows: int) -> list[pl.Series]:
    """Voices a row: how many were measured, how steady they are, and how much steadier than alike; 0 where none was."""
    told = (
        found.filter("is_measured")
        .group_by("row")
        .agg(
            voices_measured=pl.len(),
            voice_steadiness=pl.col("same").mean(),
            voice_distinctness=(pl.col("same") - pl.col("others")).mean(),
        )
    )
    index = pl.DataFrame({"row": np.arange(rows)}).with_columns(pl.col("row").cast(found.schema["row"]))
    whole = index.join(told, on="row", how="left", maintain_order="left").fill_null(0)
    return whole.drop("row").get_columns()
