"""Where the word hashes of many texts lie: in memory while they are few, in a file of their own when they are many."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np

from pipelines.dedup.hashing import I64, U32

SPILL_WORDS = 100_000_000
"""From so many word hashes on (400 MB, a quarter of a million scenes) they go to a temporary file."""


@dataclass
class WordStore:
    """Word hashes of texts, appended batch by batch and read back for the few texts that are measured."""

    spill_words: int = SPILL_WORDS
    _batches: list[U32] = field(default_factory=list)
    _lengths: list[I64] = field(default_factory=list)
    _file: BinaryIO | None = None
    _held: int = 0

    def append(self, words: U32, lengths: I64) -> None:
        """Add a batch: all its word hashes, and how many each text has."""
        self._lengths.append(lengths)
        self._held += len(words)
        if self._file is None and self._held > self.spill_words:
            self._file = tempfile.TemporaryFile(prefix="promptbook-words-")  # noqa: SIM115  (lives as long as the texts)
            for batch in self._batches:
                batch.tofile(self._file)
            self._batches.clear()
        if self._file is None:
            self._batches.append(words)
        else:
            words.tofile(self._file)

    def closed(self) -> Words:
        """Stop appending and hand the texts out for reading."""
        lengths = np.concatenate([np.zeros(1, np.int64), *self._lengths])
        ends = np.cumsum(lengths, dtype=np.int64)
        self._lengths.clear()
        if self._file is not None:
            self._file.flush()
            return FileWords(self._file, ends)
        held = np.concatenate([np.empty(0, np.uint32), *self._batches])
        self._batches.clear()
        return HeldWords(held, ends)


@dataclass(frozen=True)
class HeldWords:
    """Texts in memory; `ends` is (rows + 1) as everywhere."""

    words: U32
    ends: I64

    def some(self, rows: I64) -> tuple[U32, I64]:
        """Copy the word hashes of some rows, in that order, with their ends."""
        lengths = self.ends[rows + 1] - self.ends[rows]
        ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
        places = np.repeat(self.ends[rows] - ends[:-1], lengths) + np.arange(ends[-1])
        return self.words[places], ends


@dataclass(frozen=True)
class FileWords:
    """Texts in a file of 32-bit word hashes: only what is asked for comes into memory."""

    file: BinaryIO
    ends: I64

    def some(self, rows: I64) -> tuple[U32, I64]:
        """Read the word hashes of some rows, in that order, with their ends."""
        lengths = self.ends[rows + 1] - self.ends[rows]
        ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
        out = np.empty(ends[-1], np.uint32)
        view = out.data.cast("B")
        handle = self.file.fileno()
        starts = (self.ends[rows] * 4).tolist()
        for start, low, high in zip(starts, (ends[:-1] * 4).tolist(), (ends[1:] * 4).tolist(), strict=True):
            os.preadv(handle, [view[low:high]], start)
        return out, ends


Words = HeldWords | FileWords
