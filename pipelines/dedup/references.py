"""Published works in landing/references: a row that is one of them, or a good part of one, is held for a person.

A work that is filed later is looked up in all of history by its sketch, and the rows that it meets are judged again:
that costs what the work is long and what it meets, not what the history holds.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.dedup import lookup
from pipelines.dedup.config import Band
from pipelines.dedup.evidence import Sheet, flat
from pipelines.dedup.hashing import I64, U32, U64
from pipelines.dedup.lookup import B8
from pipelines.dedup.measure import exact_overlap
from pipelines.dedup.pairs import FLOATS, Texts, texts_of
from pipelines.dedup.rules import Match
from pipelines.dedup.shelf import Shelf
from pipelines.dedup.words import hash_texts

SUFFIXES = (".txt", ".md", ".html", ".htm")
MARK = "references/"
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class References:
    """The published works by file name, and their texts."""

    names: tuple[str, ...]
    marks: tuple[str, ...]
    texts: Texts

    def words_of(self, work: int) -> U32:
        """Give the word hashes of a work."""
        return self.texts.words.some(np.array([work], np.int64))[0]


def read_references(folder: Path) -> References | None:
    """Read plays and scripts: plain text or HTML, UTF-8 or else Latin-1; None where there are none."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    if not paths:
        return None
    raw = [p.read_bytes() for p in paths]
    names = tuple(p.relative_to(folder).as_posix() for p in paths)
    marks = tuple(f"{MARK}{n}@{hashlib.sha256(r).hexdigest()[:16]}" for n, r in zip(names, raw, strict=True))
    texts = [_text_of(r, p.suffix.lower()) for r, p in zip(raw, paths, strict=True)]
    words = hash_texts(pa.array(texts, pa.large_string()))
    return References(names, marks, texts_of(words.words, words.ends))


def marks_of(works: References | None) -> tuple[str, ...]:
    """Name what a night's log covers of the works: references/<name>@<sha256>."""
    return works.marks if works else ()


def published(sheet: Sheet, wanted: B8, references: References, band: Band) -> dict[int, Match]:
    """Find, for each wanted row, the work that holds most of it; `other` is the work's number.

    Every pair that shares a sketch key is measured exactly where the sketch does not speak clearly against it.
    """
    rows = np.flatnonzero(wanted).astype(np.int64)
    some, ends = sheet.words.some(rows)
    mine, works = texts_of(some, ends), references.texts
    who, whom = _candidates(mine, works, band.containment)
    all_words, all_ends = works.words.some(np.arange(works.rows, dtype=np.int64))
    shared, own, theirs = exact_overlap(who, whom, some, ends, all_words, all_ends)
    found: dict[int, Match] = {}
    for row, *counts in zip(
        rows[who].tolist(), whom.tolist(), shared.tolist(), own.tolist(), theirs.tolist(), strict=True
    ):
        match = Match(row, *counts)
        best = found.get(row)
        if match.containment >= band.containment and match.shared >= band.shingles:
            found[row] = match if best is None or match.containment > best.containment else best
    return found


def quoting(works: References, chosen: list[int], recent: pl.DataFrame, shelf: Shelf | None, band: Band) -> pl.Series:
    """Name the rows of history that may hold a part of the chosen works, by their sketches: those to judge again."""
    words, ends = works.texts.words.some(np.array(chosen, np.int64))
    some = texts_of(words, ends)
    here = texts_of(*flat(recent["words"]))
    found = [recent["row_id"].gather(np.unique(_candidates(here, some, band.containment)[0]))]
    if shelf:
        work, row, counts = _shared(some.entries, shelf.entries)
        good = counts >= _due(
            some.key_ends, some.word_ends, work, shelf.key_ends, shelf.word_ends, row, band.containment
        )
        found.append(shelf.ids(np.unique(row[good])))
    return pl.concat(found)


def _candidates(mine: Texts, works: Texts, floor: float) -> tuple[I64, I64]:
    """Pair texts with works by the number of shared sketch keys."""
    who, whom, counts = _shared(mine.entries, works.entries)
    good = counts >= _due(mine.key_ends, mine.word_ends, who, works.key_ends, works.word_ends, whom, floor)
    return who[good], whom[good]


def _shared(probes: U64, entries: U64) -> tuple[I64, I64, I64]:
    """Count the sketch keys that rows of two sides share: (probe's row, entry's row, keys), sorted."""
    ranges = np.zeros((2, len(probes)), np.uint32)
    if len(entries):
        lookup.ranges(probes, entries, ranges[0], ranges[1])
    sizes = (ranges[1] - ranges[0]).astype(np.int64)
    who = np.repeat(probes, sizes) & np.uint64(lookup.ROW_MASK)
    starts = np.repeat(ranges[0].astype(np.int64) - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
    holders = entries[starts] & np.uint64(lookup.ROW_MASK)
    pairs, counts = np.unique(who << np.uint64(32) | holders, return_counts=True)
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64), counts


def _due(key_ends: I64, word_ends: I64, who: I64, other_ends: I64, other_words: I64, whom: I64, floor: float) -> FLOATS:
    """Say how many keys two texts must share, less 4 standard deviations, where `floor` of the shorter is shared.

    A work keeps an eighth of its shingles, so of a short text too no more than an eighth can be shared.
    """
    sketch = np.minimum(key_ends[who + 1] - key_ends[who], other_ends[whom + 1] - other_ends[whom])
    words = np.minimum(word_ends[who + 1] - word_ends[who], other_words[whom + 1] - other_words[whom])
    eighth = np.minimum(sketch, words // 8)
    least: FLOATS = np.maximum(1, floor * eighth - 4 * np.sqrt(eighth * floor * (1 - floor)))
    return least


def _text_of(raw: bytes, suffix: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return _TAG.sub(" ", text) if suffix.startswith(".htm") else text
