"""Write a landing folder of any size, one shard at a time, and beside it the fate of every line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from pipelines.sample.invented import dice
from pipelines.sample.planting import Delivered, Spread, deliver

FEED = "generated"
LAST_NIGHT = dt.date(2026, 11, 21)
SHARD = 20_000
"""Lines of one delivered file: about 120 MB of JSON, 12 MB packed."""
FATES = pa.schema(
    [
        pa.field("file", pa.string(), nullable=False),
        pa.field("line", pa.int64(), nullable=False),
        pa.field("submission_id", pa.string()),
        pa.field("revision", pa.int32()),
        pa.field("planted", pa.string(), nullable=False),
        pa.field("stage", pa.string(), nullable=False),
        pa.field("rule", pa.string()),
        pa.field("matched", pa.string()),
        pa.field("reasons", pa.list_(pa.string()), nullable=False),
    ]
)
"""fates.parquet: one row a delivered line, in force after the last night; file and line as dead_letters name them."""


def write_scenes(
    out: Path, scenes: int, seed: int, *, nights: int = 1, progress: Callable[[int], None] = lambda _: None
) -> None:
    """Write `scenes` scenes below out/submissions/generated/<date>/, over some nights up to 2026-11-21.

    The same seed and number give the same bytes everywhere; memory does not grow with the number. `matched` of a fate
    is the scene that was copied: dedup may name an earlier copy of it instead.
    """
    spread = Spread(seed, scenes)
    out.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(out / "fates.parquet", FATES, compression="zstd") as fates, ExitStack() as open_files:
        writers = [
            open_files.enter_context(_Shards(out, LAST_NIGHT - dt.timedelta(days=nights - 1 - n), fates))
            for n in range(nights)
        ]
        for number in range(scenes):
            night = dice(seed, "night", number).randrange(nights) if nights > 1 else 0
            for item in deliver(spread, number):
                writers[night].write(item)
            if number % 1000 == 999:
                progress(number + 1)
    progress(scenes)


@dataclass(frozen=True)
class _Open:
    """A shard being written."""

    name: str
    file: BinaryIO
    packed: zstandard.ZstdCompressionWriter


class _Shards:
    """The delivered files of one night, and the fates of their lines."""

    def __init__(self, out: Path, night: dt.date, fates: pq.ParquetWriter) -> None:
        self._home, self._night, self._fates = out / "submissions" / FEED / night.isoformat(), night, fates
        self._count = 0
        self._open: _Open | None = None
        self._due: list[dict[str, object]] = []

    def __enter__(self) -> _Shards:
        self._home.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def write(self, item: Delivered) -> None:
        """Append one line and its fate."""
        place = self._count % SHARD
        if place == 0:
            self._close()
            self._open = self._next()
        self._count += 1
        assert self._open is not None  # noqa: S101  (opened with the first line)
        self._open.packed.write(item.line + b"\n")
        fate = {name: getattr(item, name, None) for name in FATES.names}
        self._due.append(fate | {"file": self._open.name, "line": place + 1})

    def _next(self) -> _Open:
        name = f"part-{self._count // SHARD:05d}.ndjson.zst"
        file = (self._home / name).open("wb")
        packed = zstandard.ZstdCompressor(level=3).stream_writer(file)
        return _Open(f"{FEED}/{self._night.isoformat()}/{name}", file, packed)

    def _close(self) -> None:
        if self._open is not None:
            self._open.packed.close()  # type: ignore[no-untyped-call]
            self._open.file.close()
            self._fates.write_table(pa.Table.from_pylist(self._due, schema=FATES))
            self._open, self._due = None, []
