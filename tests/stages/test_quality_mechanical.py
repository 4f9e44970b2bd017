"""What a table's contract says is judged: the suites are in step with the tables, and each rule sees its own fault."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines import quality
from pipelines.lake import Lake
from pipelines.quality.gates import load_many
from pipelines.quality.mechanical import IN_SET, TABLES, check_shape, check_stored, page
from pipelines.quality.suite import NOT_NULL
from pipelines.quality.vocabulary import HOME
from pipelines.tables.contract import Column, Table
from pipelines.tables.findings import FINDINGS
from pipelines.tables.rights_feed import CLOSED, FEED
from pipelines.tables.submissions import SUBMISSIONS
from tests.stages.quality_scenes import rows, scene
from tests.stages.test_quality import night_of

SUITES, _ = load_many("mechanical")
BY_NAME = {t.name: t for t in TABLES}


def test_the_suites_are_in_step_with_the_tables() -> None:
    assert (HOME / "mechanical.json").read_text(encoding="utf-8") == page(), "run: promptbook quality mechanical"


def good(table: Table, count: int = 3) -> pl.DataFrame:
    """Rows that keep the contract: every cell there, the first of a closed set, keys that differ."""
    cells = {c.name: [_cell(table, c, n) for n in range(count)] for c in table}
    return pl.DataFrame(cells, schema=table.empty().schema)


def _cell(table: Table, column: Column, number: int) -> Any:
    kind = table.empty().schema[column.name]
    if column.among:
        return column.among[0]
    if isinstance(kind, pl.List):
        return []
    if isinstance(kind, pl.Struct):
        return dict.fromkeys(f.name for f in kind.fields)
    plain: dict[Any, Any] = {pl.String: f"x{number}", pl.Date: dt.date(2026, 11, 21), pl.Boolean: True}
    plain |= {pl.Datetime: dt.datetime(2026, 11, 21, tzinfo=dt.UTC), pl.Float64: 1.0}
    return plain.get(kind.base_type(), number)


def broken(table: Table, column: str, kind: str, rule: str) -> pl.DataFrame:
    frame = good(table)
    first = pl.int_range(pl.len()) == 0
    if rule.endswith("_columns_as_agreed"):
        return frame.with_columns(one_more=pl.lit(1))
    if rule.endswith("_columns_all_there"):
        return frame.drop(next(c.name for c in table if c.nullable or c.name not in table.key))
    if rule.endswith("_key_once"):
        return pl.concat([frame, frame[:1]])
    if kind == NOT_NULL:
        return frame.with_columns(pl.when(~first).then(pl.col(column)).alias(column))
    return frame.with_columns(pl.when(first).then(pl.lit("strange")).otherwise(column).alias(column))


RULES = [
    (name.split(" ")[0], r.column, r.type, r.name)
    for name, s in SUITES.items()
    for r in s.rules
    if not (r.type == NOT_NULL and r.column in {"field", "key_again"})
]


@pytest.mark.parametrize("name", BY_NAME)
def test_a_table_that_keeps_its_contract_breaks_nothing(name: str) -> None:
    assert check_shape(good(BY_NAME[name]), BY_NAME[name]) == []
    assert check_shape(BY_NAME[name].empty(), BY_NAME[name]) == []


@pytest.mark.parametrize(("name", "column", "kind", "rule"), RULES)
def test_a_fault_breaks_its_own_rule_and_no_other(name: str, column: str, kind: str, rule: str) -> None:
    found = check_shape(broken(BY_NAME[name], column, kind, rule), BY_NAME[name])
    assert [(f.rule, f.severity) for f in found] == [(rule, "critical")]


@pytest.mark.parametrize("name", BY_NAME)
def test_another_type_is_another_column(name: str) -> None:
    table = BY_NAME[name]
    retyped = good(table).with_columns(pl.lit(1.5).alias(table.columns[-1].name).cast(pl.Float32))
    assert {f.rule for f in check_shape(retyped, table)} == {f"{name}_columns_as_agreed", f"{name}_columns_all_there"}


def test_every_closed_set_and_every_column_that_is_never_null_has_its_rule() -> None:
    for table in TABLES:
        names = {(r.type == NOT_NULL, r.column) for r in SUITES[f"{table.name} cells"].rules}
        assert {(True, c.name) for c in table if not c.nullable} <= names
        assert {(False, c.name) for c in table if c.among} <= names


def test_what_ingest_wrote_is_judged_in_the_night(tmp_path: Path) -> None:
    night = night_of(tmp_path, "2026-11-21", rows(scene("a"), scene("b")))
    quality.run(night)
    assert night.read(FINDINGS).filter(pl.col("suite").str.starts_with("mechanical")).is_empty()
    twice = rows(scene("a"), scene("a"))
    lake = Lake(tmp_path / "other")
    lake.write(SUBMISSIONS, "2026-11-21", twice)
    assert [f.rule for f in check_stored(lake, SUBMISSIONS, "2026-11-21")] == ["submissions_key_once"]


def test_suites_of_contracts_speak_of_the_feeds_columns_and_guard_its_keys() -> None:
    """`scope_id` alone may be empty: a scope of everything names nothing."""
    suites, meta = load_many("contracts")
    assert set(suites) == set(meta["must_exist"]) <= set(FEED)
    for name, suite in suites.items():
        assert set(suite.columns) <= set(FEED[name].names)
        guarded = {r.column for r in suite.rules if r.type == NOT_NULL}
        assert set(FEED[name].key) - guarded <= {"scope_id"}, name


def test_suites_of_contracts_judge_by_the_feeds_closed_sets_and_no_others() -> None:
    suites, _ = load_many("contracts")
    judged = {
        (name, r.column): tuple(r.kwargs["value_set"])
        for name, s in suites.items()
        for r in s.rules
        if r.type == IN_SET
    }
    assert judged == CLOSED


@pytest.mark.parametrize(("table", "column"), CLOSED)
def test_the_rulebook_knows_each_code_of_a_closed_set(table: str, column: str) -> None:
    sql = "".join(p.read_text(encoding="utf-8") for p in sorted((HOME.parent / "sql/rights").glob("*.sql")))
    assert [code for code in CLOSED[table, column] if f"'{code}'" not in sql] == []


def test_onward_is_the_closed_set_of_the_rights() -> None:
    sql = (HOME.parent / "sql/rights/01_vocabulary.sql").read_text(encoding="utf-8")
    codes = re.findall(r"\('(\w+)', \d\)", sql.split("rights.onward AS")[1].split(";")[0])
    suites, _ = load_many("contracts")
    (onward,) = [r for r in suites["rights_grant"].rules if r.column == "onward" and "value_set" in r.kwargs]
    assert sorted(onward.kwargs["value_set"]) == sorted(codes)
