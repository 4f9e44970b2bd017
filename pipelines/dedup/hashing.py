"""Compiled passes from word hashes to the keys of whole texts, of shingles, and of sketches.

A shingle of five words is the polynomial of their five hashes (32 bits each) modulo 2^64, mixed. Two different words
share a hash once in 4·10^9; a measure differs from brute force only where both have the same four neighbours. Loops
that hash hold no branch, and those that choose among hashes hash nothing: LLVM makes vector instructions of the former.
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


@njit(cache=True, nogil=True, inline="always")
def five_at(words: U32, i: np.uint64) -> np.uint64:  # pragma: no cover  (compiled)
    """Hash the SHINGLE words from i on: `shingle_at` with a length known to the compiler."""
    h = np.uint64(5)
    for j in range(5):
        h = h * np.uint64(0x9E3779B97F4A7C15) + np.uint64(words[i + np.uint64(j)]) + np.uint64(1)
    return mix(h)


@njit(cache=True, nogil=True)
def shingles_of(words: U32, start: int, end: int, n: int, out: U64) -> int:  # pragma: no cover  (compiled)
    """Write the hash of every shingle of words[start:end], in order, and count them; a short text is one shingle."""
    length = end - start
    if n != SHINGLE or length < n:
        places = 0 if length == 0 else max(1, length - n + 1)
        for i in range(places):
            out[i] = shingle_at(words, start + i, min(n, length))
        return places
    for i in range(np.uint64(length - 4)):
        out[np.uint64(i)] = five_at(words, np.uint64(start) + np.uint64(i))
    return length - 4


@njit(cache=True, nogil=True)
def text_keys(words: U32, ends: I64) -> U64:  # pragma: no cover  (compiled)
    """Name each row's whole text in 64 bits: the sum of its words, each mixed with its place; 0 where it has none."""
    out = np.zeros(len(ends) - 1, np.uint64)
    for r in range(len(ends) - 1):
        start = np.uint64(ends[r])
        length = np.uint64(ends[r + 1]) - start
        h = np.uint64(0)
        for i in range(length):
            h += mix(np.uint64(i) << np.uint64(32) | np.uint64(words[start + np.uint64(i)]))
        if length > 0:
            out[r] = mix(h + length) | np.uint64(1)
    return out


@njit(cache=True, nogil=True, inline="always")
def low_bits(length: int) -> np.uint64:  # pragma: no cover  (compiled)
    """Which low bits of a key's upper half must be 0 to be kept in the sketch of a text of `length` words."""
    count = length - 4
    return np.uint64(0 if count <= 32 else 1 if count <= 64 else 3 if count <= 128 else 7)


@njit(cache=True, nogil=True)
def sort_few(keys: U64, spare: U64, starts: U32) -> None:  # pragma: no cover  (compiled)
    """Sort keys that are spread evenly: by their six highest bits at once, then each among its neighbours."""
    n = np.uint64(len(keys))
    if n > np.uint64(256):
        keys.sort()
        return
    starts[:65] = 0
    for i in range(n):
        spare[np.uint64(i)] = keys[np.uint64(i)]
        starts[(keys[np.uint64(i)] >> np.uint64(58)) + np.uint64(1)] += np.uint32(1)
    for b in range(64):
        starts[b + 1] += starts[b]
    for i in range(n):
        x = spare[np.uint64(i)]
        keys[np.uint64(starts[x >> np.uint64(58)])] = x
        starts[x >> np.uint64(58)] += np.uint32(1)
    for i in range(np.uint64(1), n):
        x = keys[np.uint64(i)]
        j = np.uint64(i)
        while j > np.uint64(0) and keys[j - np.uint64(1)] > x:
            keys[j] = keys[j - np.uint64(1)]
            j -= np.uint64(1)
        keys[j] = x


@njit(cache=True, nogil=True)
def sketch_rows(words: U32, ends: I64, n: int) -> tuple[U64, I64]:  # pragma: no cover  (compiled)
    """Keep the shingle keys whose rate bits are 0 (FracMinHash, nested rates 1, 1/2, 1/4, 1/8), sorted, once each.

    The rate bits are the lowest of the upper half: the upper halves alone are a sketch too, in the same order.
    """
    longest = 64
    for r in range(len(ends) - 1):
        longest = max(longest, ends[r + 1] - ends[r])
    every = np.empty(longest, np.uint64)
    starts = np.empty(66, np.uint32)
    keys = np.empty(len(words) // 4 + 64 * len(ends), np.uint64)
    key_ends = np.zeros(len(ends), np.int64)
    total = np.uint64(0)
    for r in range(len(ends) - 1):
        count = np.uint64(shingles_of(words, ends[r], ends[r + 1], n, every))
        low = low_bits(ends[r + 1] - ends[r]) << np.uint64(32)
        if total + count > np.uint64(len(keys)):
            keys = np.concatenate((keys, np.empty(len(keys) + np.int64(count), np.uint64)))
        first = total
        for i in range(count):
            h = every[np.uint64(i)]
            keys[total] = h
            total += np.uint64((h & low) == np.uint64(0))
        sort_few(keys[first:total], every, starts)
        last = total
        total = first
        for i in range(first, last):
            keys[total] = keys[np.uint64(i)]
            total += np.uint64(np.uint64(i) + np.uint64(1) == last or keys[np.uint64(i) + np.uint64(1)] != keys[total])
        key_ends[r + 1] = np.int64(total)
    return keys[: np.int64(total)].copy(), key_ends


@njit(cache=True, nogil=True)
def mark_stock(words: U32, start: int, end: int, stock: U64, keep: U8) -> None:  # pragma: no cover  (compiled)
    """Set keep to 0 for the words that stand in a shingle of `stock` (sorted shingle hashes); rows are start:end."""
    for i in range(start, end - 4):
        h = five_at(words, np.uint64(i))
        at = np.searchsorted(stock, h)
        if at < len(stock) and stock[at] == h:
            for j in range(i, i + 5):
                keep[j] = 0


@njit(cache=True, nogil=True)
def all_shingles(words: U32) -> U64:  # pragma: no cover  (compiled)
    """List a text's distinct shingle hashes, sorted; none where it is shorter than a shingle."""
    out = np.empty(max(0, len(words) - 4), np.uint64)
    for i in range(np.uint64(len(out))):
        out[np.uint64(i)] = five_at(words, np.uint64(i))
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
