"""The one pass over the text: words, small words, subtexts, and the signs that patterns are shown by."""

# ruff: noqa: RUF001  (texts of many scripts are the point)

from __future__ import annotations

import re
import unicodedata
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.quality import vocabulary
from pipelines.quality.alphabet import MARKS, key_of
from pipelines.quality.lexicon import lexicon
from pipelines.quality.measure import measures
from pipelines.quality.patterns import ASSISTANT, DIGITS, EMAIL, GARBLED, SLUR_WORD, STREET, THREAT
from pipelines.quality.slurs import slurs
from pipelines.quality.words import Counted, count
from tests.stages.quality_scenes import rows, scene, turn


def counted(texts: list[str], under: list[str] | None = None, coarse: int = 0) -> Counted:
    said, meant = laid(texts), laid(under or [""] * len(texts))
    turns = np.arange(len(texts))
    return count(
        said, meant, turns, np.full(len(texts), coarse, np.int32), np.full(len(texts), -1), np.zeros(0, np.int64)
    )


def laid(texts: list[str]) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], np.ndarray[Any, np.dtype[np.int64]]]:
    data = "".join(texts).encode()
    return np.frombuffer(data, np.uint8), np.cumsum([0, *(len(t.encode()) for t in texts)])


def counted_words(texts: list[str]) -> list[int]:
    return [int(n) for n in counted(texts).words]


LETTERS = st.text(alphabet="abcXYZäÖßéñжЯ'. ,!?-…—0’中ก", max_size=40)


@settings(max_examples=200, deadline=None)
@given(st.lists(LETTERS, min_size=1, max_size=5))
def test_words_are_runs_of_letters_with_their_apostrophes(texts: list[str]) -> None:
    expected = [len(re.findall(r"\w+(?:['’]\w+)*", t)) for t in texts]
    assert counted_words(texts) == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_any_text_is_read_without_leaving_its_turn(texts: list[str]) -> None:
    alone = [counted_words([t])[0] for t in texts]
    assert counted_words(texts) == alone


def test_small_words_are_found_in_any_case() -> None:
    lex = lexicon()
    for word, language in (("THE", "en"), ("Über", "de"), ("Être", "fr"), ("ОНА", "uk"), ("qu’il", "fr")):
        found = counted([word])
        known = word.lower().replace("’", "'") in vocabulary.small_words()[language]
        assert bool(found.hits[0, lex.languages.index(language)]) == known, word


@settings(max_examples=200, deadline=None)
@given(LETTERS, LETTERS)
def test_a_subtext_is_compared_by_its_distinct_words(said: str, meant: str) -> None:
    line, under = (set(re.findall(r"\w+(?:'\w+)*", t.lower().replace("’", "'"))) for t in (said, meant))
    found = counted([said], [meant])
    assert (found.distinct[0], found.shared[0]) == (len(under), len(line & under))


def test_no_two_words_share_a_hash_and_each_function_word_stands_in_one_class() -> None:
    listed = [
        w for table in (vocabulary.small_words(), vocabulary.function_words()) for text in table.values() for w in text
    ]
    words = {*listed, *slurs()}
    assert len({key_of(w) for w in words}) == len(words)
    for text in vocabulary.function_words().values():
        assert len(text) == len(set(text)) <= lexicon().size - len(MARKS)


WATCHED = {
    "assistant": ASSISTANT,
    "digits": DIGITS,
    "email": EMAIL,
    "garbled": GARBLED,
    "street": STREET,
    "threat": THREAT,
}
CORES = [
    *(
        f"{i} {verb} {whom}"
        for i in ("I'll", "I’m gonna", "i WILL")
        for verb in THREAT.words[:9]
        for whom in ("you", "His")
    ),
    *(
        f"ich {do} {whom} {how}"
        for do in ("werde", "bringe")
        for whom in THREAT.words[9:]
        for how in ("um", "töten", "kalt")
    ),
    *(f"as an AI{tail}" for tail in (",", " assistant", " language model", " language model,", " assistant,")),
    *(
        f"as a {kind},"
        for kind in ("large language model", "language model", "humble artificial intelligence", "cold ai")
    ),
    *(
        f"I{am}m sorry{c} but I {no} assist"
        for am in "'’"
        for c in (",", "")
        for no in ("cannot", "can’t", "am unable to")
    ),
    *("Als Sprachmodell", "als ein KI-Sprachmodell.", "en tant que modèle de langage", "como modelo de lenguaje"),
    *("\ufffd", "\0", "\x0b", "\x1f", "\x7f", "\u0080", "\u009f", "Ã¤", "Ã„", "Â\xa0", "Ã\x80", "â€œ", "â€\x9d", "â€™"),
    *("12 Baker Street", "7b, Old Mill Lane", "Hauptstraße 7", "Kurzer Weg 3 Ringweg 12a", "٣ Baker Road"),
    *("a@b.com", "nora.quill+x@theatre-west.co.uk", "5550134", "+44 20 7946 0018", "4111-1111-1111-1111"),
    *("٣٤٥٦٧٨٩", "１２３４５６７", "०१२३४५६", "(030) 90.18.20"),
]
"""Texts that a pattern matches, one or more for each of its branches."""
AROUND = ["", " ", ", ", "'", "’", "-", ".", "_", "\n", "x", "ä", "3", "“", "…", "@", "\xa0", "中"]


def lacking(text: str) -> list[str]:
    """The patterns that match a text which lacks their sign."""
    signs = int(counted([text]).signs[0])
    return [n for n, w in WATCHED.items() if pl.Series([text]).str.contains(w.pattern)[0] and not signs & w.sign]


@pytest.mark.parametrize("core", CORES)
def test_what_a_pattern_matches_carries_its_sign(core: str) -> None:
    assert any(pl.Series([core]).str.contains(w.pattern)[0] for w in WATCHED.values())
    assert not lacking(core)


@settings(max_examples=600, deadline=None)
@given(
    *[st.lists(st.sampled_from(AROUND), max_size=3).map("".join)] * 2, st.sampled_from(CORES), st.sampled_from(CORES)
)
def test_nor_does_it_lack_it_among_other_text(before: str, after: str, first: str, second: str) -> None:
    assert not lacking(f"{before}{first}{after}")
    assert not lacking(f"{first}{before}{second}{after}")


SLURS = {
    "You bastard!": ("en", True),
    "The bastard's ladder.": ("en", True),
    "BASTARD": ("en-GB", True),
    "Basta, she said; a bastardly word.": ("en", False),
    "Du Arschloch!": ("de", True),
    "Arschloch": ("en", False),
    "Блядь!": ("ru", True),
    "bastard": ("cy", False),
}


@pytest.mark.parametrize("text", SLURS)
def test_a_listed_word_is_flagged_in_its_own_language_and_holds_nothing(text: str) -> None:
    language, expected = SLURS[text]
    measured = measures(rows(scene(language=language, turns=[turn(0, text=text), turn(1)])))
    assert measured["slur_turns"].to_list() == [int(expected)]


def test_every_listed_word_of_one_word_is_found() -> None:
    for word, bits in slurs().items():
        loud = word.upper() if word.upper().lower() == word else word
        said = counted([f"({loud})", f"{word}x"], coarse=bits).signs
        assert said[0] & SLUR_WORD, word
        assert not said[1] & SLUR_WORD or f"{word}x" in slurs(), word
        assert not counted([word], coarse=~bits).signs[0] & SLUR_WORD, word


def test_digits_of_every_script_are_seen() -> None:
    digits = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) == "Nd"]
    assert all(sign & DIGITS.sign for sign in counted([d * 7 for d in digits]).signs.tolist())
