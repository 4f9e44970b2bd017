"""The table `current`: the revision of each submission that goes on from ingest."""

from __future__ import annotations

from pipelines.tables.contract import Table
from pipelines.tables.verdicts import ROW

CURRENT = Table(
    name="current",
    why="Only one revision of a submission goes on: the highest (semantics 6).",
    grain="one row judged this night",
    key=("row_id",),
    columns=ROW,
)
