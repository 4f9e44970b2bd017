"""The table `takes`: whether each recording lies where its submission says, and is what it says."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

TAKES = Table(
    name="takes",
    why="A missing or different recording holds its submission back from orders that ask audio (semantics 13).",
    grain="one take looked at this night: those of tonight's rows, and those not yet present",
    key=("row_id", "uri"),
    columns=(
        Column("row_id", pa.string(), "the row of `submissions`"),
        Column("uri", pa.string(), "relative to landing/takes/<feed>/"),
        Column("feed", pa.string(), "the source system, which names the folder"),
        Column("status", pa.string(), "what was found", among=("present", "missing", "differs")),
        Column("sha256", pa.string(), "of the file found", nullable=True),
        Column("bytes", pa.int64(), "of the file found", nullable=True),
    ),
)
