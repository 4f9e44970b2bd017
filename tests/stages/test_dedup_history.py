"""Dedup over nights: one by one, in any order, comes to the same verdicts as one pass over everything."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dedup import config
from pipelines.dedup.history import history_before
from pipelines.dedup.judge import judge
from pipelines.dedup.shelf import build_shelf, merged, open_shelf
from pipelines.lake import Lake
from pipelines.tables.fingerprints import FINGERPRINTS
from tests.stages.test_dedup import edited, prints, row, words


def troupe(seed: int, count: int) -> list[dict[str, Any]]:
    """Rows of few scenes, so that copies, near copies, parts, takes and labels meet each other in every way."""
    chosen = random.Random(seed)  # noqa: S311
    rows = []
    for n in range(count):
        text = words(chosen.randrange(3), 60)
        text = chosen.choice([text, text, edited(text, 1), edited(text, 3), text[:30], text + words(n + 50, 90)])
        by, label = f"prf_{chosen.randrange(2)}", chosen.choice(["anger", "joy", None])
        said = {"by": by, "label": label, "takes": chosen.choice([[], [], ["t1"], ["t2"], ["t1", "t3"]])}
        name = f"s{chosen.randrange(count)}/{n + 1}" if chosen.random() < 0.3 else f"u{n}"
        rows.append(row(name, chosen.randrange(count), text, **said))
    return rows


def state(nights: list[list[dict[str, Any]]], shelved: Path | None = None) -> list[tuple[object, ...]]:
    """The latest verdict of each row after the nights, as a stage logs them; every second night fills the shelf."""
    history, shelf = prints([row("none", 0, [])]).clear(), None
    latest: dict[str, tuple[object, ...]] = {}
    for number, rows in enumerate(nights):
        fresh = prints(rows)
        if shelved and number % 2:
            home = shelved / f"{number}"
            build_shelf(home, merged(shelf, history))
            history, shelf = history.clear(), open_shelf(home)
        found = judge(fresh, history, config.load(), shelf=shelf)
        for frame in (found.kept, found.again_kept, found.held, found.again_held):
            latest |= {line["row_id"]: tuple(map(str, line.values())) for line in frame.iter_rows(named=True)}
        history = pl.concat([history, fresh])
    return sorted(latest.values(), key=str)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 24), st.integers(1, 4))
def test_nights_one_by_one_in_any_order_equal_one_night_over_everything(seed: int, count: int, nights: int) -> None:
    rows = troupe(seed, count)
    shuffled = random.Random(seed + 1).sample(rows, len(rows))  # noqa: S311
    parts = [part for n in range(nights) if (part := shuffled[n::nights])]
    assert state(parts) == state([rows])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 24), st.integers(2, 5))
def test_history_on_the_shelf_gives_the_same_verdicts(seed: int, count: int, nights: int) -> None:
    rows = troupe(seed, count)
    shuffled = random.Random(seed + 1).sample(rows, len(rows))  # noqa: S311
    parts = [part for n in range(nights) if (part := shuffled[n::nights])]
    with TemporaryDirectory() as home:
        assert state(parts, Path(home)) == state([rows])


def test_a_late_original_makes_the_copy_that_was_judged_before_a_duplicate() -> None:
    copy, original = row("copy", 5, words(1)), row("original", 1, words(1))
    first = judge(prints([copy]), prints([copy]).clear(), config.load())
    second = judge(prints([original]), prints([copy]), config.load())
    assert first.kept["row_id"].to_list() == ["copy"]
    assert second.kept["row_id"].to_list() == ["original"]
    assert second.again_held.select("row_id", "rule", "matched_row_id").rows() == [("copy", "other_copy", "original")]


def test_a_night_does_not_judge_again_what_it_cannot_change() -> None:
    old = prints([row(f"old{n}", n, words(n)) for n in range(5)])
    found = judge(prints([row("new", 9, words(77))]), old, config.load())
    assert found.again_kept.is_empty()
    assert found.again_held.is_empty()


def test_a_long_history_is_put_on_a_shelf_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = troupe(7, 40)
    nights = [prints(rows[n::10]) for n in range(10)]
    lake = Lake(tmp_path)
    for number, fresh in enumerate(nights):
        lake.write(FINGERPRINTS, f"2026-11-{number + 1:02}", fresh)
    assert history_before(lake, dt.date(2026, 11, 10))[1] is None
    monkeypatch.setattr("pipelines.dedup.history.ROWS", 10)
    monkeypatch.setattr("pipelines.dedup.history.CHUNK_ROWS", 9)
    recent, shelf = history_before(lake, dt.date(2026, 11, 10))
    assert recent.is_empty()
    assert shelf is not None
    assert shelf.count == sum(n.height for n in nights[:9])
    again, same = history_before(lake, dt.date(2026, 11, 10))
    assert again.is_empty()
    assert same is not None
    everything = pl.concat(nights[:9])
    on_shelf = judge(nights[9], recent, config.load(), shelf=same)
    in_memory = judge(nights[9], everything, config.load())
    assert on_shelf.held.sort("row_id").equals(in_memory.held.sort("row_id"))
    assert on_shelf.again_held.sort("row_id").equals(in_memory.again_held.sort("row_id"))


def test_a_row_on_the_shelf_may_come_to_be_judged_late(tmp_path: Path) -> None:
    build_shelf(tmp_path / "s", [prints([row("a", 1, words(1)), row("b", 2, words(1))])])
    fresh = prints([row("c", 3, words(2))])
    found = judge(fresh, fresh.clear(), config.load(), pl.Series(["b", "c"]), shelf=open_shelf(tmp_path / "s"))
    assert found.held["row_id"].to_list() == ["b"]
    assert found.kept["row_id"].to_list() == ["c"]
