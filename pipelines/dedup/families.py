"""Families in any Parquet file of texts: what repeats what, and which row of each family was there first."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.dedup import lookup
from pipelines.dedup.hashing import I64, SHINGLE, U8, U32, U64, components, sketch_rows, text_keys
from pipelines.dedup.lookup import B8
from pipelines.dedup.pairs import Texts, near_pairs
from pipelines.dedup.store import HeldWords
from pipelines.dedup.touch import first_others
from pipelines.dedup.words import hash_texts
from pipelines.errors import InputError

BATCH_BYTES = 4 << 20
"""Text read at a time; two batches are hashed while the next one is read."""

KEPT_BYTES = 160 << 20
"""Word hashes kept from the first pass for the measures: all of 100,000 long scenes; what is beyond is read again."""

NO_WORDS: U32 = np.empty(0, np.uint32)

Progress = Callable[[str, int, int], None]
"""Hears the name of a pass, how many rows are done, and how many there are."""


@dataclass(frozen=True)
class Families:
    """For each row: the first row of its family, the earlier row that it repeats most (-1: none) and the measures."""

    family: I64
    matched: I64
    jaccard: np.ndarray[tuple[int], np.dtype[np.float64]]
    containment: np.ndarray[tuple[int], np.dtype[np.float64]]


def families_of_file(
    source: Path, id_column: str, text_column: str, target: Path, *, jaccard: float, threads: int = 2,
    progress: Progress = lambda *_: None,
) -> pa.Table:  # fmt: skip
    """Write id, family_id, kept, matched_id, jaccard, containment of every row of a Parquet file, in its order.

    A family is everything that is tied by the Jaccard given; `kept` rows repeat no earlier row. Raises InputError where
    the file cannot be read or lacks a column.
    """
    file = _opened(source, id_column, text_column)
    texts, keys = _read(file, text_column, threads, progress)
    found = families(texts, keys, jaccard, threads, lambda done: progress("compare", done, texts.rows))
    ids = file.read(columns=[id_column], use_threads=False)[id_column].combine_chunks()
    table = as_table(found, ids)
    pq.write_table(table, target, compression="zstd")
    return table


def families(
    texts: Texts, keys: U64, jaccard: float, threads: int = 1, progress: Callable[[int], None] = lambda _: None
) -> Families:
    """Tie rows with equal texts and rows at least so near; `keys` names each whole text (0: empty, in no family)."""
    rows = np.arange(texts.rows, dtype=np.int64)
    equal = _first_equal(keys)
    once = equal < 0
    pairs, _ = near_pairs(
        texts, None if once.all() else once, jaccard=jaccard, containment=1.1, threads=threads, progress=progress
    )
    matched, near = equal.copy(), np.where(equal >= 0, 1.0, np.nan)
    contained = near.copy()
    best = np.lexsort((pairs.earlier, -pairs.containment, -pairs.jaccard, pairs.row))
    best = best[np.unique(pairs.row[best], return_index=True)[1]]
    matched[pairs.row[best]] = pairs.earlier[best]
    near[pairs.row[best]], contained[pairs.row[best]] = pairs.jaccard[best], pairs.containment[best]
    tied = equal >= 0
    ties = np.concatenate((pairs.row, rows[tied])), np.concatenate((pairs.earlier, equal[tied]))
    return Families(components(texts.rows, *ties), matched, near, contained)


def as_table(found: Families, ids: pa.Array) -> pa.Table:
    """Name rows by their ids."""
    tied = found.matched >= 0
    return pa.table(
        {
            "id": ids,
            "family_id": _chosen(ids, _column(pa.int64(), found.family)),
            "kept": pa.Array.from_buffers(pa.bool_(), len(tied), [None, _bits(~tied)]),
            "matched_id": _chosen(ids, _column(pa.int64(), found.matched, tied)),
            "jaccard": _column(pa.float64(), found.jaccard, tied),
            "containment": _column(pa.float64(), found.containment, tied),
        }
    )


def _column(of: pa.DataType, values: NDArray[np.generic], valid: B8 | None = None) -> pa.Array:
    """See an array as an Arrow column (pa.array would import pandas to ask whether it is a series)."""
    mask = None if valid is None else _bits(valid)
    return pa.Array.from_buffers(of, len(values), [mask, pa.py_buffer(np.ascontiguousarray(values))])


def _bits(mask: B8) -> pa.Buffer:
    return pa.py_buffer(np.packbits(mask, bitorder="little"))


def _chosen(ids: pa.Array, places: pa.Array) -> pa.Array:
    """Take ids by place; as a dictionary, because `take` would import all of pyarrow.compute."""
    return pa.DictionaryArray.from_arrays(places, ids).dictionary_decode()


def _first_equal(keys: U64) -> I64:
    """Find, for each row, the first row with the same text; -1 where it is the first, or empty."""
    order = np.argsort(keys, kind="stable").astype(np.int64)
    first = first_others(keys[order], order, np.arange(len(keys), dtype=np.uint64))
    out = np.full(len(keys), -1, np.int64)
    out[order] = first
    out[keys == 0] = -1
    return out


def _opened(source: Path, id_column: str, text_column: str) -> pq.ParquetFile:
    try:
        file = pq.ParquetFile(source, pre_buffer=False)
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(f"file {source}", f"it cannot be read as Parquet ({error})", "Name a Parquet file.") from error
    names = file.schema_arrow.names
    missing = [c for c in (id_column, text_column) if c not in names]
    if missing:
        raise InputError(f"file {source}", f"it has no column {missing}", f"Its columns are {names}.")
    return file


@dataclass(frozen=True)
class FileWords:
    """The texts of a Parquet file: the first are kept as word hashes, the rest hashed again where they are measured."""

    file: pq.ParquetFile
    column: str
    kept: list[tuple[U32, I64]]
    """The words of the first batches, and the word count of each of their rows."""

    def some(self, rows: I64) -> tuple[U32, I64]:
        """Give the word hashes of some rows; the file is read once more where some of them are not kept."""
        words, lengths = [np.empty(0, np.uint32)], [np.zeros(1, np.int64)]
        first = 0
        for batch in self._of_each(rows):
            count = len(batch[1]) if isinstance(batch, tuple) else len(batch)
            low, high = np.searchsorted(rows, (first, first + count))
            if high > low:
                found = _of_rows(batch, rows[low:high] - first)
                words.append(found[0])
                lengths.append(found[1])
            first += count
        return np.concatenate(words), np.cumsum(np.concatenate(lengths), dtype=np.int64)

    def _of_each(self, rows: I64) -> Iterator[tuple[U32, I64] | pa.Array]:
        """Hand out the batches in order, up to the last that any row is asked of."""
        yield from self.kept
        have = sum(len(lengths) for _, lengths in self.kept)
        if len(rows) and rows[-1] >= have:
            yield from islice(_batches(self.file, self.column), len(self.kept), None)


def _of_rows(batch: tuple[U32, I64] | pa.Array, rows: I64) -> tuple[U32, I64]:
    if isinstance(batch, tuple):
        words, lengths = batch
        ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
        return HeldWords(words, ends).some(rows)[0], lengths[rows]
    found = hash_texts(batch, _chosen_rows(rows, len(batch)))
    return found.words, np.diff(found.ends)[rows]


def _chosen_rows(rows: I64, count: int) -> U8:
    chosen = np.zeros(count, np.uint8)
    chosen[rows] = 1
    return chosen


@dataclass(frozen=True)
class _Batch:
    words: U32
    lengths: I64
    keys: U64
    key_counts: I64
    texts: U64


def _hashed(texts: pa.Array) -> _Batch:
    words = hash_texts(texts)
    keys, key_ends = sketch_rows(words.words, words.ends, SHINGLE)
    return _Batch(words.words, np.diff(words.ends), keys, np.diff(key_ends), text_keys(words.words, words.ends))


def _read(file: pq.ParquetFile, column: str, threads: int, progress: Progress) -> tuple[Texts, U64]:
    """Read and hash the texts of a file, batch by batch."""
    found: list[_Batch] = []
    kept: list[tuple[U32, I64]] = []
    done = room = 0
    for batch in _in_turn(_batches(file, column), threads):
        room += batch.words.nbytes
        if room <= KEPT_BYTES:
            kept.append((batch.words, batch.lengths))
        found.append(replace(batch, words=NO_WORDS))
        done += len(batch.lengths)
        progress("read", done, file.metadata.num_rows)
    none = np.zeros(1, np.int64)
    keys = np.concatenate([np.empty(0, np.uint64), *(b.keys for b in found)])
    key_ends = np.cumsum(np.concatenate([none, *(b.key_counts for b in found)]), dtype=np.int64)
    word_ends = np.cumsum(np.concatenate([none, *(b.lengths for b in found)]), dtype=np.int64)
    texts = np.concatenate([np.empty(0, np.uint64), *(b.texts for b in found)])
    found.clear()
    entries = lookup.pack(keys, key_ends)
    return Texts(FileWords(file, column, kept), word_ends, keys, key_ends, entries), texts


def _batches(file: pq.ParquetFile, column: str) -> Iterator[pa.Array]:
    meta = file.metadata
    size = sum(_text_bytes(meta.row_group(i), column) for i in range(meta.num_row_groups))
    rows = max(1, min(65536, BATCH_BYTES * max(1, meta.num_rows) // max(1, size)))
    for batch in file.iter_batches(batch_size=rows, columns=[column], use_threads=False):
        yield batch.column(0)


def _text_bytes(group: pq.RowGroupMetaData, column: str) -> int:
    columns = (group.column(i) for i in range(group.num_columns))
    return sum(c.total_uncompressed_size for c in columns if c.path_in_schema == column)


def _in_turn(batches: Iterator[pa.Array], threads: int) -> Iterator[_Batch]:
    """Hash batches on some threads and hand them out in order, with no more than two waiting a thread."""
    waiting: deque[Future[_Batch]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for batch in batches:
            waiting.append(pool.submit(_hashed, batch))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
