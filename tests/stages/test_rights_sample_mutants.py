"""The generated sample of 2,000 submissions, broken after sealing: no denial becomes a permission.

The sample is one big world, in which one break would close the gate for all and show nothing. So it is cut into small
worlds, one a denied (submission, order): the submission, its contributors, their contracts and consents that reach it,
and what restricts it. Each is sealed as written and then broken once. Of each kind of break (a table's column blanked,
junked, emptied, or a table's row lost) a seeded sample of places is drawn over all worlds.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines.landing import Landing
from pipelines.rights import cases, feed, mutants, rulebook
from pipelines.sample.contracting import write_contracts
from pipelines.sample.generated import write_scenes
from pipelines.schemas.order import read_order

Row = Mapping[str, Any]
Rows = list[Row]
Feed = dict[str, Rows]
SCENES = 2000
EACH = 5
MANY = 60
BATCH = 5000
CHILDREN = ("contract_scope", "rights_grant", "prohibition", "comp_term")


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> list[cases.Case]:
    """One small world a stated fate of the sample."""
    home = tmp_path_factory.mktemp("landing")
    write_scenes(home, SCENES, seed=1)
    landing = Landing(home)
    write_contracts(landing, seed=1)
    whole = {p.stem: _lines(p) for p in landing.contracts.iterdir()}
    fates = _lines(home / "contract_fates.ndjson")
    asked = {p.stem: _request(p) for p in landing.orders()}
    found = _Index(whole)
    return [
        cases.Case(n, f"{f['submission_id']} {f['order_id']}", f["decision"], tuple(f["reasons"]), tables)
        for n, f in enumerate(fates)
        for tables in [found.world(f["submission_id"], asked[f["order_id"]])]
    ]


class _Index:
    """The rows of the feed by what they hang on."""

    def __init__(self, whole: Feed) -> None:
        self._whole = whole
        self._by = {
            (table, column): _grouped(whole[table], column)
            for table, column in (
                ("submission", "submission_id"),
                ("contribution", "submission_id"),
                ("session", "session_id"),
                ("performer", "performer_id"),
                ("contract_party", "performer_id"),
                ("contract_party", "contract_id"),
                ("contract_version", "contract_id"),
                ("consent", "performer_id"),
                ("revocation", "target_id"),
                ("exclusivity", "scope_id"),
                *((child, "contract_id") for child in CHILDREN),
            )
        }

    def world(self, submission_id: str, request: Row) -> Feed:
        """Cut out what bears on one submission; it is called S1 there, as the cases call it."""
        [row] = self._rows("submission", "submission_id", [submission_id])
        contributions = self._rows("contribution", "submission_id", [submission_id])
        people = sorted({c["performer_id"] for c in contributions})
        reach = {submission_id, row.get("session_id"), row.get("campaign_id")}
        parties = self._rows("contract_party", "performer_id", people)
        contracts = sorted({p["contract_id"] for p in parties if self._reaches(p["contract_id"], reach)})
        parties = self._rows("contract_party", "contract_id", contracts)
        people = sorted({*people, *(p["performer_id"] for p in parties)})
        consents = [c for c in self._rows("consent", "performer_id", people) if _is_within(c, reach)]
        restricted = sorted({*people, *contracts, *(r for r in reach if r)})
        cut = {
            "client": self._whole["client"],
            "performer": self._rows("performer", "performer_id", people),
            "session": self._rows("session", "session_id", [row.get("session_id")]),
            "submission": [row],
            "contribution": contributions,
            "contract_party": parties,
            "contract_version": self._rows("contract_version", "contract_id", contracts),
            **{child: self._rows(child, "contract_id", contracts) for child in CHILDREN},
            "consent": consents,
            "revocation": self._rows("revocation", "target_id", restricted),
            "exclusivity": self._rows("exclusivity", "scope_id", sorted(r for r in reach if r)),
            "request": [request],
        }
        return {table: [_renamed(row, submission_id) for row in rows] for table, rows in cut.items()}

    def _rows(self, table: str, column: str, keys: Iterable[Any]) -> Rows:
        return [row for key in keys for row in self._by[table, column].get(key, ())]

    def _reaches(self, contract_id: str, reach: set[Any]) -> bool:
        return any(_is_within(s, reach) for s in self._rows("contract_scope", "contract_id", [contract_id]))


def _renamed(row: Row, submission_id: str) -> Row:
    return {column: "S1" if value == submission_id else value for column, value in row.items()}


def _is_within(row: Row, reach: set[Any]) -> bool:
    return row["scope_kind"] == "all" or row.get("scope_id") in reach


def _grouped(rows: Rows, column: str) -> dict[Any, Rows]:
    by: dict[Any, Rows] = defaultdict(list)
    for row in rows:
        by[row.get(column)].append(row)
    return by


def _lines(file: Path) -> Rows:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _request(file: Path) -> Row:
    order = read_order(file)
    same = ("client_id", "purpose", "modalities", "territories", "onward", "min_remaining_days")
    asked = {"request_id": order.order_id, "as_of": "2026-11-21", "known_at": "2026-11-22T02:00:00"}
    return asked | {name: getattr(order, name) for name in same}


def drawn(closed: list[cases.Case], each: int) -> list[mutants.Mutant]:
    """A seeded sample of so many places of each kind of break, four times as many of lost rows."""
    dice = random.Random(20261123)  # noqa: S311  (a reproducible draw, no secret)
    kept: dict[str, list[mutants.Mutant]] = defaultdict(list)
    seen: dict[str, int] = defaultdict(int)
    written = mutants.sealed(closed)
    for case in closed:
        for mutant in mutants.mutants_of(case.number, written[case.number]):
            kind = re.sub(r"\[\d+\]", "", mutant.broken)
            size = each * 4 if kind.endswith(" lost") else each
            seen[kind] += 1
            if seen[kind] <= size:
                kept[kind].append(mutant)
            elif (place := dice.randrange(seen[kind])) < size:
                kept[kind][place] = mutant
    return [mutant for kind in sorted(kept) for mutant in kept[kind]]


def permitted(broken: list[mutants.Mutant]) -> list[mutants.Mutant]:
    """Decide the mutants, many in one database, and give those that are allowed."""
    found: list[mutants.Mutant] = []
    for start in range(0, len(broken), BATCH):
        some = dict(enumerate(broken[start : start + BATCH]))
        with rulebook.open_rulebook() as connection:
            feed.load_worlds(connection, {number: mutant.tables for number, mutant in some.items()})
            said = cases.decide_loaded(connection, some)
        found += [some[number] for number, verdict in said.items() if verdict.decision == "allow"]
    return found


def closed_of(worlds: list[cases.Case]) -> list[cases.Case]:
    return [world for world in worlds if world.decision == "deny"]


def test_each_small_world_is_decided_as_in_the_whole_sample(worlds: list[cases.Case]) -> None:
    some = random.Random(5).sample(worlds, 500)  # noqa: S311  (a reproducible draw, no secret)
    found = cases.decide_worlds({w.number: w.tables for w in some})
    assert {w.title: found[w.number] for w in some if not found[w.number].fulfils(w)} == {}
    assert {w.decision for w in some} == {"allow", "deny"}


def test_no_break_of_the_sample_turns_a_denial_into_a_permission(
    worlds: list[cases.Case], capsys: pytest.CaptureFixture[str]
) -> None:
    closed = closed_of(worlds)
    broken = drawn(closed, EACH)
    opened = permitted(broken)
    with capsys.disabled():
        kinds = len({re.sub(r"\[\d+\]", "", m.broken) for m in broken})
        print(f"\n{len(broken)} mutants of {kinds} kinds over {len(closed)} denials, {len(opened)} permissions")  # noqa: T201
    assert len(broken) > 1000
    assert [(m.case, m.broken) for m in opened] == []


@pytest.mark.bench
def test_no_break_of_many_turns_a_denial_into_a_permission(
    worlds: list[cases.Case], capsys: pytest.CaptureFixture[str]
) -> None:
    broken = drawn(closed_of(worlds), MANY)
    opened = permitted(broken)
    with capsys.disabled():
        print(f"\n{len(broken)} mutants, {len(opened)} permissions")  # noqa: T201
    assert [(m.case, m.broken) for m in opened] == []
