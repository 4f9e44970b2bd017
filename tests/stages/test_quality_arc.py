"""The arc of a scene: intensities on one scale, their range, slope and peaks."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.quality.measure import measures
from tests.stages.quality_scenes import rows, scene, turn

ARC = ("intensity_turns", "intensity_range", "intensity_slope", "intensity_peaks", "intensity_peak_at")
PLAIN: dict[str, Any] = {"emotions": [], "undertone": None}


def arc_of(*turns: dict[str, Any]) -> tuple[Any, ...]:
    said = [turn(n, **(PLAIN | changes)) for n, changes in enumerate(turns)]
    return measures(rows(scene(turns=said))).select(ARC).row(0)


def value(number: float | None) -> dict[str, Any]:
    return {"intensity": {"code": None, "value": number}}


def plutchik(*labels: str) -> dict[str, Any]:
    return {"emotions": [{"label": label, "vocabulary": "plutchik/1"} for label in labels]}


DRAWN: dict[str, tuple[list[float | None], tuple[float, ...]]] = {
    "a rise": ([0.2, 0.4, 0.6, 0.8], (1.0, 0.6, 0.6, 0, 1.0)),
    "a fall": ([0.9, 0.5, 0.1], (1.0, 0.8, -0.8, 0, 0.0)),
    "a plateau is one peak": ([0.2, 0.7, 0.7, 0.2, 0.2], (1.0, 0.5, -0.2, 1, 0.25)),
    "two peaks": ([0.1, 0.5, 0.1, 0.9, 0.1], (1.0, 0.8, 0.16, 2, 0.75)),
    "flat": ([0.5, 0.5, 0.5], (1.0, 0.0, 0.0, 0, 0.0)),
    "one intensity": ([0.5], (1.0, 0.0, 0.0, 0, 0.0)),
    "two make no slope": ([0.1, 0.9], (1.0, 0.8, 0.0, 0, 1.0)),
    "a gap is no zero": ([0.4, None, 0.4], (2 / 3, 0.0, 0.0, 0, 0.0)),
    "out of scale is unknown": ([0.5, 70.0, -1.0, float("nan")], (0.25, 0.0, 0.0, 0, 0.0)),
}


@pytest.mark.parametrize("drawn", DRAWN)
def test_an_arc_is_as_drawn(drawn: str) -> None:
    levels, expected = DRAWN[drawn]
    assert arc_of(*map(value, levels)) == pytest.approx(expected)


def test_codes_are_read_by_their_vocabulary() -> None:
    codes = [{"intensity": {"code": code, "value": None}} for code in ("LO", " HI", "XX", "MD")]
    assert arc_of(*codes) == pytest.approx((0.75, 2 / 3, 3 / 14, 1, 1 / 3))


def test_plutchiks_degrees_stand_in_where_nothing_is_declared() -> None:
    found = arc_of(plutchik("annoyance"), plutchik("annoyance", "rage"), plutchik("anger"))
    assert found == pytest.approx((1.0, 2 / 3, 1 / 3, 1, 0.5))


def test_one_scene_has_one_scale() -> None:
    """A declared intensity is not mixed with what labels say."""
    assert arc_of(value(0.5), plutchik("rage"), value(0.5))[:2] == pytest.approx((2 / 3, 0.0))


def test_an_undertone_is_not_how_strong_the_line_is() -> None:
    under = {"undertone": {"label": "rage", "vocabulary": "plutchik/1"}}
    assert arc_of(under, under) == (0.0, 0.0, 0.0, 0, 0.0)


def test_without_intensities_nothing_is_known() -> None:
    assert arc_of({}, {}) == (0.0, 0.0, 0.0, 0, 0.0)
    assert measures(rows(scene(turns=[]))).select(ARC).row(0) == (0.0, 0.0, 0.0, 0, 0.0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 10)), min_size=1, max_size=12))
def test_played_backwards_an_arc_has_the_same_range_and_peaks_and_the_other_slope(tenths: list[int | None]) -> None:
    levels = [None if n is None else n / 10 for n in tenths]
    there, back = arc_of(*map(value, levels)), arc_of(*map(value, reversed(levels)))
    assert there[:2] == pytest.approx(back[:2])
    assert there[2] == pytest.approx(-back[2])
    assert there[3] == back[3]
    assert 0 <= there[1] <= 1


def test_scenes_do_not_lean_on_their_neighbours() -> None:
    scenes = [scene(name, turns=[turn(n, **value(v)) for n, v in enumerate(DRAWN[name][0])]) for name in DRAWN]
    together = measures(rows(*scenes)).select("submission_id", *ARC)
    alone = pl.concat([measures(rows(one)).select("submission_id", *ARC) for one in scenes])
    assert together.equals(alone)
