"""Rows that a dataset was given already: they reappear in its next version without being a delivery (semantics 9)."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import polars as pl

from pipelines.lake import Lake
from pipelines.rights import gate, rulebook
from pipelines.schemas.order import Order
from pipelines.tables.delivery import DELIVERY, DELIVERY_ITEM
from pipelines.versions import ledger

SPENT = "MAX_DELIVERIES_REACHED"
PAIR = ["order_id", "row_id"]


def with_reappearing(
    decided: pl.DataFrame,
    given: pl.DataFrame,
    connection: duckdb.DuckDBPyConnection,
    decide_again: Callable[[], pl.DataFrame],
) -> pl.DataFrame:
    """Allow what only the count of deliveries denies, where the same content was delivered to the same dataset.

    `decided`: rows of `decisions`. `given`: the (order_id, row_id) pairs whose content this order's dataset holds or
    held. The decision is made again without deliveries, and only those pairs take its answer.
    """
    only_spent = (pl.col("reasons").list.len() == 1) & pl.col("reasons").list.contains(SPENT)
    waiting = decided.filter(only_spent).join(given, on=PAIR, how="semi")
    if waiting.is_empty():
        return decided
    rulebook.run(connection, ("92_forget_deliveries",))
    gate.seal(connection)
    gate.judge(connection)
    gate.stop_on_defects(connection)
    rulebook.run(connection, rulebook.DECISION)
    again = decide_again().join(waiting, on=PAIR, how="semi").select(decided.columns)
    return pl.concat([decided.join(again, on=PAIR, how="anti"), again]).sort(PAIR)


def given_before(lake: Lake, accepted: pl.DataFrame, asked: list[Order]) -> pl.DataFrame:
    """Find the (order_id, row_id) pairs whose very content was delivered to the order's dataset.

    `accepted`: row_id, submission_id, content_sha256.
    """
    schema = {"order_id": pl.String, "client_id": pl.String, "dataset": pl.String}
    orders = pl.DataFrame([(o.order_id, o.client_id, o.dataset) for o in asked], schema=schema, orient="row")
    items = ledger(lake, DELIVERY_ITEM).join(ledger(lake, DELIVERY), on="delivery_id")
    held = items.join(orders, on=["client_id", "dataset"])
    return held.join(accepted, on=["submission_id", "content_sha256"]).select(PAIR).unique()
