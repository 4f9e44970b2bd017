"""The form of a scene: how many turns, in what order, said by whom, with what behind each claim.

`flags` marks the turns that break something, `measures` counts them a submission. Both are pure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.quality.content import flags_of
from pipelines.quality.register import Labels, labels_of, unknown_labels
from pipelines.quality.slurs import LANGUAGES, bit_of
from pipelines.quality.speech import Speech, speech_of, unknown_speakers
from pipelines.quality.turns import Flags, Flat, Places, column, lay_flat, per_turn, text_of
from pipelines.quality.voice import Cast, cast_of
from pipelines.quality.words import Counted, count

RECORDED = ("audio", "video", "image", "motion")
"""Modalities that live in takes; text lives in turns."""


@dataclass(frozen=True)
class Reading:
    """The turns of a frame of submissions, and one array of flags for each turn-level measure."""

    turns: Flat
    flags: dict[str, Flags]
    blank: Flags
    performed: Flags
    """Turns with text or a stage direction."""
    text: pl.Series
    speech: Speech
    labels: Labels
    cast: Cast
    counted: Counted
    gaps: Places
    """How many numbers are missing before each turn."""


def language_of(rows: pl.DataFrame) -> pl.Series:
    """The first subtag of each row's declared language, lower case."""
    return rows.get_column("language").str.to_lowercase().str.split("-").list.first()


def read(rows: pl.DataFrame, limit: int = 0) -> Reading:
    """Lay the turns of `submissions` rows flat, pass over their text once, flag each turn that breaks something.

    `limit`: the highest hash of a phrase that is kept.
    """
    turns = lay_flat(column(rows, "turns"))
    text = turns.strings("text")
    blank = (text.str.len_bytes() == 0).to_numpy()
    stage = lay_flat(turns.field("stage"))
    staged = per_turn(turns, stage, (stage.strings().str.len_bytes() > 0).to_numpy())
    speech, labels = speech_of(rows, turns), labels_of(turns)
    language = language_of(rows)
    coarse = language.replace_strict({x: bit_of(x) for x in LANGUAGES}, default=0, return_dtype=pl.Int32).to_numpy()
    cast = cast_of(speech, language)
    counted = count(text_of(turns), text_of(turns, "subtext"), turns.row, coarse, cast.half, cast.tongue, limit)
    named = np.zeros(len(turns.row), dtype=np.bool_)
    named[speech.turn] = True
    gaps = gap_sizes(turns)
    recorded = rows.get_column("takes").list.len().fill_null(0).to_numpy()[turns.row] > 0
    flags = {
        "empty_turns": blank & ~staged & ~recorded,
        "stage_only_turns": blank & staged,
        "turns_out_of_order": _out_of_order(turns),
        "turn_gaps": gaps > 0,
        "speakerless_turns": ~blank & ~named,
        "unknown_speaker_turns": unknown_speakers(speech),
        "unknown_emotion_turns": unknown_labels(labels, turns),
        **flags_of(text, counted),
    }
    return Reading(turns, flags, blank, ~blank | staged, text, speech, labels, cast, counted, gaps)


def _numbers(turns: Flat) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Turn numbers; a missing one counts as -1, so it is out of order."""
    return pl.Series(turns.field("turn")).fill_null(-1).to_numpy().astype(np.int64)


def _out_of_order(turns: Flat) -> Flags:
    numbers = _numbers(turns)
    broken = numbers < 0
    broken[1:] |= (numbers[1:] <= numbers[:-1]) & (turns.row[1:] == turns.row[:-1])
    return broken


def gap_sizes(turns: Flat) -> Places:
    """For each turn: how many numbers are missing between it and the next lower one of its scene."""
    numbers, row = _numbers(turns), turns.row
    sizes = np.zeros(len(numbers), dtype=np.int64)
    same = row[1:] == row[:-1]
    step = np.diff(numbers)
    order = np.arange(len(numbers))
    if np.any(same & (step < 0)):
        order = np.lexsort((numbers, row))
        step = np.diff(numbers[order])
    sizes[order[1:]] = np.where(same, np.maximum(step - 1, 0), 0)
    return sizes
