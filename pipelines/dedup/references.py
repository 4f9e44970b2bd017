"""Published works in landing/references: a row that is one of them, or a good part of one, is held for a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.dedup import lookup
from pipelines.dedup.config import Band
from pipelines.dedup.evidence import Sheet
from pipelines.dedup.hashing import I64, U32
from pipelines.dedup.lookup import B8
from pipelines.dedup.measure import exact_overlap
from pipelines.dedup.pairs import Texts, texts_of
from pipelines.dedup.rules import Match
from pipelines.dedup.words import hash_texts

SUFFIXES = (".txt", ".md", ".html", ".htm")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class References:
    """The published works by file name, and their texts."""

    names: tuple[str, ...]
    texts: Texts

    def words_of(self, work: int) -> U32:
        """Give the word hashes of a work."""
        return self.texts.words.some(np.array([work], np.int64))[0]


def read_references(folder: Path) -> References | None:
    """Read plays and scripts: plain text or HTML, UTF-8 or else Latin-1; None where there are none."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    if not paths:
        return None
    words = hash_texts(pa.array([_text_of(p) for p in paths], pa.large_string()))
    return References(tuple(p.relative_to(folder).as_posix() for p in paths), texts_of(words.words, words.ends))


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


def _candidates(mine: Texts, works: Texts, floor: float) -> tuple[I64, I64]:
    """Pair texts with works by the number of shared sketch keys."""
    ranges = np.zeros((2, len(mine.entries)), np.uint32)
    lookup.ranges(mine.entries, works.entries, ranges[0], ranges[1])
    sizes = (ranges[1] - ranges[0]).astype(np.int64)
    probes = np.repeat(mine.entries, sizes) & np.uint64(lookup.ROW_MASK)
    starts = np.repeat(ranges[0].astype(np.int64) - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
    holders = works.entries[starts] & np.uint64(lookup.ROW_MASK)
    pairs, counts = np.unique(probes << np.uint64(32) | holders, return_counts=True)
    who, whom = (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)
    sketch = np.minimum(np.diff(mine.key_ends)[who], np.diff(works.key_ends)[whom])
    eighth = np.minimum(sketch, np.diff(mine.word_ends)[who] // 8)
    due = floor * eighth - 4 * np.sqrt(eighth * floor * (1 - floor))
    return who[counts >= due], whom[counts >= due]


def _text_of(path: Path) -> str:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return _TAG.sub(" ", text) if path.suffix.lower().startswith(".htm") else text
