"""The cases of the rights decision on file: the acceptance cases, our own, and the sentences they prove."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.reference import Stop, decide, seal

HERE = Path(__file__).parent
Outcome = tuple[str, tuple[str, ...], tuple[str, ...]]  # decision, reasons, tables named as defective


def lines(name: str) -> list[dict[str, Any]]:
    """The objects of one NDJSON file beside this one."""
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def all_cases() -> list[dict[str, Any]]:
    """Acceptance cases (below 1000) and our own (from 1001)."""
    return [*lines("rights_cases.ndjson"), *lines("rights_cases_own.ndjson")]


def outcome(case: dict[str, Any], wrong: str | None = None) -> Outcome:
    """What the reference says of a case, sealed as written, with one sentence taken wrongly if asked."""
    sealed = seal(case["tables"])
    found = decide(sealed, sealed["request"][0], "S1", wrong=wrong)
    defective = {defect.table for defect in found.defects} if isinstance(found, Stop) else set[str]()
    return found.decision, found.reasons, tuple(sorted(defective))


def expected(case: dict[str, Any]) -> Outcome:
    """What a case says of itself."""
    says = case["expected"]
    return says["decision"], tuple(sorted(says["reasons"])), (says["defect"],) if "defect" in says else ()
