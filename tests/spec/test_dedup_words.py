"""What a word is, in every script: drawn examples, and the compiled pass against the Python reference."""

from __future__ import annotations

import sys
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dedup.words import character_classes, hash_texts, normalised, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't go, Mara!", ["don", "t", "go", "mara"]),
        ("STRASSE straße Straẞe", ["strasse", "strasse", "strasse"]),
        ("Jalape\u00f1o jalapen\u0303o", ["jalapeño", "jalapeño"]),
        ("ﬁnal ﬁnale", ["final", "finale"]),
        ("ΌΣΟΣ όσος", ["όσοσ", "όσοσ"]),
        ("İstanbul", ["i̇stanbul"]),
        ("snake_case 4-5", ["snake_case", "4", "5"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("مرحبا، يا سيدي", ["مرحبا", "يا", "سيدي"]),
        ("שלום לך", ["שלום", "לך"]),
        ("你好，世界 ok", ["你", "好", "世", "界", "ok"]),  # noqa: RUF001
        ("ｶﾀｶﾅ カタカナ", ["カ", "タ", "カ", "ナ", "カ", "タ", "カ", "ナ"]),
        ("สวัสดี", list("สวัสดี")),
        ("한국어 대사", ["한국어", "대사"]),
        ("🙂👩‍👩‍👧 … —", []),
        ("a\x00b\ta\u00a0b", ["a", "b", "a", "b"]),
        ("", []),
    ],
)
def test_a_word_is_a_run_of_letters_digits_and_marks(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def hashes(texts: list[str | bytes | None]) -> list[list[int]]:
    """Hash texts through Arrow; bytes stand for themselves, so that lone surrogates can come in."""
    raw = [t.encode("utf-8", "surrogatepass") if isinstance(t, str) else t for t in texts]
    binary = pa.array(raw, pa.large_binary())
    column = pa.Array.from_buffers(pa.large_string(), len(raw), binary.buffers())
    found = hash_texts(column)
    return [found.words[found.ends[i] : found.ends[i + 1]].tolist() for i in range(len(raw))]


def assert_equals_the_reference(texts: list[str]) -> None:
    names: dict[str, int] = {}
    for text, found in zip(texts, hashes(list(texts)), strict=True):
        reference = words_of(text)
        assert len(found) == len(reference)
        for word, number in zip(reference, found, strict=True):
            assert names.setdefault(word, number) == number
    assert len(set(names.values())) == len(names)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=40), max_size=8))
def test_the_compiled_pass_equals_the_reference_on_any_text(texts: list[str]) -> None:
    assert_equals_the_reference(texts)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(st.characters(categories=["L", "M", "N", "P", "Z"]), max_size=40), max_size=8))
def test_the_compiled_pass_equals_the_reference_on_letters_and_marks_of_every_script(texts: list[str]) -> None:
    assert_equals_the_reference(texts)


def test_the_compiled_pass_equals_the_reference_on_every_code_point() -> None:
    everything = [chr(c) for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c)) not in ("Cn", "Co", "Cs")]
    lines = [" ".join(everything[i : i + 64]) + "".join(everything[i : i + 64]) for i in range(0, len(everything), 64)]
    counts = [len(h) for h in hashes(list(lines))]
    assert counts == [len(words_of(line)) for line in lines]


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_one_text_has_the_same_words_in_every_unicode_form(text: str) -> None:
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    assert len({tuple(h) for h in hashes(list(forms))}) == 1


@settings(deadline=None)
@given(st.text(st.characters(codec="ascii"), max_size=60), st.text(st.characters(codec="ascii"), max_size=60))
def test_ascii_words_beside_other_scripts_have_the_same_hashes_as_alone(left: str, right: str) -> None:
    alone, mixed = hashes([f"{left} {right}", f"{left} … {right}"])
    assert alone == mixed


WORD = st.text(st.sampled_from("abcXYZ059_"), min_size=1, max_size=40)


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.tuples(WORD, st.text(st.sampled_from(" .,-\n@[`{/:\x7f\x19"), min_size=1, max_size=70)), max_size=40)
)
def test_words_are_the_same_wherever_they_stand_among_the_64_bytes_looked_at(pieces: list[tuple[str, str]]) -> None:
    texts = ["".join(word + gap for word, gap in pieces), "".join(gap + word for word, gap in pieces)]
    alone = [number for word, _ in pieces for number in hashes([word])[0]]
    assert hashes([*texts, texts[0]]) == [alone, alone, alone]
    assert [words_of(text) for text in texts] == [[word.lower() for word, _ in pieces]] * 2


def test_null_values_have_no_words() -> None:
    assert hashes([None, "a b", None]) == [[], hashes(["a b"])[0], []]


def test_lone_surrogates_and_broken_bytes_end_a_word() -> None:
    whole = hashes(["ab cd"])[0]
    assert hashes(["ab\ud800cd"])[0] == whole
    assert hashes([b"ab\xffcd"])[0] == whole


def test_a_slice_of_a_column_is_read_as_its_own() -> None:
    column = pa.array(["one two", "drei vier fünf", "six"], pa.large_string())
    for low, high in ((0, 1), (1, 2), (1, 3), (2, 3)):
        found = hash_texts(column.slice(low, high - low))
        assert np.diff(found.ends).tolist() == [2, 3, 1][low:high]
        alone = hash_texts(pa.array(column.slice(low, high - low).to_pylist(), pa.large_string()))
        assert found.words.tolist() == alone.words.tolist()


def test_the_table_of_characters_is_the_reference_for_every_code_point() -> None:
    classes = character_classes()
    sampled = [*range(0x3000), *range(0x3000, sys.maxunicode, 97)]
    for code in sampled:
        assert (
            (classes[code] != 0) == bool(words_of(chr(code)))
            or len(normalised(chr(code))) != 1
            or chr(code) != normalised(chr(code))
        )
