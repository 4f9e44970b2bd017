"""The table `decisions`: what rights said of every accepted row, for every order."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

DECISIONS = Table(
    name="decisions",
    why="A row ships only where a decision names the grants that allow it.",
    grain="one order and accepted row, as of a night",
    key=("order_id", "row_id"),
    partition="snapshot",
    columns=(
        Column("order_id", pa.string(), "the order, the request_id of the decision"),
        Column("client_id", pa.string(), "whose order it is"),
        Column("row_id", pa.string(), "the row of `submissions`"),
        Column("submission_id", pa.string(), "the platform's id of the work"),
        Column("decision", pa.string(), "allow or deny", among=("allow", "deny")),
        Column("reasons", pa.list_(pa.string()), "why not, sorted; none where allowed"),
        Column("grant_ids", pa.list_(pa.string()), "the grants that allow it"),
        Column("use_by", pa.date32(), "the last good day, where there is one", nullable=True),
        Column("retention_days", pa.int32(), "how long the client may keep it, where that is limited", nullable=True),
    ),
)
