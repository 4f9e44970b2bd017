"""The compiled pass over the bytes of all turns and their subtexts; `words` calls it and says what it finds.

Text of ASCII goes through a loop without branches, any other through one that reads its letters. All of it is one file,
since numba keeps compiled code by the file of the function that is called and would not see a helper elsewhere change.
"""

# mypy: disable-error-code="assignment,no-any-return,return-value,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pipelines.quality.patterns import DIGIT, NUMBER, ODD, SLUR_WORD

Bytes: TypeAlias = NDArray[np.uint8]
Places: TypeAlias = NDArray[np.int64]
Counts: TypeAlias = NDArray[np.int32]
Keys: TypeAlias = NDArray[np.uint64]
Text: TypeAlias = tuple[Bytes, Places]
"""The bytes of many values, and the offsets at which each begins."""

PHRASE = 6
"""Words of a phrase: five still catches idioms ('I do not want to'), seven misses short stock lines."""
MOST_WORDS = 2048
"""Distinct words of a line and of its subtext that are compared; what a longer one holds beyond is not looked at."""


# ── bytes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@njit(cache=True, nogil=True, inline="always")
def _grown(numbers: Keys, key: np.uint64, byte: int) -> np.uint64:  # pragma: no cover  (compiled)
    return ((key << np.uint64(11)) | (key >> np.uint64(53))) + numbers[byte]


@njit(cache=True, nogil=True)
def _histogram(data: Bytes, at: int, end: int, seen: Counts) -> bool:  # pragma: no cover  (compiled)
    """Count each byte of a value; says whether any is beyond ASCII."""
    seen[:] = 0
    high = np.uint8(0)
    for i in range(np.uint64(at), np.uint64(end)):
        seen[data[i]] += 1
        high |= data[i]
    return high >= 128


@njit(cache=True, nogil=True)
def _ascii(data: Bytes, at: int, end: int, abc: Any, out: Keys) -> int:  # pragma: no cover  (compiled)
    """Write the hashes of the words of ASCII text to `out`, and count them. No branch in the loop."""
    one, zero = np.uint64(1), np.uint64(0)
    k, key, before, last = zero, zero, zero, np.uint64(end - 1)
    numbers, letters = abc[0], abc[1]
    for i in range(np.uint64(at), np.uint64(end)):
        byte = data[i]
        letter = letters[byte]
        inside = letter | (np.uint64(byte == 0x27) & before & letters[data[min(i + one, last)]])
        out[k] = key
        k += (one - inside) & np.uint64(key != 0)
        key = _grown(numbers, key, byte) & (zero - inside)
        before = letter
    out[k] = key
    return np.int64(k + np.uint64(key != 0))


@njit(cache=True, nogil=True)
def _look(classes: Bytes, data: Bytes, at: int, end: int) -> tuple[int, int]:  # pragma: no cover  (compiled)
    """Say what stands at a byte: how many bytes it has, and its class (3 a long dash, 4 an ellipsis)."""
    if at >= end:
        return 1, 0
    first = data[at]
    size = 1 if first < 0x80 else (2 if first < 0xE0 else (3 if first < 0xF0 else 4))
    size = min(size, end - at)
    if first != 0xE2:
        return size, int(classes[first])
    if size < 3 or data[at + 1] != 0x80:
        return size, 0
    third = data[at + 2]
    if third == 0x99:
        return size, 2
    return size, 3 if 0x93 <= third <= 0x95 else (4 if third == 0xA6 else 0)


@njit(cache=True, nogil=True)
def _script(scripts: Bytes, first: int, second: int) -> int:  # pragma: no cover  (compiled)
    """Script of a letter by its first two bytes."""
    if first == 0xE0 and (second in {0xB8, 0xB9}):
        return 6
    if first == 0xE3 and 0x81 <= second <= 0x83:
        return 7
    return int(scripts[first])


@njit(cache=True, nogil=True)
def _is_odd(first: int, second: int) -> bool:  # pragma: no cover  (compiled)
    """C1 controls, and the letters with which twice-encoded text begins."""
    if first == 0xC3:
        return second in {0x82, 0x83}
    return (first == 0xC2 and second < 0xA0) or (first == 0xE2 and second == 0x82)


@njit(cache=True, nogil=True)
def _letter(
    numbers: Keys, key: np.uint64, data: Bytes, at: int, size: int
) -> np.uint64:  # pragma: no cover  (compiled)
    """Take a letter, or an apostrophe of either kind, into a word's hash: Latin-1 and Cyrillic in lower case."""
    first = data[at]
    if size == 1:
        return _grown(numbers, key, first)
    if first == 0xE2:
        return _grown(numbers, key, 0x27)
    second = data[at + 1]
    if first == 0xC3 and 0x80 <= second <= 0x9E and second != 0x97:
        second += 0x20
    if first == 0xD0 and 0x90 <= second <= 0x9F:
        second += 0x20
    elif first == 0xD0 and second <= 0xAF:
        first, second = 0xD1, second - 0x20 if second >= 0xA0 else second + 0x10
    key = _grown(numbers, _grown(numbers, key, first), second)
    for i in range(2, size):
        key = _grown(numbers, key, data[at + i])
    return key


@njit(cache=True, nogil=True)
def _any(
    data: Bytes, at: int, end: int, abc: Any, out: Keys, letters: Counts
) -> tuple[int, int]:  # pragma: no cover  (compiled)
    """Write the hashes of the words of any text to `out`: how many, and signs.

    `letters`: by script, those beyond ASCII; after them long dashes and ellipses.
    """
    numbers, classes, scripts = abc[0], abc[2], abc[3]
    k, sign, key, length = 0, 0, np.uint64(0), 0
    while at < end:
        size, kind = _look(classes, data, at, end)
        if kind == 1 or (kind == 2 and length > 0 and _look(classes, data, at + size, end)[1] == 1):
            key = _letter(numbers, key, data, at, size)
            length += 1
        elif length:
            out[k] = key
            k, key, length = k + 1, np.uint64(0), 0
        if size > 1:
            sign |= ODD if _is_odd(data[at], data[at + 1]) else 0
            if kind == 1:
                letters[_script(scripts, data[at], data[at + 1])] += 1
            elif kind > 2:
                letters[len(letters) + kind - 5] += 1
        at += size
    if length:
        out[k] = key
    return k + (length > 0), sign


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@njit(cache=True, nogil=True)
def _find(table: Any, key: np.uint64) -> np.int64:  # pragma: no cover  (compiled)
    """Find a word's slot, or -1."""
    sieve, slots = table[0], table[1]
    if not (sieve[(key >> np.uint64(3)) & np.uint64(len(sieve) - 1)] >> np.uint8(key & np.uint64(7))) & 1:
        return np.int64(-1)
    at = key & np.uint64(len(slots) - 1)
    while slots[at] != 0:
        if slots[at] == key:
            return np.int64(at)
        at = (at + np.uint64(1)) & np.uint64(len(slots) - 1)
    return np.int64(-1)


@njit(cache=True, nogil=True)
def _place(
    keys: Keys, stamps: Places, stamp: int, key: np.uint64
) -> tuple[np.uint64, bool]:  # pragma: no cover  (compiled)
    """Find a word's place in a turn's set, and whether it is there. What carries another turn's stamp is empty."""
    at = (key >> np.uint64(20)) & np.uint64(len(keys) - 1)
    while stamps[at] == stamp:
        if keys[at] == key:
            return at, True
        at = (at + np.uint64(1)) & np.uint64(len(keys) - 1)
    return at, False


@njit(cache=True, nogil=True)
def _take(words: Keys, mine: Any, turn: int, said: Any) -> tuple[int, int]:  # pragma: no cover  (compiled)
    """Take words into a turn's set: how many are new, and how many of those stand in the set `said`, if that is one."""
    distinct, both = 0, 0
    for i in range(len(words)):
        at, known = _place(mine[0], mine[1], turn, words[i])
        if not known and distinct < MOST_WORDS:
            mine[0][at], mine[1][at] = words[i], turn
            distinct += 1
            both += len(said[0]) > 0 and _place(said[0], said[1], turn, words[i])[1]
    return distinct, both


@njit(cache=True, nogil=True)
def _phrases(
    words: Keys, limit: np.uint64, turn: int, found: int, phrases: Keys, turns: Places
) -> int:  # pragma: no cover  (compiled)
    """Keep the hashes of words in a row that are not above `limit`: the polynomial of the words' hashes, mixed."""
    by, rolled = np.uint64(0x9E3779B97F4A7C15), np.uint64(0)
    by_all = by * by * by * by * by * by
    for i in range(len(words) if limit > 0 else 0):
        rolled = rolled * by + words[i]
        if i >= PHRASE:
            rolled -= words[i - PHRASE] * by_all
        mixed = (rolled ^ (rolled >> np.uint64(32))) * by
        mixed ^= mixed >> np.uint64(29)
        if i >= PHRASE - 1 and mixed <= limit:
            phrases[found], turns[found] = mixed, turn
            found += 1
    return found


@njit(cache=True, nogil=True)
def _small_words(
    words: Keys, table: Any, hits: Any, voice: Any, tongue: int, coarse: int
) -> int:  # pragma: no cover  (compiled)
    """Count hits by language, and for a voice whose tongue is known its features; returns signs."""
    sign = 0
    for i in range(len(words)):
        slot = _find(table, words[i])
        if slot >= 0:
            left, language = table[2][slot], 0
            while left:
                hits[language] += left & np.uint32(1)
                left >>= np.uint32(1)
                language += 1
            sign |= table[4][slot] | (SLUR_WORD if table[5][slot] & coarse else 0)
            if tongue >= 0 and table[3][tongue, slot] >= 0:
                voice[table[3][tongue, slot]] += 1
    return sign


@njit(cache=True, nogil=True)
def _bytes(
    seen: Counts, below: int, other: Counts, abc: Any, letters: Any, marks: Any
) -> int:  # pragma: no cover  (compiled)
    """Count letters by script and, into the end of a voice, marks; returns signs."""
    sign, digits, scripts, single = 0, 0, len(letters), len(abc[5])
    found = np.int32(0)
    for byte in range(0x30, 0x7B):
        found += seen[byte] * np.int32(abc[2][byte])
    letters[0] += found
    for byte in range(below):
        if abc[4][byte] and seen[byte]:
            sign |= abc[4][byte]
            digits += seen[byte] if abc[4][byte] & DIGIT else 0
    for script in range(scripts):
        letters[script] += other[script]
    for mark in range(single if len(marks) else 0):
        marks[mark - single - 1] += seen[abc[5][mark]]
    if len(marks):
        marks[-2] += other[scripts]
        marks[-1] += other[scripts + 1]
    return sign | NUMBER if digits >= 7 else sign


@njit(cache=True, nogil=True)
def scan(
    said: Text, under: Text, of: Any, tables: Any, limit: np.uint64, out: Any, more: Any
) -> int:  # pragma: no cover  (compiled)
    """Fill the arrays of `words.Counted`; returns how many phrases were kept."""
    (data, ends), (row, voice, tongue, coarse), (abc, table) = said, of, tables
    (hits, letters, words, features, spoken, signs), (distinct, shared, phrases, phrase_turns, key) = out, more
    seen, other = np.zeros(256, np.int32), np.zeros(letters.shape[1] + 2, np.int32)
    line = (np.zeros(2 * MOST_WORDS, np.uint64), np.full(2 * MOST_WORDS, -1, np.int64))
    mine = (np.zeros(2 * MOST_WORDS, np.uint64), np.full(2 * MOST_WORDS, -1, np.int64))
    none, nobody, found = (np.zeros(0, np.uint64), np.zeros(0, np.int64)), np.zeros(0, np.float32), 0
    for turn in range(len(row)):
        r, v, at, end = row[turn], voice[turn], ends[turn], ends[turn + 1]
        t = tongue[v] if v >= 0 else -1
        theirs = features[v] if t >= 0 else nobody
        other[:] = 0
        is_beyond = _histogram(data, at, end, seen)
        many, sign = _any(data, at, end, abc, key, other) if is_beyond else (_ascii(data, at, end, abc, key), 0)
        sign |= _bytes(seen, 256 if is_beyond else 128, other, abc, letters[r], theirs)
        sign |= _small_words(key[:many], table, hits[r], theirs, t, coarse[r])
        found = _phrases(key[:many], limit, turn, found, phrases, phrase_turns)
        words[r] += many
        signs[turn] = sign
        if v >= 0:
            spoken[v] += many
        at, end = under[1][turn], under[1][turn + 1]
        if end > at:
            _take(key[:many], line, turn, none)
            if _histogram(under[0], at, end, seen):
                many, _ = _any(under[0], at, end, abc, key, other)
            else:
                many = _ascii(under[0], at, end, abc, key)
            distinct[turn], shared[turn] = _take(key[:many], mine, turn, line)
    return found
