"""Small landing folders for tests: a submission with what a test changes, delivered as a file of a feed and a date."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import zstandard
from pydantic import SecretStr

from pipelines.lake import Lake
from pipelines.landing import Landing
from pipelines.night import Night
from pipelines.settings import Settings

NIGHT = dt.date(2026, 11, 21)


def submission(submission_id: str = "S1", **changes: Any) -> dict[str, Any]:
    """Write a submission/v1 record that is in order, but for what the test changes; None removes a key."""
    record = {
        "submission_id": submission_id,
        "submitted_at": "2026-11-20T10:00:00Z",
        "kind": "commissioned",
        "campaign": "CA1",
        "session": "SE1",
        "performers": [{"performer_id": "P1", "role": "actor", "modalities": ["text"]}],
        "contributors_declared": 1,
        "performed_on": "2026-11-19",
        "language": "en",
        "third_party_ip": "none",
        "ai_assistance": "none",
        "turns": [{"turn": i, "speakers": ["A"], "text": f"{submission_id} says line {i}"} for i in range(4)],
    }
    return {k: v for k, v in (record | changes).items() if v is not None}


def deliver(
    landing: Path, records: Iterable[Any], *, feed: str = "portal", on: dt.date = NIGHT, name: str = "a.ndjson"
) -> Path:
    """Deliver records (or raw lines, where bytes) as one file, packed as its name says."""
    lines = b"".join((r if isinstance(r, bytes) else json.dumps(r).encode()) + b"\n" for r in records)
    path = landing / "submissions" / feed / on.isoformat() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if name.endswith(".gz"):
        lines = gzip.compress(lines, mtime=0)
    if name.endswith(".zst"):
        lines = zstandard.compress(lines)
    path.write_bytes(lines)
    return path


def night_over(root: Path, date: dt.date = NIGHT, lake: str = "lake") -> Night:
    """Open a night over root/landing and a lake beside it."""
    return Night(
        date=date,
        landing=Landing(root / "landing"),
        lake=Lake(root / lake),
        settings=Settings(pseudonym_key=SecretStr("a test key, no secret")),
    )
