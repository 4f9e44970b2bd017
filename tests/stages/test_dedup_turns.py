"""Dedup: which turns were copied, wholly or in part, with the turn numbers of both sides and the share."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dedup import config
from pipelines.dedup.evidence import sheet_of
from pipelines.dedup.judge import judge
from pipelines.dedup.references import read_references
from pipelines.dedup.shelf import ORDER
from pipelines.dedup.turns import copied_parts
from tests.stages.test_dedup import A, judged, prints, row, words

OWN = words(5, 400)


def parts(mine: list[str], theirs: list[str], length: int = 10, other_length: int = 10) -> list[tuple[Any, ...]]:
    sheet = sheet_of(prints([row("a", 1, theirs, length=other_length), row("b", 2, mine, length=length)]).sort(ORDER))
    return [(p.turn, p.matched_turn, round(p.share, 4)) for p in copied_parts(sheet, 1, 0)]


def test_a_turn_that_shares_a_run_of_five_words_is_named_with_its_turn_there_and_its_share() -> None:
    mine = OWN[:10] + A[30:36] + OWN[10:14] + OWN[14:24]
    assert parts(mine, A) == [(1, 3, 0.6)]


def test_four_words_in_a_row_are_no_copy() -> None:
    assert parts(OWN[:10] + A[30:34] + OWN[10:16], A) == []


def test_runs_that_lie_apart_add_up_and_overlap_once() -> None:
    assert parts(A[0:5] + OWN[:3] + A[7:14], A, length=15, other_length=100) == [(0, 0, 0.8)]


def test_turns_cut_anew_are_copied_whole() -> None:
    assert parts(A[:40], A, length=20) == [(0, 0, 1.0), (1, 2, 1.0)]
    assert [p[2] for p in parts(A[:40], A, length=8, other_length=200)] == [1.0] * 5


def test_a_turn_of_a_few_words_is_copied_where_it_is_a_whole_turn_there() -> None:
    assert parts(A[:3], A[9:12] + A[:3], length=3, other_length=3) == [(0, 1, 1.0)]
    assert parts(A[:3], A, length=3, other_length=10) == []


def test_a_partial_copy_lists_its_turns_in_the_held_line() -> None:
    copied = [OWN[:4] + A[6:12], A[12:20] + OWN[4:6], A[20:50]]
    line = judged(row("a", 1, A[:50]), row("b", 2, [w for part in copied for w in part])).held.row(0, named=True)
    assert line["rule"] == "same_family"
    assert line["copied_turns"] == [2, 3, 4]
    assert line["copied_parts"] == [
        {"turn": 0, "matched_turn": 0, "share": 0.6},
        {"turn": 1, "matched_turn": 1, "share": 0.8},
        *({"turn": n, "matched_turn": n, "share": 1.0} for n in (2, 3, 4)),
    ]
    assert line["evidence"].endswith("3 turns copied whole and 2 in part")


def test_the_turns_that_stand_in_a_published_work_are_listed_too(tmp_path: Path) -> None:
    (tmp_path / "lear.txt").write_text(" ".join(words(3, 900)))
    fresh = prints([row("a", 1, words(3, 900)[100:160] + words(8, 20))])
    line = judge(fresh, fresh.clear(), config.load(), references=read_references(tmp_path)).held.row(0, named=True)
    assert line["copied_turns"] == [0, 1, 2, 3, 4, 5]
    assert line["copied_parts"][0] == {"turn": 0, "matched_turn": None, "share": 1.0}


def brute_force(mine: list[list[str]], theirs: list[list[str]]) -> list[tuple[Any, ...]]:
    """Share by marking each word of each run of five that stands anywhere in the other text."""
    text = [(word, place) for place, turn in enumerate(theirs) for word in turn]
    runs: dict[tuple[str, ...], int] = {}
    for i in range(len(text) - 4):
        runs.setdefault(tuple(w for w, _ in text[i : i + 5]), text[i][1])
    found: list[tuple[Any, ...]] = []
    for place, turn in enumerate(mine):
        starts = [i for i in range(len(turn) - 4) if tuple(turn[i : i + 5]) in runs]
        votes = [runs[tuple(turn[i : i + 5])] for i in starts]
        marked = {i + n for i in starts for n in range(5)}
        if turn and turn in theirs:
            found.append((place, theirs.index(turn), 1.0))
        elif votes:
            best = min(votes, key=lambda v: (-votes.count(v), v))
            found.append((place, best, round(len(marked) / len(turn), 4)))
    return found


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 9), st.integers(1, 9))
def test_the_parts_are_those_of_brute_force(seed: int, length: int, other_length: int) -> None:
    chosen = random.Random(seed)  # noqa: S311
    pool = words(seed, 12)
    base = [chosen.choice(pool) for _ in range(60)]
    mine = [w if chosen.random() < 0.9 else chosen.choice(pool) for w in base][chosen.randrange(20) :]
    cut = [[t[i : i + n] for i in range(0, len(t), n)] for t, n in ((mine, length), (base, other_length))]
    assert parts(mine, base, length, other_length) == brute_force(cut[0], cut[1])
