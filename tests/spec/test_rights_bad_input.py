"""Bad input in the contract feed, as a drawn table: what is wrong, and what becomes of it. Never a traceback.

Each line breaks one thing in the plain world of case 1, which is allowed, seals it as it then reads, and decides it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.rights.cases import decide_worlds, read_cases

World = dict[str, list[dict[str, Any]]]
CASES = Path(__file__).with_name("rights_cases.ndjson")
VERSION = {"contract_id": "C1", "status": "executed", "effective_from": "2026-01-01", "effective_to": "2028-12-31"}
VERSION |= {"applies_to": "prospective", "lawful_basis": "contract", "recorded_at": "2026-01-02T00:00:00"}
BAN = {"prohibition_id": "X1", "contract_id": "C1", "version": 1, "purposes": ["*"], "modalities": ["*"]}
EXCLUSIVE = {"scope_kind": "session", "scope_id": "SE1", "include_affiliates": False, "purposes": ["*"]}
EXCLUSIVE |= {"valid_from": "2026-01-01", "valid_to": "2026-12-31", "source": "contract"}
EXCLUSIVE |= {"recorded_at": "2026-01-01T00:00:00"}


def put(table: str, **cells: Any) -> Callable[[World], None]:
    """Change cells of a table's first row."""
    return lambda world: world[table][0].update(cells)


def add(table: str, *rows: dict[str, Any]) -> Callable[[World], None]:
    """Add rows to a table."""
    return lambda world: world.setdefault(table, []).extend(rows)


def version(number: int) -> Callable[[World], None]:
    """Add a version of the contract, with a scope of its own."""

    def change(world: World) -> None:
        world["contract_version"].append(VERSION | {"version": number})
        world["contract_scope"].append({"contract_id": "C1", "version": number, "scope_kind": "all"})

    return change


DRAWN = [
    # what is wrong                                  how                                                      outcome
    ("nothing", lambda world: None, "allow", ()),
    ("unknown code in a grant", put("rights_grant", purposes=["text_finetune", "telepathy"]), "deny",
     ("CONTRACT_UNKNOWN_VALUE",)),
    ("unknown status of a contract", put("contract_version", status="agreed"), "deny", ("CONTRACT_UNKNOWN_VALUE",)),
    ("unknown code in a prohibition", add("prohibition", BAN | {"territories": ["UK"]}), "stop", ("prohibition",)),
    ("null key of a prohibition", add("prohibition", BAN | {"territories": ["*"], "prohibition_id": None}), "stop",
     ("prohibition",)),
    ("null key of a party", put("contract_party", performer_id=None), "stop", ("contract_party",)),
    ("dangling reference of a scope", put("contract_scope", scope_kind="session", scope_id="SE404"), "stop",
     ("contract_scope",)),
    ("dangling reference of a contribution", put("contribution", performer_id="P404"), "stop", ("contribution",)),
    ("gap in versions", version(3), "stop", ("contract_version",)),
    ("two current versions", version(1), "stop", ("contract_version",)),
    ("an amount without a currency", put("comp_term", currency=None), "deny", ("COMPENSATION_TERM_MISSING",)),
    ("overlapping exclusivity of two clients",
     add("exclusivity", EXCLUSIVE | {"excl_id": "E1", "holder_client_id": "labA"},
         EXCLUSIVE | {"excl_id": "E2", "holder_client_id": "labB"}), "deny", ("EXCLUSIVE_TO_OTHER",)),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "how", "decision", "why"), DRAWN, ids=[line[0] for line in DRAWN])
def test_bad_input_has_its_documented_outcome(
    wrong: str, how: Callable[[World], None], decision: str, why: tuple[str, ...]
) -> None:
    world: Any = copy.deepcopy(dict(read_cases(CASES)[0].tables))
    how(world)
    said = decide_worlds({0: world})[0]
    assert said.decision == decision, wrong
    if decision == "stop":
        assert set(why) <= set(said.defects)
    else:
        assert said.reasons == why
