"""The table `duplicates`: rows held back because an earlier row is the same work."""

from __future__ import annotations

from pipelines.tables.contract import Table
from pipelines.tables.verdicts import HELD

DUPLICATES = Table(
    name="duplicates",
    why="A copy is kept with the row it matched and the exact measure.",
    grain="one row judged this night",
    key=("row_id",),
    columns=HELD,
)
