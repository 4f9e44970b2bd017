"""The nightly page stands alone, adds up, and shows no markup that a delivery smuggled in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest

from pipelines import quality
from pipelines.quality import suite
from pipelines.quality.report import facts_of, page, write_report
from pipelines.tables.submissions import SUBMISSIONS
from tests.stages.quality_scenes import rows, scene, turn
from tests.stages.test_quality import night_of

SHORT = [turn(n) for n in range(8)]


def test_the_page_adds_up_and_needs_nothing_else(tmp_path: Path) -> None:
    quality.run(night_of(tmp_path, "2026-11-20", rows(scene("old"))))
    evil = scene("<script>alert(1)</script>", turns=SHORT, campaign="<img src=x>")
    night = night_of(tmp_path, "2026-11-21", rows(scene("good"), evil))
    quality.run(night)
    html = write_report(night).read_text(encoding="utf-8")
    assert "Quality looked at 2 and held 1. The gate is open." in html
    assert "turns_near_brief" in html
    assert "<script" not in html
    assert "<img" not in html
    assert not re.search(r"<[^>]*src=|url\(|https?:|//|@import", html)
    assert re.findall(r"href='([^']*)'", html) == ["2026-11-21.expectations.json"]
    assert page(facts_of(night)) == html.replace("\r", "")


def test_the_page_shows_flags(tmp_path: Path) -> None:
    rude = [turn(0, text="I will kill you, bastard."), turn(1)]
    night = night_of(tmp_path, "2026-11-21", rows(scene("rude", turns=rude, brief=None)))
    quality.run(night)
    html = page(facts_of(night))
    assert re.search(r"slur</td>\s*<td[^>]*>1</td>\s*<td[^>]*>1</td>\s*<td[^>]*><code>rude: 1", html)
    assert "bastard" not in html


def test_the_answers_of_great_expectations_lie_beside_the_page(tmp_path: Path) -> None:
    night = night_of(tmp_path, "2026-11-21", rows(scene("good"), scene("short", turns=SHORT)))
    quality.run(night)
    path = write_report(night).parent / "2026-11-21.expectations.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    by_rule = {
        r["expectation_config"]["meta"]["rule"]: r
        for v in said["validations"]
        for r in v["results"]
        if "between" in r["expectation_config"]["type"]
    }
    assert by_rule["turns_near_brief"]["result"]["unexpected_count"] == 1
    assert not by_rule["turns_near_brief"]["success"]
    assert by_rule["no_empty_turn"]["success"]
    judged = {name for v in said["validations"] for name in [v["suite_name"]]}
    assert {"submissions", "mechanical.submissions.cells", "mechanical.submissions.fields"} <= judged


def test_an_empty_night_has_a_page(tmp_path: Path) -> None:
    night = night_of(tmp_path, "2026-11-21", SUBMISSIONS.empty())
    quality.run(night)
    assert "Nothing was held." in page(facts_of(night))


def test_a_campaign_may_ask_for_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An overlay for one campaign asks for an emotion on every turn; other campaigns may go without."""
    every = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "labelled_turns", "min_value": 1}}
    meta = {"rule": "emotion_on_every_turn", "why": "the campaign buys emotion", "remedy": "label each turn"}
    overlay = {"name": "cmp_feel", "expectations": [every | {"severity": "warning", "meta": meta}]}
    (tmp_path / "overlays").mkdir()
    (tmp_path / "overlays/cmp_feel.json").write_text(json.dumps(overlay), encoding="utf-8")
    monkeypatch.setattr(quality, "load_overlays", lambda: suite.load_overlays(tmp_path))
    bare = [turn(n, emotions=[], undertone=None) for n in range(20)]
    asked, free = scene("asked", turns=bare, campaign="cmp_feel"), scene("free", turns=bare)
    night = night_of(tmp_path, "2026-11-21", rows(asked, free, scene("none", turns=bare, campaign=None)))
    receipt = quality.run(night)
    assert (receipt.went_on, receipt.held_back) == (2, {"emotion_on_every_turn": 1})
    assert isinstance(night.read(quality.LOG.kept), pl.DataFrame)
