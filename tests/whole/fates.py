"""What became of every row of a night, read from the lake's tables, in the shape in which the sample states it."""

from __future__ import annotations

import polars as pl

from pipelines.logs import LOGS, Log
from pipelines.night import Night
from pipelines.schemas.order import read_order
from pipelines.tables.dead_letters import DEAD_LETTERS
from pipelines.tables.decisions import DECISIONS
from pipelines.tables.delivery import VERSION_ROWS
from pipelines.tables.withheld import WITHHELD
from pipelines.versions import Dataset, version_rows


def rows(night: Night) -> dict[str, dict[str, object]]:
    """Say of each `submission@revision` where its way ended."""
    found: dict[str, dict[str, object]] = {}
    for log in LOGS:
        for row in _held(night, log).iter_rows(named=True):
            fate = {"stage": log.stage, "rule": row["rule"]}
            matched = {"matched": row["matched_submission_id"]} if row.get("matched_submission_id") else {}
            found.setdefault(f"{row['submission_id']}@{row['revision']}", fate | matched)
    going = night.rows(night.going_on(LOGS), ["row_id", "submission_id", "revision"])
    for row in going.iter_rows(named=True):
        orders = {o.stem: _said(night, o.stem, row["row_id"]) for o in night.landing.orders()}
        found[f"{row['submission_id']}@{row['revision']}"] = {"stage": "publish", "orders": orders}
    return found


def lines(night: Night) -> dict[str, dict[str, str]]:
    """Say of each `file:line` that could not be read by which rule."""
    letters = night.lake.read(DEAD_LETTERS, night.lake.manifests(DEAD_LETTERS, upto=night.date))
    return {f"{r['file']}:{r['line']}": {"stage": "ingest", "rule": r["rule"]} for r in letters.iter_rows(named=True)}


def _held(night: Night, log: Log) -> pl.DataFrame:
    many = night.lake.manifests(log.held, upto=night.date)
    frames = [night.lake.read(log.held, [m]).with_columns(night=pl.lit(m.partition)) for m in many]
    latest = pl.concat(frames).sort("night", maintain_order=True).unique("row_id", keep="last", maintain_order=True)
    return latest.join(night.state(log), on="row_id", how="anti")


def _said(night: Night, order_id: str, row_id: str) -> str | list[str]:
    order = read_order(night.landing.root / "orders" / f"{order_id}.yaml")
    dataset = Dataset(night.lake, order.client_id, order.dataset)
    number = dataset.current()
    if number and row_id in version_rows(night.lake, VERSION_ROWS, dataset, number)["row_id"].to_list():
        return "ships"
    partition = night.lake.manifest(WITHHELD, f"{night.name}+{order_id}")
    assert partition is not None
    rule: str = night.lake.read(WITHHELD, [partition]).filter(row_id=row_id)["rule"].item()
    if not rule.startswith("denied"):
        return rule
    decided = night.read(DECISIONS).filter(order_id=order_id, row_id=row_id)
    return sorted(decided["reasons"].item())
