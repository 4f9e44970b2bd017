"""The table `withheld`: accepted rows that one order does not get, and why."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table
from pipelines.tables.verdicts import HELD

WITHHELD = Table(
    name="withheld",
    why="Every accepted row that is not in a client's dataset can say why.",
    grain="one accepted row for one order; a partition is one order of one night, `<night>+<order_id>`",
    key=("order_id", "row_id"),
    partition="snapshot",
    columns=(Column("order_id", pa.string(), "the order that does not get the row"), *HELD),
)
