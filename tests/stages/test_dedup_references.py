"""Published works: a submission that is a play, or a good part of one, is held for a person with the work's name."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import dedup, logs
from pipelines.dedup import config
from pipelines.dedup.judge import Verdicts, judge
from pipelines.dedup.references import read_references
from pipelines.tables.distinct import DISTINCT
from pipelines.tables.duplicates import DUPLICATES
from tests.lakes import NIGHT, World
from tests.stages.test_dedup import prints, row, words
from tests.stages.test_dedup_night import NEXT, deliver, told

PLAY = words(3, 4000)


def judged(home: Path, text: list[str]) -> Verdicts:
    (home / "plays").mkdir()
    (home / "plays" / "lear.txt").write_text(" ".join(PLAY))
    (home / "other.html").write_bytes(f"<p>{' <b>'.join(words(4, 900))}</p>é".encode("latin-1"))
    fresh = prints([row("a", 1, text)])
    return judge(fresh, fresh.clear(), config.load(), references=read_references(home))


def test_a_scene_of_a_published_play_is_held_with_its_name_and_measure(tmp_path: Path) -> None:
    line = judged(tmp_path, PLAY[1000:1300]).held.row(0, named=True)
    assert (line["rule"], line["action"], line["matched_submission_id"]) == ("published_text", "held", "plays/lear.txt")
    assert line["containment"] == 1.0
    assert line["identity"] == "published"


def test_a_third_of_a_scene_is_enough_and_the_measure_is_exact(tmp_path: Path) -> None:
    line = judged(tmp_path, PLAY[1000:1200] + words(8, 200)).held.row(0, named=True)
    assert line["containment"] == 196 / 396


def test_a_quotation_is_no_copy(tmp_path: Path) -> None:
    assert judged(tmp_path, PLAY[1000:1040] + words(8, 300)).held.is_empty()


def test_a_work_in_html_is_read_without_its_tags(tmp_path: Path) -> None:
    assert judged(tmp_path, words(4, 900)[100:400]).held["matched_submission_id"].to_list() == ["other.html"]


def test_no_folder_of_references_is_none(tmp_path: Path) -> None:
    assert read_references(tmp_path / "references") is None


# ── a work that is filed, changed or taken away later ────────────────────────────────────────────────────────────


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    deliver(world, NIGHT, [told("a", 1), told("b", 2, seed=5)])
    return world


def file_work(world: World, name: str, text: list[str] | None) -> None:
    path = world.landing.references / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if text is None:
        path.unlink()
    else:
        path.write_text(" ".join(text))


def verdict(world: World, date: dt.date) -> dict[str, str]:
    night = world.night(date)
    return dict.fromkeys(night.read(DISTINCT)["submission_id"], "") | dict(
        night.read(DUPLICATES)["submission_id", "matched_submission_id"].iter_rows()
    )


PLAY_OF_A = words(3, 900) + words(1) + words(4, 900)


@pytest.mark.parametrize("rows_in_memory", [50_000, 0])
def test_a_play_that_is_filed_tomorrow_holds_the_row_that_went_on(
    world: World, rows_in_memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.dedup.history.ROWS", rows_in_memory)
    assert dedup.run(world.night()).went_on == 2
    deliver(world, NEXT, [])
    before = dedup.inputs(world.night(NEXT))
    file_work(world, "plays/lear.txt", PLAY_OF_A)
    assert dedup.inputs(world.night(NEXT)) != before
    receipt = dedup.run(world.night(NEXT))
    assert (receipt.came, receipt.judged_again) == (0, {"published_text": 1})
    assert verdict(world, NEXT) == {"a": "plays/lear.txt"}
    assert world.night(NEXT).state(logs.DEDUP).height == 1


def test_a_play_that_is_filed_after_a_night_of_nothing_is_looked_up_too(world: World) -> None:
    dedup.run(world.night())
    dedup.run(world.night(NEXT))
    file_work(world, "lear.txt", PLAY_OF_A)
    assert dedup.run(world.night(NEXT + dt.timedelta(days=1))).judged_again == {"published_text": 1}


def test_a_known_play_is_not_looked_up_in_history_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    file_work(world, "lear.txt", PLAY_OF_A)
    dedup.run(world.night())
    monkeypatch.setattr("pipelines.dedup.references.quoting", None)
    deliver(world, NEXT, [told("c", 3, seed=8)])
    assert dedup.run(world.night(NEXT)).judged_again == {}


def test_a_play_that_is_taken_away_or_changed_lets_its_rows_be_judged_again(world: World) -> None:
    file_work(world, "lear.txt", PLAY_OF_A)
    file_work(world, "other.txt", words(7, 900))
    assert dedup.run(world.night()).held_back == {"published_text": 1}
    file_work(world, "lear.txt", words(4, 900))
    file_work(world, "other.txt", words(5) + words(7, 900))
    deliver(world, NEXT, [])
    receipt = dedup.run(world.night(NEXT))
    assert receipt.judged_again == {"published_text": 1, "goes_on_after_all": 1}
    assert verdict(world, NEXT) == {"a": "", "b": "other.txt"}
    file_work(world, "other.txt", None)
    assert dedup.run(world.night(NEXT + dt.timedelta(days=1))).judged_again == {"goes_on_after_all": 1}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0, 50_000]))
def test_works_filed_night_by_night_come_to_what_works_filed_before_come_to(seed: int, rows_in_memory: int) -> None:
    chosen = random.Random(seed)  # noqa: S311
    nights = [NIGHT + dt.timedelta(days=n) for n in range(3)]
    rows = {d: [told(f"{d:%d}{n}", 1, seed=chosen.randrange(6)) for n in range(chosen.randrange(4))] for d in nights}
    works = {f"w{n}.txt": words(n, chosen.choice([40, 100, 200])) + words(n + 50, 300) for n in range(4)}
    ends = []
    for at_once in (True, False):
        with TemporaryDirectory() as home, pytest.MonkeyPatch.context() as patch:
            patch.setattr("pipelines.dedup.history.ROWS", rows_in_memory)
            world = World(Path(home))
            when = {name: 0 if at_once else chosen.randrange(3) for name in works}
            for number, date in enumerate(nights):
                for name, text in works.items():
                    if when[name] == number:
                        file_work(world, name, text)
                deliver(world, date, rows[date])
                dedup.run(world.night(date))
            latest: dict[str, str] = {}
            for date in nights:
                latest |= verdict(world, date)
            ends.append(latest)
    assert ends[0] == ends[1]
