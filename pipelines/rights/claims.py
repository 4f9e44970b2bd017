"""Claims and records: the feed tables session, submission and contribution of a night (semantics 7).

They come from the ingested submissions or, where it exists, from the platform's signed record of them, which wins.
Where both speak and differ, the row's kind becomes an unknown code, so that the decision says SUBMISSION_INCOMPLETE.
"""

from __future__ import annotations

import polars as pl

from pipelines.contracts import read_instant

DISPUTED = "~claims_differ"
"""No kind of the vocabulary: a submission whose claims and record differ is incomplete, whatever else holds."""
BEGINNING = pl.datetime(1, 1, 1, time_zone="UTC")
"""Since when a record without `recorded_at` is known."""
FACTS = (
    "kind",
    "session_id",
    "campaign_id",
    "submitted_on",
    "performed_on",
    "contributors_declared",
    "third_party_ip",
    "ai_assistance",
)
READS = (
    "row_id",
    "submission_id",
    "submitted_at",
    "kind",
    "session",
    "campaign",
    "performed_on",
    "contributors_declared",
    "third_party_ip",
    "ai_assistance",
    "performers",
    "content_sha256",
)


def claimed_submissions(rows: pl.DataFrame) -> pl.DataFrame:
    """Lay out what the submissions claim of themselves in the columns of the feed table `submission`, as text."""
    return rows.select(
        "submission_id",
        "kind",
        session_id="session",
        campaign_id="campaign",
        submitted_on=pl.col("submitted_at").dt.date().cast(pl.String),
        performed_on=pl.col("performed_on").cast(pl.String),
        contributors_declared=pl.col("contributors_declared").cast(pl.String),
        third_party_ip="third_party_ip",
        ai_assistance="ai_assistance",
        content_sha256="content_sha256",
    )


def claimed_contributions(rows: pl.DataFrame) -> pl.DataFrame:
    """Lay out who contributed what by the submissions' own word, in the columns of `contribution`."""
    each = rows.select("submission_id", "performers").explode("performers", empty_as_null=False).unnest("performers")
    return each.select("submission_id", "performer_id", "role", "modalities", share=pl.col("share").cast(pl.String))


def merged_submissions(claims: pl.DataFrame, records: pl.DataFrame, disputed: pl.DataFrame) -> pl.DataFrame:
    """Take the record where there is one and the claim elsewhere; a fact on which both speak and differ is a dispute.

    Of a record with corrections the claim is held against the latest.
    `records`: the columns of FACTS and submission_id, as text. `disputed`: submission_ids disputed for other reasons.
    """
    latest = in_force(records, "submission_id")
    both = claims.join(latest.select("submission_id", *FACTS), on="submission_id", how="inner", suffix="_on_record")
    differs = pl.any_horizontal((pl.col(f) != pl.col(f"{f}_on_record")).fill_null(value=False) for f in FACTS)
    at_odds = pl.concat([disputed.select("submission_id"), both.filter(differs).select("submission_id")]).unique()
    alone = claims.join(records, on="submission_id", how="anti")
    merged = pl.concat([records, alone.select(c for c in records.columns if c in alone.columns)], how="diagonal")
    is_at_odds = pl.col("submission_id").is_in(at_odds["submission_id"].implode())
    return merged.with_columns(kind=pl.when(is_at_odds).then(pl.lit(DISPUTED)).otherwise("kind"))


def disputed_contributions(claims: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Find submissions whose record and claim both name contributors, and name others or other footprints."""
    both = claims.join(records.select("submission_id").unique(), on="submission_id", how="semi")
    facts = ["submission_id", "performer_id", "modalities"]
    latest = in_force(records, "submission_id", "performer_id", "role")
    said, kept = (_footprints(frame).select(facts) for frame in (both, latest))
    together = said.join(kept, on=["submission_id", "performer_id"], how="full", suffix="_on_record", coalesce=True)
    unmatched = pl.concat(
        [
            said.join(kept, on=["submission_id", "performer_id"], how="anti").select("submission_id"),
            kept.join(said.select("submission_id").unique(), on="submission_id", how="semi")
            .join(said, on=["submission_id", "performer_id"], how="anti")
            .select("submission_id"),
        ]
    )
    other = together.filter((pl.col("modalities") != pl.col("modalities_on_record")).fill_null(value=False))
    return pl.concat([unmatched, other.select("submission_id")]).unique().sort("submission_id")


def in_force(records: pl.DataFrame, *key: str) -> pl.DataFrame:
    """Keep of each key the latest record, all those of its instant, and what bears an instant that cannot be read."""
    at = pl.when(pl.col("recorded_at").is_null()).then(BEGINNING).otherwise(read_instant(pl.col("recorded_at")))
    return records.filter(at.is_null() | (at == at.max().over(key)))


def merged_contributions(claims: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Take the record of a submission's contributors where there is one, the claims elsewhere."""
    alone = claims.join(records.select("submission_id").unique(), on="submission_id", how="anti")
    return pl.concat([records, alone], how="diagonal")


def merged_sessions(submissions: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Take recorded sessions, and of all others what their submissions say; a session of two campaigns has none."""
    said = (
        submissions.drop_nulls("session_id")
        .join(records, on="session_id", how="anti")
        .group_by("session_id")
        .agg(campaign_id=pl.col("campaign_id").drop_nulls().unique())
        .with_columns(
            campaign_id=pl.when(pl.col("campaign_id").list.len() == 1).then(pl.col("campaign_id").list.first())
        )
    )
    return pl.concat([records, said.sort("session_id")], how="diagonal")


def _footprints(contributions: pl.DataFrame) -> pl.DataFrame:
    """Unite a performer's modalities over roles; null where nothing is said of them."""
    return (
        contributions.group_by("submission_id", "performer_id")
        .agg(pl.col("modalities").explode().drop_nulls().unique().sort())
        .with_columns(pl.when(pl.col("modalities").list.len() > 0).then("modalities"))
        .sort("submission_id", "performer_id")
    )
