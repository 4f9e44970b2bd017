"""Analytics: `lake/analytics.duckdb`, views over the current state that any DuckDB client from 1.5 on can open."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines import duck
from pipelines.analytics.views import TABLES, create_views
from pipelines.lake import Lake
from pipelines.night import Night, digest
from pipelines.receipts import Receipt
from pipelines.versions import datasets

DATABASE = "analytics.duckdb"
STORAGE = "v1.0.0"
"""What 1.5 clients can read; without it DuckDB 2.0 writes files that they cannot."""


def run(night: Night) -> Receipt:
    """Rebuild the database of views aside and put it into place; who has the old one open keeps reading it."""
    path = rebuild(night.lake)
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = int((connection.execute("SELECT count(*) FROM submissions").fetchone() or (0,))[0])
    return night.account("analytics", came=rows, went_on=rows, held_back={}, notes={"path": DATABASE})


def inputs(night: Night) -> dict[str, str]:
    """Name what the views stand on: every commit of every table, and the versions in force."""
    commits = {t.name: digest([m.files for m in night.lake.manifests(t)]) for t in TABLES}
    current = [(d.client_id, d.name, str(d.current())) for d in datasets(night.lake)]
    there = (night.lake.root / DATABASE).exists()
    return commits | {"versions": digest(current), "there": str(there), "sql": _rules()}


def rebuild(lake: Lake) -> Path:
    """Write the database of views anew; returns where it lies."""
    lake.root.mkdir(parents=True, exist_ok=True)
    path, aside = lake.root / DATABASE, lake.root / f".{DATABASE}.aside"
    aside.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        attach = "ATTACH '{}' AS aside (STORAGE_VERSION '{}')"
        connection.execute(attach.format(str(aside).replace("'", "''"), STORAGE))
        connection.execute("USE aside")
        create_views(connection, lake)
        connection.execute("USE memory")
        connection.execute("DETACH aside")
    aside.replace(path)
    return path


def _rules() -> str:
    files = sorted((duck.SQL / "analytics").glob("*.sql"))
    return digest([f.read_text(encoding="utf-8") for f in files])
