"""Run a file of sql/ as an analyst would: plain DuckDB SQL, parameters by getvariable(), inputs as tables.

DuckDB works within the settings' memory and threads, and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from pipelines.settings import Settings
from pipelines.tables.contract import Table

SQL = Path(__file__).resolve().parents[1] / "sql"


def connect(settings: Settings, database: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """Open a database with the settings' memory limit and threads, in UTC."""
    limits: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{settings.memory_limit_mb}MB",
        "threads": settings.threads,
    }
    connection = duckdb.connect(database, config=limits)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def set_variables(connection: duckdb.DuckDBPyConnection, variables: Mapping[str, object]) -> None:
    """Set what the SQL files read by getvariable()."""
    for name, value in variables.items():
        if not name.isidentifier():
            raise ValueError(name)
        connection.execute(f"SET VARIABLE {name} = $1", [value])


def load(connection: duckdb.DuckDBPyConnection, address: str, rows: pl.DataFrame) -> None:
    """Make a frame the table `schema.name` that SQL files read."""
    schema, name = address.split(".")
    if not (schema.isidentifier() and name.isidentifier()):
        raise ValueError(address)
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    connection.from_arrow(rows.to_arrow(compat_level=pl.CompatLevel.oldest())).create(address)


def run(connection: duckdb.DuckDBPyConnection, *files: str) -> None:
    """Run files of sql/, named like `settle/10_work`, one after the other."""
    for name in files:
        connection.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))


def fetch(connection: duckdb.DuckDBPyConnection, table: Table, address: str) -> pl.DataFrame:
    """Read a table back in the types of a table contract: DuckDB calls every column nullable and zones its own way."""
    rows = table.conform(connection.table(address).to_arrow_table())
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101  (narrows polars' union type)
    return frame
