"""The rulebook's files: in step with the feed's columns, runnable on an empty feed, headed as promised."""

from __future__ import annotations

import re

import duckdb
import polars as pl
import pytest

from pipelines.contracts import read_instant
from pipelines.rights import gate, rulebook
from pipelines.tables.rights_feed import FEED

FILES = sorted(rulebook.SQL.glob("*.sql"))
HEADER = ("What", "Grain", "Reads", "Writes", "Source", "Limit")


@pytest.fixture(scope="module")
def empty() -> duckdb.DuckDBPyConnection:
    return rulebook.open_rulebook()


@pytest.mark.parametrize("table", FEED.values(), ids=lambda t: t.name)
def test_sql_and_contract_name_the_same_columns(empty: duckdb.DuckDBPyConnection, table: object) -> None:
    spec = FEED[getattr(table, "name")]  # noqa: B009
    assert empty.table(spec.address).columns == ["world", *spec.names]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_each_file_says_what_grain_reads_writes_source_and_limit(file: object) -> None:
    text = getattr(file, "read_text")(encoding="utf-8")  # noqa: B009
    assert [h for h in HEADER if not re.search(rf"^-- {h} +\S", text, re.MULTILINE)] == []


def test_an_empty_feed_is_decided_to_nothing() -> None:
    connection = rulebook.open_rulebook()
    gate.judge(connection, unsealed=True)
    rulebook.run(connection, (*rulebook.DECISION, "91_allocation"))
    assert connection.sql("SELECT count(*) FROM rights.decision").fetchall() == [(0,)]


def test_the_macro_and_the_table_of_reasons_agree(empty: duckdb.DuckDBPyConnection) -> None:
    listed = empty.sql("SELECT code, bit FROM rights.reason ORDER BY code").fetchall()
    assert len({bit for _, bit in listed}) == len(listed)
    for code, bit in listed:
        assert empty.execute("SELECT reason($1)", [code]).fetchall() == [(1 << bit,)]


def test_every_reason_is_produced_by_a_rule() -> None:
    rules = "".join(f.read_text(encoding="utf-8") for f in FILES if f.stem != "02_reasons")
    codes = re.findall(
        r"^  \('([A-Z_]+)',", (rulebook.SQL / "02_reasons.sql").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(codes) >= 40
    assert [code for code in codes if f"reason('{code}')" not in rules] == []


def test_every_table_with_a_total_is_totalled(empty: duckdb.DuckDBPyConnection) -> None:
    gate.judge(empty, unsealed=True)
    totalled = {name for (name,) in empty.sql("SELECT table_name FROM rights.totalled").fetchall()}
    assert totalled == {t.name for t in FEED.values() if t.has_total} | {"consent.withdrawn", "revocation.lifted"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-01", True),
        ("2026-1-1", False),
        ("infinity", False),
        ("today", False),
        ("2026-02-30", False),
        ("", False),
    ],
)
def test_a_day_is_written_in_one_way(empty: duckdb.DuckDBPyConnection, written: str, read: bool) -> None:
    assert empty.execute("SELECT as_day($1) IS NOT NULL", [written]).fetchall() == [(read,)]


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-06-01T02:00:00", "2026-06-01 02:00:00"),
        ("2026-06-01T02:00:00Z", "2026-06-01 02:00:00"),
        ("2026-06-01T04:00:00+02:00", "2026-06-01 02:00:00"),
        ("2026-06-01 02:00:00+00", "2026-06-01 02:00:00"),
        ("2026-06-01 00:30:00 -01:30", None),
        ("2026-06-01T00:30:00-01:30", "2026-06-01 02:00:00"),
        ("2026-06-01T04:00+0200", "2026-06-01 02:00:00"),
        ("2026-06-01 02:00:00 UTC", "2026-06-01 02:00:00"),
        ("2026-06-01T02:00Z", "2026-06-01 02:00:00"),
        ("2026-06-01", "2026-06-01 00:00:00"),
        ("now", None),
        ("2026-06-01T25:00:00", None),
        ("2026-02-30T02:00:00", None),
        ("9999-12-31T23:30:00-05:00", None),
        ("0000-01-01", None),
    ],
)
def test_an_instant_without_a_zone_is_utc_for_rights_and_for_pay(
    empty: duckdb.DuckDBPyConnection, written: str, utc: str | None
) -> None:
    assert empty.execute("SELECT CAST(as_instant($1) AS VARCHAR)", [written]).fetchall() == [(utc,)]
    [read] = pl.DataFrame({"x": [written]}).select(read_instant(pl.col("x"))).to_series()
    assert (read and f"{read:%Y-%m-%d %H:%M:%S}") == utc
