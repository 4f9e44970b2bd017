"""Rows that a dataset was given already: they reappear in its next version without being a delivery (semantics 9)."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import polars as pl

from pipelines.lake import Lake
from pipelines.logs import LOGS
from pipelines.night import Night
from pipelines.records import records_of
from pipelines.rights import gate, rulebook
from pipelines.schemas.order import Order
from pipelines.selecting import LOOKS_AT, unselected_by
from pipelines.tables.delivery import DELIVERY, DELIVERY_ITEM
from pipelines.versions import ledger

OF_A_DELIVERY = ["APPROVAL_MISSING", "MAX_DELIVERIES_REACHED"]
"""Reasons that stand against a delivery, and not against what was delivered."""
PAIR = ["order_id", "row_id"]
CLOSED = """
SELECT DISTINCT q.request_id AS order_id, g.grant_id
FROM rights.grant_stage s JOIN rights.request_row q ON q.req = s.req JOIN rights.grant_row g ON g.grant_no = s.grant_no
JOIN rights.stage r ON r.stage = s.stage_inside
WHERE r.bits IN (reason('MAX_DELIVERIES_REACHED'), reason('APPROVAL_MISSING'))
"""
"""Grants under which an order may be delivered nothing more."""


def with_reappearing(
    decided: pl.DataFrame,
    given: pl.DataFrame,
    connection: duckdb.DuckDBPyConnection,
    decide_again: Callable[[], pl.DataFrame],
) -> pl.DataFrame:
    """Allow what is denied only as one more delivery, where the same content was delivered to the same dataset.

    `decided`: rows of `decisions`. `given`: the (order_id, row_id) pairs whose content this order's dataset holds or
    held, and each grant_id under which it was delivered. The decision is made again as if nothing were a delivery, and
    only those pairs take its answer; but one that a closed grant carries under which it was never delivered does not.
    """
    others = pl.col("reasons").list.set_difference(OF_A_DELIVERY).list.len()
    waiting = decided.filter(pl.col("decision") == "deny", others == 0).join(given, on=PAIR, how="semi")
    if waiting.is_empty():
        return decided
    closed = connection.sql(CLOSED).pl()
    rulebook.run(connection, ("92_forget_deliveries",))
    gate.seal(connection)
    gate.judge(connection)
    gate.stop_on_defects(connection)
    rulebook.run(connection, rulebook.DECISION)
    again = decide_again().join(waiting, on=PAIR, how="semi").select(decided.columns)
    carried = again.select(*PAIR, grant_id="grant_ids").explode("grant_id")
    newly = carried.join(closed, on=["order_id", "grant_id"], how="semi").join(
        given, on=[*PAIR, "grant_id"], how="anti"
    )
    again = again.join(newly, on=PAIR, how="anti")
    return pl.concat([decided.join(again, on=PAIR, how="anti"), again]).sort(PAIR)


def given_before(lake: Lake, accepted: pl.DataFrame, asked: list[Order]) -> pl.DataFrame:
    """Find the (order_id, row_id) pairs whose very content was delivered to the order's dataset, a line a grant_id.

    `accepted`: row_id, submission_id, content_sha256.
    """
    schema = {"order_id": pl.String, "client_id": pl.String, "dataset": pl.String}
    orders = pl.DataFrame([(o.order_id, o.client_id, o.dataset) for o in asked], schema=schema, orient="row")
    items = ledger(lake, DELIVERY_ITEM).join(ledger(lake, DELIVERY), on="delivery_id")
    held = items.join(orders, on=["client_id", "dataset"])
    found = held.join(accepted, on=["submission_id", "content_sha256"]).select(*PAIR, grant_id="grant_ids")
    return found.explode("grant_id").unique()


def to_deliver(night: Night, asked: list[Order]) -> pl.DataFrame:
    """Find the pairs that tonight would be a delivery: accepted, selected, and not given to the dataset before.

    Columns: request_id, submission_id.
    """
    columns = ["row_id", "submission_id", "content_sha256", *LOOKS_AT, "performers"]
    accepted = records_of(night.contracts).over(night.rows(night.going_on(LOGS), columns))
    schema = {"order_id": pl.String, "row_id": pl.String, "submission_id": pl.String}
    selected = [
        accepted.filter(unselected_by(order.select).list.len() == 0).select(
            pl.lit(order.order_id).alias("order_id"), "row_id", "submission_id"
        )
        for order in asked
    ]
    fresh = pl.concat([pl.DataFrame(schema=schema), *selected]).join(
        given_before(night.lake, accepted, asked), on=PAIR, how="anti"
    )
    return fresh.select(request_id="order_id", submission_id="submission_id").unique()
