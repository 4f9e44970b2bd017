"""Check the decision against cases: each a whole little world, sealed as written, decided in a namespace of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.errors import InputError
from pipelines.rights import feed, gate, rulebook


@dataclass(frozen=True)
class Case:
    """One case: its world of feed tables and the decision that it expects."""

    number: int
    title: str
    decision: str
    reasons: tuple[str, ...]
    tables: Mapping[str, list[feed.Row]]
    defect: str = ""


@dataclass(frozen=True)
class Verdict:
    """What the rulebook said about one world: allow, deny with reasons, or stop with the tables that stopped it."""

    decision: str
    reasons: tuple[str, ...]
    defects: tuple[str, ...] = ()

    def fulfils(self, case: Case) -> bool:
        """Tell whether this is what the case expects."""
        if case.decision == "stop":
            return self.decision == "stop" and (not case.defect or case.defect in self.defects)
        return (self.decision, self.reasons) == (case.decision, tuple(sorted(case.reasons)))


def read_cases(file: Path) -> list[Case]:
    """Read cases from NDJSON; a line that is no case is an InputError with its number."""
    cases = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            wanted = raw["expected"]
            reasons, tables = tuple(wanted.get("reasons") or ()), raw["tables"]
            case = Case(
                raw["case"], raw.get("title", ""), wanted["decision"], reasons, tables, wanted.get("defect") or ""
            )
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            rule = "it is no case {case, title, expected, tables}"
            raise InputError(f"{file.name} line {number}", rule, "Correct the line.") from error
        cases.append(case)
    return cases


def decide_worlds(worlds: Mapping[int, Mapping[str, list[feed.Row]]]) -> dict[int, Verdict]:
    """Seal each world as written and decide it; worlds hold one request; the submission asked about is S1."""
    connection = rulebook.open_rulebook()
    feed.load_worlds(connection, worlds)
    gate.seal(connection)
    return decide_loaded(connection, worlds)


def decide_loaded(connection: duckdb.DuckDBPyConnection, worlds: Iterable[int]) -> dict[int, Verdict]:
    """Judge and decide the worlds that a connection holds, seals and totals included."""
    gate.judge(connection)
    rulebook.run(connection, rulebook.DECISION)
    stops: dict[int, tuple[str, ...]] = {
        world: tuple(tables)
        for world, tables in connection.execute(
            "SELECT world, list(DISTINCT table_name ORDER BY table_name) FROM rights.gate_defect GROUP BY world"
        ).fetchall()
    }
    said = {
        world: Verdict(decision, tuple(reasons))
        for world, decision, reasons in connection.execute(
            "SELECT world, max(decision), list_sort(list_distinct(flatten(list(reasons)))) FROM rights.decision "
            "WHERE submission_id = 'S1' GROUP BY world"
        ).fetchall()
    }
    nothing = Verdict("deny", ("NO_DECISION",))
    return {w: Verdict("stop", (), stops[w]) if w in stops else said.get(w, nothing) for w in worlds}
