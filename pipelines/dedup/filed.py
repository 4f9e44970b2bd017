"""The texts of a Parquet file, read once: word hashes, sketches and thinned entries of each batch, in order.

Word hashes are kept as they come, while they fit: reading them again costs as much as everything that is compared.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.dedup.hashing import I64, SHINGLE, U8, U32, U64, sketch_rows, text_keys
from pipelines.dedup.lookup import sorted_entries
from pipelines.dedup.pairs import Texts
from pipelines.dedup.store import HeldWords
from pipelines.dedup.within import thin_entries
from pipelines.dedup.words import hash_texts, lend_hashes

BATCH_BYTES = 4 << 20
"""Text read at a time; two batches are hashed while the next one is read."""

KEPT_BYTES = 1600 << 20
"""Word hashes kept for the measures: all of a million scenes; texts beyond are read again where they are measured."""

Progress = Callable[[str, int, int], None]
"""Hears the name of a pass, how many rows are done, and how many there are."""

T = TypeVar("T", bound=np.generic)


class Growing(Generic[T]):
    """An array that is filled from the front; what is reserved beyond costs nothing until it is written."""

    def __init__(self, of: type[T], reserved: int) -> None:
        self.array: NDArray[T] = np.empty(reserved, of)
        self.size = 0

    @property
    def free(self) -> int:
        """How many values fit without growing."""
        return len(self.array) - self.size

    def append(self, values: NDArray[T]) -> None:
        """Add values at the end; all are copied elsewhere where the room does not do."""
        if len(values) > self.free:
            more = np.empty(len(self.array) + len(self.array) // 2 + len(values), self.array.dtype)
            more[: self.size] = self.array[: self.size]
            self.array = more
        self.array[self.size : self.size + len(values)] = values
        self.size += len(values)

    @property
    def values(self) -> NDArray[T]:
        """What has been added."""
        return self.array[: self.size]


@dataclass(frozen=True)
class FileWords:
    """The words of a Parquet file's texts: of the first `kept` rows in memory, of the rest hashed again when asked."""

    file: pq.ParquetFile
    column: str
    words: U32
    ends: I64
    kept: int

    def reach(self, rows: I64) -> tuple[U32, I64, I64]:
        """Give the words of some rows, with others between them where nothing has to be read again."""
        if not len(rows) or rows[-1] < self.kept:
            return self.words, self.ends, rows
        found = [HeldWords(self.words, self.ends).some(rows[rows < self.kept])[0]]
        group, first = self._group_of(self.kept)
        for batch in batches(self.file, self.column, group):
            wanted = rows[(rows >= max(first, self.kept)) & (rows < first + len(batch))] - first
            found.append(hash_texts(batch, _chosen(wanted, len(batch))).words if len(wanted) else self.words[:0])
            first += len(batch)
            if first > rows[-1]:
                break
        ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.diff(self.ends)[rows])))
        return np.concatenate(found), ends, np.arange(len(rows))

    def some(self, rows: I64) -> tuple[U32, I64]:
        """Copy the word hashes of some rows, one after another, and say where each ends (rows + 1)."""
        words, ends, numbers = self.reach(rows)
        return HeldWords(words, ends).some(numbers)

    def _group_of(self, row: int) -> tuple[int, int]:
        """Find the row group that holds a row, and the group's first row."""
        first = 0
        for group in range(self.file.metadata.num_row_groups):
            size = self.file.metadata.row_group(group).num_rows
            if row < first + size:
                return group, first
            first += size
        return self.file.metadata.num_row_groups, first


def _chosen(rows: I64, count: int) -> U8:
    chosen = np.zeros(count, np.uint8)
    chosen[rows] = 1
    return chosen


@dataclass(frozen=True)
class Hashed:
    """What one batch of texts comes to: words, whole texts, short keys of sketches, thinned entries."""

    words: U32
    lengths: I64
    texts: U64
    keys: U32
    key_counts: I64
    entries: U64


def hashed(texts: pa.Array) -> Hashed:
    """Hash a batch of texts; its rows are numbered from 0."""
    lent = lend_hashes(texts)
    keys, key_ends = sketch_rows(lent.words, lent.ends, SHINGLE)
    return Hashed(
        lent.words.copy(),
        np.diff(lent.ends),
        text_keys(lent.words, lent.ends),
        (keys >> np.uint64(32)).astype(np.uint32),
        np.diff(key_ends),
        thin_entries(keys, key_ends, lent.ends),
    )


def read_texts(file: pq.ParquetFile, column: str, threads: int, progress: Progress) -> tuple[Texts, U64]:
    """Read and hash the texts of a file, batch by batch; returns them, and the key that names each whole text."""
    rows, size = file.metadata.num_rows, text_bytes(file, column)
    words = Growing(np.uint32, min(KEPT_BYTES // 4, size // 2 + rows))
    keys, entries = Growing(np.uint32, size // 24 + rows), Growing(np.uint64, size // 48 + rows)
    texts = Growing(np.uint64, rows)
    lengths, counts = Growing(np.int64, rows + 1), Growing(np.int64, rows + 1)
    lengths.append(np.zeros(1, np.int64))
    counts.append(np.zeros(1, np.int64))
    kept, is_full = 0, False
    for batch in _in_turn(batches(file, column), threads):
        is_full = is_full or len(batch.words) > words.free
        if not is_full:
            words.append(batch.words)
            kept += len(batch.lengths)
        entries.append(batch.entries + np.uint64(texts.size))
        keys.append(batch.keys)
        texts.append(batch.texts)
        lengths.append(batch.lengths)
        counts.append(batch.key_counts)
        progress("read", texts.size, rows)
    ends = np.cumsum(lengths.values)
    packed = sorted_entries(entries.values, np.empty_like(entries.values))
    held = FileWords(file, column, words.values, ends, kept)
    return Texts(held, ends, keys.values, np.cumsum(counts.values), packed), texts.values


def batches(file: pq.ParquetFile, column: str, group: int = 0) -> Iterator[pa.Array]:
    """Read a column from a row group on, about BATCH_BYTES at a time."""
    meta = file.metadata
    rows = max(1, min(65536, BATCH_BYTES * max(1, meta.num_rows) // max(1, text_bytes(file, column))))
    groups = list(range(group, meta.num_row_groups))
    for batch in file.iter_batches(batch_size=rows, row_groups=groups, columns=[column], use_threads=False):
        yield batch.column(0)


def text_bytes(file: pq.ParquetFile, column: str) -> int:
    """Tell how many bytes a column takes before it is compressed."""
    groups = (file.metadata.row_group(i) for i in range(file.metadata.num_row_groups))
    columns = (group.column(i) for group in groups for i in range(group.num_columns))
    return sum(c.total_uncompressed_size for c in columns if c.path_in_schema == column)


def _in_turn(found: Iterator[pa.Array], threads: int) -> Iterator[Hashed]:
    """Hash batches on some threads and hand them out in order, with no more than two waiting a thread."""
    waiting: deque[Future[Hashed]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for batch in found:
            waiting.append(pool.submit(hashed, batch))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
