"""The lake as views: one raw view a table over the files that its manifests list, then sql/analytics/ above them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from pipelines import duck
from pipelines.lake import Lake, Manifest
from pipelines.tables.accepted import ACCEPTED
from pipelines.tables.contract import Table
from pipelines.tables.current import CURRENT
from pipelines.tables.dead_letters import DEAD_LETTERS
from pipelines.tables.decisions import DECISIONS
from pipelines.tables.delivery import DELIVERY, DELIVERY_ITEM, VERSION_ROWS
from pipelines.tables.distinct import DISTINCT
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.measures import MEASURES
from pipelines.tables.pay import CREDIT, PAY_ENTRY, PAY_HELD
from pipelines.tables.quarantine import QUARANTINE
from pipelines.tables.recordings import RECORDINGS
from pipelines.tables.redelivered import REDELIVERED
from pipelines.tables.releases import RELEASES
from pipelines.tables.set_aside import SET_ASIDE
from pipelines.tables.submissions import SUBMISSIONS
from pipelines.tables.takes import TAKES
from pipelines.tables.voices import VOICES
from pipelines.tables.withheld import WITHHELD
from pipelines.versions import datasets, ledger_manifests

LEDGER = (DELIVERY, DELIVERY_ITEM, VERSION_ROWS)
"""A partition of these counts where a published version names it."""
SNAPSHOTS = (DECISIONS, PAY_HELD, CREDIT)
"""Of these the latest partition is the state."""
DELTAS = (
    *(SUBMISSIONS, DEAD_LETTERS, REDELIVERED, TAKES, CURRENT, SET_ASIDE, DISTINCT, DUPLICATES, ACCEPTED, QUARANTINE),
    *(MEASURES, VOICES, RECORDINGS, RELEASES, PAY_ENTRY),
)
TABLES = (*DELTAS, *SNAPSHOTS, WITHHELD, *LEDGER)

VERSION = {
    **dict.fromkeys(("client_id", "dataset", "version", "order_id"), "VARCHAR"),
    "night": "DATE",
    "known_at": "TIMESTAMPTZ",
    "scenes": "BIGINT",
    "turns": "BIGINT",
    "use_by": "DATE",
    **dict.fromkeys(("order_sha256", "decisions_sha256", "pseudonym_key_id", "ledger", "code"), "VARCHAR"),
    "files": "STRUCT(path VARCHAR, bytes BIGINT, sha256 VARCHAR, rows BIGINT)[]",
}
"""What analysts see of a version's manifest."""


def create_views(connection: duckdb.DuckDBPyConnection, lake: Lake) -> int:
    """Create every view in the connection's current database; returns how many of them people use."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
    for table in TABLES:
        paths = [_empty(lake, table), *_files(lake, table)]
        found = connection.read_parquet([str(p) for p in paths], filename=True, union_by_name=True)
        _create(connection, table.name, found)
    manifests = [d.folder(n) / "manifest.json" for d in datasets(lake) for n in d.published()]
    paths = [_no_version(lake), *(m.resolve() for m in manifests)]
    several: Any = [str(p) for p in paths]  # DuckDB takes a list, its type stubs name one path
    _create(connection, "version", connection.read_json(several, columns=VERSION))
    before = _count(connection)
    duck.run(connection, *(f"analytics/{path.stem}" for path in sorted((duck.SQL / "analytics").glob("*.sql"))))
    return _count(connection) - before


def _files(lake: Lake, table: Table) -> list[Path]:
    """List the files of a table that make up its current state, absolute: views must not depend on a folder."""
    return [(lake.folder(table, m.partition) / f.name).resolve() for m in _manifests(lake, table) for f in m.files]


def _manifests(lake: Lake, table: Table) -> list[Manifest]:
    if table in LEDGER:
        return ledger_manifests(lake, table)
    every = lake.manifests(table)
    if table in SNAPSHOTS:
        return every[-1:]
    if table == WITHHELD:  # `<night>+<order_id>`: the latest night of each order
        return list({m.partition.partition("+")[2]: m for m in every}.values())
    return every


def _create(connection: duckdb.DuckDBPyConnection, name: str, found: duckdb.DuckDBPyRelation) -> None:
    """Keep a relation as a view, by the query that DuckDB itself writes for it."""
    connection.execute(f'CREATE OR REPLACE VIEW raw."{name}" AS {found.set_alias(name).sql_query()}')


def _empty(lake: Lake, table: Table) -> Path:
    """A file of no rows with a table's columns, so that a view stands before the first night."""
    path = lake.root.resolve() / ".schemas" / f"{table.name}-{table.fingerprint}.parquet"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".aside")
        pq.write_table(table.arrow.empty_table(), aside)
        aside.replace(path)
    return path


def _no_version(lake: Lake) -> Path:
    path = lake.root.resolve() / ".schemas" / "no_version.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    query = "SELECT count(*) FROM duckdb_views() WHERE NOT internal AND schema_name = 'main'"
    return int((connection.execute(query).fetchone() or (0,))[0])
