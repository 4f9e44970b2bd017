"""Policies beyond the core: each binds where and when it is switched on, and an empty table changes nothing.

The plain-Python reference knows the core alone, so these cases are decided by the SQL only.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from pipelines.rights import cases, explain, feed, gate, mutants, rulebook
from pipelines.rights import decide as deciding

SPEC = Path(__file__).parents[1] / "spec"
RESTRICTING = ("approval", "media", "biometric_consent", "disclosure_48h", "replica_ten_years", "performer_notice")
CODES = {
    "APPROVAL_MISSING",
    "MEDIA_NOT_GRANTED",
    "REPLICA_TERM_TOO_LONG",
    "BIOMETRIC_CONSENT_MISSING",
    "DISCLOSURE_TOO_LATE",
    "PERFORMER_NOTICE_MISSING",
}


@pytest.fixture(scope="module")
def written() -> list[cases.Case]:
    return cases.read_cases(SPEC / "rights_cases_policies.ndjson")


def test_every_case_of_a_policy_is_decided_as_expected(written: list[cases.Case]) -> None:
    found = cases.decide_worlds({c.number: c.tables for c in written})
    assert {c.title: found[c.number] for c in written if not found[c.number].fulfils(c)} == {}
    assert {reason for c in written for reason in c.reasons} >= CODES


def test_no_single_break_of_a_policy_permits(written: list[cases.Case], capsys: pytest.CaptureFixture[str]) -> None:
    number, permitted = mutants.permissions(written)
    with capsys.disabled():
        print(f"\n{number} mutants of policies, {len(permitted)} permissions")  # noqa: T201
    assert number > 10_000
    assert [(m.case, m.broken) for m in permitted] == []


def switched_on(kind: str) -> dict[str, list[feed.Row]]:
    """The policy table with one policy on, everywhere and always."""
    days = {"valid_from": "1900-01-01", "valid_to": "9999-12-31", "recorded_at": "1900-01-01T00:00:00"}
    return {"policy": [{"policy_id": kind, "kind": kind, "territory": "WORLD", **days}]}


@pytest.mark.parametrize("kind", RESTRICTING)
def test_a_policy_that_is_switched_on_only_ever_takes_away(kind: str) -> None:
    both = [c for name in ("rights_cases", "rights_cases_own") for c in cases.read_cases(SPEC / f"{name}.ndjson")]
    found = cases.decide_worlds({c.number: {**c.tables, **switched_on(kind)} for c in both})
    assert [c.title for c in both if c.decision != "allow" and found[c.number].decision == "allow"] == []
    assert [c.title for c in both if not set(c.reasons) <= set(found[c.number].reasons) | {"CONSENT_WITHDRAWN"}] == []


def _loaded(tables: Mapping[str, list[feed.Row]]) -> duckdb.DuckDBPyConnection:
    connection = rulebook.open_rulebook()
    feed.load_worlds(connection, {0: tables})
    gate.seal(connection)
    return connection


def test_a_feed_without_policies_is_sealed_as_before(written: list[cases.Case]) -> None:
    totals = "SELECT table_name FROM feed.control_total WHERE table_name IN ('policy', 'approval', 'performer_notice')"
    with _loaded(written[0].tables) as without, _loaded(written[1].tables) as with_one:
        assert without.sql(totals).fetchall() == []
        assert with_one.sql(totals).fetchall() == [("policy",)]


def test_the_path_of_a_decision_names_the_notice_that_is_missing(written: list[cases.Case]) -> None:
    [case] = [c for c in written if c.title == "notice: with the policy the performer must have been told"]
    with _loaded(case.tables) as connection:
        deciding.decide(connection)
        told = explain.explain(connection, "S1", "R")
    assert [f.says for f in told.path if "PERFORMER_NOTICE_MISSING" in f.reasons] == ["not sent before this day"]
    assert "PERFORMER_NOTICE_MISSING" in told.remedies
