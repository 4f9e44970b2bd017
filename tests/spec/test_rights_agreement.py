"""The SQL engine and the plain-Python reference say the same of random worlds: the decision and every reason.

1,500 worlds in the default suite; 10,000 (RIGHTS_WORLDS below) with `-m bench`. A disagreement is shown with the
twists of its world; which side is wrong, the rules say.
"""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec
from typing import Any

import pytest

from tests.reference import decide
from tests.reference.worlds import worlds
from tests.spec.rights_corpus import lines

BATCH = 2500
RIGHTS_WORLDS = 10_000
Said = tuple[str, tuple[str, ...]]

pytestmark = pytest.mark.skipif(
    find_spec("pipelines.rights") is None or find_spec("pipelines.rights.cases") is None,
    reason="the SQL engine pipelines.rights.cases is not in this tree yet",
)


def by_sql(drawn: list[dict[str, Any]]) -> list[Said]:
    """What the engine says, all worlds of a batch in one database."""
    from pipelines.rights.cases import decide_worlds  # noqa: PLC0415  (skipped where it is absent)

    verdicts = decide_worlds({number: world["tables"] for number, world in enumerate(drawn)})
    return [(verdicts[number].decision, tuple(sorted(verdicts[number].reasons))) for number in range(len(drawn))]


def by_reference(drawn: list[dict[str, Any]]) -> list[Said]:
    """What the reference says, world after world."""
    found = [decide(world["tables"], world["tables"]["request"][0], "S1") for world in drawn]
    return [(one.decision, one.reasons) for one in found]


def disagreements(drawn: list[dict[str, Any]]) -> list[str]:
    """Each world of which the two say different things, with both their words."""
    said = zip(drawn, by_reference(drawn), by_sql(drawn), strict=True)
    return [
        f"world {world['case']} ({world['title']}): reference {ours}, sql {theirs}"
        for world, ours, theirs in said
        if ours != theirs
    ]


def agree(seed: int, count: int) -> list[str]:
    """Disagreements over so many worlds, batch by batch."""
    drawn = list(worlds(seed, count))
    found: list[str] = []
    for start in range(0, count, BATCH):
        found += disagreements(drawn[start : start + BATCH])
    return found


def test_random_worlds_are_decided_alike() -> None:
    assert agree(seed=20261123, count=1500) == []


@pytest.mark.bench
def test_ten_thousand_random_worlds_are_decided_alike(capsys: pytest.CaptureFixture[str]) -> None:
    found = agree(seed=1, count=RIGHTS_WORLDS)
    with capsys.disabled():
        print(f"\n{RIGHTS_WORLDS} random worlds, {len(found)} disagreements")  # noqa: T201
    assert found == []


def test_own_cases_are_decided_alike() -> None:
    cases = lines("rights_cases_own.ndjson")
    expected = [(case["expected"]["decision"], tuple(sorted(case["expected"]["reasons"]))) for case in cases]
    wrong = [
        f"{case['case']} {case['title']}: {said}"
        for case, said, right in zip(cases, by_sql(cases), expected, strict=True)
        if said != right
    ]
    assert wrong == []


def test_a_disagreement_would_be_seen() -> None:
    drawn = list(worlds(5, 200))
    flipped = [decide(one["tables"], one["tables"]["request"][0], "S1", wrong="1.every_country") for one in drawn]
    differing = Counter((one.decision, one.reasons) == said for one, said in zip(flipped, by_sql(drawn), strict=True))
    assert differing[False] > 0
