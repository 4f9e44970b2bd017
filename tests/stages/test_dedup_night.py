"""Dedup in the lake: a night reads what ingest let go on, remembers it, and logs only what it brought or changed."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import polars as pl
import pytest

from pipelines import dedup, logs
from pipelines.tables.current import CURRENT
from pipelines.tables.distinct import DISTINCT
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.fingerprints import FINGERPRINTS
from pipelines.tables.set_aside import SET_ASIDE
from pipelines.tables.submissions import SUBMISSIONS
from tests.lakes import NIGHT, Row, World, frame, scene
from tests.stages.test_dedup import turns, words

NEXT = NIGHT + dt.timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def told(name: str, day: int, seed: int = 1) -> Row:
    return scene(
        name, submitted_at=dt.datetime(2026, 11, day, tzinfo=dt.UTC), turns=[_full(t) for t in turns(words(seed))]
    )


def _full(turn: Row) -> Row:
    return {"speakers": [], "subtext": None, "undertone": None, "intensity": None, "rating": None} | turn


def deliver(world: World, date: dt.date, rows: list[Row], aside: list[Row] | None = None) -> None:
    world.lake.write(SUBMISSIONS, date.isoformat(), frame(SUBMISSIONS, [*rows, *(aside or [])]))
    world.lake.write(CURRENT, date.isoformat(), frame(CURRENT, rows))
    held = [r | {"rule": "superseded", "evidence": "", "remedy": ""} for r in aside or []]
    world.lake.write(SET_ASIDE, date.isoformat(), frame(SET_ASIDE, held))


def test_a_night_accounts_for_every_row_and_remembers_it(world: World) -> None:
    deliver(world, NIGHT, [told("a", 1), told("b", 2), told("c", 3, seed=5)])
    receipt = dedup.run(world.night())
    assert (receipt.came, receipt.went_on, receipt.held_back) == (3, 2, {"own_copy": 1})
    assert world.night().read(FINGERPRINTS)["submission_id"].to_list() == ["a", "b", "c"]


def test_a_late_original_lets_the_copy_of_an_earlier_night_be_judged_again(world: World) -> None:
    deliver(world, NIGHT, [told("copy", 9)])
    deliver(world, NEXT, [told("original", 1)])
    assert dedup.run(world.night()).went_on == 1
    receipt = dedup.run(world.night(NEXT))
    assert (receipt.came, receipt.went_on, receipt.judged_again) == (1, 1, {"own_copy": 1})
    assert world.night(NEXT).state(logs.DEDUP).height == 1
    assert world.night(NEXT).read(DUPLICATES)["matched_submission_id"].to_list() == ["original"]


def test_a_copy_with_other_labels_holds_the_row_that_went_on_before(world: World) -> None:
    other = told("b", 5)
    other["turns"][0]["emotions"] = [{"label": "joy", "vocabulary": "v/1"}]
    deliver(world, NIGHT, [told("a", 1)])
    deliver(world, NEXT, [other])
    assert dedup.run(world.night()).went_on == 1
    receipt = dedup.run(world.night(NEXT))
    assert (receipt.held_back, receipt.judged_again) == ({"labels_disagree": 1}, {"labels_disagree": 1})
    assert world.night(NEXT).state(logs.DEDUP).is_empty()
    named = world.night(NEXT).read(DUPLICATES).select("submission_id", "matched_submission_id").rows()
    assert sorted(named) == [("a", "b"), ("b", "a")]


def test_a_row_whose_verdict_does_not_change_is_not_logged_again(world: World) -> None:
    deliver(world, NIGHT, [told("a", 1), told("b", 5)])
    deliver(world, NEXT, [told("c", 3)])
    dedup.run(world.night())
    receipt = dedup.run(world.night(NEXT))
    assert receipt.judged_again == {}
    assert world.night(NEXT).read(DUPLICATES)["submission_id"].to_list() == ["c"]


def test_a_superseded_row_is_remembered_and_matched_but_not_judged(world: World) -> None:
    deliver(world, NIGHT, [told("b", 2)], aside=[told("a", 1)])
    receipt = dedup.run(world.night())
    assert (receipt.came, receipt.held_back) == (1, {"own_copy": 1})
    logged = pl.concat([world.night().read(t, ["submission_id"]) for t in (DISTINCT, DUPLICATES)])
    assert logged["submission_id"].to_list() == ["b"]


def test_a_night_that_is_run_twice_changes_nothing(world: World) -> None:
    deliver(world, NIGHT, [told("a", 1), told("b", 2)])
    deliver(world, NEXT, [told("c", 1, seed=3)])
    dedup.run(world.night())
    first = dedup.run(world.night(NEXT))
    manifests = [world.lake.manifest(t, NEXT.isoformat()) for t in (DISTINCT, DUPLICATES, FINGERPRINTS)]
    assert dedup.run(world.night(NEXT)) == first
    assert [world.lake.manifest(t, NEXT.isoformat()) for t in (DISTINCT, DUPLICATES, FINGERPRINTS)] == manifests


def test_a_night_without_rows_is_a_receipt_of_nothing(world: World) -> None:
    assert dedup.run(world.night()).came == 0


def add(world: World, date: dt.date, rows: list[Row], aside: list[Row]) -> None:
    """Ingest speaks of rows again that were delivered before."""
    world.lake.write(CURRENT, date.isoformat(), frame(CURRENT, rows))
    held = [r | {"rule": "superseded", "evidence": "", "remedy": ""} for r in aside]
    world.lake.write(SET_ASIDE, date.isoformat(), frame(SET_ASIDE, held))


@pytest.mark.parametrize("seed", range(6))
def test_what_comes_tonight_equals_what_all_of_history_says(world: World, seed: int) -> None:
    chosen = random.Random(seed)  # noqa: S311
    nights = [NIGHT + dt.timedelta(days=n) for n in range(5)]
    known: list[Row] = []
    for date in nights:
        fresh = [told(f"{date:%d}{n}", 1, seed=chosen.randrange(9)) for n in range(chosen.randrange(3))]
        known += fresh
        world.lake.write(SUBMISSIONS, date.isoformat(), frame(SUBMISSIONS, fresh))
        said = [r for r in known if r in fresh or chosen.random() < 0.4]
        aside = [r for r in said if chosen.random() < 0.4]
        add(world, date, [r for r in said if r not in aside], aside)
        if chosen.random() < 0.3:  # an earlier night's log is written anew
            add(world, chosen.choice(nights[: nights.index(date) + 1]), known[::2], known[1::2])
        if chosen.random() < 0.8:
            night = world.night(date)
            expected = night.coming_to(logs.DEDUP, [logs.INGEST])
            receipt = dedup.run(night)
            assert receipt.came == expected.height
            logged = pl.concat([night.read(t, ["row_id"]) for t in (DISTINCT, DUPLICATES)])
            assert set(expected["row_id"]) <= set(logged["row_id"])


def test_a_usual_night_reads_no_log_of_the_nights_before(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(world, NIGHT, [told("a", 1)])
    deliver(world, NEXT, [told("b", 2, seed=7)])
    dedup.run(world.night())
    for name in ("judged", "coming_to", "state"):
        monkeypatch.delattr(f"pipelines.night.Night.{name}")
    assert dedup.run(world.night(NEXT)).came == 1


def test_a_row_that_ingest_lets_go_on_again_is_not_judged_twice(world: World) -> None:
    deliver(world, NIGHT, [told("a", 1)])
    dedup.run(world.night())
    add(world, NEXT, [told("a", 1)], [])
    assert dedup.run(world.night(NEXT)).came == 0


def test_a_row_on_the_shelf_that_is_delivered_again_is_not_fingerprinted_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.dedup.history.ROWS", 0)
    deliver(world, NIGHT, [told("a", 1), told("b", 2, seed=3)])
    dedup.run(world.night())
    deliver(world, NEXT, [told("b", 2, seed=3), told("c", 3, seed=3)])
    receipt = dedup.run(world.night(NEXT))
    assert world.night(NEXT).read(FINGERPRINTS)["submission_id"].to_list() == ["c"]
    assert (receipt.came, receipt.held_back) == (1, {"own_copy": 1})


def test_an_earlier_log_written_anew_does_not_outweigh_a_later_one(world: World) -> None:
    deliver(world, NIGHT, [], aside=[told("a", 1)])
    dedup.run(world.night())
    add(world, NEXT, [], [told("a", 1)])
    dedup.run(world.night(NEXT))
    add(world, NIGHT, [told("a", 1)], [])
    assert dedup.run(world.night(NEXT + dt.timedelta(days=1))).came == 0
