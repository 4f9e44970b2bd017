"""Families in any Parquet file of texts: what repeats what, and which row of each family was there first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.dedup.filed import Progress, read_texts
from pipelines.dedup.hashing import I64, U64, components
from pipelines.dedup.lookup import B8, ROW_MASK
from pipelines.dedup.pairs import Pairs, Texts, near_pairs
from pipelines.dedup.touch import first_others
from pipelines.dedup.within import entries_among
from pipelines.errors import InputError


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
    texts, keys = read_texts(file, text_column, threads, progress)
    equal = first_equal(keys)
    if (equal >= 0).any():
        texts = replace(texts, entries=entries_among(texts.entries, equal < 0))  # what a copy is near, the first is
    found = families(texts, equal, jaccard, threads, lambda done: progress("compare", done, len(equal)))
    del texts  # its memory serves what is written
    ids = file.read(columns=[id_column], use_threads=False)[id_column].combine_chunks()
    table = as_table(found, ids)
    pq.write_table(table, target, compression="zstd")
    return table


def families(
    texts: Texts, equal: I64, jaccard: float, threads: int = 1, progress: Callable[[int], None] = lambda _: None
) -> Families:
    """Tie rows with equal texts and rows at least so near; `equal` is each row's first one with its text, or -1."""
    return tied(near_pairs(texts, jaccard=jaccard, containment=1.1, threads=threads, progress=progress)[0], equal)


def tied(pairs: Pairs, equal: I64) -> Families:
    """Tie near pairs and rows with equal texts, and choose each row's nearest."""
    rows = np.arange(len(equal), dtype=np.int64)
    matched, near = equal.copy(), np.where(equal >= 0, 1.0, np.nan)
    contained = near.copy()
    best = np.lexsort((pairs.earlier, -pairs.containment, -pairs.jaccard, pairs.row))
    best = best[np.unique(pairs.row[best], return_index=True)[1]]
    matched[pairs.row[best]] = pairs.earlier[best]
    near[pairs.row[best]], contained[pairs.row[best]] = pairs.jaccard[best], pairs.containment[best]
    copies = equal >= 0
    ties = np.concatenate((pairs.row, rows[copies])), np.concatenate((pairs.earlier, equal[copies]))
    return Families(components(len(equal), *ties), matched, near, contained)


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


def first_equal(keys: U64) -> I64:
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
    if file.metadata.num_rows > ROW_MASK:
        raise InputError(f"file {source}", f"it has more than {ROW_MASK:,} rows", "Split it.")
    return file
