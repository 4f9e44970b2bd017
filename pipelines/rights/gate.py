"""The gate: seal a feed as the contract system would, and stop a build whose rows cannot be trusted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import duckdb

from pipelines.errors import GateClosed
from pipelines.rights import rulebook
from pipelines.tables.rights_feed import FEED, FeedTable


class Defect(NamedTuple):
    """One row that stops the build: where it is and what is wrong with it."""

    table: str
    key: str
    what: str


class RightsGateClosed(GateClosed):
    """The rights gate is closed: neither allow nor deny; the rows that closed it are named."""

    def __init__(self, defects: list[Defect]) -> None:
        named = "; ".join(f"{d.table} {d.key}: {d.what}" for d in defects[:5])
        more = f" and {len(defects) - 5} more" if len(defects) > 5 else ""
        super().__init__("the contract feed", f"{named}{more}", "Repair these rows and seal the feed again.")
        self.defects = defects


def seal(connection: duckdb.DuckDBPyConnection) -> None:
    """Write feed.seal and feed.control_total from the rows as they are now, in every world."""
    rulebook.run(connection, (*rulebook.GATE, "13_seal"))


def judge(connection: duckdb.DuckDBPyConnection, *, unsealed: bool = False) -> None:
    """Fill rights.gate_defect; with `unsealed`, an absent seal or total is no defect."""
    connection.execute("SET VARIABLE unsealed = $1", [unsealed])
    rulebook.run(connection, rulebook.GATE)


def defects(connection: duckdb.DuckDBPyConnection, world: int = 0) -> list[Defect]:
    """The rows of one world that close the gate, sorted."""
    rows = connection.execute(
        "SELECT DISTINCT table_name, coalesce(key, ''), defect FROM rights.gate_defect WHERE world = $1 ORDER BY ALL",
        [world],
    ).fetchall()
    return [Defect(*row) for row in rows]


def judge_seals(connection: duckdb.DuckDBPyConnection) -> None:
    """Hold a feed as it was delivered against its seals and totals; RightsGateClosed where they do not hold.

    Its references are judged later, once the night's submissions and sessions are there.
    """
    connection.execute("SET VARIABLE unsealed = false")
    rulebook.run(connection, rulebook.GATE[:4])
    connection.execute("DELETE FROM rights.gate_defect")
    rulebook.run(connection, rulebook.GATE[4:])
    stop_on_defects(connection)


def stop_on_defects(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise RightsGateClosed where the feed has defects."""
    found = defects(connection)
    if found:
        raise RightsGateClosed(found)


def write_table(connection: duckdb.DuckDBPyConnection, name: str, file: Path) -> None:
    """Write a feed table as NDJSON, sorted, NULL left out, complete before it takes its name."""
    table = FEED[name]
    rows = connection.table(table.address).project(", ".join(table.names)).order("ALL").fetchall()
    aside = file.with_suffix(".part")
    aside.write_text("".join(_line(table, row) for row in rows), encoding="utf-8")
    aside.replace(file)


def _line(table: FeedTable, cells: tuple[str | None, ...]) -> str:
    row = {
        c.name: int(cell) if c.reads_as == "whole" else cell
        for c, cell in zip(table.columns, cells, strict=True)
        if cell is not None
    }
    return json.dumps(row, ensure_ascii=False) + "\n"
