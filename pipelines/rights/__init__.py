"""Rights: may this be put to this use, for this client, on this day? One decision in SQL, closed by default."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import duckdb
import msgspec
import polars as pl

from pipelines import duck
from pipelines.errors import InputError, OrderError
from pipelines.landing import Landing
from pipelines.logs import LOGS
from pipelines.night import Night, digest, digest_of_files
from pipelines.receipts import Receipt
from pipelines.rights import claims, feed, gate, rulebook
from pipelines.rights import decide as deciding
from pipelines.rights.reappearing import given_before, to_deliver, with_reappearing
from pipelines.schemas.order import Order, read_order
from pipelines.tables.decisions import DECISIONS
from pipelines.tables.delivery import DELIVERY, DELIVERY_ITEM
from pipelines.tables.submissions import SUBMISSIONS
from pipelines.versions import ledger

SAID = """
SELECT request_id AS order_id, submission_id, decision, reasons,
  coalesce(grant_ids, []) AS grant_ids, use_by, retention_days
FROM rights.permission
"""


def run(night: Night) -> Receipt:
    """Decide every accepted row for every order; a defect of the feed closes the gate and nothing is decided."""
    asked, unread = orders_of(night.landing)
    accepted = night.rows(night.going_on(LOGS), ["row_id", "submission_id", "content_sha256"])
    given = given_before(night.lake, accepted, asked)
    with decided_night(night, asked) as connection:
        known_at = (night.known_at or _snapshot_taken(connection, night)).isoformat()
        decided = _decisions(connection, accepted, asked)
        again = partial(_decisions, connection, accepted, asked)
        decided = with_reappearing(decided, given, connection, again)
    night.write(DECISIONS, decided)
    denied = decided.filter(decision="deny").select(pl.col("reasons").list.first().alias("rule"))
    return night.account(
        "rights",
        came=accepted.height * len(asked),
        went_on=decided.filter(decision="allow").height,
        held_back=dict(denied.group_by("rule").len().sort("rule").iter_rows()),
        notes={"rows": accepted.height, "orders": len(asked), "orders_unreadable": unread, "known_at": known_at},
    )


def decided_night(night: Night, asked: list[Order]) -> duckdb.DuckDBPyConnection:
    """Load a night's feed and orders, judge them at the gate and decide them; the caller closes the connection."""
    connection = rulebook.open_rulebook(night.settings.memory_limit_mb, night.settings.threads)
    _load_contracts(connection, night)
    gate.judge_seals(connection)
    _load_ours(connection, night, asked)
    gate.seal(connection)
    gate.judge(connection)
    gate.stop_on_defects(connection)
    if deciding.has_limits(connection):
        duck.load(connection, "rights.to_deliver", to_deliver(night, asked))
    deciding.share_out(connection)
    return connection


def _load_contracts(connection: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Load the contract feed from the database where one is named, and from landing otherwise."""
    if night.settings.contracts_dsn is None:
        feed.load_folder(connection, night.landing.contracts)
    else:
        feed.load_database(connection, night.settings.contracts_dsn.get_secret_value())


def inputs(night: Night) -> dict[str, str]:
    """Name what the stage reads: accepted rows, the contract feed, the orders, what was delivered, the day asked."""
    tables = [table for log in LOGS for table in (log.kept, log.held)]
    delivered = ledger(night.lake, DELIVERY).sort("delivery_id")
    others = delivered.filter(pl.col("delivered_on") != night.date)
    return {
        "contracts": night.digest_of_contracts(),
        "orders": digest_of_files(night.landing.orders()),
        "delivered": digest(delivered["delivery_id"].to_list()),
        "deliveries of other nights": digest(others["delivery_id"].to_list()),
        "as_of": (night.as_of or night.date).isoformat(),
    } | night.digest_of(upto=tables)


def orders_of(landing: Landing) -> tuple[list[Order], int]:
    """Read the orders that can be read; the others fail alone, in their own task of publish, and are counted here."""
    read, unread = [], 0
    for path in landing.orders():
        try:
            read.append(read_order(path))
        except OrderError:
            unread += 1
    return read, unread


def seal_folder(folder: Path) -> None:
    """Write `seal` and `control_total` beside the feed tables of a folder, as the contract system would."""
    with rulebook.open_rulebook() as connection:
        feed.load_folder(connection, folder)
        gate.seal(connection)
        for name in ("seal", "control_total"):
            gate.write_table(connection, name, folder / f"{name}.ndjson")


def _load_ours(connection: duckdb.DuckDBPyConnection, night: Night, asked: list[Order]) -> None:
    """Put in what the contract system does not hand over: submissions, contributions, requests, deliveries."""
    rows = night.rows(night.state(LOGS[0]), list(claims.READS))
    records = {name: _records(connection, name) for name in ("submission", "session", "contribution")}
    said = claims.claimed_contributions(rows)
    disputed = claims.disputed_contributions(said, records["contribution"])
    submissions = claims.merged_submissions(claims.claimed_submissions(rows), records["submission"], disputed)
    elsewhere = night.lake.read(
        SUBMISSIONS, night.lake.manifests(SUBMISSIONS), ["submission_id", "session", "campaign"]
    )
    submissions = _with_unseen(submissions, elsewhere, ledger(night.lake, DELIVERY_ITEM))
    contributions = claims.merged_contributions(said, records["contribution"])
    ours = {
        "submission": submissions,
        "contribution": contributions,
        "session": claims.merged_sessions(submissions, records["session"]),
    }
    rulebook.run(connection, ("15_make_way",))
    for name, frame in ours.items():
        feed.load_arrow(connection, name, frame.to_arrow(compat_level=pl.CompatLevel.oldest()))
    _tell_of(connection, elsewhere)
    _load_strangers(connection, said)
    feed.load_rows(connection, "request", [(0, row) for row in _requests(connection, night, asked)])
    for table, name in ((DELIVERY, "delivery"), (DELIVERY_ITEM, "delivery_item")):
        given = ledger(night.lake, table).select(c.name for c in table)
        if table is DELIVERY and night.known_at is None:  # a build counts what it gave, whenever it wrote that down
            known_at = _snapshot_taken(connection, night)
            given = given.with_columns(recorded_at=pl.min_horizontal("recorded_at", pl.lit(known_at)))
        feed.load_arrow(connection, name, given.to_arrow(compat_level=pl.CompatLevel.oldest()))


def _records(connection: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame:
    """Read the platform's signed records of a feed table, as text; modalities as a list, null where unreadable."""
    rows: pl.DataFrame = connection.table(f"feed.{name}").pl().drop("world")
    if "modalities" not in rows.columns:
        return rows
    codes = {text: _codes(text) for text in rows["modalities"].unique().to_list() if text is not None}
    read = pl.Series([codes.get(text) for text in rows["modalities"]], dtype=pl.List(pl.String))
    return rows.with_columns(modalities=read)


def _codes(text: str) -> list[str] | None:
    try:
        return msgspec.json.decode(text, type=list[str])
    except msgspec.DecodeError:
        return None


def _with_unseen(submissions: pl.DataFrame, *named: pl.DataFrame) -> pl.DataFrame:
    """Give submissions that are named and do not go on a row without facts, which permits nothing."""
    ids = pl.concat(frame.select("submission_id") for frame in named).unique()
    unseen = ids.join(submissions, on="submission_id", how="anti").sort("submission_id")
    return pl.concat([submissions, unseen], how="diagonal")


def _tell_of(connection: duckdb.DuckDBPyConnection, elsewhere: pl.DataFrame) -> None:
    """Tell the gate of sessions and campaigns that the feed may name though no row that goes on is of them."""
    for kind in ("session", "campaign"):
        ids = elsewhere.select(world=pl.lit(0), kind=pl.lit(kind), id=kind).unique().drop_nulls("id")
        connection.from_arrow(ids.to_arrow(compat_level=pl.CompatLevel.oldest())).insert_into("rights.seen_elsewhere")


def _load_strangers(connection: duckdb.DuckDBPyConnection, said: pl.DataFrame) -> None:
    """Give performers whom the contract system does not know a row without an age: denied, and the night goes on."""
    known = connection.sql("SELECT performer_id FROM personal.performer").pl()
    strangers = said.select("performer_id").unique().join(known, on="performer_id", how="anti").sort("performer_id")
    feed.load_arrow(connection, "performer", strangers.to_arrow(compat_level=pl.CompatLevel.oldest()))


def _requests(connection: duckdb.DuckDBPyConnection, night: Night, asked: list[Order]) -> list[dict[str, object]]:
    as_of = (night.as_of or night.date).isoformat()
    known_at = (night.known_at or _snapshot_taken(connection, night)).isoformat()
    return [
        {
            "request_id": order.order_id,
            "client_id": order.client_id,
            "purpose": order.purpose,
            "modalities": order.modalities,
            "territories": order.territories,
            "onward": order.onward,
            "as_of": as_of,
            "known_at": known_at,
            "min_remaining_days": order.min_remaining_days,
            "media": order.media,
            "categories": order.categories,
        }
        for order in asked
    ]


def _snapshot_taken(connection: duckdb.DuckDBPyConnection, night: Night) -> dt.datetime:
    """Date the contract snapshot: the last instant that any of its rows carries, and not before the night's end.

    What lies in landing was recorded before it was handed over, so publishing applies every restriction on file.
    """
    rulebook.run(connection, ("14_snapshot",))
    ends = dt.datetime.combine(night.date, dt.time(23, 59, 59), dt.UTC)
    [[taken]] = connection.sql("FROM rights.snapshot").fetchall()
    at: dt.datetime = taken or ends
    return max(ends, at if at.tzinfo else at.replace(tzinfo=dt.UTC))


def _decisions(connection: duckdb.DuckDBPyConnection, accepted: pl.DataFrame, asked: list[Order]) -> pl.DataFrame:
    """Lay the decisions on accepted rows out as the table `decisions`; a pair without one is an error, never a yes."""
    clients = pl.DataFrame(
        {"order_id": [o.order_id for o in asked], "client_id": [o.client_id for o in asked]},
        schema={"order_id": pl.String, "client_id": pl.String},
    )
    said = connection.sql(SAID).pl()
    pairs = accepted.join(clients, how="cross")
    decided = pairs.join(said, on=["order_id", "submission_id"], how="left")
    if decided["decision"].null_count() or decided.height != pairs.height:
        rule = f"{decided['decision'].null_count()} of {pairs.height} pairs have no decision, or some have two"
        raise InputError("the rights decision", rule, "Look at rights.decision; nothing may ship undecided.")
    return decided
