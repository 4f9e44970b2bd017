"""What one order asks beyond what everybody is asked: expectations/overlays/orders/<order_id>.json.

An order's overlay is judged on rows that are already accepted, from the measures of the night that last judged them. It
can only hold rows back from that order: nothing it says lets a row go on, and a critical rule may not be replaced. What
was not measured counts as broken. Rules of severity info hold nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from pipelines.night import Night, digest_of_files
from pipelines.quality import engine
from pipelines.quality.suite import Suite, load_judgement, parse
from pipelines.quality.vocabulary import HOME
from pipelines.tables.measures import MEASURES

HELD_FOR = pl.Schema({"row_id": pl.String, "rule": pl.String, "evidence": pl.String, "remedy": pl.String})


def held_for(night: Night, order_id: str, rows: pl.DataFrame, home: Path = HOME) -> pl.DataFrame:
    """Rows that this order's overlay holds back, with the first rule that each breaks: the columns of HELD_FOR.

    `rows`: row_id of the rows that nothing else stands against.
    """
    overlay = overlay_of(order_id, home)
    if overlay is None or rows.is_empty():
        return pl.DataFrame(schema=HELD_FOR)
    measured = _measured(night, rows, overlay)
    holding = {r.rank: r for r in overlay.rules if r.severity != "info"}
    broken = engine.validate(measured, overlay).rows.filter(pl.col("rank").is_in(list(holding)))
    first = broken.sort("key", "rank").unique("key", keep="first", maintain_order=True)
    lines = [
        (key, holding[rank].name, f"{column} = {value}", holding[rank].remedy)
        for key, rank, column, value in first.select("key", "rank", "column", "value").iter_rows()
    ]
    return pl.DataFrame(lines, schema=HELD_FOR, orient="row")


def overlay_of(order_id: str, home: Path = HOME) -> Suite | None:
    """Read an order's overlay, None where it has none; InputError where it would loosen a critical rule."""
    path = _path(order_id, home)
    if not path.exists():
        return None
    overlay = parse(json.loads(path.read_text(encoding="utf-8")), f"expectations/overlays/orders/{path.name}")
    load_judgement(home).tightened(overlay)
    return overlay.of("row")


def digest_of_overlay(order_id: str, home: Path = HOME) -> dict[str, str]:
    """Name the overlay of an order among its inputs; nothing where it has none."""
    path = _path(order_id, home)
    return {"overlay": digest_of_files([path])} if path.exists() else {}


def _path(order_id: str, home: Path) -> Path:
    return home / "overlays" / "orders" / f"{order_id}.json"


def _measured(night: Night, rows: pl.DataFrame, overlay: Suite) -> pl.DataFrame:
    """One line a row: the columns that the overlay reads, as last measured, null where they never were."""
    columns = ["row_id", *(c for c in overlay.columns if c != "row_id")]
    parts = [
        night.lake.read(MEASURES, [m], columns).join(rows, on="row_id", how="semi")
        for m in night.lake.manifests(MEASURES, upto=night.date)
    ]
    latest = pl.concat([MEASURES.empty().select(columns), *parts]).unique("row_id", keep="last", maintain_order=True)
    return rows.select("row_id").join(latest, on="row_id", how="left").sort("row_id")
