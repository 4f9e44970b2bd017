"""Settle: performers are credited as they asked to be, and not at all by default."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import duck, settle
from pipelines.tables.pay import CREDIT
from tests.lakes import Row, World, scene


@pytest.mark.parametrize(
    ("preferences", "credit"),
    [
        ([], ("anonymous", None)),
        ([{"mode": "legal"}], ("legal", "Ada Lovelace")),
        ([{"mode": "stage"}], ("stage", "Dame Ada")),
        ([{"mode": "stage", "display_name": "A. L."}], ("stage", "A. L.")),
        ([{"mode": "pseudonym"}], ("anonymous", None)),
        ([{"mode": "shout"}], ("anonymous", None)),
        ([{"mode": "legal", "valid_from": "2026-11-21"}], ("anonymous", None)),
        ([{"mode": "legal", "moral_objection": True}], ("anonymous", None)),
        ([{"mode": "legal"}, {"mode": "stage", "valid_from": "2026-05-01"}], ("stage", "Dame Ada")),
        (
            [{"mode": "stage", "valid_from": "2026-05-01"}, {"mode": "legal", "scope": "se_1"}],
            ("legal", "Ada Lovelace"),
        ),
        ([{"mode": "legal"}, {"mode": "stage"}], ("anonymous", None)),
    ],
)
def test_credits_follow_the_preference_in_force(
    tmp_path: Path, preferences: list[Row], credit: tuple[str, str | None]
) -> None:
    world = World(tmp_path)
    world.contracts("performer", {"performer_id": "prf_ada", "legal_name": "Ada Lovelace", "stage_name": "Dame Ada"})
    base: Row = {"performer_id": "prf_ada", "scope": "all", "valid_from": "2026-01-01"}
    world.contracts("credit_preference", *[base | p for p in preferences])
    world.accept([scene("s1")])
    settle.run(world.night())
    assert world.night().read(CREDIT).select("mode", "display_name").rows() == [credit]


def test_a_variable_or_a_table_with_a_strange_name_is_refused(tmp_path: Path) -> None:
    with duck.connect(World(tmp_path).settings) as connection:
        with pytest.raises(ValueError, match="x; DROP"):
            duck.set_variables(connection, {"x; DROP": 1})
        with pytest.raises(ValueError, match="feed"):
            duck.load(connection, "feed.a b", World(tmp_path).lake.read(CREDIT, []))
