"""The table `quarantine`: readable rows that are not good enough, by rule; a person can release them."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table
from pipelines.tables.verdicts import HELD

QUARANTINE = Table(
    name="quarantine",
    why="A performer is owed the reason: which rule, what was measured, and what would release the work.",
    grain="one broken rule of one row judged this night",
    key=("row_id", "rank"),
    columns=(
        *HELD,
        Column("rank", pa.int32(), "the rule's place in its suite; a receipt counts the row under its lowest"),
        Column("column", pa.string(), "the measure that broke it"),
        Column("value", pa.string(), "the measured value, cut to 200 characters, 'null' where it is missing"),
        Column("places", pa.string(), "the turns that broke it, comma-joined; '' where the rule is about the whole"),
        Column("severity", pa.string(), "critical also closes the gate", among=("critical", "warning")),
        Column("why", pa.string(), "why the rule exists"),
        Column("judgement", pa.string(), "hash of the reviewed rules by which it was judged; others judge it again"),
    ),
)
