"""Submissions to the table's rows: encoded once as JSON and read back by Arrow in columns (42 µs a scene)."""

from __future__ import annotations

import io
from collections.abc import Iterable

import msgspec
import pyarrow as pa
import pyarrow.json

from pipelines.ingest.decode import content_sha256, row_id
from pipelines.ingest.lines import Broken
from pipelines.landing import Delivery
from pipelines.schemas.submission import Submission
from pipelines.tables.dead_letters import DEAD_LETTERS
from pipelines.tables.submissions import SUBMISSIONS

_JSON_SCHEMA = pa.schema(
    [pa.field(f.name, pa.string() if pa.types.is_date(f.type) else f.type) for f in SUBMISSIONS.arrow]
)
"""Arrow's JSON reader takes dates as text only; the table's contract casts them."""


def encode(delivery: Delivery, line: int, submission: Submission) -> bytes:
    """Write a submission as one JSON line with the table's columns."""
    row = msgspec.to_builtins(submission)
    content = content_sha256(submission)
    row |= {
        "row_id": row_id(submission, content),
        "content_sha256": content,
        "feed": delivery.feed,
        "delivered_on": delivery.delivered_on,
        "file": delivery.file,
        "line": line,
        "source": _json(submission.source),
        "extra": _json(submission.extra),
    }
    return msgspec.json.encode(row)


def table_of(encoded: list[bytes]) -> pa.Table:
    """Read encoded rows as columns, in the order of the table's key."""
    if not encoded:
        return SUBMISSIONS.arrow.empty_table()
    data = b"\n".join(encoded)
    return SUBMISSIONS.conform(
        pa.json.read_json(
            io.BytesIO(data),
            read_options=pa.json.ReadOptions(block_size=len(data) + 1, use_threads=False),
            parse_options=pa.json.ParseOptions(explicit_schema=_JSON_SCHEMA, unexpected_field_behavior="error"),
        )
    )


def dead_letters_of(delivery: Delivery, letters: Iterable[Broken]) -> pa.Table:
    """Write dead letters in the table's columns."""
    rows = [
        {
            "feed": delivery.feed,
            "delivered_on": delivery.delivered_on,
            "file": delivery.file,
            "line": letter.number,
            "byte_offset": letter.offset,
            "rule": letter.rule,
            "error": letter.error,
            "sha256": letter.sha256,
            "length": letter.length,
            "head": letter.head,
        }
        for letter in letters
    ]
    return pa.Table.from_pylist(rows, schema=DEAD_LETTERS.arrow)


def _json(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value, order="sorted").decode()
