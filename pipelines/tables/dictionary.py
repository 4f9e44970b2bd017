"""The dictionary of the lake: every table that Promptbook writes, with the why of each column, from its contract."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules

from pipelines import tables
from pipelines.errors import InputError
from pipelines.tables.contract import Column, Table

HEAD = """# The tables of the lake

Generated from `pipelines/tables/`, where each is stated once: `promptbook tables --markdown > docs/tables.md`. A table
lies under `lake/<table>/<partition>/` as Parquet, but for `scenes` and `turns`, which are what a client gets. For
questions there are views of the current state in `lake/analytics.duckdb`: `promptbook ask views` lists them.
"""


def every_table() -> dict[str, Table]:
    """Find the contract of every table, by name."""
    modules = [import_module(f"{tables.__name__}.{m.name}") for m in iter_modules(tables.__path__)]
    found = {v.name: v for module in modules for v in vars(module).values() if isinstance(v, Table)}
    return dict(sorted(found.items()))


def table_named(name: str) -> Table:
    """Find one table's contract; InputError names what there is."""
    found = every_table()
    if name not in found:
        raise InputError(f"table {name}", f"there are {', '.join(found)}", "Name one of them.")
    return found[name]


def page() -> str:
    """Lay the dictionary out in Markdown."""
    return HEAD + "\n" + "\n".join(line for table in every_table().values() for line in _section(table))


def standing(table: Table) -> str:
    """Say what kind of table it is: derived or record, delta or snapshot, with personal data or without."""
    said = f"{table.kind}, a partition is a {table.partition}"
    return f"{said}, holds personal data" if table.personal else said


def meaning(column: Column) -> str:
    """Say what a column is, with its closed set of values."""
    unsaid = [value for value in column.among if value not in column.why]
    return f"{column.why}: {', '.join(column.among)}" if unsaid else column.why


def _section(table: Table) -> Iterable[str]:
    yield f"## {table.name}\n"
    yield f"{table.why} One row: {table.grain}. Key: {', '.join(table.key)}. ({standing(table)})\n"
    yield from ("| column | type | what |", "|---|---|---|")
    for column in table:
        empty = ", may be null" if column.nullable else ""
        yield f"| {column.name} | {_escaped(str(column.type))}{empty} | {_escaped(meaning(column))} |"
    yield ""


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
