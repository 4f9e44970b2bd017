"""Scenes put together from stock words: the same for a seed and a number on every machine, in any order of making."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import yaml

from pipelines.schemas.submission import Emotion, Intensity, Turn

VOCABULARY = "promptbook/1"
FELT = ("anger", "fear", "grief", "joy", "hope", "shame", "tenderness", "suspicion", "relief", "envy", "calm", "hurt")
EMOTIONS = tuple(Emotion(label=label, vocabulary=VOCABULARY) for label in FELT)
EXCHANGES = (10, 10, 10, 10, 10, 10, 20, 20, 20, 30)
"""Six in ten briefs ask for 10 exchanges, three for 20, one for 30: 15 on average."""
_SLOT = re.compile(r"\{(\w+)\}")

Pattern = tuple[str, tuple[tuple[tuple[str, ...], int], ...]]
"""A line with its gaps, and for each gap the words that fit and how many they are."""


@dataclass(frozen=True)
class Stock:
    """Patterns with the words for each of their gaps."""

    names: tuple[str, ...]
    lines: tuple[Pattern, ...]
    meanings: tuple[Pattern, ...]
    stages: tuple[Pattern, ...]


@dataclass
class Invented:
    """One scene before it is delivered: who plays, who speaks, what is said."""

    performers: list[int]
    characters: list[str]
    exchanges: int
    is_voiced: bool
    turns: list[Turn] = field(default_factory=list)


@cache
def stock() -> Stock:
    """Read the stock of words."""
    raw = yaml.safe_load((files("pipelines.sample") / "generator" / "words.yaml").read_text(encoding="utf-8"))
    slots = {name: tuple(words.split()) for name, words in raw["slots"].items()}

    def patterns(kind: str) -> tuple[Pattern, ...]:
        return tuple(
            (_SLOT.sub("%s", p), tuple((slots[s], len(slots[s])) for s in _SLOT.findall(p))) for p in raw[kind]
        )

    return Stock(slots["person"], patterns("lines"), patterns("meanings"), patterns("stages"))


def dice(seed: int, *what: object) -> random.Random:
    """Make the dice for one thing: seeded through SHA-512, so neither order nor PYTHONHASHSEED matters."""
    return random.Random(":".join(map(str, (seed, *what))))  # noqa: S311  (a sample, no secret)


def invent(seed: int, number: int, people: int) -> Invented:
    """Put scene `number` together: one to three performers of `people`, two to four characters, 20 to 60 turns."""
    rnd = dice(seed, "scene", number)
    count = min(people, rnd.choice((1, 1, 1, 1, 1, 1, 1, 1, 2, 3)))
    cast = rnd.sample(stock().names, max(2, count) + (rnd.random() < 0.2))
    scene = Invented(rnd.sample(range(people), count), cast, rnd.choice(EXCHANGES), rnd.random() < 0.2)
    scene.turns = [_turn(rnd, i, cast) for i in range(2 * scene.exchanges)]
    return scene


def _turn(rnd: random.Random, number: int, cast: list[str]) -> Turn:
    roll = rnd.random
    words = stock()
    text = _fill(roll, words.lines)
    if roll() < 0.6:
        text = f"{text} {_fill(roll, words.lines)}"
    felt = int(roll() * len(EMOTIONS))
    other, under = ((felt + step) % len(EMOTIONS) for step in (1 + int(roll() * 5), 6 + int(roll() * 6)))
    return Turn(
        turn=number,
        speakers=[cast[number % len(cast)]],
        text=text,
        subtext=_fill(roll, words.meanings),
        emotions=[EMOTIONS[felt], EMOTIONS[other]] if roll() < 0.2 else [EMOTIONS[felt]],
        undertone=EMOTIONS[under] if roll() < 0.4 else None,
        intensity=Intensity(value=round(0.1 + 0.8 * roll(), 1)),
        stage=[_fill(roll, words.stages)] if roll() < 0.15 else [],
    )


def _fill(roll: Callable[[], float], patterns: tuple[Pattern, ...]) -> str:
    pattern, gaps = patterns[int(roll() * len(patterns))]
    line = pattern % tuple([words[int(roll() * count)] for words, count in gaps])
    return line[0].upper() + line[1:]
