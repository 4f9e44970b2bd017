"""Decoded samples of recordings: the same sound in another file (other tags, other container) is the same take."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl

BLOCK_FRAMES = 1 << 16


def sounds_of(takes: pl.DataFrame, folder_of: dict[str, Path]) -> pl.DataFrame:
    """Hash each present recording's samples; returns row_id, sounds (sorted hashes), files (sorted sha256 found).

    `takes`: row_id, feed, uri, status, sha256 as found by ingest. `folder_of`: each feed's folder of takes.
    """
    found = [
        (take["row_id"], take["sha256"], sound_of(folder_of[take["feed"]] / take["uri"]))
        for take in takes.filter(pl.col("status") != "missing").iter_rows(named=True)
    ]
    schema = {"row_id": pl.String, "files": pl.String, "sounds": pl.String}
    rows = pl.DataFrame(found, schema=schema, orient="row")
    hashes = [pl.col(c).drop_nulls().unique().sort() for c in ("files", "sounds")]
    return rows.group_by("row_id", maintain_order=True).agg(hashes)


def sound_of(path: Path) -> str | None:
    """Hash a recording's rate, channels and samples as 32-bit integers; None where it is empty or unreadable."""
    import soundfile  # noqa: PLC0415  (loads libsndfile)

    try:
        with soundfile.SoundFile(path) as sound:
            digest = hashlib.sha256(f"{sound.samplerate}/{sound.channels}".encode())
            for block in sound.blocks(BLOCK_FRAMES, dtype="int32", always_2d=True):
                digest.update(block.tobytes())
            return digest.hexdigest() if sound.frames else None
    except (soundfile.LibsndfileError, OSError):
        return None
