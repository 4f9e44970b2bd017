"""Submission keys (semantics 6): of each submission only its highest revision goes on, and one key has one content.

Pure functions over frames; the verdict depends on the set of rows and their delivery dates, never on their order.
"""

from __future__ import annotations

import polars as pl

KEY = ["submission_id", "revision"]


def which_go_on(rows: pl.DataFrame) -> pl.DataFrame:
    """Judge all rows of some submissions: row_id, submission_id, revision, rule, evidence; a null rule goes on.

    `rows`: row_id, submission_id, revision, delivered_on; one line a row_id. Of two contents under one key, the one
    delivered on an earlier date stays; on the same date neither can be trusted and both are held.
    """
    judged = (
        rows.sort("row_id")
        .with_columns(
            first_on=pl.col("delivered_on").min().over(KEY),
            highest=pl.col("revision").max().over("submission_id"),
        )
        .with_columns(firsts=(pl.col("delivered_on") == pl.col("first_on")).sum().over(KEY))
        .with_columns(stands=(pl.col("delivered_on") == pl.col("first_on")) & (pl.col("firsts") == 1))
    )
    rule = (
        pl.when(~pl.col("stands"))
        .then(pl.lit("revision_conflict"))
        .when(pl.col("revision") < pl.col("highest"))
        .then(pl.lit("superseded"))
    )
    evidence = (
        pl.when(rule == "revision_conflict")
        .then(pl.format("other content under revision {}", "revision"))
        .when(rule == "superseded")
        .then(pl.format("revision {} after revision {}", "highest", "revision"))
    )
    return judged.select("row_id", *KEY, rule=rule, evidence=evidence)


REMEDIES = {
    "revision_conflict": "Deliver the right content under a higher revision.",
    "superseded": "Nothing: the higher revision goes on in its place.",
}


def redelivered(lines: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Find tonight's lines whose very row is already there: from an earlier night, or from an earlier line of tonight.

    `lines`: row_id, delivered_on, file, line; `known`: row_id of rows judged before.
    """
    ordered = lines.sort("delivered_on", "file", "line")
    again = ordered.filter(~pl.col("row_id").is_first_distinct())
    before = ordered.join(known, on="row_id", how="semi")
    return pl.concat([again, before]).unique(["file", "line"]).sort("file", "line")
