"""What raters perceive, against what was intended: read from landing, measured, and never a verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines import quality
from pipelines.quality.perceived import perceived, read_ratings
from pipelines.tables.findings import FINDINGS
from pipelines.tables.perceived import PERCEIVED
from tests.stages.quality_scenes import rows, scene, turn
from tests.stages.test_quality import night_of

ACTED = [
    turn(0, emotions=[{"label": "ANG", "vocabulary": "crema_d/1"}]),
    turn(1, emotions=[{"label": "SAD", "vocabulary": "crema_d/1"}]),
    turn(2, emotions=[{"label": label, "vocabulary": "crema_d/1"} for label in ("ANG", "SAD")]),
]
"""The third is of two minds, so nothing tells which vote is right."""


def vote(turn: int, label: str, votes: int = 1, **said: Any) -> dict[str, Any]:
    line = {"submission_id": "sub_1", "turn": turn, "label": label, "vocabulary": "ekman/1", "votes": votes}
    return line | {"channel": "voice"} | said


def file_of(home: Path, *lines: dict[str, Any], name: str = "a.ndjson", day: str = "2026-11-21") -> Path:
    path = home / f"landing/ratings/portal/{day}/{name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    return path


def measured(home: Path, *lines: dict[str, Any]) -> pl.DataFrame:
    ratings, strange = read_ratings([("portal", file_of(home, *lines))])
    assert not strange
    return perceived(ratings, rows(scene(turns=ACTED)))


def test_votes_are_counted_in_ekmans_words(tmp_path: Path) -> None:
    found = measured(
        tmp_path,
        vote(0, "anger", 6),
        vote(0, "F", 1, vocabulary="nobody/1"),
        vote(0, "sadness", 2),
        vote(1, "joy", 3),
        vote(1, "sadness", 1),
        vote(2, "anger", 9),
    )
    one = found.filter(submission_id="sub_1").row(0, named=True)
    assert (one["turns"], one["votes"], one["unplaced"]) == (2, 12, 1)
    assert one["votes_right"] == pytest.approx(7 / 12)
    assert (one["crowd_right"], one["ties"]) == (0.5, 0.0)
    assert found.filter(submission_id="")["alpha"].to_list() == [one["alpha"]]


def test_each_channel_is_a_crowd_of_its_own(tmp_path: Path) -> None:
    found = measured(tmp_path, vote(0, "anger"), vote(0, "joy", channel="face")).filter(submission_id="sub_1")
    assert dict(found.select("channel", "crowd_right").iter_rows()) == {"voice": 1.0, "face": 0.0}
    assert found["alpha"].null_count() == 2, "one vote agrees with nobody"


def test_a_vote_for_a_turn_or_a_work_that_is_not_there_counts_nowhere(tmp_path: Path) -> None:
    assert measured(tmp_path, vote(9, "anger"), vote(0, "anger", submission_id="gone")).is_empty()


def test_a_file_delivered_twice_counts_once_and_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    lines = [vote(0, "anger"), {"submission_id": "sub_1", "turn": 0}, vote(0, "joy", -1)]
    files = [("portal", file_of(tmp_path, *lines, name=name)) for name in ("a.ndjson", "b.ndjson")]
    ratings, strange = read_ratings(files)
    assert ratings["votes"].to_list() == [1]
    assert strange == ["portal/2026-11-21/a.ndjson:2", "portal/2026-11-21/a.ndjson:3"]


def test_the_stage_reads_ratings_up_to_its_night_and_holds_nobody(tmp_path: Path) -> None:
    file_of(tmp_path, vote(0, "anger", 4), {"no": "rating"})
    file_of(tmp_path, vote(0, "joy", 9), day="2026-11-22")
    night = night_of(tmp_path, "2026-11-21", rows(scene(turns=ACTED, brief=None)))
    night.landing.root.joinpath("submissions").mkdir(parents=True)
    receipt = quality.run(night)
    found = night.read(PERCEIVED).filter(submission_id="sub_1")
    assert found.select("votes", "crowd_right").rows() == [(4, 1.0)]
    assert receipt.went_on == 1
    assert night.read(FINDINGS).filter(rule="ratings_readable").select("severity", "count").rows() == [("info", 1)]
