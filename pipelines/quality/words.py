"""One compiled pass over the bytes of all turns: small words by language, letters by script, a profile for each voice.

Words are runs of letters in lower case (ASCII, Latin-1, Cyrillic), an apostrophe inside included; anything beyond ASCII
that is no punctuation counts as a letter. A word is looked up by its FNV-1a hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pipelines.quality import vocabulary

Bytes: TypeAlias = NDArray[np.uint8]
Places: TypeAlias = NDArray[np.int64]
Counts: TypeAlias = NDArray[np.int32]

FNV_BASIS, FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3
SLOTS = 4096
"""Of the look-up table, a power of two and four times the words in it."""
SCRIPTS = ("latin", "greek", "cyrillic", "hebrew", "arabic", "indic", "thai", "kana", "han", "hangul")
MARKS = (".", ",", "!", "?", ";", ":", "dash", "ellipsis")
"""Punctuation counted in a voice, after its small words."""


@dataclass(frozen=True)
class Lexicon:
    """Small words by hash: `slots` the hashes, `tongues` a bit for each language, `places` the word's place in a voice."""

    slots: NDArray[np.uint64]
    tongues: NDArray[np.uint32]
    places: NDArray[np.int16]
    """One line a voice language; -1 where the word is none of its."""
    languages: tuple[str, ...]
    voices: tuple[str, ...]
    size: int
    """Features of a voice: its small words and the marks."""


@dataclass(frozen=True)
class Counted:
    """What the pass found: hits a row and language, letters a row and script, words a row; features a voice."""

    hits: Counts
    letters: Counts
    words: Counts
    features: NDArray[np.float32]
    spoken: Counts


def fnv(word: str) -> int:
    """Hash a word as the compiled pass does."""
    value = FNV_BASIS
    for byte in word.encode():
        value = ((value ^ byte) * FNV_PRIME) % 2**64
    return value


@cache
def lexicon() -> Lexicon:
    """Build the look-up table from expectations/vocabularies/small_words.json."""
    tables = vocabulary.small_words()
    languages, voices = tuple(tables["languages"]), tuple(tables["voice"])
    size = max(len(words) for words in tables["voice"].values())
    slots, tongues = np.zeros(SLOTS, np.uint64), np.zeros(SLOTS, np.uint32)
    places = np.full((len(voices), SLOTS), -1, np.int16)
    for bit, language in enumerate(languages):
        for word in tables["languages"][language]:
            tongues[_slot(slots, fnv(word))] |= np.uint32(1 << bit)
    for line, voice in enumerate(voices):
        for place, word in enumerate(tables["voice"][voice]):
            places[line, _slot(slots, fnv(word))] = place
    return Lexicon(slots, tongues, places, languages, voices, size + len(MARKS))


def _slot(slots: NDArray[np.uint64], key: int) -> int:
    at = key & (SLOTS - 1)
    while slots[at] and int(slots[at]) != key:
        at = (at + 1) & (SLOTS - 1)
    slots[at] = key
    return at


def count(  # noqa: PLR0917  (the arrays of one pass)
    data: Bytes, ends: Places, row: Places, rows: int, voice: Places, tongue: Places
) -> Counted:
    """Count in one pass; `ends` are the turns' offsets, `voice` a turn's voice or -1, `tongue` a voice's language or -1."""
    lex = lexicon()
    found = Counted(
        np.zeros((rows, len(lex.languages)), np.int32),
        np.zeros((rows, len(SCRIPTS)), np.int32),
        np.zeros(rows, np.int32),
        np.zeros((len(tongue), lex.size), np.float32),
        np.zeros(len(tongue), np.int32),
    )
    out = (found.hits, found.letters, found.words, found.features, found.spoken)
    _pass(data, ends, row, voice, tongue, (lex.slots, lex.tongues, lex.places), out)
    return found


@njit(cache=True, nogil=True)
def _script(first: int, second: int) -> int:  # pragma: no cover  (compiled)
    """Which script a UTF-8 sequence belongs to, by its first two bytes."""
    if first < 0xCD:
        return 0
    if first <= 0xCF:
        return 1
    if first <= 0xD3:
        return 2
    if first <= 0xD7:
        return 3
    if first <= 0xDB:
        return 4
    if first == 0xE0:
        return 6 if second in {0xB8, 0xB9} else 5
    if first == 0xE3:
        return 7 if 0x81 <= second <= 0x83 else 8
    if 0xE4 <= first <= 0xE9:
        return 8
    return 9 if 0xEA <= first <= 0xED else 0


@njit(cache=True, nogil=True)
def _lower(first: int, second: int) -> tuple[int, int]:  # pragma: no cover  (compiled)
    """Lower case of a two-byte letter of Latin-1 or Cyrillic."""
    if first == 0xC3 and 0x80 <= second <= 0x9E and second != 0x97:
        return first, second + 0x20
    if first == 0xD0 and 0x90 <= second <= 0x9F:
        return first, second + 0x20
    if first == 0xD0 and 0xA0 <= second <= 0xAF:
        return 0xD1, second - 0x20
    return first, second


@njit(cache=True, nogil=True)
def _mark(data: Bytes, at: int, end: int) -> tuple[int, int, int]:  # pragma: no cover  (compiled)
    """What stands at a byte: (bytes, mark or -1, 1 for a letter or 2 for an apostrophe or 0)."""
    b = data[at]
    if b < 0x80:
        if 65 <= b <= 90 or 97 <= b <= 122 or 48 <= b <= 57:
            return 1, -1, 1
        if b == 39:
            return 1, -1, 2
        marks = (46, 44, 33, 63, 59, 58, 45)
        for i in range(7):
            if b == marks[i]:
                return 1, i, 0
        return 1, -1, 0
    if b < 0xE0:
        return 2, -1, 0 if b == 0xC2 else 1
    if b >= 0xF0:
        return 4, -1, 0
    if b == 0xE2 and at + 2 < end:
        if data[at + 1] == 0x80:
            c = data[at + 2]
            if c == 0x99:
                return 3, -1, 2
            return 3, 6 if 0x93 <= c <= 0x95 else (7 if c == 0xA6 else -1), 0
        return 3, -1, 0
    return 3, -1, 1


@njit(cache=True, nogil=True)
def _pass(
    data: Bytes, ends: Places, row: Places, voice: Places, tongue: Places, table: Any, out: Any
) -> None:  # pragma: no cover  (compiled)
    slots, tongues, places = table
    hits, letters, words, features, spoken = out
    mask = len(slots) - 1
    small = features.shape[1] - 8
    for turn in range(len(row)):
        r, v, at, end = row[turn], voice[turn], ends[turn], ends[turn + 1]
        t = tongue[v] if v >= 0 else -1
        key = np.uint64(0xCBF29CE484222325)
        length = 0
        while at <= end:
            size, mark, letter = _mark(data, at, end) if at < end else (1, -1, 0)
            if letter == 1 or (letter == 2 and length > 0 and at + size < end and _mark(data, at + size, end)[2] == 1):
                first = data[at]
                if letter == 2:
                    key = (key ^ np.uint64(39)) * np.uint64(0x100000001B3)
                elif size == 1:
                    letters[r, 0] += 1
                    key = (key ^ np.uint64(first + 32 if 65 <= first <= 90 else first)) * np.uint64(0x100000001B3)
                else:
                    second = data[at + 1] if at + 1 < end else 0
                    letters[r, _script(first, second)] += 1
                    low_first, low_second = _lower(first, second)
                    key = (key ^ np.uint64(low_first)) * np.uint64(0x100000001B3)
                    key = (key ^ np.uint64(low_second)) * np.uint64(0x100000001B3)
                    if size == 3 and at + 2 < end:
                        key = (key ^ np.uint64(data[at + 2])) * np.uint64(0x100000001B3)
                length += 1
            else:
                if length:
                    words[r] += 1
                    slot = key & np.uint64(mask)
                    while slots[slot] != 0 and slots[slot] != key:
                        slot = (slot + np.uint64(1)) & np.uint64(mask)
                    if slots[slot] == key:
                        bits = tongues[slot]
                        language = 0
                        while bits:
                            hits[r, language] += bits & 1
                            bits >>= 1
                            language += 1
                        if t >= 0 and places[t, slot] >= 0:
                            features[v, places[t, slot]] += 1
                    if v >= 0:
                        spoken[v] += 1
                    key = np.uint64(0xCBF29CE484222325)
                    length = 0
                if t >= 0 and mark >= 0:
                    features[v, small + mark] += 1
            at += size
