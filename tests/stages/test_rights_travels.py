"""What travels with an allowed row, what a revocation produces, and what an explanation shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.errors import InputError
from pipelines.rights import cases, decide, explain, feed, gate, rulebook
from pipelines.rights.commands import app

SPEC = Path(__file__).parents[1] / "spec" / "rights_cases.ndjson"
CASES = {c.number: c for c in cases.read_cases(SPEC)}
Rows = list[Mapping[str, object]]


def decided(number: int, **more: Rows) -> duckdb.DuckDBPyConnection:
    connection = rulebook.open_rulebook()
    feed.load_worlds(connection, {0: {**CASES[number].tables, **more}})
    gate.seal(connection)
    decide.decide(connection)
    return connection


def said(connection: duckdb.DuckDBPyConnection) -> tuple[object, ...]:
    query = "SELECT decision, grant_ids, CAST(use_by AS VARCHAR), retention_days FROM rights.permission"
    return tuple(connection.sql(query).fetchall()[0])


def test_use_by_is_the_first_end_that_is_known() -> None:
    assert said(decided(1)) == ("allow", ["G1"], "2028-12-31", None)
    assert said(decided(15)) == ("allow", ["G2"], "2027-03-01", None)  # the consent ends first
    assert said(decided(34)) == ("allow", ["G1"], "2026-06-30", None)  # the day before a revocation
    assert said(decided(251)) == ("allow", ["G1"], "2026-06-30", None)  # the day before an exclusivity of another
    assert said(decided(192)) == ("allow", ["G1"], "2028-12-31", None)  # a perpetual contract, a grant that ends


def test_of_several_covering_grants_the_longest_carries_the_row() -> None:
    grant = dict(CASES[1].tables["rights_grant"][0])
    longer = {**grant, "grant_id": "G2", "valid_to": "2028-12-30", "retention_days": 30}
    shorter = {**grant, "grant_id": "G0", "valid_to": "2027-01-01"}
    assert said(decided(1, rights_grant=[shorter, longer])) == ("allow", ["G2"], "2028-12-30", 30)


def test_countries_covered_by_two_grants_end_with_the_first_of_them() -> None:
    case = CASES[13]  # EU granted, the client asks EU and GB
    more = {**case.tables["rights_grant"][0], "grant_id": "G2", "territories": ["GB"], "valid_to": "2027-01-01"}
    found = said(decided(13, rights_grant=[*case.tables["rights_grant"], more]))
    assert found == ("allow", ["G1", "G2"], "2027-01-01", None)


def test_limited_deliveries_go_to_the_smallest_order_first() -> None:
    tables = CASES[1].tables
    once = {**tables["rights_grant"][0], "max_deliveries": 1}
    two = [{**tables["request"][0], "request_id": name} for name in ("order-b", "order-a")]
    connection = rulebook.open_rulebook()
    feed.load_worlds(connection, {0: {**tables, "rights_grant": [once], "request": list(two)}})
    gate.seal(connection)
    gate.judge(connection)
    decide.share_out(connection)
    found = connection.sql("SELECT request_id, reasons FROM rights.decision ORDER BY request_id").fetchall()
    assert found == [("order-a", []), ("order-b", ["MAX_DELIVERIES_REACHED"])]


def test_a_revocation_names_every_delivery_of_the_work_and_no_performer() -> None:
    connection = decided(223, revocation=[revoked("performer", "P1")])
    rulebook.run(connection, ("96_notices",))
    found = connection.sql(
        "SELECT delivery_id, client_id, submission_id, asked FROM rights.notice ORDER BY ALL"
    ).fetchall()
    assert found == [("D1", "labB", "S1", "delete"), ("D2", "labA", "S1", "delete")]
    assert "performer_id" not in connection.table("rights.notice").columns


@pytest.mark.parametrize(
    ("kind", "target"), [("contract", "C1"), ("grant", "G1"), ("session", "SE1"), ("submission", "S1")]
)
def test_a_notice_follows_what_was_revoked(kind: str, target: str) -> None:
    connection = decided(223, revocation=[revoked(kind, target)])
    rulebook.run(connection, ("96_notices",))
    assert connection.sql("SELECT count(*) FROM rights.notice").fetchall() == [(2,)]


def revoked(kind: str, target: str) -> Mapping[str, object]:
    day = {"effective_on": "2026-05-01", "recorded_at": "2026-04-20T00:00:00"}
    return {
        "revocation_id": "V1",
        "target_kind": kind,
        "target_id": target,
        "effect": "erase",
        "basis": "gdpr_17",
        **day,
    }


@pytest.mark.parametrize("number", [2, 9, 21, 23, 28, 31])
def test_every_reason_of_a_denial_is_found_on_its_path(number: int) -> None:
    told = explain.explain(decided(number), "S1", "R")
    on_path = {reason for finding in told.path for reason in finding.reasons}
    assert set(CASES[number].reasons) - on_path == set()
    assert sorted(told.remedies) == sorted(CASES[number].reasons)


def test_a_pair_that_was_never_decided_is_an_error() -> None:
    with pytest.raises(InputError, match="no decision was made"):
        explain.explain(decided(1), "S404", "R")


def folder(tmp_path: Path, number: int) -> Path:
    for name, rows in CASES[number].tables.items():
        (tmp_path / f"{name}.ndjson").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return tmp_path


def test_a_folder_without_seals_stops_unless_it_is_said_to_be_unsealed(tmp_path: Path) -> None:
    asked = ["decide", "--feed", str(folder(tmp_path, 1)), "--json"]
    stopped = CliRunner().invoke(app, asked)
    assert isinstance(stopped.exception, gate.RightsGateClosed)
    assert '"decision": "stop"' in stopped.stdout
    allowed = CliRunner().invoke(app, [*asked, "--unsealed"])
    assert json.loads(allowed.stdout) == {
        "request_id": "R",
        "submission_id": "S1",
        "decision": "allow",
        "reasons": [],
        "grant_ids": ["G1"],
        "use_by": "2028-12-31",
        "retention_days": None,
        "unsealed": True,
    }


def test_a_sealed_folder_is_decided_and_a_changed_one_stops(tmp_path: Path) -> None:
    home = folder(tmp_path, 33)
    assert CliRunner().invoke(app, ["seal", str(home)]).exit_code == 0
    asked = ["decide", "--feed", str(home), "--json"]
    assert json.loads(CliRunner().invoke(app, asked).stdout)["reasons"] == ["REVOKED"]
    (home / "revocation.ndjson").write_text("", encoding="utf-8")
    stopped = CliRunner().invoke(app, [*asked, "--explain"])
    assert isinstance(stopped.exception, gate.RightsGateClosed)
    assert "revocation" in stopped.stdout
    assert '{"would_release": {"R": 1}}' in stopped.stdout


def test_bad_lines_unknown_tables_and_unknown_columns_are_named(tmp_path: Path) -> None:
    home = folder(tmp_path, 1)
    (home / "consent.ndjson").write_text('{"consent_id": "X1"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"consent\.ndjson line 1"):
        feed.load_folder(rulebook.open_rulebook(), home)
    (home / "consent.ndjson").unlink()
    (home / "prohibitions.ndjson").write_text("{}\n", encoding="utf-8")
    with pytest.raises(InputError, match="no such table"):
        feed.load_folder(rulebook.open_rulebook(), home)
    (home / "prohibitions.ndjson").unlink()
    (home / "consent.ndjson").write_text('{"purpose": ["x"]}\n', encoding="utf-8")
    connection = rulebook.open_rulebook()
    feed.load_folder(connection, home)
    with pytest.raises(gate.RightsGateClosed, match="column purpose is unknown"):
        decide.decide(connection, unsealed=True)
