"""The random worlds are worth deciding: balanced, of every reason, and drawn again from seed and number alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.reference import decide
from tests.reference.vocabulary import REASONS
from tests.reference.worlds import one_world, worlds

COUNT = 3000


@pytest.fixture(scope="module")
def verdicts() -> list[tuple[str, tuple[str, ...]]]:
    found: list[tuple[str, tuple[str, ...]]] = []
    for world in worlds(7, COUNT):
        decision = decide(world["tables"], world["tables"]["request"][0], "S1")
        found.append((decision.decision, decision.reasons))
    return found


def test_worlds_are_balanced(verdicts: list[tuple[str, tuple[str, ...]]], capsys: pytest.CaptureFixture[str]) -> None:
    shares = Counter(decision for decision, _ in verdicts)
    reasons = Counter(reason for _, given in verdicts for reason in given)
    with capsys.disabled():
        print(f"\n{COUNT} random worlds: {dict(shares)}; {dict(reasons.most_common())}")  # noqa: T201
    assert 0.25 <= shares["allow"] / COUNT <= 0.6
    assert 0.03 <= shares["stop"] / COUNT <= 0.15


def test_every_reason_occurs_in_random_worlds(verdicts: list[tuple[str, tuple[str, ...]]]) -> None:
    assert {reason for _, given in verdicts for reason in given} == REASONS


def test_a_world_depends_on_its_seed_and_number_alone() -> None:
    drawn: list[dict[str, Any]] = list(worlds(3, 8))
    assert drawn[7] == one_world(3, 7)
    assert drawn[7] != one_world(4, 7)
