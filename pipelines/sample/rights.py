"""The troupe's contracts and orders: troupe/contracts.yaml as rows of the contract feed, troupe/orders/ as they are."""

from __future__ import annotations

from importlib.resources import files

import msgspec
import yaml

from pipelines.sample.scenes import resource

Row = dict[str, object]


class Contracts(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The contract feed as it is written down: what rows of a table share, and the rows."""

    shared: dict[str, Row]
    """Per table the columns that every row has unless it says otherwise."""
    tables: dict[str, list[Row]]
    """Rows; `night: 2` marks those that are on file from the second night only."""


def contract_rows(night: int) -> dict[str, list[Row]]:
    """Give every table of the contract feed as it stands after a night."""
    raw = yaml.load(resource("contracts.yaml"), Loader=yaml.BaseLoader)  # noqa: S506  (text only: makes no objects)
    contracts = msgspec.convert(raw, Contracts)
    return {
        table: [
            _typed({**contracts.shared.get(table, {}), **{k: v for k, v in row.items() if k != "night"}})
            for row in rows
            if int(str(row.get("night", "1"))) <= night
        ]
        for table, rows in contracts.tables.items()
    }


def order_files() -> dict[str, str]:
    """Give the clients' orders, one YAML text a file."""
    folder = files("pipelines.sample") / "troupe" / "orders"
    return {entry.name: entry.read_text(encoding="utf-8") for entry in sorted(folder.iterdir(), key=lambda e: e.name)}


_NUMBERS = {"version", "amount_minor", "notice_days", "retention_days", "max_deliveries"}
_FLAGS = {"perpetual", "approval_required", "recoupable", "include_affiliates", "moral_objection"}


def _typed(row: Row) -> Row:
    """Days and instants stay text, as a contract system would send them; numbers and flags get their type."""
    typed: Row = {}
    for key, value in row.items():
        if key in _NUMBERS:
            typed[key] = int(str(value))
        elif key in _FLAGS:
            typed[key] = value == "true"
        else:
            typed[key] = value
    return typed
