"""Publish: versioned Parquet for each client order; the stage is mapped per order (semantics 11, 14, 17)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import polars as pl

from pipelines.errors import InputError, OrderError
from pipelines.logs import LOGS
from pipelines.night import Night, digest
from pipelines.publish.pseudonyms import Pseudonyms, people
from pipelines.publish.publication import Check, Outcome, bytes_of, publish
from pipelines.publish.ready import Ready
from pipelines.publish.rendering import Eyes
from pipelines.publish.selection import judge, judge_takes, tighten, withheld
from pipelines.publish.takes import FIELDS, takes_of
from pipelines.receipts import Receipt
from pipelines.records import records_of
from pipelines.schemas.order import Order, read_order
from pipelines.selecting import LOOKS_AT
from pipelines.tables.decisions import DECISIONS
from pipelines.tables.recordings import RECORDINGS
from pipelines.tables.takes import TAKES
from pipelines.tables.withheld import WITHHELD
from pipelines.versions import Dataset

ROW = ("row_id", "submission_id", "revision", "content_sha256")


def orders(night: Night) -> list[str]:
    """Name the orders to publish, one task each; InputError where there are none, or not those that were asked."""
    found = [path.stem for path in night.landing.orders()]
    if not found:
        raise InputError("landing/orders", "there is no order, and a night for nobody is no night", "Write one.")
    strangers = sorted(set(night.orders) - set(found))
    if strangers:
        raise InputError(f"orders {strangers}", "they are not in landing/orders", f"There are {found}.")
    return [name for name in found if name in night.orders or not night.orders]


Holds: TypeAlias = Callable[[Night, str, pl.DataFrame], pl.DataFrame]
"""Of rows that nothing stands against, those that the order's own overlay holds: row_id, rule, evidence, remedy."""


def run(night: Night, order_id: str, check: Check | None = None, holds: Holds | None = None) -> Receipt:
    """Publish one order's dataset: a new version where something changed, and a reason for every row not in it.

    `check` looks at the staged version before CURRENT names it, `holds` at what this order asks beyond what everybody
    is asked; the flow hands quality's in.
    """
    order = order_of(night, order_id)
    pseudonyms = Pseudonyms(night.settings.pseudonym_key, order.client_id)
    records = records_of(night.contracts)
    came = records.over(night.rows(night.going_on(LOGS), [*ROW, *LOOKS_AT, "performers"]))
    judged = judge(came, _decisions(night, order), order)
    if holds:
        judged = tighten(judged, holds(night, order_id, judged.filter(pl.col("rule").is_null()).select("row_id")))
    judged, takes = _with_takes(night, judged, order, pseudonyms)
    held = withheld(judged, order)
    night.lake.write(WITHHELD, f"{night.name}+{order_id}", held)
    eyes = Eyes(pseudonyms, records, _persons(night, came), words=order.wants_text)
    ready = _ready(order, judged, takes, eyes)
    outcome = publish(night, ready, lambda gone: _why_gone(night, held, gone), check)
    return _account(night, came.height, ready, held, outcome)


def inputs(night: Night, order_id: str) -> dict[str, str]:
    """Name what publishing an order reads, CURRENT among it: the same again says that nothing is new."""
    order = order_of(night, order_id)
    current = Dataset(night.lake, order.client_id, order.dataset).current()
    tables = [t for log in LOGS for t in (log.kept, log.held)]
    decided = night.lake.manifest(DECISIONS, night.name)
    return {
        "order": digest(order),
        "decisions": digest(decided.files if decided else None),
        "people": night.digest_of_contracts("performer", "submission", "contribution"),
        "key": Pseudonyms(night.settings.pseudonym_key, order.client_id).key_id,
        "version in force": str(current),
    } | night.digest_of(upto=[*tables, TAKES, RECORDINGS])


def order_of(night: Night, order_id: str) -> Order:
    """Read an order, and refuse two orders for one dataset."""
    home = night.landing.root / "orders"
    order = read_order(home / f"{order_id}.yaml")
    for other in _readable(night):
        if other.order_id != order_id and (other.client_id, other.dataset) == (order.client_id, order.dataset):
            rule = f"order {other.order_id} writes the same dataset {order.client_id}/{order.dataset}"
            raise OrderError(f"order {order_id}", rule, "Give each order a dataset of its own.")
    return order


def _readable(night: Night) -> list[Order]:
    found = []
    for path in night.landing.orders():
        try:
            found.append(read_order(path))
        except OrderError:
            continue  # it fails in its own task
    return found


def _decisions(night: Night, order: Order) -> pl.DataFrame:
    if night.lake.manifest(DECISIONS, night.name) is None:
        rule = "rights has not decided it, and nothing ships undecided"
        raise InputError(f"night {night.name}", rule, f"promptbook stage rights {night.name}")
    return night.read(DECISIONS).filter(order_id=order.order_id, client_id=order.client_id)


def _with_takes(
    night: Night, judged: pl.DataFrame, order: Order, pseudonyms: Pseudonyms
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Name every row for the client, and look its recordings up where the order asks them."""
    judged = judged.with_columns(scene_id=pseudonyms.column("scn", judged["submission_id"]))
    if not order.wants_takes:
        return judged, pl.DataFrame(schema=FIELDS)
    going = judged.filter(pl.col("rule").is_null()).select("row_id", "scene_id")
    rows = night.rows(going, ["row_id", "feed", "takes"]).join(going, on="row_id")
    takes = takes_of(rows, _takes_seen(night, order), night.landing, order.modalities)
    judged = judge_takes(judged, takes)
    going = judged.filter(pl.col("rule").is_null())
    return judged, takes.join(going, on="row_id", how="semi", maintain_order="left").sort("file")


def _takes_seen(night: Night, order: Order) -> pl.DataFrame:
    """Read what ingest last found of each take and, where sound is asked, what quality heard in it.

    A picture or a motion file is no sound, so an order without audio does not ask how it sounds.
    """
    seen = night.lake.read(TAKES, night.lake.manifests(TAKES, upto=night.date))
    seen = seen.unique(["row_id", "uri"], keep="last", maintain_order=True)
    if "audio" not in order.modalities:
        return seen
    columns = ["row_id", "uri", "is_broken"]
    heard = night.lake.read(RECORDINGS, night.lake.manifests(RECORDINGS, upto=night.date), columns)
    heard = heard.unique(["row_id", "uri"], keep="last", maintain_order=True)
    sound = pl.col("is_broken").replace_strict({False: "present", True: "broken"}, default="unheard")
    status = pl.when(pl.col("status") == "present").then(sound).otherwise(pl.col("status"))
    return seen.join(heard, on=["row_id", "uri"], how="left", maintain_order="left").with_columns(status=status)


def _persons(night: Night, came: pl.DataFrame) -> dict[str, str]:
    ids = came.select(pl.col("performers").explode(empty_as_null=False).struct.field("performer_id").unique().sort())
    return people(night.contracts.read("performer")["performer"], ids.to_series())


def _ready(order: Order, judged: pl.DataFrame, takes: pl.DataFrame, eyes: Eyes) -> Ready:
    performer_ids = pl.col("performers").list.eval(pl.element().struct.field("performer_id")).list.unique().list.sort()
    going = judged.filter(pl.col("rule").is_null()).with_columns(performer_ids=performer_ids)
    columns = ["row_id", "scene_id", "submission_id", "content_sha256", "performer_ids"]
    return Ready(order, going.select(*columns, "grant_ids", "use_by", "retention_days").sort("scene_id"), takes, eyes)


def _why_gone(night: Night, held: pl.DataFrame, gone: list[str]) -> pl.DataFrame:
    """Find by which rule submissions left: this order's, else the latest stage that holds them."""
    parts = [held.select("submission_id", "rule")]
    for log in reversed(LOGS):
        for manifest in reversed(night.lake.manifests(log.held, upto=night.date) if gone else []):
            parts.append(night.lake.read(log.held, [manifest], ["submission_id", "rule"]))
    known = pl.concat(parts).filter(pl.col("submission_id").is_in(gone))
    return known.unique("submission_id", keep="first", maintain_order=True)


def _account(night: Night, came: int, ready: Ready, held: pl.DataFrame, outcome: Outcome) -> Receipt:
    order = ready.order
    notes: dict[str, str | int] = {"state": outcome.state, "client": order.client_id, "dataset": order.dataset}
    if outcome.manifest and outcome.number:
        weight = bytes_of(outcome.manifest.files)
        path = f"clients/{order.client_id}/{order.dataset}/versions/{outcome.number}"
        notes |= {"version": str(outcome.number), "rows": outcome.manifest.scenes, "turns": outcome.manifest.turns}
        notes |= {"bytes": weight, "path": path}
    if outcome.changes is not None:
        changes = outcome.changes
        notes |= {"added": changes.added.height, "changed": changes.changed.height, "removed": changes.removed.height}
        notes |= {
            "left": ", ".join(f"{gone} ({rule.removeprefix('denied:')})" for gone, rule in changes.left.iter_rows())
        }
    by_rule = dict(held.group_by("rule").len().sort("rule").iter_rows())
    return night.account(
        "publish",
        part=order.order_id,
        came=came,
        went_on=ready.rows.height,
        held_back=by_rule,
        notes=notes,
    )
