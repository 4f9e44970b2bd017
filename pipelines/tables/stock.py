"""The table `stock`: how much of a submission is phrases that many performers share; a flag for people."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

STOCK = Table(
    name="stock",
    why="Labs pay for what the internet lacks: text that goes round among performers is none of it.",
    grain="one row judged this night in which a phrase is followed",
    key=("row_id",),
    columns=(
        Column("row_id", pa.string(), "the row of `submissions`"),
        Column("phrases", pa.int32(), "distinct phrases of six words in it that are followed"),
        Column("stock_phrases", pa.int32(), "those that five lead performers or more said, tonight or in 28 nights"),
        Column("stock_share", pa.float64(), "stock_phrases / phrases, 0 to 1"),
    ),
)
