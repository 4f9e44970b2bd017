"""The table `redelivered`: lines that deliver a row which is already there."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table
from pipelines.tables.verdicts import ROW

REDELIVERED = Table(
    name="redelivered",
    why="The same file, or the same line, twice loads once; the second line is still accounted for.",
    grain="one line delivered again, in the night that met it",
    key=("file", "line"),
    columns=(
        *ROW,
        Column("file", pa.string(), "path below landing/submissions of the repeated line"),
        Column("line", pa.int64(), "its line"),
    ),
)
