"""The quality stage over a night: read, measure, judge, write, account."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipelines import quality
from pipelines.errors import GateClosed
from pipelines.lake import Lake
from pipelines.landing import Landing
from pipelines.night import Night
from pipelines.quality.judge import Finding
from pipelines.settings import Settings
from pipelines.tables.accepted import ACCEPTED
from pipelines.tables.current import CURRENT
from pipelines.tables.distinct import DISTINCT
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.findings import FINDINGS
from pipelines.tables.measures import MEASURES
from pipelines.tables.quarantine import QUARANTINE
from pipelines.tables.set_aside import SET_ASIDE
from pipelines.tables.submissions import SUBMISSIONS
from tests.stages.quality_scenes import rows, scene, turn


def night_of(home: Path, day: str, delivered: pl.DataFrame) -> Night:
    """A night to which ingest and dedup have let every delivered row go on."""
    settings = Settings(landing=home / "landing", lake=home / "lake")
    night = Night(dt.date.fromisoformat(day), Landing(settings.landing), Lake(settings.lake), settings)
    night.write(SUBMISSIONS, delivered)
    night.write(CURRENT, delivered.select("row_id", "submission_id", "revision"))
    night.write(SET_ASIDE, SET_ASIDE.empty())
    night.write(DISTINCT, delivered.select("row_id", "submission_id", "revision"))
    night.write(DUPLICATES, DUPLICATES.empty())
    return night


GOOD, SILENT = scene("good"), scene("silent", turns=[turn(0), turn(1, text=""), *(turn(n) for n in range(2, 20))])


def test_what_came_goes_on_or_is_held_with_its_reason(tmp_path: Path) -> None:
    night = night_of(tmp_path, "2026-11-21", rows(GOOD, SILENT))
    receipt = quality.run(night)
    assert (receipt.came, receipt.went_on, receipt.held_back) == (2, 1, {"no_empty_turn": 1})
    assert night.read(ACCEPTED)["submission_id"].to_list() == ["good"]
    assert night.read(QUARANTINE).select("submission_id", "rule", "places").rows() == [("silent", "no_empty_turn", "1")]
    assert night.read(MEASURES).height == 2


def test_a_row_is_judged_once_and_a_later_night_judges_what_it_brought(tmp_path: Path) -> None:
    quality.run(night_of(tmp_path, "2026-11-21", rows(GOOD)))
    later = night_of(tmp_path, "2026-11-22", rows(SILENT))
    assert quality.run(later).came == 1
    assert later.state(quality.LOG).height == 1


def test_the_same_night_twice_writes_the_same(tmp_path: Path) -> None:
    night = night_of(tmp_path, "2026-11-21", rows(GOOD, SILENT))
    first = (quality.run(night), night.lake.manifest(QUARANTINE, night.name), night.lake.manifest(MEASURES, night.name))
    again = (quality.run(night), night.lake.manifest(QUARANTINE, night.name), night.lake.manifest(MEASURES, night.name))
    assert first == again


def test_a_night_without_rows_is_accounted_for(tmp_path: Path) -> None:
    night = night_of(tmp_path, "2026-11-21", SUBMISSIONS.empty())
    assert quality.run(night).came == 0
    quality.check_gate(night)


def test_a_critical_finding_closes_the_gate_and_leaves_the_accepted_set(tmp_path: Path) -> None:
    night = night_of(tmp_path, "2026-11-21", rows(GOOD))
    quality.run(night)
    quality.check_gate(night)
    night.write(FINDINGS, quality.as_frame([Finding("s", "volume", "rows", "critical", 1, "0", "why", "remedy")]))
    with pytest.raises(GateClosed, match="volume"):
        quality.check_gate(night)
    assert night.read(ACCEPTED).height == 1
