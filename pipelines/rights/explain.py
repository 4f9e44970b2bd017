"""Explain one decision: the path from the contributors to the reasons, with what would put each of them right."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
from rich.markup import escape
from rich.tree import Tree

from pipelines.errors import InputError
from pipelines.rights import rulebook

STEPS = {
    1: "submission",
    2: "contributors",
    3: "contracts",
    5: "cells",
    6: "clauses",
    7: "consents",
    8: "revocations, exclusivities",
}
FOUND = """
SELECT e.step, e.performer_id, e.subject, e.says,
  list_sort(list(r.code) FILTER (r.code IS NOT NULL)) AS reasons
FROM explained e LEFT JOIN rights.reason r ON e.bits & (CAST(1 AS BIGINT) << r.bit) <> 0
GROUP BY ALL ORDER BY ALL
"""
SAID = """
SELECT decision, reasons, coalesce(grant_ids, []), CAST(use_by AS VARCHAR), retention_days FROM rights.permission
WHERE submission_id = getvariable('submission_id') AND request_id = getvariable('request_id') AND world = 0
"""


@dataclass(frozen=True)
class Finding:
    """One thing that the decision looked at, and the reasons that it gave."""

    step: str
    performer_id: str | None
    subject: str
    says: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """A decision with its path; `remedies` tells for each reason what it means and what would release the row."""

    submission_id: str
    request_id: str
    decision: str
    reasons: tuple[str, ...]
    grant_ids: tuple[str, ...]
    use_by: str | None
    retention_days: int | None
    path: tuple[Finding, ...]
    remedies: dict[str, str]


def explain(connection: duckdb.DuckDBPyConnection, submission_id: str, request_id: str) -> Explanation:
    """Explain one pair of a decided feed; InputError where the feed holds no such pair."""
    connection.execute("SET VARIABLE submission_id = $1", [submission_id])
    connection.execute("SET VARIABLE request_id = $1", [request_id])
    said = connection.sql(SAID).fetchall()
    if not said:
        rule = "no decision was made on them"
        raise InputError(f"submission {submission_id}, order {request_id}", rule, "Name a submission and an order.")
    rulebook.run(connection, ("95_explain",))
    path = [
        Finding(STEPS[step], performer, subject, says, tuple(reasons or ()))
        for step, performer, subject, says, reasons in connection.sql(FOUND).fetchall()
    ]
    decision, reasons, grants, use_by, retention = said[0]
    known = connection.sql("SELECT code, explains || '. Remedy: ' || remedy FROM rights.reason").fetchall()
    remedies = {code: told for code, told in known if code in reasons}
    return Explanation(
        submission_id, request_id, decision, tuple(reasons), tuple(grants), use_by, retention, tuple(path), remedies
    )


def drawn(told: Explanation) -> Tree:
    """Draw the path of a decision as a tree, steps in the order of the rules."""
    tree = Tree(
        f"submission {escape(told.submission_id)} for order {escape(told.request_id)}: [bold]{told.decision}[/bold]"
    )
    for step in STEPS.values():
        found = [f for f in told.path if f.step == step]
        branch = tree.add(step) if found else None
        for finding in found:
            why = f"  [red]{', '.join(finding.reasons)}[/red]" if finding.reasons else ""
            if branch is not None:
                branch.add(f"{escape(finding.subject)}: {escape(finding.says)}{why}")
    if told.decision == "allow":
        tree.add(f"grants {', '.join(told.grant_ids)}; last good day {told.use_by or 'not bound to a day'}")
    for code, remedy in sorted(told.remedies.items()):
        tree.add(f"[red]{code}[/red]: {remedy}")
    return tree
