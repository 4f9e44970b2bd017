"""Break every denial in every single place, and see that none becomes a permission.

A mutant is a case that was sealed as written and then lost a cell, a cell's meaning or a row. Acceptance cases do not
prove default deny; this does. Source: "How it is proven", section 3 of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipelines.rights import cases as acceptance
from pipelines.rights import feed, gate, rulebook

JUNK = "\N{BLACK SQUARE}junk"
Tables = Mapping[str, list[feed.Row]]


@dataclass(frozen=True)
class Mutant:
    """One case with one thing broken, and what was broken."""

    case: int
    broken: str
    tables: Tables


def sealed(cases: list[acceptance.Case]) -> dict[int, Tables]:
    """The cases' tables with the seals and control totals of the cases as written."""
    connection = rulebook.open_rulebook()
    feed.load_worlds(connection, {c.number: c.tables for c in cases})
    gate.seal(connection)
    extra: dict[int, dict[str, list[feed.Row]]] = {c.number: {"seal": [], "control_total": []} for c in cases}
    for world, kind, key, sha in connection.execute(
        "SELECT world, kind, key, sha256 FROM feed.seal ORDER BY ALL"
    ).fetchall():
        extra[world]["seal"].append({"kind": kind, "key": key, "sha256": sha})
    for world, name, count, keys in connection.execute(
        "SELECT world, table_name, row_count, keys_sha256 FROM feed.control_total ORDER BY ALL"
    ).fetchall():
        extra[world]["control_total"].append({"table_name": name, "row_count": int(count), "keys_sha256": keys})
    return {c.number: {**c.tables, **extra[c.number]} for c in cases}


def mutants_of(number: int, tables: Tables) -> Iterator[Mutant]:
    """Every cell blanked, every cell junked, every row lost."""
    for name, rows in tables.items():
        for index, row in enumerate(rows):
            yield Mutant(number, f"{name}[{index}] lost", {**tables, name: rows[:index] + rows[index + 1 :]})
            for column, value in row.items():
                for how, other in _broken(value):
                    changed = [*rows[:index], {**row, column: other}, *rows[index + 1 :]]
                    yield Mutant(number, f"{name}[{index}].{column} {how}", {**tables, name: changed})


def permissions(cases: list[acceptance.Case], batch: int = 6000) -> tuple[int, list[Mutant]]:
    """Decide every mutant of every case that is no permission; the number of mutants, and those that became allowed."""
    closed = [c for c in cases if c.decision != "allow"]
    written = sealed(closed)
    every = [m for c in closed for m in mutants_of(c.number, written[c.number])]
    wrong: list[Mutant] = []
    for start in range(0, len(every), batch):
        some = dict(enumerate(every[start : start + batch]))
        connection = rulebook.open_rulebook()
        feed.load_worlds(connection, {w: m.tables for w, m in some.items()})
        verdicts = acceptance.decide_loaded(connection, some)
        wrong += [some[w] for w, v in verdicts.items() if v.decision == "allow"]
        connection.close()
    return len(every), wrong


def _broken(value: object) -> Iterator[tuple[str, object]]:
    if value is not None:
        yield "blanked", None
    yield "junked", JUNK
    if isinstance(value, list):
        yield "one junk code", [*value, JUNK]
        yield "emptied", []
