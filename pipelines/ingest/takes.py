"""Recordings: whether each file is there, inside its folder, and the one whose hash and size were declared."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.lake import sha256_of
from pipelines.landing import Landing
from pipelines.tables.takes import TAKES


def look_at(takes: pl.DataFrame, landing: Landing) -> pl.DataFrame:
    """Look every take up on disk; a link that leads out of the folder counts as missing.

    `takes`: row_id, feed, uri, sha256, bytes as declared (null where nothing was declared). Returns rows of TAKES.
    """
    rows = [_found(row, landing) for row in takes.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=TAKES.empty().schema) if rows else TAKES.empty()


def _found(row: dict[str, object], landing: Landing) -> dict[str, object]:
    folder = landing.takes(str(row["feed"]))
    path = folder / str(row["uri"])
    seen: dict[str, object] = {k: row[k] for k in ("row_id", "uri", "feed")}
    if not _inside(path, folder):
        return seen | {"status": "missing", "sha256": None, "bytes": None}
    sha256, size = sha256_of(path), path.stat().st_size
    same = row["sha256"] in (None, sha256) and row["bytes"] in (None, size)
    return seen | {"status": "present" if same else "differs", "sha256": sha256, "bytes": size}


def _inside(path: Path, folder: Path) -> bool:
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())
