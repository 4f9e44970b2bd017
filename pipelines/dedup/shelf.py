"""Look-up arrays over the history: rebuildable, memory-mapped, so that a night reads only what it meets.

The truth is the Parquet files of the table `fingerprints`; a shelf holds some of them merged in order of `earlier`:
`rows.arrow` (all columns, uncompressed), `entries` (sketch key and row, sorted), `keys` and `key_ends` (each row's
sketch), `word_ends`, `submitted` (microseconds), `alike` (key of a whole text or a take, and row, sorted), `id`
(key of a row_id, and row, sorted).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.dedup.evidence import GROUP, flat, key_of, same_keys
from pipelines.dedup.hashing import I64, SHINGLE, U32, U64, sketch_rows, text_keys
from pipelines.dedup.lookup import ROW_MASK, fill_entries, sorted_entries
from pipelines.errors import LakeError
from pipelines.tables.fingerprints import FINGERPRINTS

ORDER = ["submitted_at", "submission_id", "revision", "row_id"]
"""What `earlier` means (semantics 5)."""

BATCH_ROWS = 1 << 15
BUCKETS = 64
"""Entries are sorted in so many parts, by the top bits of the key: bounded memory at any size."""


NO_ROWS: I64 = np.empty(0, np.int64)


def id_keys(row_ids: pl.Series) -> U64:
    """Name row ids in 64 bits each."""
    return np.array([key_of(i) for i in row_ids], np.uint64)


@dataclass(frozen=True)
class Shelf:
    """Rows of earlier nights, in order; row r is the r-th of them."""

    rows: pa.RecordBatchFileReader
    entries: U64
    keys: U64
    key_ends: I64
    word_ends: I64
    submitted: I64
    alike_keys: U64
    alike_rows: U32
    id_keys: U64
    id_rows: U32

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.submitted)

    def take(self, rows: I64) -> pl.DataFrame:
        """Read some rows, in order, as fingerprints; `shelf_row` is their number."""
        parts = [self._part(batch, rows) for batch in np.unique(rows // BATCH_ROWS).tolist()]
        empty = FINGERPRINTS.empty().with_columns(shelf_row=pl.lit(0, pl.Int64))
        return pl.concat([empty, *parts])

    def _part(self, batch: int, rows: I64) -> pl.DataFrame:
        wanted = np.unique(rows[rows // BATCH_ROWS == batch])
        found = self.rows.get_batch(batch).take(pa.array(wanted - batch * BATCH_ROWS))
        return _frame(found).with_columns(shelf_row=pl.Series(wanted, dtype=pl.Int64))

    def batches(self) -> Iterator[pl.DataFrame]:
        """Go through all rows, in order, BATCH_ROWS at a time; nothing is copied."""
        for batch in range(self.rows.num_record_batches):
            yield _frame(self.rows.get_batch(batch))

    def ranks(self, prints: pl.DataFrame) -> I64:
        """Count, for each row of `prints`, the shelf's rows that are earlier."""
        stamps = prints["submitted_at"].dt.timestamp("us").to_numpy()
        low = np.searchsorted(self.submitted, stamps).astype(np.int64)
        high = np.searchsorted(self.submitted, stamps, side="right")
        names = ORDER[1:]
        for i in np.flatnonzero(high > low).tolist():
            mine = prints[i].select(names).row(0)
            low[i] += sum(tie < mine for tie in self.take(np.arange(low[i], high[i])).select(names).rows())
        return low

    def find(self, row_ids: pl.Series) -> I64:
        """Find rows by their ids: by the keys of the ids, then by the ids themselves."""
        keys = np.unique(id_keys(row_ids))
        low, high = np.searchsorted(self.id_keys, keys), np.searchsorted(self.id_keys, keys, side="right")
        parts = [self.id_rows[a:b] for a, b in zip(low, high, strict=True) if b > a]
        rows = np.unique(np.concatenate([NO_ROWS, *parts])).astype(np.int64)
        found: I64 = rows[self.ids(rows).is_in(row_ids.implode()).to_numpy()]
        return found

    def ids(self, rows: I64) -> pl.Series:
        """Read the ids of some rows, which are sorted."""
        parts = [pl.Series("row_id", [], pl.String)]
        for batch in np.unique(rows // BATCH_ROWS).tolist():
            places = pa.array(rows[rows // BATCH_ROWS == batch] - batch * BATCH_ROWS)
            parts.append(pl.Series("row_id", self.rows.get_batch(batch).column("row_id").take(places), pl.String))
        return pl.concat(parts)

    def like(self, keys: U64) -> I64:
        """Find the rows that hold the text or take keys, the earliest GROUP of each."""
        keys = np.unique(keys)
        low, high = np.searchsorted(self.alike_keys, keys), np.searchsorted(self.alike_keys, keys, side="right")
        parts = [self.alike_rows[a : min(b, a + GROUP)] for a, b in zip(low, high, strict=True) if b > a]
        return np.unique(np.concatenate([np.empty(0, np.int64), *parts])).astype(np.int64)


def _frame(rows: pa.RecordBatch) -> pl.DataFrame:
    frame = pl.from_arrow(pa.Table.from_batches([rows]))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101  (narrows polars' union type)
    return frame


def open_shelf(home: Path) -> Shelf:
    """Map a shelf's arrays into memory; nothing is read yet."""

    def mapped(name: str) -> NDArray[np.generic]:
        array = np.asarray(np.load(home / f"{name}.npy", mmap_mode="r"))
        array.setflags(write=False)
        return array

    rows = pa.ipc.open_file(pa.memory_map(str(home / "rows.arrow")))
    names = ("entries", "keys", "key_ends", "word_ends", "submitted", "alike_keys", "alike_rows", "id_keys", "id_rows")
    return Shelf(rows, *(mapped(name) for name in names))  # type: ignore[arg-type]


def build_shelf(home: Path, prints: Iterable[pl.DataFrame]) -> None:
    """Write a shelf of fingerprints that come in order, in frames of any size; whole or not at all."""
    home.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{home.name}.", dir=home.parent))
    _Writer(aside).write(prints)
    if home.exists():
        shutil.rmtree(aside)
    else:
        aside.replace(home)


def merged(shelf: Shelf | None, recent: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Go through a shelf and newer rows in order, a batch at a time: what the next shelf is built from."""
    recent = recent.sort(ORDER)
    places = np.zeros(recent.height, np.int64) if shelf is None else shelf.ranks(recent)
    first = 0
    for batch in shelf.batches() if shelf else ():
        between = recent.filter(pl.Series((places >= first) & (places < first + batch.height)))
        yield pl.concat([batch, between]).sort(ORDER) if len(between) else batch
        first += batch.height
    yield recent.filter(pl.Series(places >= (shelf.count if shelf else 0)))


class _Writer:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.buckets = [(home / f"bucket-{n:02}").open("wb") for n in range(BUCKETS)]
        self.parts: dict[str, list[NDArray[np.generic]]] = {
            name: [] for name in ("key_counts", "word_counts", "submitted", "alike_keys", "alike_rows", "id_keys")
        }
        self.rows = 0

    def write(self, prints: Iterable[pl.DataFrame]) -> None:
        schema = FINGERPRINTS.arrow
        with (
            pa.OSFile(str(self.home / "rows.arrow"), "wb") as sink,
            pa.ipc.new_file(sink, schema) as out,
            (self.home / "keys.raw").open("wb") as keys,
        ):
            for frame in _even(prints):
                self._add(frame, keys)
                table = frame.select(schema.names).to_arrow().cast(schema).combine_chunks()
                out.write_batch(table.to_batches()[0])
        self._finish()

    def _add(self, frame: pl.DataFrame, keys_file: object) -> None:
        if self.rows + frame.height > ROW_MASK:
            raise LakeError("shelf of fingerprints", "16,777,215 rows are the most", "Split the history.")
        words, ends = flat(frame["words"])
        keys, key_ends = sketch_rows(words, ends, SHINGLE)
        keys.tofile(keys_file)
        entries = np.empty(len(keys), np.uint64)
        fill_entries(keys, key_ends, entries)
        entries += np.uint64(self.rows)
        bucket = (entries >> np.uint64(58)).astype(np.uint8)
        order = np.argsort(bucket, kind="stable")
        parts = np.split(entries[order], np.searchsorted(bucket[order], np.arange(1, BUCKETS)))
        for part, file in zip(parts, self.buckets, strict=True):
            part.tofile(file)
        alike, rows = same_keys(frame, text_keys(words, ends))
        found = (np.diff(key_ends), np.diff(ends), frame["submitted_at"].dt.timestamp("us").to_numpy())
        for name, part in zip(self.parts, (*found, alike, rows + self.rows, id_keys(frame["row_id"])), strict=True):
            self.parts[name].append(part)
        self.rows += frame.height

    def _finish(self) -> None:
        def joined(name: str, of: type[np.generic]) -> NDArray[np.generic]:
            return np.concatenate([np.empty(0, of), *self.parts[name]]).astype(of)

        for name in ("key", "word"):
            counts = joined(f"{name}_counts", np.int64)
            np.save(self.home / f"{name}_ends.npy", np.concatenate((np.zeros(1, np.int64), np.cumsum(counts))))
        np.save(self.home / "submitted.npy", joined("submitted", np.int64))
        keys, rows = joined("alike_keys", np.uint64), joined("alike_rows", np.uint32)
        order = np.lexsort((rows, keys))
        np.save(self.home / "alike_keys.npy", keys[order])
        np.save(self.home / "alike_rows.npy", rows[order])
        ids = joined("id_keys", np.uint64)
        order = np.argsort(ids, kind="stable")
        np.save(self.home / "id_keys.npy", ids[order])
        np.save(self.home / "id_rows.npy", order.astype(np.uint32))
        _as_npy(self.home / "keys.raw", self.home / "keys.npy")
        with (self.home / "entries.raw").open("wb") as out:
            for bucket in self.buckets:
                bucket.close()
                part = np.fromfile(bucket.name, np.uint64)
                sorted_entries(part, np.empty_like(part)).tofile(out)
                Path(bucket.name).unlink()
        _as_npy(self.home / "entries.raw", self.home / "entries.npy")


def _even(prints: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Cut frames to BATCH_ROWS each, so that a row's batch follows from its number."""
    held = FINGERPRINTS.empty()
    for frame in prints:
        held = pl.concat([held, frame.select(held.columns)])
        while held.height >= BATCH_ROWS:
            yield held[:BATCH_ROWS]
            held = held[BATCH_ROWS:]
    if held.height:
        yield held


def _as_npy(raw: Path, target: Path) -> None:
    """Put the header of an .npy file before raw 64-bit numbers."""
    count = raw.stat().st_size // 8
    with target.open("wb") as out, raw.open("rb") as numbers:
        header = {"descr": "<u8", "fortran_order": False, "shape": (count,)}
        np.lib.format.write_array_header_1_0(out, header)
        shutil.copyfileobj(numbers, out, 1 << 24)
    raw.unlink()
