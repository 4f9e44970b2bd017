"""Who gets what of the accepted rows for one order: selected, allowed by rights, with every take in its place."""

from __future__ import annotations

import polars as pl

from pipelines.schemas.order import Order
from pipelines.selecting import unselected_by
from pipelines.tables.withheld import WITHHELD

REMEDIES = {
    "not_selected": "Widen the order's `select`.",
    "undecided": "Run the stage rights for this night.",
    "take_missing": "Deliver the recording to landing/takes/<feed>/.",
    "take_differs": "Deliver the recording that was declared, or declare its sha256 and bytes again.",
    "take_broken": "Record again: the table recordings says what it breaks, expectations/takes.json what to do.",
    "take_unheard": "Run the stage quality for the night in which the recording came.",
}


def reduced(decisions: pl.DataFrame) -> pl.DataFrame:
    """Bring decisions to one line a row, so that no join multiplies a scene; any no is a no.

    `allowed` is true only where every line says allow and gives no reason.
    """
    reasons = pl.col("reasons").fill_null([])
    return decisions.group_by("row_id").agg(
        allowed=((pl.col("decision") == "allow") & (reasons.list.len() == 0)).fill_null(value=False).all(),
        reasons=reasons.explode(empty_as_null=False).unique().sort(),
        grant_ids=pl.col("grant_ids").explode(empty_as_null=False).drop_nulls().unique().sort(),
        use_by=pl.col("use_by").min(),
        retention_days=pl.col("retention_days").min(),
    )


def judge(came: pl.DataFrame, decisions: pl.DataFrame, order: Order) -> pl.DataFrame:
    """Give every accepted row the rule by which this order does not get it, null where nothing stands against it.

    `came`: row_id and what `select` looks at. Returns `came` with lacks, allowed, reasons,
    grant_ids, use_by, retention_days and rule, sorted by row_id; evidence and remedy are null here.
    """
    first_reason = pl.col("reasons").list.get(0, null_on_oob=True).fill_null("WITHOUT_REASON")
    rule = (
        pl.when(pl.col("lacks").list.len() > 0)
        .then(pl.lit("not_selected"))
        .when(pl.col("allowed").is_null())
        .then(pl.lit("undecided"))
        .when(~pl.col("allowed"))
        .then(pl.lit("denied:") + first_reason)
    )
    rows = came.with_columns(lacks=unselected_by(order.select)).join(reduced(decisions), on="row_id", how="left")
    nothing = pl.lit(None, pl.String)
    return rows.with_columns(rule=rule, evidence=nothing, remedy=nothing).sort("row_id")


def tighten(judged: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Hold back what the order's own overlay of quality holds, where nothing else stands against the row.

    `held`: row_id, rule, evidence, remedy, one line a row. The rule is named `quality:<rule>`.
    """
    asked = held.select("row_id", asked="rule", **{f"asked_{n}": n for n in ("evidence", "remedy")})
    rows = judged.join(asked, on="row_id", how="left")
    theirs = pl.col("rule").is_null() & pl.col("asked").is_not_null()
    told = [pl.when(theirs).then(f"asked_{n}").otherwise(n).alias(n) for n in ("evidence", "remedy")]
    rule = pl.when(theirs).then(pl.lit("quality:") + pl.col("asked")).otherwise("rule").alias("rule")
    return rows.with_columns(rule, *told).select(judged.columns).sort("row_id")


def judge_takes(judged: pl.DataFrame, takes: pl.DataFrame) -> pl.DataFrame:
    """Hold back those rows whose recordings are not all there as declared; a row without any lacks it.

    `takes`: row_id, status {present, missing, differs, broken, unheard}, of the rows that nothing stood against so far.
    The worst of a row's takes names the rule; a status that is none of these counts as missing.
    """
    worst = pl.coalesce(pl.col("status").replace_strict(_WORSE, default=0, return_dtype=pl.Int8), 0).min()
    rule = pl.col("worst").fill_null(0).replace_strict(_TAKE_RULES, return_dtype=pl.String)
    rows = judged.join(takes.group_by("row_id").agg(worst=worst), on="row_id", how="left")
    return rows.with_columns(rule=pl.coalesce("rule", rule)).drop("worst").sort("row_id")


_WORSE = {"missing": 0, "differs": 1, "broken": 2, "unheard": 3, "present": 4}
_TAKE_RULES = {0: "take_missing", 1: "take_differs", 2: "take_broken", 3: "take_unheard", 4: None}


def withheld(judged: pl.DataFrame, order: Order) -> pl.DataFrame:
    """Shape the rows held back as the table `withheld`."""
    evidence = (
        pl.when(pl.col("rule").str.starts_with("denied:"))
        .then(pl.col("reasons").list.join(", "))
        .when(pl.col("rule") == "not_selected")
        .then(pl.col("lacks").list.join(", "))
    )
    explain = pl.format("promptbook rights explain {} --order {}", "submission_id", pl.lit(order.order_id))
    held = judged.filter(pl.col("rule").is_not_null()).with_columns(
        order_id=pl.lit(order.order_id),
        evidence=pl.coalesce("evidence", evidence.otherwise(pl.lit(""))),
        remedy=pl.coalesce("remedy", pl.col("rule").replace_strict(REMEDIES, default=explain, return_dtype=pl.String)),
    )
    return held.select([c.name for c in WITHHELD])
