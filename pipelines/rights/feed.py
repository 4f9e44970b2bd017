"""Load the contract feed into DuckDB: a folder of NDJSON or Parquet files, Arrow tables, or cases in their worlds.

Every cell becomes text, so an unreadable value survives loading and is judged by the gate or the decision. A column
that the feed does not know is noted in feed.stranger: a misspelt restriction must not vanish.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.contracts import THEIRS, table_files
from pipelines.errors import InputError
from pipelines.postgres import snapshot
from pipelines.tables.rights_feed import FEED, FeedTable

Row = Mapping[str, object]
Worlds = Mapping[int, Mapping[str, list[Row]]]


def as_text(value: object) -> str | None:
    """Write a JSON value as the text that the rulebook reads; None stays None."""
    if value is None or isinstance(value, str):
        return value if value is None else value.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def load_rows(connection: duckdb.DuckDBPyConnection, name: str, rows: Iterable[tuple[int, Row]]) -> None:
    """Append rows of one feed table, each with its world."""
    table = _known(name)
    columns: dict[str, list[str | None]] = {c: [] for c in table.names}
    worlds: list[int] = []
    strangers: set[tuple[int, str]] = set()
    for world, row in rows:
        worlds.append(world)
        for column, cells in columns.items():
            cells.append(as_text(row.get(column)))
        if len(row.keys() - columns.keys()):
            strangers |= {(world, c) for c in row.keys() - columns.keys()}
    text = pa.table(
        [pa.array(worlds, pa.int32()), *(pa.array(c, pa.string()) for c in columns.values())],
        names=["world", *columns],
    )
    connection.from_arrow(text).insert_into(table.address)
    _note(connection, name, strangers)


def load_arrow(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table, world: int = 0) -> None:
    """Append a table already in memory: lists become JSON, times ISO text, absent columns NULL."""
    table = _known(name)
    _note(connection, name, {(world, c) for c in rows.column_names if c not in table.names and c != "world"})
    cells = [duckdb.ConstantExpression(world).cast("INTEGER").alias("world")]
    for column in table.names:
        cells.append(_cell(rows, column).cast("VARCHAR").alias(column))
    connection.from_arrow(rows).select(*cells).insert_into(table.address)


def load_folder(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Load a folder with one NDJSON or Parquet file a table; a missing file is an empty table."""
    if not folder.is_dir():
        raise InputError(str(folder), "it is not a folder of feed tables", "Name the folder that holds them.")
    for file in table_files(folder).values():
        load_file(connection, file)


def load_database(connection: duckdb.DuckDBPyConnection, dsn: str) -> None:
    """Load every feed table of the contract system's database, all as of one instant.

    An absent table is an empty one, which its control total does not forgive.
    """
    with snapshot(dsn, THEIRS) as server:
        for name in server.schemas:
            load_rows(connection, name, ((0, json.loads(line)) for line in server.lines(name)))


def load_file(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Load one table of the feed; its name is the file's stem."""
    if file.suffix == ".parquet":
        try:
            load_arrow(connection, file.stem, pq.read_table(file))
        except pa.ArrowInvalid as error:
            raise InputError(file.name, "it cannot be read as Parquet", "Deliver the file again.") from error
    else:
        load_rows(connection, file.stem, ((0, row) for row in _lines(file)))


def load_worlds(connection: duckdb.DuckDBPyConnection, worlds: Worlds) -> None:
    """Load many little feeds into one database, each under its number."""
    for name in FEED:
        load_rows(connection, name, ((w, row) for w, tables in worlds.items() for row in tables.get(name) or ()))


def _lines(file: Path) -> Iterable[Row]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
                raise InputError(f"{file.name} line {number}", "it is not JSON", "Deliver the file again.") from error
            if not isinstance(row, dict):
                raise InputError(f"{file.name} line {number}", "it is not a JSON object", "Write one row a line.")
            yield row


def _known(name: str) -> FeedTable:
    if name not in FEED:
        rule = "the feed has no such table"
        raise InputError(f"feed table {name}", rule, "Take the file away, or give it a table's name.")
    return FEED[name]


def _cell(rows: pa.Table, column: str) -> duckdb.Expression:
    if column not in rows.column_names:
        return duckdb.ConstantExpression(None)
    cell = duckdb.ColumnExpression(column)
    kind = rows.schema.field(column).type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_struct(kind):
        return duckdb.FunctionExpression("to_json", cell)
    return cell


def _note(connection: duckdb.DuckDBPyConnection, name: str, strangers: set[tuple[int, str]]) -> None:
    for world, column in sorted(strangers):
        connection.execute("INSERT INTO feed.stranger VALUES ($1, $2, $3)", [world, name, column])
