"""Compiled passes that split text into words and hash each: 64 bytes are classified at a time, then words are hashed.

A word's bytes are taken eight at a time (the last eight may overlap the ones before), ASCII in small letters, mixed,
and kept as 32 bits. Seeds are pinned: the same text has the same hashes on every machine and night. What is compiled
holds no table and, in its loops, hardly a branch: LLVM turns them into vector instructions where the machine has them.
"""

# mypy: disable-error-code="assignment,no-any-return,return-value,call-overload,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)

from __future__ import annotations

import numpy as np
from numba import njit

from pipelines.dedup.hashing import I64, U8, U32, U64
from pipelines.dedup.machine import count, load, lowest

SMALL = np.uint64(0x2020202020202020)
"""The bit that makes ASCII letters small: digits have it, and `_` becomes a byte that no word holds otherwise."""

HIGH = np.uint64(0x8080808080808080)
ONE_A_BIT = np.uint64(0x0102040810204080)
"""Multiplied with one bit a byte, it gathers the eight bits in the top byte."""

SPARE = 16
"""Places beyond the last that a pass may write to."""

U = np.uint64


@njit(cache=True, nogil=True, inline="always")
def in_word(bytes8: np.uint64) -> np.uint64:  # pragma: no cover  (compiled)
    """Tell for eight ASCII bytes, in eight bits, which are letters, digits or `_`: sums that reach a byte's top bit."""
    small = bytes8 | SMALL
    letter = (small + U(0x1F1F1F1F1F1F1F1F)) & ~(small + U(0x0505050505050505))
    digit = (bytes8 + U(0x5050505050505050)) & ~(bytes8 + U(0x4646464646464646))
    line = ~((bytes8 ^ U(0x5F5F5F5F5F5F5F5F)) + U(0x7F7F7F7F7F7F7F7F))
    return ((((letter | digit | line) & HIGH) >> U(7)) * ONE_A_BIT) >> U(56)


@njit(cache=True, nogil=True, inline="always")
def stir(x: np.uint64) -> np.uint64:  # pragma: no cover  (compiled)
    """Spread every bit of x over the upper half."""
    x *= U(0x9E3779B97F4A7C15)
    x ^= x >> U(32)
    return x * U(0xD6E8FEB86659FD93)


@njit(cache=True, nogil=True, inline="always")
def small(bytes8: np.uint64) -> np.uint64:  # pragma: no cover  (compiled)
    """Give ASCII bytes the bit of small letters, and leave other bytes as they are."""
    return bytes8 | (SMALL & ~((bytes8 & HIGH) >> U(2)))


@njit(cache=True, nogil=True, inline="always")
def few(data: U8, start: np.uint64, size: np.uint64) -> np.uint64:  # pragma: no cover  (compiled)
    """Read at most eight bytes one by one, the first of them lowest; 0 beyond."""
    out = U(0)
    for j in range(size):
        out |= U(data[start + U(j)]) << (U(8) * U(j))
    return out


@njit(cache=True, nogil=True, inline="always")
def alone(bytes8: np.uint64, size: np.uint64) -> np.uint64:  # pragma: no cover  (compiled)
    """Keep the first `size` of eight bytes in small letters, at the top; all eight where the word is longer."""
    return small(bytes8) << (U(64) - U(8) * min(size, U(8)))


@njit(cache=True, nogil=True, inline="always")
def longer(data: U8, start: np.uint64, end: np.uint64, first: np.uint64) -> np.uint64:  # pragma: no cover  (compiled)
    """Hash what follows the first eight bytes of a word that has more; `first` is the hash of these."""
    h = first
    size = end - start
    start += U(8)
    while end - start > U(8):
        h = stir(h ^ (h >> U(29)) ^ small(load(data, start)))
        start += U(8)
    return stir((h ^ (h >> U(29)) ^ small(load(data, end - U(8)))) + size)


@njit(cache=True, nogil=True)
def word_hash(data: U8, start: np.uint64, end: np.uint64) -> np.uint32:  # pragma: no cover  (compiled)
    """Hash one word of any bytes."""
    if end - start <= U(8):
        return np.uint32(stir(alone(few(data, start, end - start), end - start)) >> U(32))
    return np.uint32(longer(data, start, end, stir(small(load(data, start)))) >> U(32))


@njit(cache=True, nogil=True)
def edges(data: U8, start: np.uint64, end: np.uint64, masks: U64, places: U32) -> np.uint64:  # pragma: no cover
    """List where words begin and end in turn, counted from `start`, and count the places; every byte is ASCII."""
    masks8 = masks.view(np.uint8)
    size = end - start
    whole = size >> U(3)
    for j in range(whole):
        masks8[U(j)] = np.uint8(in_word(load(data, start + U(8) * U(j))))
    masks8[whole] = np.uint8(in_word(few(data, start + U(8) * whole, size & U(7))))
    for j in range(1, 9):
        masks8[whole + U(j)] = np.uint8(0)
    before = U(0)
    k = U(0)
    for block in range((size >> U(6)) + U(1)):
        inside = masks[U(block)]
        turns = inside ^ ((inside << U(1)) | before)
        before = inside >> U(63)
        found = count(turns)
        for more in range(U(0), found, U(8)):
            for i in range(8):  # eight at a time, though some are none: no branch depends on the text
                places[k + U(more) + U(i)] = np.uint32(U(64) * U(block) + lowest(turns))
                turns &= turns - U(1)
        k += found
    return k


@njit(cache=True, nogil=True)
def ascii_words(
    data: U8, start: np.uint64, end: np.uint64, masks: U64, places: U32, heads: U64, late: U32, out: U32
) -> int:  # pragma: no cover  (compiled)
    """Write the word hashes of data[start:end] to `out` and count them; every byte is ASCII."""
    words = edges(data, start, end, masks, places) >> U(1)
    last = U(len(data)) - U(8)
    long = U(0)
    for q in range(words):
        at = start + U(places[U(2) * U(q)])
        size = U(places[U(2) * U(q) + U(1)]) - U(places[U(2) * U(q)])
        late[long] = np.uint32(q)
        long += U(size > U(8))
        heads[U(q)] = alone(load(data, min(at, last)), size)
    q = words
    while q > U(0) and start + U(places[U(2) * q - U(2)]) > last:  # the last bytes of the buffer
        q -= U(1)
        size = U(places[U(2) * q + U(1)]) - U(places[U(2) * q])
        heads[q] = alone(few(data, start + U(places[U(2) * q]), size), size)
    for q in range(words):
        out[U(q)] = np.uint32(stir(heads[U(q)]) >> U(32))
    for i in range(long):
        q = U(late[U(i)])
        first = stir(heads[q])
        whole = longer(data, start + U(places[U(2) * q]), start + U(places[U(2) * q + U(1)]), first)
        out[q] = np.uint32(whole >> U(32))
    return np.int64(words)


@njit(cache=True, nogil=True)
def unicode_words(data: U8, start: int, end: int, classes: U8, out: U32) -> int:  # pragma: no cover  (compiled)
    """Write the word hashes of normalised UTF-8; classes[codepoint]: 0 between words, 1 in a word, 2 a word alone."""
    k = 0
    first = end  # where the word began; `end` between words
    i = start
    while i < end:
        b = np.int64(data[i])
        size = 1 if b < 0x80 else 2 if b < 0xE0 else 3 if b < 0xF0 else 4
        code = b if size == 1 else b & (0x7F >> size)
        for j in range(1, size):
            code = (code << 6) | (np.int64(data[i + j]) & 0x3F)
        kind = classes[code]
        if kind != 1 and first < end:
            out[k] = word_hash(data, U(first), U(i))
            k += 1
            first = end
        if kind == 2:
            out[k] = word_hash(data, U(i), U(i + size))
            k += 1
        elif kind == 1 and first == end:
            first = i
        i += size
    if first < end:
        out[k] = word_hash(data, U(first), U(end))
        k += 1
    return k


@njit(cache=True, nogil=True)
def is_high(data: U8, start: np.uint64, end: np.uint64) -> bool:  # pragma: no cover  (compiled)
    """Say whether any byte lies beyond ASCII."""
    size = end - start
    whole = size >> U(3)
    found = few(data, start + U(8) * whole, size & U(7))
    for j in range(whole):
        found |= load(data, start + U(8) * U(j))
    return found & HIGH != U(0)


@njit(cache=True, nogil=True)
def mark_high(data: U8, ends: I64, skip: U8, out: U8) -> bool:  # pragma: no cover  (compiled)
    """Mark the values that hold a byte beyond ASCII; says whether any does. `skip` (or nothing): those not wanted."""
    if not is_high(data, U(ends[0]), U(ends[-1])):
        return False
    found = False
    for v in range(len(ends) - 1):
        if len(skip) == 0 or not skip[v]:
            high = is_high(data, U(ends[v]), U(ends[v + 1]))
            out[v] = high
            found |= high
    return found


@njit(cache=True, nogil=True)
def hash_values(
    data: U8, ends: I64, high: U8, skip: U8, classes: U8, words: U32, masks: U64, heads: U64, places: U32, late: U32
) -> tuple[int, U32]:  # pragma: no cover  (compiled)
    """Hash the words of every value, in order, into `words`; returns how many, and the word count of each value.

    `data` has eight bytes or more. The last four are room for the longest value of n bytes: n / 64, n / 2, n and n / 2
    numbers, and SPARE.
    """
    counts = np.zeros(len(ends) - 1, np.uint32)
    total = 0
    for v in range(len(ends) - 1):
        if len(skip) and skip[v]:
            continue
        if high[v]:
            k = unicode_words(data, ends[v], ends[v + 1], classes, words[total:])
        else:
            k = ascii_words(data, U(ends[v]), U(ends[v + 1]), masks, places, heads, late, words[total:])
        counts[v] = k
        total += k
    return total, counts
