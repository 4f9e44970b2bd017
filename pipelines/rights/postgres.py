"""The contract feed from PostgreSQL: the same table names, read in one repeatable-read snapshot."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.errors import InputError, SettingsError
from pipelines.rights import feed
from pipelines.tables.rights_feed import FEED

if TYPE_CHECKING:
    import psycopg

THEIRS = tuple(t.name for t in FEED.values() if not t.is_ours and t.name != "request")
"""The tables that the contract system keeps; orders, deliveries and pay are ours."""
THERE = """
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_name = ANY(%s) AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 2, 1
"""


def load_postgres(connection: duckdb.DuckDBPyConnection, dsn: str, tables: Sequence[str] = THEIRS) -> None:
    """Load every feed table of the contract system's database, all as of one instant; nothing is written there.

    An absent table is an empty one, which its control total does not forgive. InputError where the server cannot be
    read; it never quotes the address.
    """
    psycopg = _psycopg()
    try:
        with psycopg.connect(dsn) as server:
            server.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            server.read_only = True
            server.execute("SET TIME ZONE 'UTC'")
            for schema, name in _tables(server, tables):
                feed.load_rows(connection, name, ((0, row) for row in _rows(server, schema, name)))
    except psycopg.Error as error:
        rule = f"the server cannot be read ({type(error).__name__})"
        raise InputError("the contract database", rule, "Check PROMPTBOOK_CONTRACTS_DSN and the server.") from error


def _psycopg() -> ModuleType:
    try:
        import psycopg  # noqa: PLC0415  (an optional package)
    except ImportError as error:
        rule = "PROMPTBOOK_CONTRACTS_DSN is set and psycopg is not installed"
        raise SettingsError("the contract database", rule, "Install psycopg[binary], or unset it.") from error
    return psycopg


def _tables(server: psycopg.Connection[Any], tables: Sequence[str]) -> list[tuple[str, str]]:
    found = server.execute(THERE, [list(tables)]).fetchall()
    names = [name for _, name in found]
    for name in {n for n in names if names.count(n) > 1}:
        rule = "the table is there in two schemas"
        raise InputError(f"table {name} of the contract database", rule, "Let the reader's role see one of them.")
    return found


def _rows(server: psycopg.Connection[Any], schema: str, name: str) -> Iterator[feed.Row]:
    from psycopg import sql  # noqa: PLC0415  (an optional package)

    query = sql.SQL("SELECT row_to_json(t)::text FROM {} t").format(sql.Identifier(schema, name))
    for (text,) in server.execute(query):
        yield json.loads(text)
