"""The plain-Python reference decides every case as the case says, and every sentence of the rules has its case.

For each sentence a wrong reading is built into the reference; flipped, it must fail a case. A sentence that no case
defends is a sentence that the SQL may misread unseen.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.reference.vocabulary import REASONS
from tests.spec.rights_corpus import all_cases, expected, lines, outcome

CASES = {case["case"]: case for case in all_cases()}
SENTENCES = lines("rights_sentences.ndjson")
REFERENCE = Path(__file__).parents[1] / "reference"
SEALED = {"0.seals_hold", "0.totals_hold", "0.withdrawals_counted_apart", "0.missing_seal_stops"}


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{key}: {case['title']}") for key, case in CASES.items()])
def test_case_is_decided_as_it_says(case: dict[str, Any]) -> None:
    assert outcome(case) == expected(case)


@pytest.mark.parametrize("sentence", [pytest.param(one, id=one["id"]) for one in SENTENCES if one["id"] not in SEALED])
def test_wrong_reading_of_a_sentence_fails_its_cases(sentence: dict[str, Any]) -> None:
    assert sentence["cases"]
    for key in sentence["cases"]:
        assert outcome(CASES[key], wrong=sentence["id"]) != expected(CASES[key])


def test_every_reading_in_the_reference_is_a_numbered_sentence() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in sorted(REFERENCE.glob("*.py")))
    taken = set(re.findall(r'take\(\s*f?"([a-z0-9]+\.[^"]+)"', code)) - {"feed.{column}_null_has_expired"}
    taken |= {"feed.effective_to_null_has_expired", "feed.valid_to_null_has_expired"}
    ids = [one["id"] for one in SENTENCES]
    assert sorted(ids) == sorted(taken)


def test_every_own_case_names_a_sentence() -> None:
    ids = {one["id"] for one in SENTENCES}
    assert {case["sentence"] for case in CASES.values() if case["case"] > 1000} <= ids


def test_every_reason_is_produced_by_a_case() -> None:
    assert {reason for case in CASES.values() for reason in case["expected"]["reasons"]} == REASONS
