"""Families in any Parquet file of texts: what repeats what, and which row of each family was there first."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.dedup import lookup
from pipelines.dedup.hashing import I64, SHINGLE, U32, U64, components, sketch_rows, text_keys
from pipelines.dedup.lookup import first_others
from pipelines.dedup.pairs import Texts, near_pairs
from pipelines.dedup.store import SPILL_WORDS, WordStore
from pipelines.dedup.words import hash_texts
from pipelines.errors import InputError

BATCH_BYTES = 8 << 20
"""Text read at a time; two batches are hashed while the next one is read."""

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
    spill_words: int = SPILL_WORDS, progress: Progress = lambda *_: None,
) -> pa.Table:  # fmt: skip
    """Write id, family_id, kept, matched_id, jaccard, containment of every row of a Parquet file, in its order.

    A family is everything that is tied by the Jaccard given; `kept` rows repeat no earlier row. Raises InputError where
    the file cannot be read or lacks a column.
    """
    file = _opened(source, id_column, text_column)
    texts, keys = _read(file, text_column, threads, spill_words, progress)
    found = families(texts, keys, jaccard, threads, lambda done: progress("compare", done, texts.rows))
    ids = pq.read_table(source, columns=[id_column], use_threads=False)[id_column].combine_chunks()
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
    alone = pa.array(found.matched < 0)
    return pa.table(
        {
            "id": ids,
            "family_id": ids.take(pa.array(found.family)),
            "kept": alone,
            "matched_id": ids.take(pa.array(np.where(found.matched < 0, 0, found.matched), mask=found.matched < 0)),
            "jaccard": pa.array(found.jaccard, mask=np.isnan(found.jaccard)),
            "containment": pa.array(found.containment, mask=np.isnan(found.containment)),
        }
    )


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


def _read(file: pq.ParquetFile, column: str, threads: int, spill_words: int, progress: Progress) -> tuple[Texts, U64]:
    """Read and hash the texts of a file, batch by batch."""
    store = WordStore(spill_words)
    keys, counts, texts = [np.empty(0, np.uint64)], [np.zeros(1, np.int64)], [np.empty(0, np.uint64)]
    done = 0
    for batch in _in_turn(_batches(file, column), threads):
        store.append(batch.words, batch.lengths)
        keys.append(batch.keys)
        counts.append(batch.key_counts)
        texts.append(batch.texts)
        done += len(batch.lengths)
        progress("read", done, file.metadata.num_rows)
    all_keys, key_ends = np.concatenate(keys), np.cumsum(np.concatenate(counts), dtype=np.int64)
    keys.clear()
    return Texts(store.closed(), all_keys, key_ends, lookup.pack(all_keys, key_ends)), np.concatenate(texts)


def _batches(file: pq.ParquetFile, column: str) -> Iterator[pa.Array]:
    size = sum(file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups))
    rows = max(1, min(65536, BATCH_BYTES * max(1, file.metadata.num_rows) // max(1, size)))
    for batch in file.iter_batches(batch_size=rows, columns=[column], use_threads=False):
        yield batch.column(0)


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
