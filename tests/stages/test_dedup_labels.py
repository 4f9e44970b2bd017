"""Dedup: copies whose labels disagree are all held, whichever came first, and name each other."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dedup import config
from pipelines.dedup.judge import Verdicts, judge
from pipelines.dedup.shelf import ORDER, build_shelf, merged, open_shelf
from tests.stages.test_dedup import A, edited, judged, prints, row, rules, turns, words
from tests.stages.test_dedup_history import troupe

Row = dict[str, Any]
VOICE = {"modalities": ["voice"]}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (row("a", 1, A, label="anger"), row("b", 2, A, label="joy")),
        (row("a", 1, A, label="anger"), row("b", 2, edited(A, 2), label="joy")),
        (row("a", 1, A, label="anger"), row("b", 2, edited(A, 2), label="joy", by="prf_a")),
        (row("a", 1, A, label="anger", length=100), row("b", 2, edited(A, 2), label="joy", length=100)),
        (
            row("a", 1, ["no"], label="joy", takes=["t"], **VOICE),
            row("b", 2, ["no"], label="fear", takes=["t"], **VOICE),
        ),
    ],
)
def test_both_copies_are_held_and_name_each_other(first: Row, second: Row) -> None:
    found = judged(first, second)
    columns = ["row_id", "rule", "action", "matched_row_id", "labels_agree"]
    assert found.held.select(columns).sort("row_id").rows() == [
        ("a", "labels_disagree", "held", "b", False),
        ("b", "labels_disagree", "held", "a", False),
    ]
    assert found.kept.is_empty()


@pytest.mark.parametrize(
    "second",
    [
        row("b", 2, A, label="anger"),
        row("b", 2, A, label=None),
        row("b", 2, edited(A, 10), label="joy"),
        row("b", 2, A[:60], label="joy"),
        row("a/2", 2, A, label="joy"),
        row("b", 2, words(2), label="joy"),
    ],
)
def test_the_first_goes_on_where_the_other_is_no_copy_or_says_nothing_else(second: Row) -> None:
    assert judged(row("a", 1, A, label="anger"), second).kept["row_id"].to_list()[0] == "a"


def test_a_copy_that_would_be_rejected_is_held_while_a_third_says_other_things() -> None:
    found = judged(row("a", 1, A), row("b", 2, A), row("c", 3, edited(A, 1), label="joy"))
    assert rules(found) == dict.fromkeys("abc", "labels_disagree")
    assert dict(found.held.select("row_id", "matched_row_id").iter_rows()) == {"a": "c", "b": "c", "c": "a"}


@pytest.mark.parametrize("copy", [A, edited(A, 2)])
@pytest.mark.parametrize("on_shelf", [True, False])
def test_a_copy_with_other_labels_that_comes_tomorrow_holds_the_row_that_went_on(
    tmp_path: Path, copy: list[str], on_shelf: bool
) -> None:
    history = prints([row("a", 1, A), row("x", 2, words(9))])
    said: dict[str, Any] = {}
    if on_shelf:
        build_shelf(tmp_path / "s", merged(None, history))
        history, said = history.clear(), {"shelf": open_shelf(tmp_path / "s")}
    found = judge(prints([row("b", 5, copy, label="joy")]), history, config.load(), **said)
    assert found.again_held.select("row_id", "rule", "matched_row_id").rows() == [("a", "labels_disagree", "b")]
    assert rules(found) == {"b": "labels_disagree"}


def test_a_row_that_ingest_set_aside_is_a_copy_too() -> None:
    found = judge(prints([row("b", 5, A, label="joy")]), prints([row("a", 1, A)]), config.load(), pl.Series(["x"]))
    assert found.held.is_empty()
    assert rules_again(found) == {"a": "labels_disagree"}


def rules_again(found: Verdicts) -> dict[str, str]:
    return dict(found.again_held.select("row_id", "rule").iter_rows())


def test_a_held_row_that_is_judged_again_stays_held_for_its_later_copy() -> None:
    old = prints([row("a", 5, A), row("b", 7, edited(A, 1), label="joy")])
    found = judge(prints([row("late", 1, A[:60])]), old, config.load())
    assert rules_again(found) == {"a": "labels_disagree", "b": "labels_disagree"}


# ── the rule as brute force ──────────────────────────────────────────────────────────────────────────────────────


def shingles(text: str) -> set[tuple[str, ...]]:
    said = text.split()
    return {tuple(said[i : i + 5]) for i in range(max(1, len(said) - 4))} if said else set()


def text_of(one: Row) -> str:
    return " ".join(t["text"] for t in one["turns"])


def is_copy(one: Row, other: Row) -> bool:
    if {t["sha256"] for t in one["takes"]} & {t["sha256"] for t in other["takes"]}:
        return True
    mine, theirs = shingles(text_of(one)), shingles(text_of(other))
    return len(mine & theirs) / len(mine | theirs) >= 0.8


def says_others(one: Row, other: Row) -> bool:
    said: list[dict[str, set[str]]] = [{}, {}]
    for into, of in zip(said, (one, other), strict=True):
        for turn in of["turns"]:
            for emotion in turn["emotions"]:
                into.setdefault(turn["text"], set()).add(emotion["label"])
    return any(said[0][text] != said[1][text] for text in said[0].keys() & said[1].keys())


def due(rows: list[Row]) -> dict[str, str]:
    """Each row that some copy disagrees with, and the earliest such copy."""
    ordered = sorted(rows, key=lambda r: tuple(r[c] for c in ORDER))
    found = {}
    for one in ordered:
        others = [o for o in ordered if o["submission_id"] != one["submission_id"]]
        named = next((o["row_id"] for o in others if is_copy(one, o) and says_others(one, o)), None)
        if named:
            found[one["row_id"]] = named
    return found


def mixed(seed: int, count: int) -> list[Row]:
    """A troupe whose rows also have several labels, and turns that are said twice."""
    chosen = random.Random(seed)  # noqa: S311
    rows = troupe(seed, count)
    for one in rows:
        for turn in one["turns"]:
            if turn["emotions"] and chosen.random() < 0.1:
                turn["emotions"] = [{"label": chosen.choice(["fear", "joy"]), "vocabulary": "v/1"}]
        if chosen.random() < 0.2:
            one["turns"] += turns(text_of(one).split()[:10], chosen.choice(["anger", "joy"]))
    return rows


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 24), st.integers(1, 3))
def test_exactly_the_copies_that_brute_force_finds_are_held(seed: int, count: int, nights: int) -> None:
    rows = mixed(seed, count)
    history = prints(rows).clear()
    latest: dict[str, tuple[str, str]] = {}
    for n in range(nights):
        fresh = prints(rows[n::nights])
        found = judge(fresh, history, config.load())
        for frame in (found.kept, found.again_kept):
            latest |= dict.fromkeys(frame["row_id"], ("", ""))
        for frame in (found.held, found.again_held):
            latest |= {r: (rule, matched) for r, rule, matched in frame["row_id", "rule", "matched_row_id"].iter_rows()}
        history = pl.concat([history, fresh])
    held = {r: matched for r, (rule, matched) in latest.items() if rule == "labels_disagree"}
    assert held == due(rows)
