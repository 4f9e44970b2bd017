"""Write the page "what is licensed, and why not" from the cases that the rulebook is tested with."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.rights import rulebook
from pipelines.rights.cases import Case

HEAD = """# What is licensed, and why not

Every line below is a case that runs as a test (`promptbook rights check`). This page is generated from the cases and
from the table of reasons in `sql/rights/02_reasons.sql`: `promptbook rights page CASES... > docs/rights.md`. It is
engineering, not legal advice.
"""
STEPS = {
    1: "The order",
    2: "The contributors",
    3: "The contract that governs",
    4: "The state of the contract",
    5: "The grants",
    6: "Contracts that overlap, clauses that forbid",
    7: "Consent and age",
    8: "Revocations, exclusivities, the submission itself",
}


def page(cases: Iterable[Case]) -> str:
    """Lay out the cases by the step and the reason that they show; then what is allowed, then what stops a build."""
    known = sorted(cases, key=lambda c: c.number)
    lines = [HEAD]
    with rulebook.open_rulebook() as connection:
        reasons = connection.sql(
            "SELECT step, code, explains, remedy FROM rights.reason ORDER BY step, code"
        ).fetchall()
    for step, title in STEPS.items():
        lines += [f"## {title}\n"]
        for _, code, explains, remedy in (r for r in reasons if r[0] == step):
            lines += [f"**{code}**: {explains}. Remedy: {remedy}.\n", *_titles(known, code)]
    lines += ["## Allowed\n", *_bullets(c for c in known if c.decision == "allow")]
    lines += ["## The build stops\n", *_bullets(c for c in known if c.decision == "stop")]
    return "\n".join(lines).rstrip("\n") + "\n"


def _titles(cases: list[Case], code: str) -> list[str]:
    return _bullets(c for c in cases if c.decision == "deny" and code in c.reasons)


def _bullets(cases: Iterable[Case]) -> list[str]:
    return [*(f"- {c.title} ({c.number})" for c in cases), ""]
