"""What the measures say: words, language, voice, personal data, subtext."""

# ruff: noqa: RUF001  (texts of many scripts are the point)

from __future__ import annotations

from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.quality import form, vocabulary
from pipelines.quality.content import luhn
from pipelines.quality.measure import IDENTITY, measure, measures
from tests.stages.quality_scenes import rows, scene, turn

# ── language ─────────────────────────────────────────────────────────────────────────────────────────────────────────

WRITTEN = {
    "en": "You said you would be here when the lights went out, and I waited for you until nobody was in the house.",
    "de": "Du hast gesagt, dass du hier bist, wenn das Licht ausgeht, und ich habe auf dich gewartet, bis keiner kam.",
    "fr": "Tu as dit que tu serais dans la maison quand la nuit vient, et je ne suis pas parti sans toi.",
    "es": "Dijiste que estarías aquí cuando se fuera la luz, y yo te esperé en la casa hasta que ya no había nadie.",
    "ru": "Ты сказал, что будешь здесь, когда погаснет свет, и я ждал тебя в доме, пока никого не осталось у меня.",
    "ja": "あなたは明かりが消えるときにここにいると言ったのに、わたしは家でずっと待っていました。誰もいませんでした。",
    "el": "Είπες ότι θα ήσουν εδώ όταν σβήσουν τα φώτα και σε περίμενα στο σπίτι μέχρι που δεν έμεινε κανείς μαζί μου.",
}


def doubts(text: str, declared: str) -> tuple[str, str]:
    found = measures(rows(scene(language=declared, turns=[turn(0, text=text)])))
    return found["language_written"][0], found["language_doubt"][0]


@pytest.mark.parametrize("language", WRITTEN)
def test_a_language_is_found_and_another_one_is_doubted(language: str) -> None:
    assert doubts(WRITTEN[language], language) == (language, "")
    wrong = "de" if language != "de" else "en"
    assert doubts(WRITTEN[language], wrong)[1] == language


def test_what_cannot_be_told_is_not_doubted() -> None:
    assert doubts("Yes.", "de") == ("", "")
    assert doubts("Ferragosto! Campanile! " * 20, "it") == ("", "")
    assert doubts(WRITTEN["en"], "sw")[1] == "", "a language that is not known here cannot be told from English"
    assert doubts(WRITTEN["ru"], "sw")[1] == "ru", "but its script can"
    assert doubts(WRITTEN["en"], "ja")[1] == "en"


# ── voice ────────────────────────────────────────────────────────────────────────────────────────────────────────────

PLAIN = "I do not know what you want from me, and I will not ask you again, not now."
GRAND = "What! Shall the very house fall upon us - and who, my dear, who would then be there to weep? Never!"


def two_voices(first: str, second: str, changed: str | None = None) -> pl.DataFrame:
    turns = [turn(n, text=first if n % 2 == 0 else (second if n < 12 or not changed else changed)) for n in range(24)]
    return measure(rows(scene(turns=turns))).voices


def test_characters_who_differ_are_told_apart() -> None:
    differ, alike = two_voices(PLAIN, GRAND), two_voices(PLAIN, PLAIN)
    assert differ["is_measured"].all()
    assert all(margin > 0.8 for margin in differ["same"] - differ["others"])
    assert all(abs(margin) < 0.05 for margin in alike["same"] - alike["others"])


def test_a_character_who_turns_into_another_is_not_the_same() -> None:
    steady, changed = two_voices(PLAIN, GRAND), two_voices(PLAIN, GRAND, changed=PLAIN)
    tom = pl.col("speaker") == "TOM"
    assert changed.filter(tom)["same"][0] < 0.2 < steady.filter(tom)["same"][0]


def test_a_short_part_is_not_measured_and_not_judged() -> None:
    found = measure(rows(scene(turns=[turn(n) for n in range(4)])))
    assert not found.voices["is_measured"].any()
    assert found.voices["same"].null_count() == 2
    assert found.scenes.select("voices_measured", "voice_steadiness", "voice_distinctness").row(0) == (0, 0.0, 0.0)


def test_joint_lines_are_nobodys_voice() -> None:
    both = [turn(n, speakers=["MARA", "TOM"]) for n in range(20)]
    assert measure(rows(scene(turns=both))).voices.is_empty()


# ── content ──────────────────────────────────────────────────────────────────────────────────────────────────────────

PRIVATE = [
    "Write to nora.quill@theatre-west.co.uk!",
    "Call me: +44 20 7946 0018.",
    "Ruf an, 030 901820.",
    "The card is 4111 1111 1111 1111, take it.",
]
HARMLESS = [
    "In 1984 there were 12 of us.",
    "Room 101 at 10:30 on 2026-11-21.",
    "4111 1111 1111 1112 is no card.",
    "It costs 1,000,000 crowns.",
    "Ring me at 555-0134.",
    "Meet @ the pier.",
]


def flag_of(name: str, text: str) -> bool:
    return bool(form.read(rows(scene(turns=[turn(0, text=text)]))).flags[name][0])


@pytest.mark.parametrize("text", PRIVATE)
def test_personal_data_is_found(text: str) -> None:
    assert flag_of("personal_data_turns", text)


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_of_fiction_are_no_personal_data(text: str) -> None:
    assert not flag_of("personal_data_turns", text)


@given(st.lists(st.integers(0, 9), min_size=12, max_size=18))
def test_one_wrong_digit_is_no_card(digits: list[int]) -> None:
    body = "".join(map(str, digits))
    (valid,) = [body + str(d) for d in range(10) if luhn(body + str(d)) or len({*body, str(d)}) == 1][:1] or [""]
    if luhn(valid):
        assert not luhn(valid[:-1] + str((int(valid[-1]) + 1) % 10))


def test_subtext_that_repeats_the_line_is_an_echo() -> None:
    lines = [("I only came for the ladder.", "I came only for the ladder"), ("Fine.", "Fine."), ("Fine.", "do not go")]
    turns = [turn(n, text=text, subtext=under) for n, (text, under) in enumerate(lines)]
    assert form.read(rows(scene(turns=turns))).flags["echoed_subtexts"].tolist() == [True, False, False]


# ── laws ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_measure_depends_on_its_row_alone() -> None:
    many = [scene(f"s{n}", turns=[turn(i, text=WRITTEN["en"]) for i in range(n)]) for n in range(0, 30, 3)]
    together = measures(rows(*many)).sort("submission_id")
    alone = pl.concat([measures(rows(one)) for one in reversed(many)]).sort("submission_id")
    assert together.equals(alone)


def test_no_measure_is_ever_null() -> None:
    bare = rows(scene(turns=[], characters=[], performers=[], brief=None, takes=[]))
    lists = ("turns", "characters", "performers", "takes")
    nulls = bare.with_columns(pl.lit(None).cast(bare.schema[name]).alias(name) for name in lists)
    for frame in (measures(bare), measures(nulls)):
        assert frame.drop(*IDENTITY, "language_code").null_count().sum_horizontal()[0] == 0


def test_form_is_counted() -> None:
    turns = [turn(0), turn(1, text="", stage=["Exit."]), turn(2, speakers=["MARA", "TOM"])]
    found = measures(rows(scene(turns=turns))).row(0, named=True)
    assert (found["turns"], found["exchanges"], found["stage_only_turns"], found["text_turns"]) == (3, 1.5, 1, 2)
    assert (found["voices"], found["cast_used"], found["turn_balance"]) == (2, 1.0, 1.0)
    assert found["turns_off_brief"] == pytest.approx(17 / 20)


def test_one_label_throughout_is_one_note_from_four_turns_on() -> None:
    def notes(count: int, **changes: Any) -> int:
        turns = [turn(n, undertone=None, **(changes if n == 0 else {})) for n in range(count)]
        return int(measures(rows(scene(turns=turns)))["one_note_turns"][0])

    assert (notes(3), notes(4), notes(20)) == (0, 4, 20)
    assert notes(20, emotions=[{"label": "joy", "vocabulary": "plutchik/1"}]) == 0
    assert notes(20, emotions=[]) == 19


def test_the_vocabularies_map_into_known_words() -> None:
    table = vocabulary.emotions()
    ekman = {"anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise"}
    plutchik = {"joy", "trust", "fear", "surprise", "sadness", "disgust", "anger", "anticipation"}
    assert set(table["ekman"].explode().drop_nulls()) == ekman
    assert set(table["plutchik"].explode().drop_nulls()) == plutchik
    assert table["key"].is_unique().all()
    sizes = dict(table.group_by("vocabulary").len().iter_rows())
    assert sizes["goemotions/1"] == 28
    assert sizes["crema_d/1"] == 6
    assert sizes["plutchik/1"] == 8 * 3 + 24 + 1


def test_plutchiks_intensities_rise_and_his_dyads_are_pairs() -> None:
    table = vocabulary.emotions().filter(vocabulary="plutchik/1")
    single = table.filter(pl.col("plutchik").list.len() == 1, pl.col("intensity").is_not_null())
    for _, labels in single.group_by(pl.col("plutchik").list.first()):
        assert [b - a for a, b in pairwise(sorted(labels["intensity"]))] == [1, 1]
    assert table.filter(pl.col("plutchik").list.len() == 2).height == 24
