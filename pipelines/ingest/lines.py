"""Delivered files to lines, one pass: plain, gzip or zstandard NDJSON; what cannot be read is named, never lost."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec
import pyarrow.parquet as pq
import zstandard

LINE_LIMIT = 8 * 1024 * 1024
"""A scene of 30 exchanges is about 20 kB; 8 MB is no scene, and a line is held in memory whole."""
HEAD = 64 * 1024
"""What a dead letter keeps of its line (semantics 19)."""
BOMB_RATIO, BOMB_FLOOR = 200, 64 * 1024 * 1024
"""Text compresses 5 to 20 times; 200 times and over 64 MB is a file made to fill the disk."""


@dataclass(frozen=True)
class Line:
    """One line as delivered: number from 1, offset in the decompressed file."""

    number: int
    offset: int
    data: bytes


@dataclass(frozen=True)
class Broken:
    """A line (or, with number 0, a whole file) that cannot be read: by which rule, and what is known of it."""

    number: int
    offset: int
    rule: str
    error: str
    sha256: str
    length: int
    head: bytes


class BombError(Exception):
    """A compressed file unpacks to more than any text would."""


def broken(line: Line, rule: str, error: str) -> Broken:
    """Turn a line into a dead letter."""
    digest = hashlib.sha256(line.data).hexdigest()
    return Broken(line.number, line.offset, rule, error, digest, len(line.data), line.data[:HEAD])


def lines_of(path: Path) -> Iterator[Line | Broken]:
    """Read a file's lines in order; blank ones are skipped, one over the limit becomes a dead letter.

    A file that breaks off keeps the lines before the break, and the break is a dead letter of its own.
    Raises BombError.
    """
    number = offset = 0
    with path.open("rb") as raw:
        stream = _Guarded(_unpacked(raw, path.name), path.stat().st_size)
        while True:
            try:
                data = stream.readline()
            except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
                yield broken(Line(number + 1, offset, b""), "file_breaks_off", f"The file cannot be unpacked: {error}.")
                return
            if not data:
                return
            number += 1
            line = Line(number, offset, data)
            offset += len(data)
            if len(data) > LINE_LIMIT:
                long = _drain(stream, line)
                offset += long.length - len(data)
                yield long
            elif data.strip():
                yield Line(number, line.offset, data[3:] if data.startswith(b"\xef\xbb\xbf") else data)


def parquet_lines(path: Path) -> Iterator[Line]:
    """Read a Parquet file's rows in order, each as the JSON line it could have been; its number is the row's.

    Raises BombError and pyarrow's own errors.
    """
    number = 0
    with pq.ParquetFile(path) as file:
        groups = range(file.metadata.num_row_groups)
        unpacked = sum(file.metadata.row_group(g).total_byte_size for g in groups)
        if unpacked > max(BOMB_FLOOR, path.stat().st_size * BOMB_RATIO):
            raise BombError(f"it unpacks to {unpacked:,} bytes")
        for batch in file.iter_batches(batch_size=1_000):
            for row in batch.to_pylist():
                number += 1
                yield Line(number, 0, msgspec.json.encode({k: v for k, v in row.items() if v is not None}))


def _unpacked(raw: IO[bytes], name: str) -> IO[bytes]:
    if name.endswith(".gz"):
        return gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]
    if name.endswith(".zst"):
        reader = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(raw, read_across_frames=True)
        return io.BufferedReader(reader, 1 << 18)
    return raw


class _Guarded:
    """Reads lines of bounded length and counts what was unpacked."""

    def __init__(self, stream: IO[bytes], packed: int) -> None:
        self._stream = stream
        self._limit = max(BOMB_FLOOR, packed * BOMB_RATIO)
        self._read = 0

    def readline(self) -> bytes:
        data = self._stream.readline(LINE_LIMIT + 1)
        self._read += len(data)
        if self._read > self._limit:
            raise BombError(f"it unpacks to over {self._limit:,} bytes")
        return data


def _drain(stream: _Guarded, line: Line) -> Broken:
    """Read the rest of a line that is too long, keeping its hash and its head only."""
    digest, length, last = hashlib.sha256(line.data), len(line.data), line.data
    while not last.endswith(b"\n"):
        last = stream.readline()
        if not last:
            break
        digest.update(last)
        length += len(last)
    error = f"The line has {length:,} bytes, the limit is {LINE_LIMIT:,}. Deliver recordings as takes, not in the line."
    return Broken(line.number, line.offset, "line_too_long", error, digest.hexdigest(), length, line.data[:HEAD])
