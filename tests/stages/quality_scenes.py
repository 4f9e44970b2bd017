"""A good scene, and what is needed to break it in one place: rows of `submissions` for the tests of quality."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import polars as pl
import pyarrow as pa

from pipelines.tables.submissions import SUBMISSIONS

LINES = (
    ("MARA", "You kept the light on."),
    ("TOM", "The switch is broken."),
    ("MARA", "It was broken when you left, too."),
    ("TOM", "Then it kept itself on. I only came for the ladder."),
)
"""A small argument about something else, repeated to the length that a brief asks for."""


def turn(number: int, **changes: Any) -> dict[str, Any]:
    speaker, text = LINES[number % len(LINES)]
    base: dict[str, Any] = {
        "turn": number,
        "speakers": [speaker],
        "text": text,
        "subtext": "stay",
        "emotions": [{"label": "anger", "vocabulary": "plutchik/1"}],
        "undertone": {"label": "grief", "vocabulary": "plutchik/1"},
        "intensity": None,
        "stage": [],
        "rating": None,
    }
    return base | changes


def scene(name: str = "sub_1", **changes: Any) -> dict[str, Any]:
    """One submission of ten exchanges that breaks no rule, with some of its columns changed."""
    row: dict[str, Any] = dict.fromkeys(c.name for c in SUBMISSIONS)
    row |= {
        "row_id": hashlib.sha256(name.encode()).hexdigest(),
        "submission_id": name,
        "revision": 1,
        "content_sha256": "0" * 64,
        "feed": "portal",
        "delivered_on": dt.date(2026, 11, 21),
        "file": "portal/2026-11-21/a.ndjson",
        "line": 1,
        "submitted_at": dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
        "kind": "commissioned",
        "campaign": "cmp_kitchen",
        "brief": {"id": "brf_1", "text": None, "exchanges": 10},
        "performers": [
            {"performer_id": "prf_1", "role": "actor", "modalities": ["text"], "characters": ["MARA"], "share": 1.0}
        ],
        "language": "en-GB",
        "characters": [{"name": "MARA", "description": None}, {"name": "TOM", "description": None}],
        "turns": [turn(n) for n in range(20)],
        "takes": [],
    }
    return row | changes


def take(uri: str = "a.wav") -> dict[str, Any]:
    return {"uri": uri, "sha256": None, "bytes": None, "duration_s": None, "sample_rate_hz": None, "channels": None}


def performer(*modalities: str) -> dict[str, Any]:
    return {"performer_id": "prf_1", "role": "actor", "modalities": list(modalities), "characters": [], "share": None}


def rows(*scenes: dict[str, Any]) -> pl.DataFrame:
    """Lay scenes out as the table `submissions`."""
    frame = pl.from_arrow(pa.Table.from_pylist(list(scenes), schema=SUBMISSIONS.arrow))
    assert isinstance(frame, pl.DataFrame)
    return frame
