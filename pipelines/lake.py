"""The lake: a partition is what its manifest lists.

A write puts immutable files with content-hashed names and then one small manifest: that is the commit. Readers follow
manifests and never glob, so a kill at any moment leaves the old state or the new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import __version__
from pipelines.errors import LakeError
from pipelines.tables.contract import Table

ZSTD_LEVEL = 3
"""140 MB/s a core; level 1 is twice as fast at 14 % more bytes, level 6 half as fast for little."""


class File(msgspec.Struct, frozen=True, omit_defaults=True):
    """One immutable Parquet file of a partition; `source` names the landing file it was read from, where it has one."""

    name: str
    rows: int
    bytes: int
    sha256: str
    source: str | None = None


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a partition holds: its files, the schema they keep, what they were made from, and by which code."""

    table: str
    partition: str
    schema: str
    files: list[File]
    inputs: dict[str, str] = {}
    covers: list[str] = []
    """Names of upstream files whose rows were judged here: what a later night need not judge again."""
    code: str = __version__

    @property
    def rows(self) -> int:
        """How many rows the partition holds."""
        return sum(f.rows for f in self.files)


def sha256_of(path: Path) -> str:
    """Hash a file's bytes (1.4 GB/s)."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_durably(path: Path, data: bytes, *, create_only: bool = False) -> None:
    """Put `data` at `path` whole or not at all: a file aside, fsync, rename (a link, where nothing may be replaced).

    Raises FileExistsError when `create_only` and something is there already.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.aside")
    with aside.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    if create_only:
        try:
            os.link(aside, path)
        finally:
            aside.unlink()
    else:
        aside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Lake:
    """Promptbook's own storage; the only place that knows where a table's partitions lie."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, table: Table, partition: str) -> Path:
        """Where a partition lies."""
        return self.root / table.name / partition

    def manifest(self, table: Table, partition: str) -> Manifest | None:
        """Read the commit of a partition; None where nothing was committed."""
        path = self.folder(table, partition) / "manifest.json"
        try:
            return msgspec.json.decode(path.read_bytes(), type=Manifest)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as error:
            raise LakeError(
                f"manifest of {table.name}/{partition}", f"it cannot be read ({error})", "Restore it."
            ) from error

    def partitions(self, table: Table, upto: date | None = None, before: date | None = None) -> list[str]:
        """Name the committed partitions in order, those of nights ≤ `upto` or < `before` only."""
        home = self.root / table.name
        names = sorted(p.parent.relative_to(home).as_posix() for p in home.glob("*/manifest.json"))
        if upto is not None:
            names = [n for n in names if n <= upto.isoformat()]
        if before is not None:
            names = [n for n in names if n < before.isoformat()]
        return names

    def manifests(self, table: Table, upto: date | None = None, before: date | None = None) -> list[Manifest]:
        """Read the commits of many partitions, oldest first."""
        found = [self.manifest(table, name) for name in self.partitions(table, upto, before)]
        return [m for m in found if m is not None]

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Let one process at a time do what bears this name; the others wait."""
        home = self.root / ".staging"
        home.mkdir(parents=True, exist_ok=True)
        with (home / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def put(self, table: Table, partition: str, rows: pl.DataFrame | pa.Table, source: str | None = None) -> File:
        """Write rows as an immutable file of a partition; they count only once a manifest lists the file."""
        folder = self.folder(table, partition)
        folder.mkdir(parents=True, exist_ok=True)
        conformed = table.conform(rows)
        aside = folder / f".{os.getpid()}-{os.urandom(4).hex()}.aside"
        pq.write_table(conformed, aside, compression="zstd", compression_level=ZSTD_LEVEL)
        digest = sha256_of(aside)
        with aside.open("rb") as stream:
            os.fsync(stream.fileno())
        path = folder / f"{digest[:16]}.parquet"
        size = aside.stat().st_size
        aside.replace(path)
        return File(path.name, conformed.num_rows, size, digest, source)

    def commit(
        self,
        table: Table,
        partition: str,
        files: Sequence[File],
        *,
        inputs: dict[str, str] | None = None,
        covers: Iterable[str] = (),
    ) -> Manifest:
        """Make files the content of a partition; a record is created once, a derived partition may be replaced."""
        manifest = Manifest(
            table.name, partition, table.fingerprint, list(files), inputs=inputs or {}, covers=sorted(covers)
        )
        path = self.folder(table, partition) / "manifest.json"
        data = msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=1)
        try:
            write_durably(path, data, create_only=table.kind == "record")
        except FileExistsError as error:
            if path.read_bytes() != data:
                thing = f"record {table.name}/{partition}"
                raise LakeError(thing, "a record never changes once written", "Write a new partition.") from error
        return manifest

    def write(
        self,
        table: Table,
        partition: str,
        rows: pl.DataFrame | pa.Table,
        *,
        inputs: dict[str, str] | None = None,
        covers: Iterable[str] = (),
    ) -> Manifest:
        """Put rows and commit them as the whole content of a partition."""
        return self.commit(table, partition, [self.put(table, partition, rows)], inputs=inputs, covers=covers)

    def read(self, table: Table, manifests: Iterable[Manifest], columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Read the rows that the given commits list, all columns or some."""
        return self.read_files(table, [(m.partition, f) for m in manifests for f in m.files], columns)

    def read_files(
        self, table: Table, files: Iterable[tuple[str, File]], columns: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """Read some files of some partitions, given as (partition, file), in that order.

        A column that came into the contract after a file was written is null in its rows: null never means yes.
        LakeError where a column has become another type since.
        """
        paths = [self.folder(table, partition) / f.name for partition, f in files if f.rows]
        lost = [p.relative_to(self.root).as_posix() for p in paths if not p.exists()]
        if lost:
            raise LakeError(
                f"table {table.name}", f"its manifest lists files that are gone: {lost[:3]}", "Restore them."
            )
        empty = table.empty()
        if not paths:
            return empty.select(columns) if columns else empty
        wanted = (empty.select(columns) if columns else empty).schema
        return pl.concat([_read_as(p, wanted) for p in paths])


def _read_as(path: Path, wanted: pl.Schema) -> pl.DataFrame:
    there = pl.read_parquet_schema(path)
    changed = [c for c, kind in wanted.items() if there.get(c, kind) != kind]
    if changed:
        rule = f"{path.name} was written when {changed} had other types"
        raise LakeError(f"table {path.parents[1].name}, partition {path.parent.name}", rule, "Build that night again.")
    frame = pl.read_parquet(path, columns=[c for c in wanted if c in there])
    return frame.select(pl.col(c) if c in there else pl.lit(None, kind).alias(c) for c, kind in wanted.items())
