"""The public JSON Schemas are the types' own, and they judge as the reader does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipelines.schemas.__main__ import HOME, json_schemas
from pipelines.tables import dictionary
from tests.landings import submission


def test_the_dictionary_of_tables_is_in_step() -> None:
    page = Path(__file__).parents[2] / "docs" / "tables.md"
    assert page.read_text(encoding="utf-8") == dictionary.page(), "run: promptbook tables --markdown > docs/tables.md"


@pytest.mark.parametrize("file", sorted(json_schemas()))
def test_a_schema_is_in_step_with_its_type(file: str) -> None:
    assert (HOME / file).read_bytes() == json_schemas()[file], "run: python -m pipelines.schemas"


@pytest.mark.parametrize(
    ("changes", "valid"),
    [
        ({}, True),
        ({"kind": None}, True),
        ({"submission_id": ""}, False),
        ({"revision": 0}, False),
        ({"turns": None}, False),
        ({"colour": "red"}, False),
        ({"takes": [{"bytes": 3}]}, False),
    ],
)
def test_the_submission_schema_says_what_the_reader_says(changes: dict[str, Any], valid: bool) -> None:
    schema = json.loads((HOME / "submission.schema.json").read_bytes())
    found = jsonschema.Draft202012Validator(schema).is_valid(submission(**changes))
    assert found is valid
