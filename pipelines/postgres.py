"""The contract system's PostgreSQL: its feed tables, read in one repeatable-read snapshot; nothing is written there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, LiteralString

from pipelines.errors import InputError, SettingsError

if TYPE_CHECKING:
    import psycopg
    from psycopg import sql

SESSION = ("SET TIME ZONE 'UTC'", "SET datestyle = 'ISO, YMD'", "SET extra_float_digits = 1")
"""How values are written as text must not depend on the server's settings."""
THERE = """
SELECT table_name, table_schema FROM information_schema.tables
WHERE table_name = ANY(%s) AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
"""
ROWS = "SELECT row_to_json(t)::text FROM {} t"
SUM = """
SELECT count(*), sum(hashtextextended(line, 0))::text, sum(hashtextextended(line, 1))::text
FROM (SELECT row_to_json(t)::text AS line FROM {} t) AS lines
"""


@dataclass(frozen=True)
class Snapshot:
    """The feed tables as of one instant: table → schema, and the connection that sees them so."""

    schemas: dict[str, str]
    _server: psycopg.Connection[Any]

    def lines(self, table: str) -> Iterator[bytes]:
        """Read the rows of a table that is there, each as one JSON object; their order says nothing."""
        with self._server.cursor(name="feed") as cursor:  # on the server, so that no table is in memory whole
            cursor.itersize = 10_000
            for (text,) in cursor.execute(self._about(ROWS, table)):
                yield text.encode()

    def sum(self, table: str) -> tuple[int, str | None, str | None]:
        """Name a table's state by its row count and two sums of row hashes: no order, and no row leaves the server."""
        [(count, first, second)] = self._server.execute(self._about(SUM, table))
        return count, first, second

    def _about(self, query: LiteralString, table: str) -> sql.Composed:
        from psycopg import sql  # noqa: PLC0415  (an optional package)

        return sql.SQL(query).format(sql.Identifier(self.schemas[table], table))


@contextmanager
def snapshot(dsn: str, tables: Sequence[str]) -> Iterator[Snapshot]:
    """Look at those of the tables that the server has, all as of one instant.

    InputError where the server cannot be read, or has a table twice; it never quotes the address.
    """
    psycopg = _psycopg()
    try:
        with psycopg.connect(dsn) as server:
            server.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            server.read_only = True
            for setting in SESSION:
                server.execute(setting)
            yield Snapshot(_schemas(server, tables), server)
    except psycopg.Error as error:
        rule = f"the server cannot be read ({type(error).__name__})"
        raise InputError("the contract database", rule, "Check PROMPTBOOK_CONTRACTS_DSN and the server.") from error


def _schemas(server: psycopg.Connection[Any], tables: Sequence[str]) -> dict[str, str]:
    schemas: dict[str, str] = {}
    for name, schema in server.execute(THERE, [list(tables)]):
        if name in schemas:
            rule = "the table is there in two schemas"
            raise InputError(f"table {name} of the contract database", rule, "Let the reader's role see one of them.")
        schemas[name] = schema
    return schemas


def _psycopg() -> ModuleType:
    try:
        import psycopg  # noqa: PLC0415  (an optional package)
    except ImportError as error:
        rule = "PROMPTBOOK_CONTRACTS_DSN is set and psycopg is not installed"
        raise SettingsError("the contract database", rule, "Install promptbook[postgres], or unset it.") from error
    return psycopg
