"""Settle: who is owed what for accepted work, and who is credited how; the rules are sql/settle/ (semantics 10)."""

from __future__ import annotations

import datetime as dt

import duckdb
import polars as pl

from pipelines import duck
from pipelines.logs import LOGS
from pipelines.night import Night, count_by_rule
from pipelines.receipts import Receipt
from pipelines.tables.accepted import ACCEPTED
from pipelines.tables.pay import CREDIT, PAY_ENTRY, PAY_HELD

TERMS = ("contract_party", "contract_version", "contract_scope", "comp_term", "credit_preference", "performer")
PLATFORM = ("submission", "session", "contribution")
RULES = ("settle/10_work", "settle/20_governing", "settle/30_due", "settle/40_entries", "settle/50_credits")


def run(night: Night) -> Receipt:
    """Pay each contribution to accepted work once, hold what cannot be paid by name, and say who is credited how.

    One night at a time: between reading what was paid and writing what is, no other night pays.
    """
    with night.lake.alone("settle"):
        return _run(night)


def _run(night: Night) -> Receipt:
    accepted, claimed = accepted_work(night)
    with duck.connect(night.settings) as connection:
        settle(connection, night, accepted, claimed)
        entries = duck.fetch(connection, PAY_ENTRY, "settle.entry")
        held = duck.fetch(connection, PAY_HELD, "settle.held")
        credits = duck.fetch(connection, CREDIT, "settle.credit")
    _record(night, entries)
    night.write(PAY_HELD, held)
    night.write(CREDIT, credits)
    return night.account(
        "settle",
        came=credits.height,
        went_on=credits.height - held.height,
        held_back=count_by_rule(held.rename({"submission_id": "row_id"}).with_columns(row_id=pair_of())),
        notes={"paid tonight": entries.height} | sums(entries),
    )


def inputs(night: Night) -> dict[str, str]:
    """Name what the stage reads; its own records of tonight are not among it, since twice is once."""
    tables = [t for log in LOGS for t in (log.kept, log.held)]
    feed = {"contracts": night.digest_of_contracts(*TERMS, *PLATFORM)}
    return feed | night.digest_of(upto=tables, before=[PAY_ENTRY])


def settle(connection: duckdb.DuckDBPyConnection, night: Night, accepted: pl.DataFrame, claimed: pl.DataFrame) -> None:
    """Load what the files of sql/settle/ read, and run them."""
    for table, rows in night.contracts.read(*TERMS, *PLATFORM).items():
        duck.load(connection, f"feed.{table}", rows)
    duck.load(connection, "ours.accepted", accepted)
    duck.load(connection, "ours.claimed", claimed)
    duck.load(connection, "ours.paid", paid(night))
    duck.set_variables(connection, {"night": night.date, "known_at": night.known_at})
    duck.run(connection, *RULES)


def accepted_work(night: Night) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Find the accepted submissions with the night of acceptance, and who claims to have contributed."""
    columns = ["row_id", "submission_id", "submitted_at", "kind", "session", "campaign", "performers"]
    rows = night.rows(night.going_on(LOGS), columns).join(_accepted_on(night), on="row_id")
    accepted = rows.select(
        "submission_id",
        "accepted_on",
        pl.col("submitted_at").dt.date().alias("submitted_on"),
        "kind",
        pl.col("session").alias("session_id"),
        pl.col("campaign").alias("campaign_id"),
    )
    one = pl.col("performers").struct
    claimed = (
        rows.select("submission_id", "performers")
        .explode("performers")
        .drop_nulls("performers")
        .select(
            "submission_id",
            one.field("performer_id"),
            one.field("role"),
            one.field("share").cast(pl.Decimal(18, 6), strict=False),
        )
    )
    return accepted, claimed


def _accepted_on(night: Night) -> pl.DataFrame:
    """Tell the night on which quality first accepted each row."""
    parts = [
        night.lake.read(ACCEPTED, [m], ["row_id"]).with_columns(accepted_on=dt.date.fromisoformat(m.partition))
        for m in night.lake.manifests(ACCEPTED, upto=night.date)
    ]
    none = pl.DataFrame(schema={"row_id": pl.String, "accepted_on": pl.Date})
    return pl.concat([none, *parts]).group_by("row_id").agg(pl.col("accepted_on").min())


def paid(night: Night) -> pl.DataFrame:
    """Read every pay entry on record, of whatever night: what was paid once is never paid again."""
    return night.lake.read(PAY_ENTRY, night.lake.manifests(PAY_ENTRY))


def _record(night: Night, entries: pl.DataFrame) -> None:
    """Write tonight's new entries as a record of their own; nothing new writes nothing."""
    if entries.is_empty():
        return
    taken = night.lake.partitions(PAY_ENTRY)
    names = [night.name, *(f"{night.name}+{n}" for n in range(2, len(taken) + 3))]
    night.lake.write(PAY_ENTRY, next(n for n in names if n not in taken), entries)


def pair_of() -> pl.Expr:
    """Name a contribution, so that a count by rule counts it once."""
    return pl.concat_str("row_id", "performer_id", separator="\x1f")


def sums(entries: pl.DataFrame) -> dict[str, str | int]:
    """Add up the amounts in minor units, each currency by itself."""
    added = entries.group_by("currency").agg(pl.col("amount_minor").sum()).sort("currency")
    return {f"{currency} minor": int(amount) for currency, amount in added.iter_rows()}
