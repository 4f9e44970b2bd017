"""The history that a night is compared with: recent nights from the table, older ones on a shelf of look-up arrays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import msgspec
import polars as pl

from pipelines.dedup.shelf import Shelf, build_shelf, merged, open_shelf
from pipelines.lake import File, Lake, write_durably
from pipelines.night import digest
from pipelines.tables.fingerprints import FINGERPRINTS

NIGHTS = 7
"""So many nights are read from the table before they go on the shelf: a weekly compaction."""

ROWS = 50_000
"""Fewer rows than this are read in less time than a shelf takes to open."""

CHUNK_ROWS = 1_000_000
"""Rows put on a shelf at a time: what a first build over a long history holds in memory."""

SHELVES = "shelves-3"
"""The folder in the lake, with the version of what lies in it: older ones are never opened."""

Files = dict[str, tuple[str, File]]


def history_before(lake: Lake, night: dt.date) -> tuple[pl.DataFrame, Shelf | None]:
    """Open the fingerprints of the nights before: recent ones as a frame, the rest as a shelf, made where it is due.

    The shelf is derived: delete its folder and it is made again.
    """
    files: Files = {
        f"{m.partition}/{f.name}": (m.partition, f) for m in lake.manifests(FINGERPRINTS, before=night) for f in m.files
    }
    shelf, rest = _best(lake.root / SHELVES, files)
    rows = sum(f.rows for _, f in rest.values())
    if rows > ROWS and (len(rest) > NIGHTS or shelf is None):
        shelf, rest = _extended(lake, shelf, files, rest), {}
    return lake.read_files(FINGERPRINTS, rest.values()), shelf


def _best(home: Path, files: Files) -> tuple[Shelf | None, Files]:
    """Open the shelf that covers most of the files and nothing else; with the files that it does not cover."""
    found: list[tuple[int, str, list[str]]] = []
    for path in sorted(home.glob("*.json")):
        covers = msgspec.json.decode(path.read_bytes(), type=list[str])
        if (home / path.stem).is_dir() and set(covers) <= files.keys():
            found.append((len(covers), path.stem, covers))
    if not found:
        return None, files
    _, name, covers = max(found)
    return open_shelf(home / name), {k: v for k, v in files.items() if k not in set(covers)}


def _extended(lake: Lake, shelf: Shelf | None, files: Files, rest: Files) -> Shelf:
    """Merge the files into the shelf, which becomes a new one; older shelves stay for nights that are built again."""
    home = lake.root / SHELVES
    covered = sorted(files.keys() - rest.keys())
    for group in _groups(rest):
        covered = sorted([*covered, *group])
        name = digest(covered)
        build_shelf(home / name, merged(shelf, lake.read_files(FINGERPRINTS, [rest[g] for g in group])))
        shelf = open_shelf(home / name)
    write_durably(home / f"{digest(covered)}.json", msgspec.json.encode(covered))
    assert shelf is not None  # noqa: S101  (there was something to put on it)
    return shelf


def _groups(rest: Files) -> Iterator[list[str]]:
    group: list[str] = []
    rows = 0
    for name, (_, file) in sorted(rest.items()):
        if group and rows + file.rows > CHUNK_ROWS:
            yield group
            group, rows = [], 0
        group.append(name)
        rows += file.rows
    if group:
        yield group
