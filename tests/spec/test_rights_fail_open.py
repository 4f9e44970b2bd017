"""Nothing broken after sealing ever turns a denial or a stop into a permission, in random worlds and in the SQL.

The shared mutation test breaks every cell of the cases. This one breaks random worlds, twice at once at times, loses
whole tables, seals and totals, and turns sealed cells into other readable ones.
"""

from __future__ import annotations

import random
from importlib.util import find_spec
from typing import Any

import pytest

from tests.reference import decide, seal
from tests.reference.mutations import mutants
from tests.reference.seals import broken_seals
from tests.reference.world import World
from tests.reference.worlds import worlds

BATCH = 5000
needs_engine = pytest.mark.skipif(
    find_spec("pipelines.rights") is None or find_spec("pipelines.rights.mutants") is None,
    reason="the SQL engine pipelines.rights.mutants is not in this tree yet",
)
Broken = tuple[str, dict[str, list[dict[str, Any]]]]


def closed_worlds(seed: int, count: int) -> list[dict[str, Any]]:
    """Random worlds that are no permission."""
    drawn = worlds(seed, count)
    return [one for one in drawn if decide(one["tables"], one["tables"]["request"][0], "S1").decision != "allow"]


def sealed_by_sql(drawn: list[dict[str, Any]]) -> list[dict[str, list[dict[str, Any]]]]:
    """The worlds with the engine's own seals and totals, as written."""
    from pipelines.rights.cases import Case  # noqa: PLC0415  (skipped where it is absent)
    from pipelines.rights.mutants import sealed  # noqa: PLC0415

    cases = [Case(number, one["title"], "", (), one["tables"]) for number, one in enumerate(drawn)]
    return [
        {name: [dict(row) for row in rows] for name, rows in tables.items()}
        for _, tables in sorted(sealed(cases).items())
    ]


def allowed_by_sql(broken: list[Broken]) -> list[str]:
    """What was broken in those that the engine allows."""
    from pipelines.rights import feed, rulebook  # noqa: PLC0415
    from pipelines.rights.cases import decide_loaded  # noqa: PLC0415

    found: list[str] = []
    for start in range(0, len(broken), BATCH):
        some = dict(enumerate(broken[start : start + BATCH]))
        connection = rulebook.open_rulebook()
        loaded: dict[int, dict[str, list[feed.Row]]] = {
            number: {name: list(rows) for name, rows in tables.items()} for number, (_, tables) in some.items()
        }
        feed.load_worlds(connection, loaded)
        verdicts = decide_loaded(connection, some)
        connection.close()
        found += [some[number][0] for number, verdict in verdicts.items() if verdict.decision == "allow"]
    return found


def broken_worlds(seed: int, count: int, each: int) -> list[Broken]:
    """Mutants of closed worlds, sealed by the engine."""
    closed = closed_worlds(seed, count)
    dice = random.Random(seed)  # noqa: S311  (a reproducible draw, no secret)
    return [
        (f"{one['case']} ({one['title']}): {what}", tables)
        for one, sealed in zip(closed, sealed_by_sql(closed), strict=True)
        for what, tables in mutants(sealed, dice, each)
    ]


@needs_engine
def test_no_mutant_of_a_random_world_becomes_a_permission(capsys: pytest.CaptureFixture[str]) -> None:
    broken = broken_worlds(seed=11, count=400, each=15)
    with capsys.disabled():
        print(f"\n{len(broken)} mutants of random worlds")  # noqa: T201
    assert allowed_by_sql(broken) == []


@needs_engine
@pytest.mark.bench
def test_no_mutant_of_many_random_worlds_becomes_a_permission(capsys: pytest.CaptureFixture[str]) -> None:
    broken = broken_worlds(seed=12, count=2000, each=40)
    with capsys.disabled():
        print(f"\n{len(broken)} mutants of random worlds")  # noqa: T201
    assert allowed_by_sql(broken) == []


@needs_engine
def test_an_unbroken_permission_is_still_seen_by_this_harness() -> None:
    drawn = [
        one for one in worlds(13, 60) if decide(one["tables"], one["tables"]["request"][0], "S1").decision == "allow"
    ]
    assert len(allowed_by_sql([(one["title"], t) for one, t in zip(drawn, sealed_by_sql(drawn), strict=True)])) == len(
        drawn
    )


def test_no_mutant_of_a_random_world_becomes_a_permission_in_the_reference() -> None:
    dice = random.Random(14)  # noqa: S311  (a reproducible draw, no secret)
    opened = []
    for one in closed_worlds(seed=14, count=150):
        for what, tables in mutants(seal(one["tables"]), dice, 6):
            if broken_seals(World(tables), required=True) or not tables.get("request"):
                continue
            if decide(tables, tables["request"][0], "S1").decision == "allow":
                opened.append(f"{one['case']} ({one['title']}): {what}")
    assert opened == []
