"""A suite: the reviewed rules of one folder file, read from JSON, completed and checked before anything is judged."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pipelines.errors import InputError
from pipelines.quality.vocabulary import HOME

Severity: TypeAlias = Literal["critical", "warning", "info"]
Scope: TypeAlias = Literal["row", "batch"]
NOT_NULL = "expect_column_values_to_not_be_null"
WHOLE_COLUMN = frozenset(
    {
        "expect_column_values_to_be_unique",
        "expect_compound_columns_to_be_unique",
        "expect_column_values_to_be_increasing",
    }
)
"""Looks row by row and is not: a chunk cannot judge it."""


@dataclass(frozen=True)
class Rule:
    """One reviewed judgement: a Great Expectations expectation and what a person must know of it.

    `severity`: critical holds the row and closes the gate, warning holds the row, info reports.
    `scope`: a row rule names the rows that break it; a batch rule is about the night as a whole.
    """

    name: str
    type: str
    kwargs: dict[str, Any]
    severity: Severity
    scope: Scope
    why: str
    remedy: str
    shows: str = ""
    """The turn-level measure whose turns are listed as evidence; '' where the rule is about the whole."""
    rank: int = 0
    suite: str = ""
    """The suite that states it."""

    @property
    def columns(self) -> list[str]:
        """The columns that it reads."""
        single = [self.kwargs[k] for k in ("column", "column_A", "column_B") if k in self.kwargs]
        return single + list(self.kwargs.get("column_list", []))

    @property
    def column(self) -> str:
        """The first column that it reads, '' for a rule about the table."""
        return next(iter(self.columns), "")


@dataclass(frozen=True)
class Suite:
    """Rules in the order in which a row is counted: the first that it breaks."""

    name: str
    rules: tuple[Rule, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Every column that its rules read, each once, in order."""
        return list(dict.fromkeys(c for rule in self.rules for c in rule.columns))

    @property
    def shows(self) -> set[str]:
        """The turn-level measures whose turns are evidence."""
        return {rule.shows for rule in self.rules if rule.shows}

    def of(self, scope: Scope) -> Suite:
        """The rules of one scope."""
        return replace(self, rules=tuple(r for r in self.rules if r.scope == scope))

    def joined(self, other: Suite) -> Suite:
        """The rules of both, these first; each keeps the name of its own suite."""
        return replace(self, rules=_ranked([*self.rules, *other.rules]))

    def tightened(self, overlay: Suite) -> Suite:
        """Add an overlay's rules; one of the same name replaces the base rule, and may not loosen a critical one."""
        theirs = {(r.name, r.type): r for r in overlay.rules}
        names = {r.name for r in overlay.rules}
        for rule in self.rules:
            if rule.severity == "critical" and rule.name in names:
                raise InputError(
                    f"overlay {overlay.name}",
                    f"it replaces the critical rule {rule.name} of {self.name}",
                    "Add a rule of another name beside it; a critical rule is never loosened.",
                )
        mine = {(r.name, r.type) for r in self.rules}
        rules = [theirs.get((r.name, r.type), r) for r in self.rules]
        rules += [r for r in overlay.rules if (r.name, r.type) not in mine]
        return replace(self, name=f"{self.name}+{overlay.name}", rules=_ranked(rules))


def load(name: str, home: Path = HOME) -> Suite:
    """Read `expectations/<name>.json`; raises InputError where a rule lacks what a reader must know."""
    path = home / f"{name}.json"
    return parse(json.loads(path.read_text(encoding="utf-8")), thing=f"expectations/{name}.json")


def load_judgement(home: Path = HOME) -> Suite:
    """What holds or flags a submission: the suite of submissions, then that of scenes."""
    return load("submissions", home).joined(load("scenes", home))


def load_overlays(home: Path = HOME) -> dict[str, Suite]:
    """Read `expectations/overlays/<campaign>.json`: what a campaign asks beyond the suite of submissions."""
    return {
        path.stem: parse(json.loads(path.read_text(encoding="utf-8")), thing=f"expectations/overlays/{path.name}")
        for path in sorted((home / "overlays").glob("*.json"))
    }


def parse(document: dict[str, Any], thing: str) -> Suite:
    """Make a suite of a Great Expectations suite document whose `meta` carries rule, why and remedy."""
    rules = [replace(_rule(entry, thing), suite=document["name"]) for entry in document["expectations"]]
    names = [(r.name, r.type) for r in rules]
    doubled = sorted({n for n, _ in names if names.count((n, _)) > 1})
    if doubled:
        raise InputError(thing, f"the rules {doubled} stand twice", "Give each rule a name of its own.")
    return Suite(document["name"], _ranked(_with_not_null(rules)), document.get("meta", {}))


def _rule(entry: dict[str, Any], thing: str) -> Rule:
    meta = entry.get("meta", {})
    missing = [k for k in ("rule", "why", "remedy") if not meta.get(k)]
    if missing or entry.get("severity") not in ("critical", "warning", "info"):
        lacking = missing or ["severity"]
        raise InputError(
            f"{thing}, {entry.get('type')}", f"it does not say {', '.join(lacking)}", "Say it in the file."
        )
    rule = Rule(
        name=meta["rule"],
        type=entry["type"],
        kwargs=dict(entry["kwargs"]),
        severity=entry["severity"],
        scope=meta.get("scope", "row"),
        why=meta["why"],
        remedy=meta["remedy"],
        shows=meta.get("shows", ""),
    )
    return _check_scope(rule, thing)


def _check_scope(rule: Rule, thing: str) -> Rule:
    if rule.type in WHOLE_COLUMN and rule.scope != "batch":
        raise InputError(f"{thing}, {rule.name}", "it looks at a whole column row by row", "Give it the scope batch.")
    return rule


def _with_not_null(rules: list[Rule]) -> list[Rule]:
    """Put a not-null rule beside the first rule of each column: null passes every other expectation (semantics 20)."""
    guarded = {r.column for r in rules if r.type == NOT_NULL}
    complete: list[Rule] = []
    for rule in rules:
        complete.append(rule)
        for column in rule.columns:
            if column not in guarded:
                guarded.add(column)
                complete.append(replace(rule, type=NOT_NULL, kwargs={"column": column}, scope="row"))
    return complete


def _ranked(rules: list[Rule]) -> tuple[Rule, ...]:
    return tuple(replace(rule, rank=rank) for rank, rule in enumerate(rules))
