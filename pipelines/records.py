"""What the platform's signed record says where a submission itself says nothing (semantics 7).

Where both speak and differ, rights denies the row; so for a row that ships, either of them is the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import polars as pl

from pipelines.contracts import Contracts
from pipelines.tables.submissions import SUBMISSIONS

SILENT = {"kind": "kind", "session": "session_id", "campaign": "campaign_id", "ai_assistance": "ai_assistance"}
"""Column of `submissions` → column of the record."""


@dataclass(frozen=True)
class Records:
    """The platform's record of submissions, one line each, and of who contributed, as lists of performers."""

    submissions: pl.DataFrame
    performers: pl.DataFrame

    def over(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Fill in what rows of `submissions` leave open; their columns and order stay."""
        filled = rows.join(self.submissions, on="submission_id", how="left", maintain_order="left").join(
            self.performers, on="submission_id", how="left", maintain_order="left"
        )
        said = [pl.coalesce(c, f"{c}_on_record").alias(c) for c in SILENT if c in rows.columns]
        nobody = pl.col("performers").list.len().fill_null(0) == 0
        who = pl.when(nobody).then(pl.coalesce("performers_on_record", "performers")).otherwise("performers")
        return filled.with_columns(*said, performers=who).select(rows.columns)


def records_of(contracts: Contracts) -> Records:
    """Read the signed records of the contract feed, the latest of each."""
    feed = contracts.read("submission", "contribution")
    latest = feed["submission"].sort("recorded_at", "content_sha256", nulls_last=False)
    one = latest.drop_nulls("submission_id").unique("submission_id", keep="last", maintain_order=True)
    submissions = one.select("submission_id", *(pl.col(there).alias(f"{c}_on_record") for c, there in SILENT.items()))
    return Records(submissions, _contributors(feed["contribution"]))


def _contributors(contributions: pl.DataFrame) -> pl.DataFrame:
    key = ["submission_id", "performer_id", "role"]
    latest = contributions.drop_nulls(["submission_id", "performer_id"]).sort(*key, "recorded_at", "modalities")
    one = latest.unique(key, keep="last", maintain_order=True)
    performer = pl.struct(
        "performer_id",
        "role",
        modalities=pl.Series("modalities", [_codes(m) for m in one["modalities"]], dtype=pl.List(pl.String)),
        characters=pl.lit([], pl.List(pl.String)),
        share=pl.col("share").cast(pl.Float64),
    )
    kind = SUBMISSIONS.empty().schema["performers"]
    return (
        one.with_columns(performer=performer)
        .group_by("submission_id", maintain_order=True)
        .agg(performers_on_record="performer")
        .cast({"performers_on_record": kind})
    )


def _codes(text: str | None) -> list[str] | None:
    """Read a list of codes; null where it cannot be read."""
    try:
        return msgspec.json.decode(text, type=list[str]) if text else None
    except msgspec.DecodeError:
        return None
