"""The table `distinct`: rows that are nobody's copy and go on from dedup."""

from __future__ import annotations

from pipelines.tables.contract import Table
from pipelines.tables.verdicts import ROW

DISTINCT = Table(
    name="distinct",
    why="A client pays for new work once.",
    grain="one row judged this night",
    key=("row_id",),
    columns=ROW,
)
