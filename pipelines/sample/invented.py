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
PLAIN = tuple([one] for one in EMOTIONS)
COMPOUND = tuple([one, EMOTIONS[i - 5]] for i, one in enumerate(EMOTIONS))
INTENSITIES = tuple(Intensity(value=n / 10) for n in range(1, 10))
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
    kinds = (tuple(_pattern(text, slots) for text in raw[kind]) for kind in ("lines", "meanings", "stages"))
    return Stock(slots["person"], *kinds)


def _pattern(text: str, slots: dict[str, tuple[str, ...]]) -> Pattern:
    """Cut a pattern into text and gaps; a gap that begins the line is filled with a capital."""
    gaps = [slots[name] for name in _SLOT.findall(text)]
    if text.startswith("{"):
        gaps[0] = tuple(word[0].upper() + word[1:] for word in gaps[0])
    return _SLOT.sub("%s", text), tuple((words, len(words)) for words in gaps)


def dice(seed: int, *what: object) -> random.Random:
    """Make the dice for one thing: seeded through SHA-512, so neither order nor PYTHONHASHSEED matters."""
    return random.Random(":".join(map(str, (seed, *what))))  # noqa: S311  (a sample, no secret)


def invent(seed: int, number: int, people: int) -> Invented:
    """Put scene `number` together: one to three performers of `people`, two to four characters, 20 to 60 turns."""
    rnd = dice(seed, "scene", number)
    count = min(people, rnd.choice((1, 1, 1, 1, 1, 1, 1, 1, 2, 3)))
    cast = rnd.sample(stock().names, max(2, count) + (rnd.random() < 0.2))
    scene = Invented(rnd.sample(range(people), count), cast, rnd.choice(EXCHANGES), rnd.random() < 0.2)
    scene.turns = _turns(rnd.random, cast, 2 * scene.exchanges)
    return scene


def _turns(roll: Callable[[], float], cast: list[str], count: int) -> list[Turn]:
    """Fill the turns of one scene; the innermost loop of the generator, so nothing in it is made twice."""
    words, moods = stock(), len(FELT)
    turns = []
    for number in range(count):
        text = _fill(roll, words.lines)
        if roll() < 0.6:
            text = f"{text} {_fill(roll, words.lines)}"
        felt, mixed = int(roll() * moods), roll()
        turns.append(
            Turn(
                number,
                [cast[number % len(cast)]],
                text,
                _fill(roll, words.meanings),
                COMPOUND[felt] if mixed < 0.2 else PLAIN[felt],
                EMOTIONS[felt - 3] if 0.1 < mixed < 0.5 else None,
                INTENSITIES[int(roll() * len(INTENSITIES))],
                [_fill(roll, words.stages)] if roll() < 0.15 else [],
            )
        )
    return turns


def _fill(roll: Callable[[], float], patterns: tuple[Pattern, ...]) -> str:
    pattern, gaps = patterns[int(roll() * len(patterns))]
    return pattern % tuple([words[int(roll() * count)] for words, count in gaps])
