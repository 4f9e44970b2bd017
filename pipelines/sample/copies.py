"""Copies of a scene by a known measure: exact, near, of one family, partial."""

from __future__ import annotations

import random

import msgspec

from pipelines.sample.invented import stock
from pipelines.schemas.submission import Turn

NEAR = 1 / 90
"""One word in 90 changed leaves 5-word shingles a Jaccard of about 0.9: rejected (semantics 5 puts the line at 0.8)."""
FAMILY = 1 / 24
"""One word in 24 leaves about 0.65: held for a person (0.5 to 0.8)."""
PARTIAL = 0.35
"""The first third of a scene and nothing else: contained in it whole, Jaccard 0.35."""

EXACT = {"exact_copy_of_another": "other_copy", "exact_copy_of_own": "own_copy", "retake": "retake"}
"""The rule that holds a copy without a change."""


def copied(planted: str, turns: list[Turn], rnd: random.Random) -> tuple[str, list[Turn]]:
    """Copy turns in one way; returns the rule of dedup that must hold the copy."""
    words = sum(len(turn.text.split()) for turn in turns)
    if planted == "near_copy":
        return "other_near_copy", edited(turns, max(1, int(words * NEAR)), rnd)
    if planted == "family":
        return "same_family", edited(turns, int(words * FAMILY), rnd)
    if planted == "partial_copy":
        return "partial_copy", turns[: int(len(turns) * PARTIAL)]
    return EXACT[planted], turns


def edited(turns: list[Turn], edits: int, rnd: random.Random) -> list[Turn]:
    """Replace `edits` words, spread evenly, by names; emotions and everything else stay."""
    places = [(i, j) for i, turn in enumerate(turns) for j in range(len(turn.text.split()))]
    step = len(places) / edits
    changed: dict[int, list[str]] = {}
    for n in range(edits):
        turn, word = places[int((n + 0.5) * step)]
        words = changed.setdefault(turn, turns[turn].text.split())
        words[word] = rnd.choice([name for name in stock().names if name != words[word]])
    return [
        msgspec.structs.replace(turn, text=" ".join(changed[i])) if i in changed else turn
        for i, turn in enumerate(turns)
    ]
