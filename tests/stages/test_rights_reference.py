"""The rulebook in SQL and the plain-Python reference, written apart from each other, agree on random worlds."""

from __future__ import annotations

import os

import pytest

from pipelines.rights.cases import Verdict, decide_worlds
from tests.reference import decide
from tests.reference.worlds import worlds


def disagreements(seed: int, count: int) -> list[tuple[str, str, Verdict, tuple[str, ...]]]:
    """Worlds on which they differ: name, twists, what SQL says, what the reference says."""
    drawn = list(worlds(seed, count))
    said = decide_worlds({n: world["tables"] for n, world in enumerate(drawn)})
    found = []
    for n, world in enumerate(drawn):
        other = decide(world["tables"], world["tables"]["request"][0], "S1")
        if (said[n].decision, said[n].reasons) != (other.decision, tuple(other.reasons)):
            found.append((world["case"], world["title"], said[n], (other.decision, *other.reasons)))
    return found


def test_they_agree_on_1500_random_worlds() -> None:
    assert disagreements(seed=11, count=1500) == []


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(4))
def test_they_agree_on_10_000_random_worlds(seed: int) -> None:
    assert disagreements(seed + int(os.environ.get("SEED", "100")), 2500) == []
