"""The table `accepted`: the rows that are good enough, and go on to rights."""

from __future__ import annotations

from pipelines.tables.contract import Table
from pipelines.tables.verdicts import ROW

ACCEPTED = Table(
    name="accepted",
    why="Acceptance is what pays a performer (semantics 10) and what rights are asked about.",
    grain="one row judged this night",
    key=("row_id",),
    columns=ROW,
)
