"""The table `accepted`: the rows that are good enough, and go on to rights."""

from __future__ import annotations

<<<<<<< HEAD
from pipelines.tables.contract import Table
from pipelines.tables.verdicts import ROW
=======
import pyarrow as pa

from pipelines.tables.contract import Column, Table
>>>>>>> publish

ACCEPTED = Table(
    name="accepted",
    why="Acceptance is what pays a performer (semantics 10) and what rights are asked about.",
    grain="one row judged this night",
    key=("row_id",),
<<<<<<< HEAD
    columns=ROW,
=======
    columns=(
        Column("row_id", pa.string(), "the row of `submissions`"),
        Column("submission_id", pa.string(), "the platform's id of the work"),
        Column("revision", pa.int32(), "its revision"),
    ),
>>>>>>> publish
)
