"""A case is drawn by what is otherwise in it than in the plain world."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.rights.drawing import differences

GRANT = {"grant_id": "G1", "contract_id": "C1", "version": 1, "modalities": ["text"], "valid_to": "2028-12-31"}
PLAIN: dict[str, list[Any]] = {"rights_grant": [GRANT], "client": [{"client_id": "A"}, {"client_id": "B"}]}


@pytest.mark.parametrize(
    ("changed", "drawn"),
    [
        ({}, []),
        ({"rights_grant": []}, ["no rights_grant"]),
        ({"client": [{"client_id": "B"}]}, ["no client A"]),
        ({"rights_grant": [GRANT | {"valid_to": None}]}, ["rights_grant: valid_to `NULL`"]),
        ({"rights_grant": [GRANT | {"modalities": []}]}, ["rights_grant: modalities `[]`"]),
        (
            {"rights_grant": [GRANT, GRANT | {"grant_id": "G2", "modalities": ["audio"]}]},
            ['and rights_grant: grant_id `G2`, contract_id `C1`, version `1`, modalities `["audio"]`'],
        ),
        ({"rights_grant": [GRANT, GRANT]}, ["and rights_grant: grant_id `G1`, contract_id `C1`, version `1`"]),
        ({"seal": [{"kind": "client", "key": "A"}]}, ["and seal: kind `client`, key `A`"]),
    ],
)
def test_a_case_is_drawn_by_its_differences(changed: dict[str, list[Any]], drawn: list[str]) -> None:
    assert list(differences(PLAIN, PLAIN | changed)) == drawn
