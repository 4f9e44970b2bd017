"""Recordings: what ingest found of them, and their copy for one client."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection
from pathlib import Path

import polars as pl

from pipelines.errors import LakeError
from pipelines.lake import sha256_of
from pipelines.landing import Landing

_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")

FIELDS = {
    "row_id": pl.String,
    "status": pl.String,
    "path": pl.String,
    "file": pl.String,
    "sha256": pl.String,
    "bytes": pl.Int64,
    "duration_s": pl.Float64,
    "sample_rate_hz": pl.Int32,
    "channels": pl.Int32,
}
"""A take of a row: what became of it, where it lies in landing, and what is published of it."""


CARRIERS = {
    "video": (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mxf", ".webm"),
    "image": (".avif", ".bmp", ".exr", ".gif", ".heic", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"),
    "motion": (".abc", ".bvh", ".c3d", ".fbx", ".glb", ".gltf", ".trc", ".usd", ".usdz"),
}
"""What a take is by its suffix; every other one is sound, which quality has to have heard before it ships as such."""
_CARRIED = {suffix: modality for modality, suffixes in CARRIERS.items() for suffix in suffixes}


def modality_of(uri: str) -> str:
    """Tell of which modality a take is, and so under which licence it travels."""
    return _CARRIED.get(suffix_of(uri), "audio")


def takes_of(rows: pl.DataFrame, seen: pl.DataFrame, landing: Landing, modalities: Collection[str]) -> pl.DataFrame:
    """List the takes of rows as FIELDS, in the order of each submission's takes, with their names for this client.

    Only takes of the modalities that the order asks: a licence for the image carries no voice.
    `rows`: row_id, scene_id, feed, takes. `seen`: row_id, uri, status, sha256, bytes, the latest of each take; a take
    that was never looked for is missing.
    """
    found = {(r["row_id"], r["uri"]): r for r in seen.iter_rows(named=True)}
    lines: list[dict[str, object]] = []
    for row_id, scene_id, feed, takes in rows.select("row_id", "scene_id", "feed", "takes").iter_rows():
        for number, take in enumerate(takes or []):
            if modality_of(take["uri"]) not in modalities:
                continue
            there = found.get((row_id, take["uri"]), {"status": "missing", "sha256": None, "bytes": None})
            line = {"path": str(landing.takes(feed) / take["uri"])}
            line["file"] = f"takes/{scene_id}-{number:02d}{suffix_of(take['uri'])}"
            lines.append({name: {**take, **there, **line, "row_id": row_id}.get(name) for name in FIELDS})
    return pl.DataFrame(lines, schema=FIELDS)


def suffix_of(uri: str) -> str:
    """Keep what kind of file it is, and nothing else of its name."""
    suffix = Path(uri).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def deliver(takes: pl.DataFrame, stage: Path, before: Path | None, unchanged: dict[str, str]) -> None:
    """Put the takes into a staged version: a hard link to the same bytes of the version before, else a copy.

    `unchanged`: file → sha256 of the version before. Landing is not ours, so nothing is linked to it. LakeError where a
    recording is not what ingest found.
    """
    for path, file, digest in takes.select("path", "file", "sha256").iter_rows():
        target = stage / file
        target.parent.mkdir(parents=True, exist_ok=True)
        if before is not None and unchanged.get(file) == digest:
            os.link(before / file, target)
            continue
        if not Path(path).is_file():
            raise LakeError(f"recording for {file}", "it is gone from landing since ingest", "Deliver it again.")
        shutil.copyfile(path, target)
        if sha256_of(target) != digest:
            raise LakeError(f"recording for {file}", "it is not what ingest found", "Restore it.")
