"""The words that the one pass over the text knows: small words by language, a voice's features, signs, slurs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipelines.quality import vocabulary
from pipelines.quality.alphabet import MARKS, key_of
from pipelines.quality.patterns import ASSISTANT, THREAT
from pipelines.quality.slurs import slurs

SLOTS = 16_384
"""Of the look-up table, a power of two and four times the words in it."""
SIEVE = 65_536
"""Bits that say of nearly every other word that it is not in the table; 8 kB, so that they stay at hand."""

Table: TypeAlias = tuple[
    NDArray[np.uint8], NDArray[np.uint64], NDArray[np.uint32], NDArray[np.int16], NDArray[np.uint8], NDArray[np.uint32]
]


@dataclass(frozen=True)
class Lexicon:
    """Words by hash: `slots` hashes, `tongues` a bit a language, `places` in a voice, `signs` as in `patterns`."""

    sieve: NDArray[np.uint8]
    slots: NDArray[np.uint64]
    tongues: NDArray[np.uint32]
    places: NDArray[np.int16]
    """One line a voice language; -1 where the word is none of its."""
    signs: NDArray[np.uint8]
    slurs: NDArray[np.uint32]
    """Bits of the languages in which the word is one, as in `slurs`."""
    languages: tuple[str, ...]
    voices: tuple[str, ...]
    size: int
    """Features of a voice: its function words, then the marks."""

    @property
    def table(self) -> Table:
        """What the compiled pass looks words up in."""
        return self.sieve, self.slots, self.tongues, self.places, self.signs, self.slurs


@cache
def lexicon() -> Lexicon:
    """Build the look-up table from the vocabularies, what patterns need, and slurs."""
    small, function = vocabulary.small_words(), vocabulary.function_words()
    languages, voices = tuple(small), tuple(function)
    size = max(len(words) for words in function.values())
    slots, tongues = np.zeros(SLOTS, np.uint64), np.zeros(SLOTS, np.uint32)
    places = np.full((len(voices), SLOTS), -1, np.int16)
    signs, coarse = np.zeros(SLOTS, np.uint8), np.zeros(SLOTS, np.uint32)
    for bit, language in enumerate(languages):
        for word in small[language]:
            tongues[_slot(slots, key_of(word))] |= np.uint32(1 << bit)
    for line, voice in enumerate(voices):
        for place, word in enumerate(function[voice]):
            places[line, _slot(slots, key_of(word))] = place
    for word, sign in ((w, watched.sign) for watched in (ASSISTANT, THREAT) for w in watched.words):
        signs[_slot(slots, key_of(word))] |= np.uint8(sign)
    for word, bits in slurs().items():
        coarse[_slot(slots, key_of(word))] = bits
    lex = (slots, tongues, places, signs, coarse, languages, voices, size + len(MARKS))
    return Lexicon(_sieve(slots), *lex)


def _sieve(slots: NDArray[np.uint64]) -> NDArray[np.uint8]:
    sieve = np.zeros(SIEVE // 8, np.uint8)
    for key in slots[slots != 0].tolist():
        sieve[(key >> 3) % (SIEVE // 8)] |= np.uint8(1 << (key & 7))
    return sieve


def _slot(slots: NDArray[np.uint64], key: int) -> int:
    at = key & (SLOTS - 1)
    while slots[at] and int(slots[at]) != key:
        at = (at + 1) & (SLOTS - 1)
    slots[at] = key
    return at
