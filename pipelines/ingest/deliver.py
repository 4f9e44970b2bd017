"""Delivered files into the tables `submissions` and `dead_letters`, one partition a delivery date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import pyarrow as pa

from pipelines.errors import FeedError
from pipelines.ingest.decode import decoder
from pipelines.ingest.feeds import load_feed
from pipelines.ingest.lines import HEAD, BombError, Broken, Line, lines_of, parquet_lines
from pipelines.ingest.rows import dead_letters_of, encode, table_of
from pipelines.lake import File, Manifest, sha256_of
from pipelines.landing import SUFFIXES, Delivery
from pipelines.night import Night
from pipelines.schemas.feed import Feed
from pipelines.tables.dead_letters import DEAD_LETTERS
from pipelines.tables.submissions import SUBMISSIONS

BATCH = 10_000
"""Rows of one file in the lake: about 40 MB of JSON in memory."""


@dataclass(frozen=True)
class Partition:
    """What the lake holds of one delivery date: the entries of both tables, and the identity of each file read."""

    rows: list[File]
    letters: list[File]
    read: dict[str, str]


def deliver(night: Night) -> None:
    """Read every delivered file dated up to the night that was not read yet."""
    deliveries = night.landing.deliveries(night.date)
    for day, files in groupby(deliveries, key=lambda d: d.delivered_on):
        known = _known(night, day.isoformat())
        fresh = [d for d in files if _name(d, known) not in known.read]
        for delivery in fresh:
            night.progress(f"reading {delivery.file}")
            _take_in(night, delivery, known)
        if fresh:
            night.lake.commit(DEAD_LETTERS, day.isoformat(), known.letters)
            night.lake.commit(SUBMISSIONS, day.isoformat(), known.rows, inputs=known.read)


def _known(night: Night, partition: str) -> Partition:
    rows = night.lake.manifest(SUBMISSIONS, partition)
    letters = night.lake.manifest(DEAD_LETTERS, partition)
    read = dict(rows.inputs) if rows else {}
    return Partition(_of(rows, read), _of(letters, read), read)


def _of(manifest: Manifest | None, read: dict[str, str]) -> list[File]:
    return [f for f in manifest.files if f.source in read] if manifest else []


def _name(delivery: Delivery, known: Partition) -> str:
    """Name what was read: the file, or, once it was read with another size, the file as it is now."""
    size = str(delivery.path.stat().st_size)
    return delivery.file if known.read.get(delivery.file, size) == size else f"{delivery.file} of {size} bytes"


def _take_in(night: Night, delivery: Delivery, known: Partition) -> None:
    """Read one file into the lake; of a file that changed after it was read, what was read stays."""
    name, partition = _name(delivery, known), delivery.delivered_on.isoformat()
    files: list[File] = []
    letters: list[Broken] = []
    try:
        if name != delivery.file:
            raise _RefusedError("file_changed", "A delivered file never changes. Deliver the change as a new file.")
        for table in _batches(night, delivery, letters):
            files.append(night.lake.put(SUBMISSIONS, partition, table, source=name))
    except _RefusedError as refused:
        files, letters = [], [_whole_file(delivery, refused)]
    known.rows.extend(files)
    known.letters.append(night.lake.put(DEAD_LETTERS, partition, dead_letters_of(delivery, letters), source=name))
    known.read[name] = str(delivery.path.stat().st_size)


class _RefusedError(Exception):
    """A whole file cannot be read: the rule, and what to do."""

    def __init__(self, rule: str, error: str) -> None:
        super().__init__(rule, error)
        self.rule, self.error = rule, error


def _whole_file(delivery: Delivery, refused: _RefusedError) -> Broken:
    """Make the one dead letter that stands for a file, with the file's own hash and length."""
    with delivery.path.open("rb") as stream:
        head = stream.read(HEAD)
    size = delivery.path.stat().st_size
    return Broken(0, 0, refused.rule, refused.error, sha256_of(delivery.path), size, head)


def _batches(night: Night, delivery: Delivery, letters: list[Broken]) -> Iterator[pa.Table]:
    """Yield a file's rows in tables of at most BATCH rows; dead letters are added to `letters`."""
    batch: list[bytes] = []
    for item in _read(night, delivery):
        if isinstance(item, Broken):
            letters.append(item)
            continue
        batch.append(item)
        if len(batch) == BATCH:
            yield table_of(batch)
            batch = []
    yield table_of(batch)


def _read(night: Night, delivery: Delivery) -> Iterator[bytes | Broken]:
    """Yield a file's rows, encoded, and its dead letters, in the file's order."""
    decode = decoder(_feed_of(night, delivery))
    for line in _lines(delivery):
        read = line if isinstance(line, Broken) else decode(line)
        yield read if isinstance(read, Broken) else encode(delivery, line.number, read)


def _feed_of(night: Night, delivery: Delivery) -> Feed | None:
    path = night.landing.feed(delivery.feed)
    try:
        return load_feed(path) if path.exists() else None
    except FeedError as error:
        raise _RefusedError("feed_unreadable", str(error)) from error


def _lines(delivery: Delivery) -> Iterator[Line | Broken]:
    try:
        if delivery.name.endswith(".parquet"):
            yield from parquet_lines(delivery.path)
        elif delivery.name.endswith(SUFFIXES):
            yield from lines_of(delivery.path)
        else:
            raise _RefusedError("unknown_suffix", f"Deliver {', '.join(SUFFIXES)}.")
    except BombError as bomb:
        rule = "decompression_bomb"
        raise _RefusedError(rule, f"The file is refused whole: {bomb}. Deliver it unpacked.") from bomb
    except pa.ArrowException as error:
        raise _RefusedError("not_parquet", f"The file cannot be read as Parquet: {error}.") from error
