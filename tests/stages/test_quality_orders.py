"""An order may ask more of quality than everybody does: rows stay back from that order alone, with the reason."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines import quality
from pipelines.errors import InputError
from pipelines.night import Night
from pipelines.publish.selection import tighten
from pipelines.quality.orders import digest_of_overlay, held_for
from pipelines.quality.vocabulary import HOME
from tests.stages.quality_scenes import rows, scene, turn
from tests.stages.test_quality import night_of

SWEAR = [turn(n, text="You bastard.") if n == 4 else turn(n) for n in range(20)]
KIND = {
    "type": "expect_column_values_to_be_between",
    "kwargs": {"column": "slur_turns", "max_value": 0},
    "severity": "warning",
    "meta": {"rule": "no_slurs", "why": "a client for children", "remedy": "None: other orders take it."},
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The reviewed judgement, with one overlay for the order ord_kind."""
    home = tmp_path / "expectations"
    shutil.copytree(HOME, home)
    overlay(home, KIND)
    return home


def overlay(home: Path, *rules: dict[str, Any]) -> None:
    path = home / "overlays/orders/ord_kind.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"name": "ord_kind", "expectations": rules}), encoding="utf-8")


@pytest.fixture
def night(tmp_path: Path) -> Night:
    night = night_of(tmp_path, "2026-11-21", rows(scene("good"), scene("rude", turns=SWEAR)))
    assert quality.run(night).went_on == 2
    return night


def ids(night: Night) -> pl.DataFrame:
    return night.state(quality.LOG)


def test_a_row_is_held_for_that_order_alone_with_its_reason(night: Night, home: Path) -> None:
    held = held_for(night, "ord_kind", ids(night), home)
    assert held.drop("row_id").rows() == [("no_slurs", "slur_turns = 1", "None: other orders take it.")]
    assert held_for(night, "ord_other", ids(night), home).is_empty()
    assert night.state(quality.LOG).height == 2, "everybody else gets it"


def test_a_row_of_an_earlier_night_is_judged_by_its_last_measures(night: Night, home: Path, tmp_path: Path) -> None:
    later = night_of(tmp_path, "2026-11-22", rows(scene("new", turns=SWEAR)))
    quality.run(later)
    assert held_for(later, "ord_kind", ids(later), home).height == 2


def test_what_was_never_measured_is_held(night: Night, home: Path) -> None:
    held = held_for(night, "ord_kind", pl.DataFrame({"row_id": ["nobody"]}), home)
    assert held.select("row_id", "rule", "evidence").rows() == [("nobody", "no_slurs", "slur_turns = null")]


def test_an_overlay_that_replaces_a_critical_rule_is_refused(night: Night, home: Path) -> None:
    overlay(home, KIND | {"meta": KIND["meta"] | {"rule": "row_once"}})  # type: ignore[operator]
    with pytest.raises(InputError, match="critical"):
        held_for(night, "ord_kind", ids(night), home)


def test_a_rule_that_reports_holds_nothing_and_a_row_is_held_once(night: Night, home: Path) -> None:
    overlay(home, KIND | {"severity": "info"})
    assert held_for(night, "ord_kind", ids(night), home).is_empty()
    again = KIND | {"meta": KIND["meta"] | {"rule": "no_slurs_either"}}  # type: ignore[operator]
    overlay(home, KIND, again)
    assert held_for(night, "ord_kind", ids(night), home)["rule"].to_list() == ["no_slurs"]


def test_a_changed_overlay_is_another_input(home: Path) -> None:
    before = digest_of_overlay("ord_kind", home)
    overlay(home, KIND | {"kwargs": {"column": "slur_turns", "max_value": 1}})
    assert before != digest_of_overlay("ord_kind", home)
    assert digest_of_overlay("ord_other", home) == {}


def test_an_overlay_only_ever_takes_away() -> None:
    """What rights denied stays denied for its reason, and a row that is not held stays as it was."""
    judged = pl.DataFrame(
        {
            "row_id": ["a", "b", "c"],
            "rule": ["denied:TERM_ENDED", None, None],
            "evidence": [None, None, None],
            "remedy": [None, None, None],
        },
        schema_overrides={"evidence": pl.String, "remedy": pl.String},
    )
    held = pl.DataFrame({"row_id": ["a", "b"], "rule": ["r", "r"], "evidence": ["e", "e"], "remedy": ["m", "m"]})
    assert tighten(judged, held).rows() == [
        ("a", "denied:TERM_ENDED", None, None),
        ("b", "quality:r", "e", "m"),
        ("c", None, None, None),
    ]
