"""The table `distinct`: rows that are no copy of earlier work."""

from __future__ import annotations

from pipelines.tables.contract import Table
from pipelines.tables.verdicts import ROW

DISTINCT = Table(
    name="distinct",
    why="A lab pays for new human work once: these rows go on.",
    grain="one row judged this night",
    key=("row_id",),
    columns=ROW,
)
