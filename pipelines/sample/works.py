"""What the contracts generator must know of a submission: who is in it, when, what it claims; not its turns."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

import msgspec
import zstandard

from pipelines.landing import Landing
from pipelines.schemas.submission import Submission


class Hand(msgspec.Struct, frozen=True, gc=False):
    """One performer's part in a work."""

    performer_id: str
    role: str | None = None
    modalities: list[str] | None = None
    share: float | None = None


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """One take: that there is one is all that matters, and that its uri is one which ingest would take."""

    uri: str


class Work(msgspec.Struct, frozen=True, gc=False):
    """One revision of a submission without its words."""

    submission_id: str
    submitted_at: dt.datetime
    performers: list[Hand]
    turns: msgspec.Raw
    revision: int = 1
    kind: str | None = None
    campaign: str | None = None
    session: str | None = None
    contributors_declared: int | None = None
    performed_on: dt.date | None = None
    third_party_ip: str | None = None
    ai_assistance: str | None = None
    takes: list[Recorded] = []


Reader = Callable[[Landing], Iterable[Submission]]
"""Reads every readable submission of a landing folder, whatever its feed: ingest has one."""


def works(landing: Landing, read: Reader | None = None) -> Iterator[Work]:
    """Read a landing folder's submissions, all deliveries; without a reader they must be submission/v1.

    Lines that are no submission are passed over: ingest is their judge.
    """
    if read is not None:
        yield from map(work_of, read(landing))
        return
    decode = msgspec.json.Decoder(Work).decode
    for delivery in landing.deliveries(dt.date.max):
        with _lines(delivery.path) as lines:
            for line in lines:
                try:
                    work = decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    continue
                if not any(".." in take.uri for take in work.takes):
                    yield work


def work_of(row: Submission) -> Work:
    """Leave out of a submission what contracts do not depend on."""
    hands = [Hand(p.performer_id, p.role, p.modalities, p.share) for p in row.performers]
    kept = {name: getattr(row, name) for name in Work.__struct_fields__ if name not in {"performers", "turns", "takes"}}
    return Work(**kept, performers=hands, turns=msgspec.Raw(b"[]"), takes=[Recorded(t.uri) for t in row.takes])


def _lines(path: Path) -> IO[bytes]:
    if path.name.endswith(".zst"):
        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(path.open("rb"), closefd=True))
    if path.name.endswith(".gz"):
        return io.BufferedReader(gzip.GzipFile(path))
    return path.open("rb")
