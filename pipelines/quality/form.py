"""The form of a scene: how many turns, in what order, said by whom, with what behind each claim.

`flags` marks the turns that break something, `measures` counts them a submission. Both are pure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.quality.content import flags_of, subtext_flags
from pipelines.quality.register import Labels, labels_of, unknown_labels
from pipelines.quality.speech import Speech, speech_of, unknown_speakers
from pipelines.quality.turns import Flags, Flat, column, lay_flat, per_turn

ASSISTANT = (
    r"(?i)\bas an? (?:\w+ )?(?:ai|artificial intelligence|(?:ai |large )?language model)\b"
    r"(?: (?:language )?model| assistant)?,"
    r"|\bas an ai (?:language model|assistant)\b"
    r"|\bi['\x{2019}]?m sorry,? but i (?:cannot|can['\x{2019}]t|am unable to) (?:assist|help|comply|fulfil)"
    r"|\bals (?:ein )?(?:ki-)?sprachmodell\b|\ben tant que modèle de langage\b|\bcomo modelo de lenguaje\b"
)
"""How a chat assistant speaks of itself; a robot on stage who says 'I am a machine' does not match."""

GARBLED = (
    r"\x{FFFD}|[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\x{80}-\x{9F}]"
    r"|[ÃÂ](?:[\x{80}-\x{BF}]|\x{201E}|[\x{2020}-\x{2022}]|[\x{2030}\x{2039}\x{2122}\x{02C6}ŠŒŽœžŸš])|â€[\x{80}-\x{BF}\x{2122}\x{02DC}\x{201C}\x{201D}œžš]"
)
"""Replacement and control characters, and UTF-8 that was read as Latin-1 or Windows-1252 and encoded again."""

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


def read(rows: pl.DataFrame) -> Reading:
    """Lay the turns of `submissions` rows flat and flag each turn that breaks something."""
    turns = lay_flat(column(rows, "turns"))
    text = turns.strings("text")
    blank = (text.str.len_bytes() == 0).to_numpy()
    stage = lay_flat(turns.field("stage"))
    staged = per_turn(turns, stage, (stage.strings().str.len_bytes() > 0).to_numpy())
    speech, labels = speech_of(rows, turns), labels_of(turns)
    named = np.zeros(len(turns.row), dtype=np.bool_)
    named[speech.turn] = True
    recorded = rows.get_column("takes").list.len().fill_null(0).to_numpy()[turns.row] > 0
    flags = {
        "empty_turns": blank & ~staged & ~recorded,
        "stage_only_turns": blank & staged,
        "turns_out_of_order": _out_of_order(turns),
        "turn_gaps": gap_sizes(turns) > 0,
        "speakerless_turns": ~blank & ~named,
        "unknown_speaker_turns": unknown_speakers(speech),
        "unknown_emotion_turns": unknown_labels(labels, turns),
        "assistant_turns": text.str.contains(ASSISTANT).to_numpy(),
        "garbled_turns": text.str.contains(GARBLED).to_numpy(),
        **flags_of(text),
        **subtext_flags(turns),
    }
    return Reading(turns, flags, blank, ~blank | staged, text, speech, labels)


def _numbers(turns: Flat) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Turn numbers; a missing one counts as -1, so it is out of order."""
    return pl.Series(turns.field("turn")).fill_null(-1).to_numpy().astype(np.int64)


def _out_of_order(turns: Flat) -> Flags:
    numbers = _numbers(turns)
    broken = numbers < 0
    broken[1:] |= (numbers[1:] <= numbers[:-1]) & (turns.row[1:] == turns.row[:-1])
    return broken


def gap_sizes(turns: Flat) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """For each turn: how many numbers are missing between it and the next lower one of its scene."""
    numbers = _numbers(turns)
    order = np.lexsort((numbers, turns.row))
    sizes = np.zeros(len(numbers), dtype=np.int64)
    same = turns.row[order][1:] == turns.row[order][:-1]
    sizes[order[1:]] = np.where(same, np.maximum(np.diff(numbers[order]) - 1, 0), 0)
    return sizes
