"""The table `openings`: who opened a night's closed gate, and why; append-only."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

OPENINGS = Table(
    name="openings",
    why="A closed gate is opened by a person who looked, never by --force (semantics 16).",
    grain="one rule of one night; a partition is one opening, `<night>+<opening_id>`",
    key=("opening_id",),
    kind="record",
    columns=(
        Column("opening_id", pa.string(), "sha256 of the opening"),
        Column("rule", pa.string(), "the critical rule that may pass in this night"),
        Column("by", pa.string(), "who decided"),
        Column("because", pa.string(), "in the decider's words"),
        Column("decided_at", pa.timestamp("us", tz="UTC"), "when"),
    ),
)
