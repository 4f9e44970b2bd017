"""Write the page "what is licensed, and why not" from the cases that the rulebook is tested with."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.rights import rulebook
from pipelines.rights.cases import Case
from pipelines.rights.drawing import World, cases_drawn, world_drawn

HEAD = """# What is licensed, and why not

Every line below is a case that runs as a test (`promptbook rights check`). This page is generated from the cases and
from the table of reasons in `sql/rights/02_reasons.sql`: `promptbook rights page CASES... > docs/rights.md`. It is
engineering, not legal advice.

## The plain world

One performer, one scene, one signed contract, one order: everything is allowed. Each case below is drawn by what is
otherwise in it than here; a row more, without the cells that it has in common with the plain row of its table.
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
    """Lay out the cases by the step and the reason that they show; then what is allowed, then what stops a build.

    The first case is the plain world, from which the others are drawn.
    """
    known = sorted(cases, key=lambda c: c.number)
    plain = known[0].tables if known else {}
    lines = [HEAD, *world_drawn(plain)]
    with rulebook.open_rulebook() as connection:
        reasons = connection.sql(
            "SELECT step, code, explains, remedy FROM rights.reason ORDER BY step, code"
        ).fetchall()
    for step, title in STEPS.items():
        lines += [f"## {title}\n"]
        for _, code, explains, remedy in (r for r in reasons if r[0] == step):
            lines += [f"**{code}**: {explains}. Remedy: {remedy}.\n", *_denied(known, code, plain)]
    lines += ["## Allowed\n", *cases_drawn((c for c in known if c.decision == "allow"), plain)]
    lines += ["## The build stops\n", *cases_drawn((c for c in known if c.decision == "stop"), plain)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _denied(cases: list[Case], code: str, plain: World) -> list[str]:
    return cases_drawn((c for c in cases if c.decision == "deny" and code in c.reasons), plain)
