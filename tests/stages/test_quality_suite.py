"""Each rule of expectations/submissions.json holds the row that breaks it, and only that rule does."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from pipelines.errors import InputError, PromptbookError
from pipelines.quality.judge import Split, judge, judge_by_campaign, with_places
from pipelines.quality.measure import measure, measures
from pipelines.quality.suite import NOT_NULL, Suite, load_judgement, parse
from pipelines.quality.vocabulary import HOME
from tests.stages.quality_scenes import performer, rows, scene, take, turn

SUITE = load_judgement()
GOOD = [turn(n) for n in range(20)]


def swap(number: int, **changes: Any) -> list[dict[str, Any]]:
    """The good turns with one of them changed."""
    return [t | changes if t["turn"] == number else t for t in GOOD]


UNKNOWN = [{"label": "hangry", "vocabulary": "plutchik/1"}]
BROKEN: dict[str, dict[str, Any]] = {
    "something_performed": {"turns": [], "brief": None, "performers": [performer()]},
    "turns_in_order": {"turns": [GOOD[0], GOOD[2], GOOD[1], *GOOD[3:]]},
    "no_turn_missing": {"turns": [*GOOD[:7], *GOOD[8:]]},
    "no_empty_turn": {"turns": swap(3, text="  \n")},
    "every_line_has_a_speaker": {"turns": swap(3, speakers=[])},
    "speakers_are_cast": {"turns": swap(3, speakers=["TOMM"])},
    "turns_near_brief": {"turns": GOOD[:15]},
    "language_declared": {"language": None},
    "language_readable": {"language": "English"},
    "claims_have_content": {"performers": [performer("text", "audio")]},
    "content_is_claimed": {"takes": [take()]},
    "emotions_known": {"turns": swap(3, emotions=UNKNOWN)},
    "no_assistant_speaks": {"turns": swap(3, text="As an AI language model, I cannot hold a ladder.")},
    "text_not_garbled": {"turns": swap(3, text="Die TÃ¼r ist zu.")},
    "language_as_declared": {"language": "de"},
    "no_personal_data": {"turns": swap(3, text="Write to me: mara.quill@kitchen-theatre.com, before noon.")},
}
"""For each rule a change of the good scene that breaks it."""
PLACES = {
    "turns_in_order": "1",
    "no_turn_missing": "8",
    "no_empty_turn": "3",
    "every_line_has_a_speaker": "3",
    "speakers_are_cast": "3",
    "emotions_known": "3",
    "no_assistant_speaks": "3",
    "text_not_garbled": "3",
    "no_personal_data": "3",
}
PLAIN = "I do not know what you want from me, and I will not ask you again, not now."
GRAND = "What! Shall the very house fall upon us - and who, my dear, who would then be there to weep? Never!"
REPORTED: dict[str, dict[str, Any]] = {
    "subtext_says_otherwise": {"turns": swap(3, subtext="I only came for the ladder.")},
    "threats_seen": {"turns": swap(3, text="I will kill you, and then I will have my tea.")},
    "slurs_seen": {"turns": swap(3, text="You bastard, you sold the ladder.")},
    "addresses_seen": {"turns": swap(3, text="He lived at 12 Baker Street.")},
    "register_moves": {"turns": [t | {"undertone": None} for t in GOOD]},
    "cast_speaks": {"characters": [{"name": n, "description": None} for n in ("MARA", "TOM", "A", "B", "C")]},
    "voices_share_the_scene": {"turns": [t | {"speakers": ["MARA" if t["turn"] else "TOM"]} for t in GOOD]},
    "voices_apart": {"turns": [t | {"text": PLAIN if (t["turn"] + t["turn"] // 10) % 2 else GRAND} for t in GOOD]},
    "turns_are_turns": {"turns": swap(3, text="Then it kept itself on. " * 200)},
}
"""Rules that report and hold nothing."""


def judged(frame: pl.DataFrame) -> Split:
    return with_places(judge(measures(frame), SUITE), [measure(frame, SUITE.shows).places], SUITE)


@pytest.fixture(scope="module")
def night() -> Split:
    return judged(rows(scene("good"), *(scene(rule, **changes) for rule, changes in BROKEN.items())))


def test_every_row_rule_has_an_example_that_breaks_it() -> None:
    assert set(BROKEN) == {r.name for r in SUITE.of("row").rules if r.severity != "info"} - {"row_once"}
    assert set(REPORTED) == {r.name for r in SUITE.of("row").rules if r.severity == "info"}


@pytest.mark.parametrize("rule", REPORTED)
def test_a_flag_is_reported_and_holds_nothing(rule: str) -> None:
    split = judged(rows(scene(**REPORTED[rule])))
    assert split.held.is_empty()
    assert [(f.rule, f.severity, f.count) for f in split.findings] == [(rule, "info", 1)]


def test_a_good_scene_goes_on(night: Split) -> None:
    assert night.kept["submission_id"].to_list() == ["good"]


@pytest.mark.parametrize("rule", BROKEN)
def test_a_row_that_breaks_one_rule_is_held_by_that_rule_and_no_other(rule: str, night: Split) -> None:
    assert night.held.filter(submission_id=rule)["rule"].to_list() == [rule]


def test_each_line_of_evidence_says_where_why_and_what_to_do(night: Split) -> None:
    said = {rule: places for rule, places in night.held.select("rule", "places").iter_rows() if places}
    assert said == PLACES
    assert night.held.filter((pl.col("why") == "") | (pl.col("remedy") == "") | (pl.col("value") == "")).is_empty()


def test_what_came_is_what_went_on_and_what_was_held(night: Split) -> None:
    assert night.kept.height + sum(night.first_rules.values()) == len(BROKEN) + 1


def test_null_counts_as_broken() -> None:
    """One good row a column, null in that column: held where a rule on it holds, reported in any case."""
    measured = measures(rows(scene()))
    columns = sorted({c for r in SUITE.of("row").rules for c in r.columns if c != "row_id"})
    nothing = [measured.with_columns(pl.lit(None).cast(measured.schema[c]).alias(c), row_id=pl.lit(c)) for c in columns]
    split = judge(pl.concat(nothing), SUITE)
    owners = {c: {r.name for r in SUITE.rules if c in r.columns} for c in columns}
    holding = {r.name for r in SUITE.of("row").rules if r.severity != "info"}
    assert {c for c in columns if owners[c] & holding} == set(split.held["row_id"])
    lines = split.held.select("row_id", "rule", "value").iter_rows()
    assert all(rule in owners[c] and value == "null" for c, rule, value in lines)
    guards = {r.name for r in SUITE.of("row").rules if r.type == NOT_NULL and r.column != "row_id"}
    assert {f.rule for f in split.findings} == guards


def test_a_row_that_breaks_two_rules_is_counted_once_under_the_first() -> None:
    split = judged(rows(scene(language=None, turns=swap(3, text=""))))
    assert split.held["rule"].to_list() == ["no_empty_turn", "language_declared"]
    assert split.first_rules == {"no_empty_turn": 1}


def test_silence_with_a_stage_direction_is_a_turn() -> None:
    assert judged(rows(scene(turns=swap(3, text="", stage=["He turns the lamp off."])))).held.is_empty()


def test_a_take_needs_no_text_in_its_turn() -> None:
    both = [performer("audio", "text")]
    assert judged(rows(scene(takes=[take()], performers=both, turns=swap(3, text="")))).held.is_empty()


def test_a_speaker_of_all_is_known_and_a_monologue_is_a_scene() -> None:
    monologue = [t | {"speakers": ["MARA"]} for t in GOOD]
    assert judged(rows(scene(turns=swap(3, speakers=["ALL"])), scene("b", turns=monologue))).held.is_empty()


def test_length_is_judged_only_where_the_brief_asks() -> None:
    asked_nothing = {"id": "brf_1", "text": None, "exchanges": None}
    assert judged(
        rows(scene(turns=GOOD[:3], brief=asked_nothing), scene("b", turns=GOOD[:3], brief=None))
    ).held.is_empty()


def test_an_unstated_footprint_is_left_to_rights() -> None:
    unstated = performer() | {"modalities": None}
    assert judged(rows(scene(takes=[take()], performers=[unstated]))).held.is_empty()


def test_labels_are_looked_up_in_their_own_vocabulary() -> None:
    crema = [{"label": "ANG", "vocabulary": "crema_d/1"}]
    wrong: list[list[dict[str, Any]]]
    wrong = [[{"label": "ANG", "vocabulary": "plutchik/1"}], [{"label": "anger", "vocabulary": None}]]
    for labels in wrong:
        assert judged(rows(scene(turns=swap(3, emotions=labels)))).first_rules == {"emotions_known": 1}
    assert judged(rows(scene(turns=swap(3, emotions=crema)))).held.is_empty()


def test_an_unknown_undertone_holds_the_row() -> None:
    strange = {"label": "hangry", "vocabulary": "plutchik/1"}
    assert judged(rows(scene(turns=swap(3, undertone=strange)))).first_rules == {"emotions_known": 1}


@pytest.mark.parametrize(
    "text", ["Tür zu!", "Ça va, mon père ?", "NÃO! IRMÃ.", "Â quoi bon…", "I am a machine.", "“Who?”"]
)
def test_what_only_looks_garbled_goes_on(text: str) -> None:
    assert judged(rows(scene(turns=swap(3, text=text)))).held.is_empty()


def test_no_rows_are_no_error() -> None:
    split = judged(rows())
    assert split.kept.is_empty()
    assert [f.rule for f in split.findings] == ["night_not_empty"]


def test_a_rule_on_a_column_that_was_not_measured_stops_the_stage() -> None:
    rule = {"type": NOT_NULL, "kwargs": {"column": "nobody"}, "severity": "warning"}
    suite = parse({"name": "s", "expectations": [rule | {"meta": {"rule": "a", "why": "b", "remedy": "c"}}]}, "s")
    with pytest.raises(PromptbookError, match="nobody"):
        judge(measures(rows(scene())), suite)


def test_an_expectation_that_errors_stops_the_stage() -> None:
    wrong = {"column": "language_code", "min_value": 3}  # a number below a text cannot be judged
    rule = {"type": "expect_column_values_to_be_between", "kwargs": wrong, "severity": "warning"}
    suite = parse({"name": "s", "expectations": [rule | {"meta": {"rule": "a", "why": "b", "remedy": "c"}}]}, "s")
    with pytest.raises(PromptbookError, match="could not be judged"):
        judge(measures(rows(scene())), suite)


def test_a_rule_without_a_reason_is_refused() -> None:
    rule = {"type": NOT_NULL, "kwargs": {"column": "turns"}, "severity": "warning", "meta": {"rule": "a"}}
    with pytest.raises(InputError, match="why, remedy"):
        parse({"name": "s", "expectations": [rule]}, "s")


def test_an_overlay_tightens_and_never_loosens_a_critical_rule() -> None:
    meta = {"rule": "turns_near_brief", "why": "this campaign is exact", "remedy": "perform ten"}
    exact = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "turns_off_brief", "max_value": 0}}
    overlay = parse({"name": "exact", "expectations": [exact | {"severity": "warning", "meta": meta}]}, "exact")
    frame = rows(scene(turns=GOOD[:19]))
    assert judged(frame).held.is_empty()
    assert judge(measures(frame), SUITE.tightened(overlay)).first_rules == {"turns_near_brief": 1}
    loose = exact | {"severity": "info", "meta": meta | {"rule": "row_once"}}
    with pytest.raises(InputError, match="critical"):
        SUITE.tightened(parse({"name": "loose", "expectations": [loose]}, "loose"))


def test_an_overlays_own_rule_shows_its_turns() -> None:
    rule = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "threat_turns", "max_value": 0}}
    meta = {"rule": "no_threats", "shows": "threat_turns", "why": "a campaign for children", "remedy": "speak kindly"}
    overlay = parse({"name": "kind", "expectations": [rule | {"severity": "warning", "meta": meta}]}, "kind")
    frame = rows(scene(**REPORTED["threats_seen"]))
    split = judge_by_campaign(measures(frame), SUITE, {"cmp_kitchen": overlay})
    places = [measure(frame, SUITE.shows | overlay.shows).places]
    assert with_places(split, places, SUITE, [overlay]).held.select("rule", "places").rows() == [("no_threats", "3")]
    assert with_places(split, places, SUITE).held["places"].to_list() == [""]


def test_row_order_and_chunks_never_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = rows(*(scene(f"{rule}{n}", **changes) for rule, changes in BROKEN.items() for n in range(3)), scene("good"))
    whole = judged(frame)
    monkeypatch.setattr("pipelines.quality.engine.ROWS_AT_ONCE", 7)
    monkeypatch.setattr("pipelines.quality.engine.MANY", 2)
    parts = judged(frame.sample(fraction=1, shuffle=True, seed=3))
    assert whole.held.equals(parts.held)
    assert whole.kept.equals(parts.kept)


def test_the_suite_is_a_great_expectations_suite_as_it_stands() -> None:
    gx = pytest.importorskip("great_expectations")
    document = json.loads((HOME / "submissions.json").read_text(encoding="utf-8"))
    assert len(gx.ExpectationSuite(**document).expectations) == len(document["expectations"])
    assert isinstance(SUITE, Suite)
