"""The table `set_aside`: readable rows that ingest does not let go on, by the rules of submission keys."""

from __future__ import annotations

from pipelines.tables.contract import Table
from pipelines.tables.verdicts import HELD

SET_ASIDE = Table(
    name="set_aside",
    why="A row that is superseded, in conflict with another of its key, or delivered twice is kept with its reason.",
    grain="one row judged this night",
    key=("row_id",),
    columns=HELD,
)
