"""Voice: does a character stay itself across the scene, and do the characters differ.

A voice is how often a speaker uses the words of the closed classes (expectations/vocabularies/function_words.json) and
8 marks, as the deviation from what the voices of that scene do together: 2 sqrt(count + 3/8) - 2 sqrt(expected + 3/8),
Anscombe's transform of a Poisson count (Biometrika 35, 1948), so that rare words in small samples weigh what they are
worth. Two voices are compared by the cosine, as in Cosine Delta (Smith and Aldridge 2011; Evert et al. 2017,
doi:10.1093/llc/fqx023). `same` compares the first half of a speaker's turns with the second, `others` with the other
speakers' halves. The scene is its own reference, so a measure depends on its row alone and no corpus is behind it;
where fewer than two voices speak enough there is nothing to compare. Only languages with a list are measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from pipelines.quality.lexicon import lexicon
from pipelines.quality.scan import Places
from pipelines.quality.speech import Speech
from pipelines.quality.turns import distinct
from pipelines.quality.words import Counted

LEAST_WORDS = 50
"""In each half of a speaker's turns. Told apart by chance is 0.5; at 50 words the real sets give 0.67 to 0.79."""


@dataclass(frozen=True)
class Cast:
    """Who speaks: `key` of each voice, how many `turns` it says alone; `half` of each turn: 2 * voice + half, or -1."""

    key: Places
    turns: Places
    half: Places
    tongue: Places
    """For each half the line of its language in the lexicon, -1 where its language has no list of words."""


def cast_of(speech: Speech, language: pl.Series) -> Cast:
    """Part each speaker's turns into a first and a second half; turns said together belong to nobody's voice."""
    turns = speech.turns
    alone = np.flatnonzero(np.bincount(speech.turn, minlength=len(turns.row))[speech.turn] == 1)
    keys, voice, count = distinct(speech.key[alone], turns.rows * speech.width)
    order = np.argsort(voice, kind="stable")
    place = np.empty(len(voice), np.int64)
    place[order] = np.arange(len(voice)) - np.repeat(np.cumsum(count) - count, count)
    half = np.full(len(turns.row), -1, np.int64)
    half[speech.turn[alone]] = voice * 2 + (place * 2 >= count[voice])
    lines = {name: line for line, name in enumerate(lexicon().voices)}
    spoken = language.replace_strict(lines, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()
    return Cast(keys, count, half, np.repeat(spoken[keys // speech.width], 2))


def voices(speech: Speech, cast: Cast, counted: Counted) -> pl.DataFrame:
    """Measure each voice: row, speaker, turns, words, is_measured, same, others."""
    row = cast.key // speech.width
    measured = enough(counted.spoken, cast.tongue, row)
    same, others = _likeness(shapes(counted.features, counted.spoken, row, measured), row, measured)
    return pl.DataFrame(
        {
            "row": row,
            "speaker": speech.names(cast.key),
            "turns": cast.turns,
            "words": counted.spoken[0::2] + counted.spoken[1::2],
            "is_measured": measured,
            "same": same,
            "others": others,
        }
    ).with_columns(pl.col("same", "others").fill_nan(None))


def enough(spoken: NDArray[np.int32], tongue: Places, row: Places, least: int = LEAST_WORDS) -> NDArray[np.bool_]:
    """Which voices speak enough in both halves, in a scene where another one does too."""
    long = (spoken >= least) & (tongue >= 0)
    both = long[0::2] & long[1::2]
    return both & (np.bincount(row[both], minlength=int(row.max(initial=0)) + 1)[row] > 1)


@njit(cache=True, nogil=True)
def _deviation(
    features: NDArray[np.float32], together: NDArray[np.float32], share: float, out: NDArray[np.float32]
) -> None:  # pragma: no cover  (compiled)
    """Write the deviation of one half from its share of what all do together, of length 1."""
    part, less, two, total = np.float32(share), np.float32(0.375), np.float32(2), 0.0
    for i in range(len(out)):
        out[i] = two * np.sqrt(features[i] + less) - two * np.sqrt(part * together[i] + less)
    for i in range(len(out)):
        total += out[i] * out[i]
    out /= np.float32(max(np.sqrt(total), 1e-9))


@njit(cache=True, nogil=True)
def shapes(
    features: NDArray[np.float32], spoken: NDArray[np.int32], row: Places, measured: NDArray[np.bool_]
) -> NDArray[np.float32]:  # pragma: no cover  (compiled)
    """Deviation of each half from what the row's measured voices do together, of length 1; 0 for the others."""
    shape, together, first = np.zeros_like(features), np.zeros(features.shape[1], np.float32), 0
    while first < len(row):
        last, words = first, 0
        together[:] = 0
        while last < len(row) and row[last] == row[first]:
            for half in range(2 * last, 2 * last + 2 * measured[last]):
                words += spoken[half]
                for i in range(len(together)):
                    together[i] += features[half, i]
            last += 1
        for half in range(2 * first, 2 * last):
            if measured[half // 2]:
                _deviation(features[half], together, spoken[half] / words, shape[half])
        first = last
    return shape


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
