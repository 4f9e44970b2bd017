"""Parquet files of a version: the same rows give the same bytes, whatever the chunking and the threads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from pipelines.lake import ZSTD_LEVEL, sha256_of, sync_folder
from pipelines.tables.contract import Table
from pipelines.versions import PublishedFile

SCENES_A_FILE = 50_000
"""A scenes file of this size and its turns (about 100 MB compressed) are held in memory together while written."""
ROWS_A_GROUP = 100_000


def slices(rows: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, str]]:
    """Cut the rows of a version, sorted by scene_id, into files: (rows, `train-00000-of-00003.parquet`)."""
    parts = max(1, -(-rows.height // SCENES_A_FILE))
    for number in range(parts):
        yield rows.slice(number * SCENES_A_FILE, SCENES_A_FILE), f"train-{number:05d}-of-{parts:05d}.parquet"


def write_parquet(table: Table, rows: pl.DataFrame, path: Path) -> int:
    """Write rows to the table's contract: its schema, its order, one chunk, zstd. Returns how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    conformed = table.conform(rows)
    pq.write_table(
        conformed,
        path,
        version="2.6",
        compression="zstd",
        compression_level=ZSTD_LEVEL,
        row_group_size=ROWS_A_GROUP,
        use_dictionary=True,
        write_statistics=True,
    )
    return int(conformed.num_rows)


def listed(stage: Path, rows: dict[str, int]) -> list[PublishedFile]:
    """List every file of a staged version by path, with size and hash; `rows` of the Parquet files."""
    paths = sorted(p for p in stage.rglob("*") if p.is_file())
    names = [(p, p.relative_to(stage).as_posix()) for p in paths]
    return [PublishedFile(name, p.stat().st_size, sha256_of(p), rows.get(name)) for p, name in names]


def make_durable(stage: Path) -> None:
    """Flush every file and folder of a staged version, and take the right to write away from its files."""
    for path in sorted(stage.rglob("*")):
        if path.is_dir():
            continue
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        path.chmod(0o444)
    for folder in [*sorted(p for p in stage.rglob("*") if p.is_dir()), stage]:
        sync_folder(folder)
