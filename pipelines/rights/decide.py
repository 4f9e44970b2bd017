"""Decide a loaded feed: judge it at the gate, run the rulebook, hand out one decision a (request, submission)."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from pipelines.rights import gate, rulebook

DECIDED = """
SELECT request_id, submission_id, decision, reasons FROM rights.decision
WHERE world = 0 ORDER BY request_id, submission_id
"""


def decide(connection: duckdb.DuckDBPyConnection, *, unsealed: bool = False) -> pa.Table:
    """Decide every request and submission of a loaded feed; RightsGateClosed names the rows that stop it.

    Columns: request_id, submission_id, decision (allow, deny), reasons (sorted). `unsealed` lets absent seals and
    totals pass; seals that are there must still hold.
    """
    gate.judge(connection, unsealed=unsealed)
    found = gate.defects(connection)
    if found:
        raise gate.RightsGateClosed(found)
    rulebook.run(connection, rulebook.DECISION)
    return connection.sql(DECIDED).to_arrow_table()
