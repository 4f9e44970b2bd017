"""Mechanical expectations: what a table's contract says of types, keys, nulls and closed sets, as suites.

They are derived from `pipelines/tables` into expectations/mechanical.json, so that a person can read every rule that is
judged; a test keeps the file in step: promptbook quality mechanical > expectations/mechanical.json. What is judged is
flat: a line for each column with its type (`fields_of`), a line for each row that says which cells are there,
what the closed columns hold, and whether its key stands twice (`cells_of`). Rows alike in that are judged once.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import polars as pl
import pyarrow as pa

from pipelines.lake import Lake
from pipelines.quality import engine
from pipelines.quality.judge import Finding, findings_of
from pipelines.quality.suite import NOT_NULL, Suite, parse
from pipelines.quality.vocabulary import HOME
from pipelines.tables.contract import Column, Table
from pipelines.tables.recordings import RECORDINGS
from pipelines.tables.scenes import SCENES
from pipelines.tables.submissions import SUBMISSIONS
from pipelines.tables.takes import TAKES
from pipelines.tables.turns import TURNS

TABLES = (SUBMISSIONS, TAKES, RECORDINGS, SCENES, TURNS)
"""What comes, what was heard, and what a client gets."""
FIELD, KEY_AGAIN, ROW = "field", "key_again", "row"
IN_SET = "expect_column_values_to_be_in_set"
REMEDY = "A fault of the stage that wrote the table, not of a performer: mend it, or raise the table's version."


def document() -> dict[str, Any]:
    """All suites, as expectations/mechanical.json holds them."""
    suites = {name: suite for table in TABLES for name, suite in _suites_of(table).items()}
    why = "Derived from pipelines/tables: promptbook quality mechanical. Types, keys, nulls, closed sets."
    return {"name": "mechanical", "meta": {"version": 1, "why": why}, "suites": suites}


def _suites_of(table: Table) -> dict[str, Any]:
    agreed = fields_of(table.empty())[FIELD].to_list()
    shape = [
        _rule(IN_SET, {"column": FIELD, "value_set": agreed}, f"{table.name}_columns_as_agreed", _AGREED),
        _rule(
            "expect_column_distinct_values_to_contain_set",
            {"column": FIELD, "value_set": agreed},
            f"{table.name}_columns_all_there",
            _AGREED,
            scope="batch",
        ),
    ]
    cells = [
        *(_present(table, c) for c in table if not c.nullable),
        *(_known(table, c) for c in table if c.among and not c.nullable),
        _rule(IN_SET, {"column": KEY_AGAIN, "value_set": [False]}, f"{table.name}_key_once", f"{_ONCE} {table.grain}."),
    ]
    return {
        f"{table.name} fields": {"name": f"mechanical.{table.name}.fields", "expectations": shape},
        f"{table.name} cells": {"name": f"mechanical.{table.name}.cells", "expectations": cells},
    }


_AGREED = "Whoever reads the table was promised these columns with these types."
_ONCE = "A key that stands twice is counted, paid and trained on twice; one row is"


def _present(table: Table, column: Column) -> dict[str, Any]:
    return _rule(NOT_NULL, {"column": column.name}, f"{table.name}_{column.name}_present", f"Never null: {column.why}.")


def _known(table: Table, column: Column) -> dict[str, Any]:
    kwargs = {"column": column.name, "value_set": list(column.among)}
    return _rule(IN_SET, kwargs, f"{table.name}_{column.name}_known", f"A closed set: {column.why}.")


def _rule(kind: str, kwargs: dict[str, Any], name: str, why: str, scope: str = "row") -> dict[str, Any]:
    meta = {"rule": name, "scope": scope, "why": why, "remedy": REMEDY}
    return {"type": kind, "kwargs": kwargs, "severity": "critical", "meta": meta}


@cache
def _suites() -> dict[str, Suite]:
    found = json.loads((HOME / "mechanical.json").read_text(encoding="utf-8"))["suites"]
    return {name: parse(suite, f"expectations/mechanical.json, {name}") for name, suite in found.items()}


def fields_of(frame: pl.DataFrame) -> pl.DataFrame:
    """A line a column: its name and type."""
    return pl.DataFrame({FIELD: [f"{name}: {kind}" for name, kind in frame.schema.items()]}, schema={FIELD: pl.String})


def cells_of(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """A line a row: for each column that is there whether its cell is (else null), or what a closed one holds."""
    columns = [c for c in table if c.name in frame.columns]
    there = [
        pl.col(c.name) if c.among else pl.when(pl.col(c.name).is_not_null()).then(pl.lit("there")) for c in columns
    ]
    named = [e.alias(c.name) for e, c in zip(there, columns, strict=True)]
    if all(k in frame.columns for k in table.key):
        named.append(pl.struct(table.key).is_duplicated().alias(KEY_AGAIN))
    return frame.select(named)


def check_shape(frame: pl.DataFrame, table: Table) -> list[Finding]:
    """Judge a frame of which every column was read: columns, types and cells; an absent column is a finding."""
    suite = _suites()[f"{table.name} fields"]
    found = findings_of(engine.validate(fields_of(frame), suite, FIELD), suite)
    return [*found, *check_cells(cells_of(frame, table), table)]


def check_cells(cells: pl.DataFrame, table: Table) -> list[Finding]:
    """Judge cells, as `cells_of` lays them out, by the rules on columns that were read; no rows break nothing."""
    suite = _suites()[f"{table.name} cells"]
    rules = tuple(r for r in suite.rules if set(r.columns) <= set(cells.columns))
    judged = Suite(suite.name, rules, suite.meta)
    keyed = cells.select(pl.int_range(pl.len()).cast(pl.String).alias(ROW), *judged.columns)
    return list(findings_of(engine.validate(keyed, judged, ROW), judged)) if cells.height else []


def check_stored(lake: Lake, table: Table, partition: str) -> list[Finding]:
    """Judge what a stage wrote for a night: the columns of every file, and the cells of all but the nested columns."""
    manifest = lake.manifest(table, partition)
    files = [lake.folder(table, partition) / f.name for f in manifest.files if f.rows] if manifest else []
    if manifest is None or not files:
        return []
    suite = _suites()[f"{table.name} fields"]
    fields = pl.concat([fields_of(pl.DataFrame(schema=pl.read_parquet_schema(f))) for f in files]).unique()
    flat = [c.name for c in table if not pa.types.is_nested(c.type) and (not c.nullable or c.among)]
    found = findings_of(engine.validate(fields, suite, FIELD), suite)
    return [*found, *check_cells(cells_of(lake.read(table, [manifest], flat), table), table)]


def page() -> str:
    """The document as JSON, one line a rule: what expectations/mechanical.json holds."""
    whole = document()
    suites = [
        f"  {json.dumps(name)}: "
        + f'{{"name": {json.dumps(suite["name"])}, "expectations": [\n'
        + ",\n".join("   " + json.dumps(rule, ensure_ascii=False) for rule in suite["expectations"])
        + "\n  ]}"
        for name, suite in whole["suites"].items()
    ]
    head = f' "name": {json.dumps(whole["name"])},\n "meta": {json.dumps(whole["meta"], ensure_ascii=False)},\n'
    return "{\n" + head + ' "suites": {\n' + ",\n".join(suites) + "\n }\n}\n"
