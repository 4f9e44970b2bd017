"""Every acceptance case is decided as written, and no broken cell or lost row turns a denial into a permission."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.rights import cases, mutants, page

SPEC = Path(__file__).parents[1] / "spec"


@pytest.fixture(scope="module")
def written() -> list[cases.Case]:
    return cases.read_cases(SPEC / "rights_cases.ndjson")


def test_every_case_is_decided_as_expected(written: list[cases.Case]) -> None:
    found = cases.decide_worlds({c.number: c.tables for c in written})
    assert {c.number: found[c.number] for c in written if not found[c.number].fulfils(c)} == {}


def test_no_single_break_turns_a_denial_into_a_permission(
    written: list[cases.Case], capsys: pytest.CaptureFixture[str]
) -> None:
    number, permitted = mutants.permissions(written)
    with capsys.disabled():
        print(f"\n{number} mutants, {len(permitted)} permissions")  # noqa: T201
    assert number > 50_000
    assert [(m.case, m.broken) for m in permitted] == []


def test_the_page_is_in_step_with_the_cases() -> None:
    files = [SPEC / f"{name}.ndjson" for name in ("rights_cases", "rights_cases_own", "rights_cases_policies")]
    docs = Path(__file__).parents[2] / "docs" / "rights.md"
    assert page.page(c for file in files for c in cases.read_cases(file)) == docs.read_text(encoding="utf-8")


def test_every_case_of_our_own_is_decided_as_expected() -> None:
    own = cases.read_cases(SPEC / "rights_cases_own.ndjson")
    found = cases.decide_worlds({c.number: c.tables for c in own})
    assert {c.number: found[c.number] for c in own if not found[c.number].fulfils(c)} == {}
