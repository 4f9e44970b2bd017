"""Quarantine is a desk: release, reject, appeal, on record and never rewritten."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines import quality
from pipelines.errors import GateClosed, InputError
from pipelines.night import Night
from pipelines.quality import desk
from pipelines.quality.commands import app
from pipelines.quality.judge import Finding, Split
from pipelines.quality.suite import Suite, load_judgement
from pipelines.tables.accepted import ACCEPTED
from pipelines.tables.findings import FINDINGS
from pipelines.tables.openings import OPENINGS
from pipelines.tables.quarantine import QUARANTINE
from pipelines.tables.releases import RELEASES
from pipelines.tables.submissions import SUBMISSIONS
from tests.stages.quality_scenes import rows, scene, turn
from tests.stages.test_quality import night_of

SHORT = scene("short", turns=[turn(n) for n in range(8)])
SIGNED = ["--by", "nora", "--because", "The silence is the ending."]


@pytest.fixture
def first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    """A night in which the desk holds one short scene."""
    monkeypatch.setenv("PROMPTBOOK_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("PROMPTBOOK_LAKE", str(tmp_path / "lake"))
    night = night_of(tmp_path, "2026-11-21", rows(SHORT, scene("good")))
    quality.run(night)
    return night


def say(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def next_night(home: Path, day: str = "2026-11-22", delivered: pl.DataFrame | None = None) -> Night:
    return night_of(home, day, SUBMISSIONS.empty() if delivered is None else delivered)


def test_the_desk_lists_what_is_held_and_why(first: Night) -> None:
    (line,) = [json.loads(text) for text in say("held", "--json").splitlines()]
    assert (line["submission_id"], line["rule"], line["status"]) == ("short", "turns_near_brief", "held")
    assert "turns_near_brief" in say("held")
    assert "turns_off_brief = 0.6" in say("show", "short")


def test_a_released_row_goes_on_in_the_next_night_with_its_release_on_record(first: Night, tmp_path: Path) -> None:
    say("release", "short", *SIGNED)
    assert quality.run(first).went_on == 1, "the night that was looked at stays as it was"
    later = next_night(tmp_path)
    receipt = quality.run(later)
    assert (receipt.came, receipt.judged_again) == (0, {"goes_on_after_all": 1})
    assert later.read(ACCEPTED)["submission_id"].to_list() == ["short"]
    assert later.state(quality.LOG).height == 2
    record = later.lake.read(RELEASES, later.lake.manifests(RELEASES)).row(0, named=True)
    assert (record["by"], record["because"], record["rules"]) == ("nora", SIGNED[-1], ["turns_near_brief"])
    assert say("held", "--json") == ""


def test_a_release_forgives_what_was_broken_then_and_nothing_else(first: Night, tmp_path: Path) -> None:
    say("release", "short", *SIGNED)
    worse = first.lake.read(QUARANTINE, first.lake.manifests(QUARANTINE)).with_columns(rule=pl.lit("another_rule"))
    first.write(QUARANTINE, worse)
    later = next_night(tmp_path)
    assert quality.run(later).judged_again == {"goes_on_after_all": 1}
    released = desk.decisions(later)
    split = Split(later.read(ACCEPTED).clear(), worse)
    assert desk.forgive(split, released).held.height == 1


def test_a_rejected_row_stays_held_until_an_appeal(
    first: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("reject", "short", *SIGNED)
    monkeypatch.setattr(quality, "judgement_of", lambda _: "new rules")
    second = next_night(tmp_path)
    assert quality.run(second).judged_again == {}
    assert json.loads(say("held", "--json"))["status"] == "reject"
    say("appeal", "short", *SIGNED)
    assert json.loads(say("held", "--json"))["status"] == "appeal"
    say("release", "short", *SIGNED)
    assert quality.run(next_night(tmp_path, "2026-11-23")).judged_again == {"goes_on_after_all": 1}


def test_a_changed_rule_judges_again_what_it_held(
    first: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert quality.run(next_night(tmp_path)).judged_again == {}
    monkeypatch.setattr(quality, "judgement_of", lambda _: "new rules")
    assert quality.run(next_night(tmp_path, "2026-11-23")).judged_again == {"turns_near_brief": 1}
    assert quality.run(next_night(tmp_path, "2026-11-24")).judged_again == {}
    loose = load_judgement()
    loose = Suite(loose.name, tuple(r for r in loose.rules if r.name != "turns_near_brief"))
    monkeypatch.setattr(quality, "load_judgement", lambda: loose)
    monkeypatch.setattr(quality, "judgement_of", lambda _: "newer rules")
    assert quality.run(next_night(tmp_path, "2026-11-25")).judged_again == {"goes_on_after_all": 1}


def test_a_decision_is_signed_and_about_a_held_row(first: Night) -> None:
    for words in (["release", "good", *SIGNED], ["release", "short", "--by", "nora", "--because", " "]):
        with pytest.raises(InputError):
            CliRunner().invoke(app, words, catch_exceptions=False)


def test_flags_are_shown_to_people_and_hold_nothing(first: Night, tmp_path: Path) -> None:
    rude = [turn(n, text="I will kill you, bastard.") if n == 3 else turn(n) for n in range(20)]
    later = next_night(tmp_path, delivered=rows(scene("rude", turns=rude)))
    assert quality.run(later).went_on == 1
    (line,) = [json.loads(text) for text in say("flagged", "--json").splitlines()]
    assert (line["submission_id"], line["slur_turns"], line["threat_turns"], line["address_turns"]) == ("rude", 1, 1, 0)
    assert "slur_turns" in say("show", "short")


def test_a_superseded_row_leaves_the_desk(first: Night, tmp_path: Path) -> None:
    later = next_night(tmp_path)
    later.write(quality.UPSTREAM[0].held, _superseded(first))
    quality.run(later)
    assert say("held", "--json") == ""


def _superseded(night: Night) -> pl.DataFrame:
    table = quality.UPSTREAM[0].held
    row = night.read(QUARANTINE).select("row_id", "submission_id", "revision")
    return row.with_columns(pl.lit("").alias(c.name) for c in table if c.name not in row.columns)


def test_a_closed_gate_is_opened_by_a_person_and_only_for_that_night(first: Night, tmp_path: Path) -> None:
    closed = Finding("drift", "volume_as_before", "volume", "critical", 1, "rows of portal: 0", "why", "remedy")
    for night in (first, next_night(tmp_path)):
        quality.run(night)
        night.write(FINDINGS, quality.as_frame([closed]))
    with pytest.raises(GateClosed, match="rows of portal: 0"):
        quality.check_gate(first)
    assert "closed" in say("gate", "--night", "2026-11-21")
    say("open", "volume_as_before", *SIGNED, "--night", "2026-11-21")
    quality.check_gate(first)
    assert "opened" in say("gate", "--night", "2026-11-21")
    assert len(first.lake.partitions(OPENINGS)) == 1
    with pytest.raises(GateClosed):
        quality.check_gate(next_night(tmp_path))
    with pytest.raises(InputError, match="does not close"):
        CliRunner().invoke(app, ["open", "mix_as_before", *SIGNED], catch_exceptions=False)
