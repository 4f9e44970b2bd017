"""Recordings: whether each is where it was declared and what it was declared to be, and its copy for one client."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import polars as pl

from pipelines.errors import LakeError
from pipelines.lake import sha256_of
from pipelines.landing import Landing

_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")

CHECKED = {
    "row_id": pl.String,
    "status": pl.String,
    "uri": pl.String,
    "path": pl.String,
    "file": pl.String,
    "sha256": pl.String,
    "bytes": pl.Int64,
    "duration_s": pl.Float64,
    "sample_rate_hz": pl.Int32,
    "channels": pl.Int32,
}


def checked(rows: pl.DataFrame, landing: Landing) -> pl.DataFrame:
    """Look every take of the rows up in landing, and hash it (1.4 GB/s).

    `rows`: row_id, scene_id, feed, takes. Returns the CHECKED columns, in the order of the submission's takes: status
    {present, missing, differs}, path in landing, the file's name for this client, its sha256 and size.
    """
    found: list[dict[str, object]] = []
    for row_id, scene_id, feed, takes in rows.select("row_id", "scene_id", "feed", "takes").iter_rows():
        for number, take in enumerate(takes or []):
            name = f"takes/{scene_id}-{number:02d}{suffix_of(take['uri'])}"
            found.append({**take, "row_id": row_id, "file": name, **_look(landing.takes(feed), take)})
    return pl.DataFrame(found, schema=CHECKED)


def suffix_of(uri: str) -> str:
    """Keep what kind of file it is, and nothing else of its name."""
    suffix = Path(uri).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def _look(home: Path, take: dict[str, object]) -> dict[str, object]:
    path = home / str(take["uri"])
    if not path.resolve().is_relative_to(home.resolve()) or not path.is_file():
        return {"status": "missing", "path": None}
    size, digest = path.stat().st_size, sha256_of(path)
    same = take["bytes"] in (None, size) and take["sha256"] in (None, digest)
    return {"status": "present" if same else "differs", "path": str(path), "bytes": size, "sha256": digest}


def deliver(takes: pl.DataFrame, stage: Path, before: Path | None, unchanged: dict[str, str]) -> None:
    """Put the takes into a staged version: a hard link to the same bytes of the version before, else a copy.

    `unchanged`: file → sha256 of the version before. Landing is not ours, so nothing is linked to it.
    """
    for path, file, digest in takes.select("path", "file", "sha256").iter_rows():
        target = stage / file
        target.parent.mkdir(parents=True, exist_ok=True)
        if before is not None and unchanged.get(file) == digest:
            os.link(before / file, target)
            continue
        shutil.copyfile(path, target)
        if sha256_of(target) != digest:
            raise LakeError(f"take {file}", "it changed while it was being delivered", "Run publish again.")
