"""Decide a loaded feed: judge it at the gate, run the rulebook, hand out one decision a (request, submission)."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from pipelines.rights import gate, rulebook

DECIDED = """
SELECT request_id, submission_id, decision, reasons, coalesce(grant_ids, []) AS grant_ids, use_by, retention_days
FROM rights.permission WHERE world = 0 ORDER BY request_id, submission_id
"""
RELEASED = """
SELECT request_id, count(*) FROM rights.decision WHERE decision = 'allow' AND world = 0
GROUP BY request_id ORDER BY request_id
"""


def decide(connection: duckdb.DuckDBPyConnection, *, unsealed: bool = False) -> pa.Table:
    """Decide every request and submission of a loaded feed; RightsGateClosed names the rows that stop it.

    Columns: request_id, submission_id, decision (allow, deny), reasons (sorted), and of an allowed row grant_ids,
    use_by and retention_days. `unsealed` lets absent seals and totals pass; seals that are there must still hold.
    Each request is decided as if it were the only one; `share_out` is for the orders of one build.
    """
    gate.judge(connection, unsealed=unsealed)
    gate.stop_on_defects(connection)
    rulebook.run(connection, rulebook.DECISION)
    return connection.sql(DECIDED).to_arrow_table()


def would_release(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Count by request what would be allowed were every defect of a judged feed repaired as the rows now read.

    It permits nothing: an upper bound for the person who repairs, since a repaired restriction may deny more.
    """
    rulebook.run(connection, rulebook.DECISION)
    return dict(connection.sql(RELEASED).fetchall())


def share_out(connection: duckdb.DuckDBPyConnection) -> None:
    """Decide the orders of one build together: a limited number of deliveries goes to the smallest request_id first.

    Expects a judged feed; fills rights.decision and rights.obligation (semantics 9). Where the caller made the table
    rights.to_deliver, only its pairs count as deliveries.
    """
    rulebook.run(connection, rulebook.DECISION)
    spent = 0
    while has_limits(connection) and (now := _spent(connection)) > spent:
        spent = now
        rulebook.run(connection, rulebook.FROM_CELLS)


def has_limits(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether any grant of a judged feed limits how often it may be delivered."""
    return bool(connection.sql("FROM rights.grant_row WHERE max_deliveries IS NOT NULL LIMIT 1").fetchall())


def _spent(connection: duckdb.DuckDBPyConnection) -> int:
    rulebook.run(connection, ("91_allocation",))
    found = connection.sql("SELECT count(*) FROM rights.spent").fetchall()
    return int(found[0][0])
