"""The columns that every log of verdicts shares.

A stage that judges rows writes two logs a night: what goes on and what is held. The verdict in force at a night is the
latest one per row_id over the logs of nights up to it.
"""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column

ROW = (
    Column("row_id", pa.string(), "the row of `submissions`"),
    Column("submission_id", pa.string(), "the platform's id of the work, for people who read the table"),
    Column("revision", pa.int32(), "its revision"),
)

HELD = (
    *ROW,
    Column("rule", pa.string(), "the rule that held the row back"),
    Column("evidence", pa.string(), "what broke the rule: the matched id, the measured value; no personal data"),
    Column("remedy", pa.string(), "what would release the row"),
)
