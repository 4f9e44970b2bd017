"""The table `tombstones`: what is left of an erased row, keyed, so that a copy of it never becomes the original."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table
from pipelines.tables.verdicts import ROW

TOMBSTONES = Table(
    name="tombstones",
    why="Bytes go and verdicts stay (semantics 18): a copy delivered later is still a copy of what was erased.",
    grain="one erased row; a partition is one erasure, `<day>+<digest>`",
    key=("submitted_at", "submission_id", "revision", "row_id"),
    kind="record",
    columns=(
        *ROW,
        Column("submitted_at", pa.timestamp("us", tz="UTC"), "earlier means: by this, then id, then revision"),
        Column("erased_at", pa.timestamp("us", tz="UTC"), "when; it chooses no rows"),
        Column("because", pa.string(), "the request, in the eraser's words; no personal data"),
        Column("key_id", pa.string(), "by which key everything below was made; without it nothing can be read"),
        Column("performers", pa.list_(pa.string()), "keyed: whose work it was"),
        Column("is_text", pa.bool_(), "text work"),
        Column("text_key", pa.uint64(), "keyed: the whole text; 0 where there was none"),
        Column("shingles", pa.list_(pa.uint64()), "keyed: the distinct shingles, sorted: their order is gone"),
        Column("sketch", pa.list_(pa.uint64()), "keyed: those of them by which copies are found"),
        Column("turn_keys", pa.list_(pa.uint64()), "keyed: each turn's words; 0 where it had none"),
        Column("turn_labels", pa.list_(pa.uint64()), "keyed: each turn's labels; 0 where it had none"),
        Column("takes", pa.list_(pa.string()), "keyed: sha256 of the recordings' files"),
        Column("sounds", pa.list_(pa.string()), "keyed: sha256 of the recordings' decoded samples"),
    ),
)
