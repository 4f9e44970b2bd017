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
    """Small words by hash: `slots` hashes, `tongues` a bit a language, `places` the word's place in a voice."""

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


def count(data: Bytes, ends: Places, row: Places, rows: int, voice: Places, tongue: Places) -> Counted:
    """Count in one pass. `ends`: offsets of the turns, `voice`: of a turn, or -1, `tongue`: of a voice, or -1."""
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


def _scripts() -> NDArray[np.int64]:
    """Script of a UTF-8 sequence by its first byte; 0xE0 and 0xE3 hold two, told by the second byte."""
    lead = np.zeros(256, np.int64)
    for first, last, script in ((0xCD, 0xCF, 1), (0xD0, 0xD3, 2), (0xD4, 0xD7, 3), (0xD8, 0xDB, 4), (0xE0, 0xE0, 5)):
        lead[first : last + 1] = script
    lead[0xE3:0xEA], lead[0xEA:0xEE] = 8, 9
    return lead


def _classes() -> NDArray[np.int64]:
    """What a byte is: 0 nothing, 1 part of a letter, 2 an apostrophe, 3 and above a mark."""
    classes = np.zeros(256, np.int64)
    for byte in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
        classes[byte] = 1
    classes[0xC3:0xF0] = 1
    classes[0x27] = 2
    for mark, byte in enumerate(b".,!?;:-"):
        classes[byte] = 3 + mark
    return classes


def _small() -> NDArray[np.uint64]:
    """ASCII letters and digits in lower case; 0 for any other byte."""
    small = np.zeros(256, np.uint64)
    for byte in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
        small[byte] = ord(chr(byte).lower())
    return small


_SCRIPT, _CLASS, _SMALL = _scripts(), _classes(), _small()


@njit(cache=True, nogil=True)
def _run(data: Bytes, at: int, end: int, key: np.uint64) -> tuple[int, np.uint64]:  # pragma: no cover  (compiled)
    """Take a run of ASCII letters into a word's hash: nine bytes in ten."""
    prime = np.uint64(0x100000001B3)
    while at < end and _SMALL[data[at]]:
        key = (key ^ _SMALL[data[at]]) * prime
        at += 1
    return at, key


@njit(cache=True, nogil=True)
def _script(first: int, second: int) -> int:  # pragma: no cover  (compiled)
    """Script of a letter by its first two bytes."""
    if first == 0xE0 and (second in {0xB8, 0xB9}):
        return 6
    if first == 0xE3 and 0x81 <= second <= 0x83:
        return 7
    return int(_SCRIPT[first])


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
def _look(data: Bytes, at: int, end: int) -> tuple[int, int]:  # pragma: no cover  (compiled)
    """Say what stands at a byte: how many bytes it has, and its class; past the end, nothing."""
    if at >= end:
        return 1, 0
    first = data[at]
    size = 1 if first < 0x80 else (2 if first < 0xE0 else (3 if first < 0xF0 else 4))
    if first != 0xE2:
        return size, int(_CLASS[first])
    if at + 2 >= end or data[at + 1] != 0x80:
        return size, 0
    third = data[at + 2]
    if third == 0x99:
        return size, 2
    return size, 9 if 0x93 <= third <= 0x95 else (10 if third == 0xA6 else 0)


@njit(cache=True, nogil=True)
def _grow(key: np.uint64, data: Bytes, at: int, size: int) -> np.uint64:  # pragma: no cover  (compiled)
    """Take one letter, or an apostrophe of either kind, into a word's hash, in lower case."""
    prime = np.uint64(0x100000001B3)
    first = data[at]
    if size == 1:
        return (key ^ np.uint64(first + 32 if 65 <= first <= 90 else first)) * prime
    if first == 0xE2:
        return (key ^ np.uint64(0x27)) * prime
    low_first, low_second = _lower(first, data[at + 1])
    key = (((key ^ np.uint64(low_first)) * prime) ^ np.uint64(low_second)) * prime
    return key if size == 2 else (key ^ np.uint64(data[at + 2])) * prime


@njit(cache=True, nogil=True)
def _find(slots: NDArray[np.uint64], key: np.uint64) -> np.int64:  # pragma: no cover  (compiled)
    """Find a word's slot, or -1."""
    at = key & np.uint64(len(slots) - 1)
    while slots[at] != 0:
        if slots[at] == key:
            return np.int64(at)
        at = (at + np.uint64(1)) & np.uint64(len(slots) - 1)
    return np.int64(-1)


@njit(cache=True, nogil=True)
def _pass(  # noqa: C901  (one loop over bytes; parted, each part would carry the state of all)
    data: Bytes, ends: Places, row: Places, voice: Places, tongue: Places, table: Any, out: Any
) -> None:  # pragma: no cover  (compiled)
    slots, tongues, places = table
    hits, letters, words, features, spoken = out
    small = features.shape[1] - 8
    basis = np.uint64(0xCBF29CE484222325)
    for turn in range(len(row)):
        r, v, at, end = row[turn], voice[turn], ends[turn], ends[turn + 1]
        t = tongue[v] if v >= 0 else -1
        key, length = basis, 0
        while at <= end:
            past, key = _run(data, at, end, key)
            letters[r, 0] += past - at
            length += past - at
            at = past
            size, kind = _look(data, at, end)
            size = min(size, max(end - at, 1))
            inside = kind == 2 and length > 0 and _look(data, at + size, end)[1] == 1
            if kind == 1 or inside:
                key = _grow(key, data, at, size)
                length += 1
                if kind == 1:
                    letters[r, 0 if size == 1 else _script(data[at], data[at + 1])] += 1
            else:
                if length:
                    words[r] += 1
                    slot = _find(slots, key)
                    if slot >= 0:
                        for language in range(hits.shape[1]):
                            hits[r, language] += (tongues[slot] >> np.uint32(language)) & np.uint32(1)
                    if slot >= 0 and t >= 0 and places[t, slot] >= 0:
                        features[v, places[t, slot]] += 1
                    if v >= 0:
                        spoken[v] += 1
                    key, length = basis, 0
                if t >= 0 and kind >= 3:
                    features[v, small + kind - 3] += 1
            at += size


@njit(cache=True, nogil=True)
def _words_of(data: Bytes, at: int, end: int, out: NDArray[np.uint64]) -> int:  # pragma: no cover  (compiled)
    """Hash the distinct words of one value into `out`, as many as fit; returns how many."""
    basis = np.uint64(0xCBF29CE484222325)
    key, length, found = basis, 0, 0
    while at <= end:
        past, key = _run(data, at, end, key)
        length += past - at
        at = past
        size, kind = _look(data, at, end)
        size = min(size, max(end - at, 1))
        if kind == 1 or (kind == 2 and length > 0 and _look(data, at + size, end)[1] == 1):
            key = _grow(key, data, at, size)
            length += 1
        elif length:
            known = False
            for i in range(found):
                known |= out[i] == key
            if not known and found < len(out):
                out[found] = key
                found += 1
            key, length = basis, 0
        at += size
    return found


MOST_WORDS = 256
"""Distinct words of a line and of its subtext that are compared; what a longer one holds beyond is not looked at."""


@njit(cache=True, nogil=True)
def shared_words(
    said: Bytes, ends: Places, under: Bytes, under_ends: Places
) -> tuple[Counts, Counts]:  # pragma: no cover  (compiled)
    """Count, for each turn, the distinct words of `under`, and how many of them stand in `said`."""
    n = len(ends) - 1
    distinct, shared = np.zeros(n, np.int32), np.zeros(n, np.int32)
    mine, theirs = np.zeros(MOST_WORDS, np.uint64), np.zeros(MOST_WORDS, np.uint64)
    for turn in range(n):
        if under_ends[turn] == under_ends[turn + 1]:
            continue
        distinct[turn] = _words_of(under, under_ends[turn], under_ends[turn + 1], mine)
        spoken = _words_of(said, ends[turn], ends[turn + 1], theirs)
        for i in range(distinct[turn]):
            for j in range(spoken):
                if mine[i] == theirs[j]:
                    shared[turn] += 1
                    break
    return distinct, shared
