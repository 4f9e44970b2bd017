"""The plain-Python reference of the rights decision decides every acceptance case as the case says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.reference import Stop, decide, seal

HERE = Path(__file__).parent


def cases(name: str) -> list[Any]:
    """Cases of one file: each a little world, one request R, one submission S1."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [pytest.param(case, id=f"{case['case']}: {case['title']}") for case in map(json.loads, lines)]


@pytest.mark.parametrize("case", [*cases("rights_cases.ndjson"), *cases("rights_cases_own.ndjson")])
def test_case_is_decided_as_it_says(case: dict[str, Any]) -> None:
    sealed = seal(case["tables"])
    found = decide(sealed, sealed["request"][0], "S1")
    expected = case["expected"]
    assert (found.decision, list(found.reasons)) == (expected["decision"], sorted(expected["reasons"]))
    if isinstance(found, Stop):
        assert {defect.table for defect in found.defects} == {expected["defect"]}
