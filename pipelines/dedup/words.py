"""Normalised words of texts: NFKC, casefold, NFKC again; a word is a run of letters, digits, marks and underscores.

Scripts written without spaces (Han, Kana, Thai, Lao, Khmer, Myanmar, Tibetan) give one word a character, else a clause
would be one word and one edit would change it whole. ASCII goes through a compiled pass; any other value is normalised
by Python's unicodedata first, so the result equals `words_of`, the reference, on every script.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from pipelines.dedup.hashing import I64, U8, U32, U64
from pipelines.dedup.splitting import SPARE, hash_values, mark_high

UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # ideographic iteration mark and zero
    (0x3041, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),  # Katakana extensions
    (0x3400, 0x4DBF),  # Han extension A
    (0x4E00, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han compatibility
    (0x20000, 0x3FFFF),  # Han extensions B and beyond
)
"""Blocks whose letters are words of their own."""

LARGEST_KEPT = 1 << 23
"""Buffers for up to so many words (32 MB) are kept for the next batch."""

NONE_SKIPPED: U8 = np.zeros(0, np.uint8)
NO_CLASSES: U8 = np.zeros(1, np.uint8)
NO_CLASSES.setflags(write=False)


@dataclass(frozen=True)
class Words:
    """The word hashes of n values, one after another; value v holds words[ends[v]:ends[v + 1]]."""

    words: U32
    ends: I64

    def of_rows(self, row_ends: I64) -> Words:
        """Join neighbouring values to rows: row r holds the values row_ends[r]:row_ends[r + 1]."""
        return Words(self.words, self.ends[row_ends])


def normalised(text: str) -> str:
    """Bring a text to the form that is compared; idempotent."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def words_of(text: str) -> list[str]:
    """Split a text into its normalised words: the reference that the compiled pass must equal."""
    found: list[str] = []
    word = ""
    for character in normalised(text):
        kind = _class_of(character)
        if kind == 1:
            word += character
            continue
        found += [word] * bool(word) + [character] * (kind == 2)
        word = ""
    return found + [word] * bool(word)


def _class_of(character: str) -> int:
    if not (character.isalnum() or character == "_" or unicodedata.category(character).startswith("M")):
        return 0
    return 2 if any(low <= ord(character) <= high for low, high in UNSPACED) else 1


@cache
def character_classes() -> U8:
    """Tabulate `_class_of` for every code point, once a process and only when a text beyond ASCII comes."""
    classes = np.zeros(0x110000, np.uint8)
    everything = "".join(map(chr, range(0x110000)))
    for run in re.finditer(r"\w+", everything):
        classes[run.start() : run.end()] = 1
    marks = [c for c in (*range(0x300, 0x1F000), *range(0xE0100, 0xE01F0)) if unicodedata.category(chr(c))[0] == "M"]
    classes[marks] = 1
    for low, high in UNSPACED:
        classes[low : high + 1] *= 2
    classes.setflags(write=False)
    return classes


def hash_texts(texts: pa.Array, chosen: U8 | None = None) -> Words:
    """Hash the words of every value of a string column (or of the chosen: 1); null and empty values have none."""
    lent = lend_hashes(texts, chosen)
    return Words(lent.words.copy(), lent.ends)


def lend_hashes(texts: pa.Array, chosen: U8 | None = None) -> Words:
    """Hash as `hash_texts` does, into a buffer of this thread that its next batch writes over."""
    data, ends = text_buffers(texts)
    high = np.zeros(len(ends) - 1, np.uint8)
    skip = NONE_SKIPPED if chosen is None else 1 - chosen
    classes = NO_CLASSES
    if mark_high(data, ends, skip, high):
        data, ends = _normalise_marked(data, ends, high)
        classes = character_classes()
    sizes = np.diff(ends)
    beyond = int(sizes[high == 1].sum())
    room = (int(sizes.sum()) - beyond) // 2 + beyond + len(ends) + 1
    words, *lent = _scratch(room, int(sizes.max(initial=0)))
    total, counts = hash_values(_eight(data), ends, high, skip, classes, words, *lent)
    word_ends = np.zeros(len(ends), np.int64)
    np.cumsum(counts, out=word_ends[1:])
    return Words(words[:total], word_ends)


def _eight(data: U8) -> U8:
    """Lengthen what is too short to be read eight bytes at a time."""
    return data if len(data) >= 8 else np.concatenate((data, np.zeros(8, np.uint8)))


Scratch = tuple[U32, U64, U64, U32, U32]
_LOCAL = threading.local()


def _scratch(room: int, longest: int) -> Scratch:
    """Lend this thread its buffers: fresh memory costs more than the hashing (every page is cleared by the kernel)."""
    held: Scratch | None = getattr(_LOCAL, "buffers", None)
    if held is None or len(held[0]) < room or len(held[3]) < longest + SPARE:
        sizes = (longest // 64 + SPARE, longest // 2 + SPARE, longest + SPARE, longest // 2 + SPARE)
        kinds = (np.uint64, np.uint64, np.uint32, np.uint32)
        rest = (np.empty(size, of) for size, of in zip(sizes, kinds, strict=True))
        held = (np.empty(room + room // 4, np.uint32), *rest)  # type: ignore[assignment]
        if room <= LARGEST_KEPT:
            _LOCAL.buffers = held
    return held  # type: ignore[return-value]


def text_buffers(texts: pa.Array) -> tuple[U8, I64]:
    """Look at a string column's bytes and offsets without copying the text; nulls count as empty."""
    if texts.null_count:
        texts = texts.fill_null("")
    if texts.type not in (pa.string(), pa.large_string()):
        texts = texts.cast(pa.large_string())
    if len(texts) == 0:
        return np.empty(0, np.uint8), np.zeros(1, np.int64)
    width = np.int64 if texts.type == pa.large_string() else np.int32
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, width)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    return np.frombuffer(data or b"", np.uint8), ends


def _normalise_marked(data: U8, ends: I64, marked: U8) -> tuple[U8, I64]:
    """Replace the marked values by their normalised form, in place of the old buffer."""
    view = data.data
    pieces: list[bytes] = []
    sizes = np.diff(ends)
    before = 0
    for v in np.flatnonzero(marked).tolist():
        pieces.append(bytes(view[ends[before] : ends[v]]))
        fresh = normalised(_decoded(bytes(view[ends[v] : ends[v + 1]]))).encode("utf-8", "surrogatepass")
        pieces.append(fresh)
        sizes[v] = len(fresh)
        before = v + 1
    pieces.append(bytes(view[ends[before] : ends[-1]]))
    fresh_ends = np.zeros(len(ends), np.int64)
    np.cumsum(sizes, out=fresh_ends[1:])
    return np.frombuffer(b"".join(pieces), np.uint8), fresh_ends


def _decoded(raw: bytes) -> str:
    """Read UTF-8; a lone surrogate is kept as itself (no letter), any other broken byte becomes U+FFFD."""
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")
