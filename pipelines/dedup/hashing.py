"""Compiled passes that turn text bytes into word hashes, and word hashes into shingle keys.

A word is hashed by `h = rotl(h, 11) + T[byte]` (one table look-up, one rotation, one addition a byte, no branch),
mixed, and kept as 32 bits. A shingle of five words is the polynomial of its five word hashes modulo 2^64, mixed. Two
different words share a 32-bit hash once in 4·10^9; a measure differs from brute force only where both have the same
four neighbours. Seeds are pinned: the same text has the same hashes on every machine and night.
"""

# mypy: disable-error-code="assignment,no-any-return,return-value,call-overload,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

SHINGLE = 5
"""Words in a shingle (semantics 5)."""


def byte_numbers() -> U64:
    """Give each byte its pinned random number, 0 where ASCII ends a word; capitals have their small letter's."""
    rng = np.random.Generator(np.random.PCG64(0x5EED0F5CE4E))
    numbers = rng.integers(1, 2**64, size=256, dtype=np.uint64)
    for code in range(128):
        if not (chr(code).isalnum() or chr(code) == "_"):
            numbers[code] = 0
    numbers[ord("A") : ord("Z") + 1] = numbers[ord("a") : ord("z") + 1]
    numbers.setflags(write=False)
    return numbers


NUMBERS = byte_numbers()


@njit(cache=True, nogil=True, inline="always")
def mix(x: np.uint64) -> np.uint64:  # pragma: no cover  (compiled)
    """Spread every bit of x over all 64 (the finaliser of MurmurHash3)."""
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xFF51AFD7ED558CCD)
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xC4CEB9FE1A85EC53)
    x ^= x >> np.uint64(33)
    return x


@njit(cache=True, nogil=True, inline="always")
def shingle_at(words: U32, i: int, n: int) -> np.uint64:  # pragma: no cover  (compiled)
    """Hash the n words from i on."""
    h = np.uint64(n)
    for j in range(n):
        h = h * np.uint64(0x9E3779B97F4A7C15) + np.uint64(words[i + j]) + np.uint64(1)
    return mix(h)


@njit(cache=True, nogil=True)
def ascii_words(data: U8, start: int, end: int, numbers: U64, out: U64) -> int:  # pragma: no cover  (compiled)
    """Write the word hashes of data[start:end] to `out` and count them; every byte is ASCII. No branch in the loop."""
    one = np.uint64(1)
    k = np.uint64(0)
    h = np.uint64(0)
    for i in range(np.uint64(start), np.uint64(end)):
        number = numbers[data[i]]
        inside = np.uint64(number != 0)
        out[k] = h
        k += (one - inside) & np.uint64(h != 0)
        h = (((h << np.uint64(11)) | (h >> np.uint64(53))) + number) & (np.uint64(0) - inside)
    out[k] = h
    return np.int64(k + np.uint64(h != 0))


@njit(cache=True, nogil=True)
def unicode_words(
    data: U8, start: int, end: int, numbers: U64, classes: U8, out: U64
) -> int:  # pragma: no cover  (compiled)
    """Write the word hashes of normalised UTF-8; classes[codepoint]: 0 between words, 1 in a word, 2 a word alone."""
    k = 0
    h = np.uint64(0)
    i = start
    while i < end:
        b = np.int64(data[i])
        size = 1 if b < 0x80 else 2 if b < 0xE0 else 3 if b < 0xF0 else 4
        code = b if size == 1 else b & (0x7F >> size)
        for j in range(1, size):
            code = (code << 6) | (np.int64(data[i + j]) & 0x3F)
        kind = classes[code]
        if kind != 1 and h != 0:
            out[k] = h
            k += 1
            h = np.uint64(0)
        if kind != 0:
            for j in range(size):
                h = ((h << np.uint64(11)) | (h >> np.uint64(53))) + numbers[data[i + j]]
            if kind == 2:
                out[k] = h
                k += 1
                h = np.uint64(0)
        i += size
    if h != 0:
        out[k] = h
        k += 1
    return k


@njit(cache=True, nogil=True)
def has_high_bytes(data: U8, ends: I64, skip: U8, out: U8) -> int:  # pragma: no cover  (compiled)
    """Mark the values that hold a byte beyond ASCII and count them; `skip` (or nothing) marks those not wanted."""
    found = 0
    for v in range(len(ends) - 1):
        if len(skip) and skip[v]:
            continue
        high = np.uint8(0)
        for i in range(ends[v], ends[v + 1]):
            high |= data[i]
        out[v] = high >> np.uint8(7)
        found += np.int64(out[v])
    return found


@njit(cache=True, nogil=True)
def hash_values(
    data: U8, ends: I64, high: U8, skip: U8, numbers: U64, classes: U8, words: U32, scratch: U64
) -> tuple[int, U32]:  # pragma: no cover  (compiled)
    """Hash the words of every value, in order, into `words`; returns how many, and the word count of each value.

    `scratch` holds one value's words: at least its bytes + 1 places.
    """
    counts = np.zeros(len(ends) - 1, np.uint32)
    total = 0
    for v in range(len(ends) - 1):
        if len(skip) and skip[v]:
            continue
        if high[v]:
            k = unicode_words(data, ends[v], ends[v + 1], numbers, classes, scratch)
        else:
            k = ascii_words(data, ends[v], ends[v + 1], numbers, scratch)
        for j in range(k):
            words[total + j] = np.uint32(mix(scratch[j]) >> np.uint64(32))
        counts[v] = k
        total += k
    return total, counts


@njit(cache=True, nogil=True)
def text_keys(words: U32, ends: I64) -> U64:  # pragma: no cover  (compiled)
    """Name each row's whole text in 64 bits; 0 where it has no word."""
    out = np.zeros(len(ends) - 1, np.uint64)
    for r in range(len(ends) - 1):
        h = np.uint64(0)
        for i in range(ends[r], ends[r + 1]):
            h = (h ^ mix(np.uint64(words[i]) + np.uint64(0x51ED270B))) * np.uint64(0x9E3779B97F4A7C15)
            h ^= h >> np.uint64(29)
        if ends[r + 1] > ends[r]:
            out[r] = mix(h + np.uint64(ends[r + 1] - ends[r])) | np.uint64(1)
    return out


@njit(cache=True, nogil=True, inline="always")
def low_bits(length: int) -> np.uint64:  # pragma: no cover  (compiled)
    """Which low bits of a key must be 0 to be kept in the sketch of a text of `length` words."""
    count = length - 4
    return np.uint64(0 if count <= 32 else 1 if count <= 64 else 3 if count <= 128 else 7)


@njit(cache=True, nogil=True)
def sketch_rows(words: U32, ends: I64, n: int) -> tuple[U64, I64]:  # pragma: no cover  (compiled)
    """Keep the shingle keys whose low bits are 0 (FracMinHash, nested rates 1, 1/2, 1/4, 1/8), sorted, once each."""
    keys = np.empty(len(words) // 4 + 64 * len(ends), np.uint64)
    key_ends = np.zeros(len(ends), np.int64)
    total = 0
    for r in range(len(ends) - 1):
        length = ends[r + 1] - ends[r]
        if length > 0:
            count = max(1, length - n + 1)
            low = low_bits(length)
            size = min(n, length)
            if total + count > len(keys):
                keys = np.concatenate((keys, np.empty(len(keys) + count, np.uint64)))
            first = total
            for i in range(ends[r], ends[r] + count):
                h = shingle_at(words, i, size)
                keys[total] = h
                total += (h & low) == 0
            mine = keys[first:total]
            if len(mine) > 96:
                mine.sort()
            else:
                for i in range(1, len(mine)):
                    x = mine[i]
                    j = i - 1
                    while j >= 0 and mine[j] > x:
                        mine[j + 1] = mine[j]
                        j -= 1
                    mine[j + 1] = x
            at = first
            for i in range(len(mine)):
                if i == 0 or mine[i] != mine[i - 1]:
                    keys[at] = mine[i]
                    at += 1
            total = at
        key_ends[r + 1] = total
    return keys[:total].copy(), key_ends


@njit(cache=True, nogil=True)
def mark_stock(words: U32, start: int, end: int, stock: U64, keep: U8) -> None:  # pragma: no cover  (compiled)
    """Set keep to 0 for the words that stand in a shingle of `stock` (sorted shingle hashes); rows are start:end."""
    for i in range(start, end - 4):
        h = shingle_at(words, i, 5)
        at = np.searchsorted(stock, h)
        if at < len(stock) and stock[at] == h:
            for j in range(i, i + 5):
                keep[j] = 0


@njit(cache=True, nogil=True)
def all_shingles(words: U32) -> U64:  # pragma: no cover  (compiled)
    """List a text's distinct shingle hashes, sorted; none where it is shorter than a shingle."""
    out = np.empty(max(0, len(words) - 4), np.uint64)
    for i in range(len(out)):
        out[i] = shingle_at(words, i, 5)
    return np.unique(out)


@njit(cache=True, nogil=True)
def components(rows: int, one: I64, other: I64) -> I64:  # pragma: no cover  (compiled)
    """Name each row by the smallest row that it is tied to, directly or through others.

    Union by the smaller row with path halving: scipy's connected_components gives the same (a test compares them), but
    importing it costs half a CPU second of the three that 100,000 scenes take.
    """
    parent = np.arange(rows)
    for t in range(len(one)):
        a = one[t]
        b = other[t]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        parent[max(a, b)] = min(a, b)
    for r in range(rows):
        parent[r] = parent[parent[r]]
    return parent
