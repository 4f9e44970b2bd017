"""Decoded samples of recordings: the same sound in another file (other tags, other container) is the same take.

What is decoded once for its hash is also heard (acoustics): the same recording in other samples is found by that.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl

from pipelines.dedup.acoustics import Listener

BLOCK_FRAMES = 1 << 16
SCHEMA = {"row_id": pl.String(), "files": pl.String(), "sounds": pl.String(), "items": pl.List(pl.UInt32())}


def hear(takes: pl.DataFrame, folder_of: dict[str, Path]) -> pl.DataFrame:
    """Decode each present recording: row_id, files (sha256 found), sounds (hash of the samples), items (acoustic).

    `takes`: row_id, feed, uri, status, sha256 as found by ingest. `folder_of`: each feed's folder of takes.
    """
    found = [
        (take["row_id"], take["sha256"], *heard(folder_of[take["feed"]] / take["uri"]))
        for take in takes.filter(pl.col("status") != "missing").iter_rows(named=True)
    ]
    return pl.DataFrame(found, schema=SCHEMA, orient="row")


def sounds_of(takes: pl.DataFrame) -> pl.DataFrame:
    """Gather what was heard by row: row_id, sounds, files (sorted, each once)."""
    hashes = [pl.col(c).drop_nulls().unique().sort() for c in ("files", "sounds")]
    return takes.group_by("row_id", maintain_order=True).agg(hashes)


def heard(path: Path) -> tuple[str | None, list[int]]:
    """Hash a recording's rate, channels and samples as 32-bit integers, and listen to it.

    None and nothing where it is empty or unreadable.
    """
    import soundfile  # noqa: PLC0415  (loads libsndfile)

    try:
        with soundfile.SoundFile(path) as sound:
            digest = hashlib.sha256(f"{sound.samplerate}/{sound.channels}".encode())
            listener = Listener(sound.samplerate, sound.channels)
            for block in sound.blocks(BLOCK_FRAMES, dtype="int32", always_2d=True):
                digest.update(block.tobytes())
                listener.feed(block)
            return (digest.hexdigest(), listener.items().tolist()) if sound.frames else (None, [])
    except (soundfile.LibsndfileError, OSError):
        return None, []
