"""A big contract feed of any size, drawn from hashes: orders, performers, contract versions, submissions, consents."""

from __future__ import annotations

from pathlib import Path

import duckdb

SQL = Path(__file__).with_suffix(".sql")


def draw(connection: duckdb.DuckDBPyConnection, submissions: int, performers: int = 70_000) -> None:
    """Fill feed.* with 20 orders, about 100,000 contract versions and so many submissions of 1.2 contributors each."""
    connection.execute("SET VARIABLE performers = $1", [performers])
    connection.execute("SET VARIABLE submissions = $1", [submissions])
    connection.execute(SQL.read_text(encoding="utf-8"))
