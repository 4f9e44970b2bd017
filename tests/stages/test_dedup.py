"""Dedup: what each kind of repeated work comes to, by measure and by whose work it repeats."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import polars as pl
import pytest

from pipelines.dedup import config
from pipelines.dedup.fingerprint import NEEDED, fingerprint
from pipelines.dedup.judge import Verdicts, judge
from pipelines.tables.submissions import SUBMISSIONS
from tests.lakes import frame

START = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
VOCABULARY = [
    f"{a}{b}" for a in ("ka", "lo", "mi", "ru", "se", "tu") for b in ("ba", "den", "fir", "gal", "hon", "jep")
]


def words(seed: int, count: int = 200) -> list[str]:
    chosen = random.Random(seed)  # noqa: S311
    return [chosen.choice(VOCABULARY) + str(chosen.randrange(90)) for _ in range(count)]


def edited(text: list[str], edits: int) -> list[str]:
    out = list(text)
    for n in range(edits):
        out[(n + 1) * len(text) // (edits + 1)] = f"edit{n}"
    return out


def turns(text: list[str], label: str | None = "anger", length: int = 10) -> list[dict[str, Any]]:
    emotions = [{"label": label, "vocabulary": "v/1"}] if label else []
    cut = [text[i : i + length] for i in range(0, len(text), length)]
    return [{"turn": n, "text": " ".join(part), "emotions": emotions, "stage": []} for n, part in enumerate(cut)]


def row(name: str, hour: int, text: list[str], **said: Any) -> dict[str, Any]:
    """One revision, submitted at an hour; `by` names its performer, `modalities` what they gave."""
    submission_id, _, revision = name.partition("/")
    by, modalities = said.pop("by", f"prf_{submission_id}"), said.pop("modalities", ["text"])
    takes = [{"uri": f"{sha}.wav", "sha256": sha} for sha in said.pop("takes", [])]
    return {
        "row_id": name,
        "submission_id": submission_id,
        "revision": int(revision or 1),
        "submitted_at": START + dt.timedelta(hours=hour),
        "feed": "portal",
        "brief": said.pop("brief", None),
        "performers": [{"performer_id": by, "modalities": modalities}],
        "turns": turns(text, **said),
        "takes": takes,
    }


def prints(rows: list[dict[str, Any]], **said: Any) -> pl.DataFrame:
    return fingerprint(frame(SUBMISSIONS, rows).select(NEEDED), **said)


def judged(*rows: dict[str, Any]) -> Verdicts:
    fresh = prints(list(rows))
    return judge(fresh, fresh.clear(), config.load())


def rules(found: Verdicts) -> dict[str, str]:
    return dict(found.held.select("row_id", "rule").iter_rows())


A = words(1)


@pytest.mark.parametrize(
    ("second", "rule", "action"),
    [
        (row("b", 2, A), "other_copy", "rejected"),
        (row("b", 2, A, by="prf_a"), "own_copy", "rejected"),
        (row("b", 2, edited(A, 2)), "other_near_copy", "rejected"),
        (row("b", 2, edited(A, 2), by="prf_a"), "own_near_copy", "rejected"),
        (row("b", 2, edited(A, 10)), "same_family", "held"),
        (row("b", 2, A[:60]), "partial_copy", "held"),
        (row("b", 2, A + words(2, 500)), "partial_copy", "held"),
        (row("b", 2, A, label="joy"), "labels_disagree", "held"),
        (row("b", 2, edited(A, 1), label="joy"), "labels_disagree", "held"),
        (row("b", 2, A, label=None), "other_copy", "rejected"),
        (row("b", 2, words(2)), None, None),
        (row("b", 2, A[:60] + words(2)), None, None),
        (row("a/2", 2, A), None, None),
        (row("b", 0, edited(A, 30)), None, None),
    ],
)
def test_what_repeats_an_earlier_row_is_named_by_measure_and_identity(
    second: dict[str, Any], rule: str | None, action: str | None
) -> None:
    held = judged(row("a", 1, A), second).held.filter(row_id=second["row_id"])
    assert held.select("rule", "action").rows() == ([(rule, action)] if rule else [])


def test_the_earlier_row_goes_on_whatever_the_order_of_files() -> None:
    found = judged(row("z", 2, A), row("b", 1, A))
    assert rules(found) == {"z": "other_copy"}
    assert found.kept["row_id"].to_list() == ["b"]


def test_at_the_same_instant_the_smaller_id_is_the_earlier() -> None:
    assert rules(judged(row("b", 1, A), row("a", 1, A))) == {"b": "other_copy"}


def test_a_held_row_names_what_it_matched_with_the_exact_measure() -> None:
    line = judged(row("a", 1, A), row("b", 2, edited(A, 2))).held.row(0, named=True)
    shared, all_of_both = 196 - 10, 196 + 10
    assert (line["matched_row_id"], line["matched_submission_id"], line["matched_revision"]) == ("a", "a", 1)
    assert line["jaccard"] == shared / all_of_both
    assert line["containment"] == shared / 196
    assert line["copied_turns"] == [n for n in range(20) if n not in (6, 13)]


def test_both_rows_of_a_family_whose_labels_disagree_are_held() -> None:
    found = judged(row("a", 1, A, label="anger"), row("b", 2, A, label="joy"))
    assert rules(found) == {"a": "labels_disagree", "b": "labels_disagree"}
    assert found.kept.is_empty()


def test_takes_are_never_merged_by_their_script() -> None:
    said = {"modalities": ["voice"]}
    found = judged(row("a", 1, A, takes=["t1"], **said), row("b", 2, A, takes=["t2"], **said))
    assert rules(found) == {}


def test_the_same_recording_under_another_id_is_rejected() -> None:
    said = {"modalities": ["voice"], "takes": ["t1"]}
    assert rules(judged(row("a", 1, ["zero"], **said), row("b", 2, ["zero"], **said))) == {"b": "same_take"}


def test_the_same_recording_with_other_labels_holds_both() -> None:
    said = {"modalities": ["voice"], "takes": ["t1"]}
    found = judged(row("a", 1, ["zero"], label="joy", **said), row("b", 2, ["zero"], label="fear", **said))
    assert rules(found) == {"a": "labels_disagree", "b": "labels_disagree"}


def test_a_performers_new_recording_of_an_own_text_is_a_retake_for_a_person() -> None:
    found = judged(row("a", 1, A, takes=["t1"]), row("b", 2, A, takes=["t2"], by="prf_a"))
    assert found.held.select("row_id", "rule", "action").rows() == [("b", "retake", "held")]


def test_the_briefs_own_words_are_removed_before_comparing() -> None:
    brief = {"id": "br", "text": " ".join(words(9, 150)), "exchanges": None}
    found = judged(
        row("a", 1, words(9, 150) + words(1, 60), brief=brief), row("b", 2, words(9, 150) + words(2, 60), brief=brief)
    )
    assert rules(found) == {}


def test_a_briefs_text_may_come_from_its_file_and_is_said_to_be_unknown_otherwise() -> None:
    brief = {"id": "br", "text": None, "exchanges": None}
    rows = [row("a", 1, words(9, 150) + words(1, 60), brief=brief)]
    assert prints(rows)["brief_text_unknown"].to_list() == [True]
    found = prints(rows, briefs={"br": " ".join(words(9, 150))})
    assert found["brief_text_unknown"].to_list() == [False]
    assert found["words"].list.len().to_list() == [60]


def test_a_feeds_boilerplate_is_removed() -> None:
    rows = [row("a", 1, words(9, 50) + words(1, 60))]
    assert prints(rows, boilerplate={"portal": [" ".join(words(9, 50))]})["words"].list.len().to_list() == [60]


@pytest.mark.parametrize("text", [[], [""], ["   "], ["?!", "…"], ["🙂🙃"]])
def test_empty_content_is_never_a_family(text: list[str]) -> None:
    assert rules(judged(row("a", 1, text), row("b", 2, text))) == {}


def test_one_word_is_compared_whole() -> None:
    assert rules(judged(row("a", 1, ["Yes"]), row("b", 2, ["yes."]), row("c", 3, ["no"]))) == {"b": "other_copy"}
