"""Laws of the decision over random worlds: restrictions only restrict, order never matters, history never changes."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.rights.cases import Verdict, decide_worlds
from tests.reference.worlds import one_world

Tables = dict[str, list[Mapping[str, object]]]
MANY = 120
"""Worlds of one draw: they share a database, so a draw costs little more than one world."""
SEEDS = st.integers(min_value=0, max_value=10**6)
RESTRICTING = ("prohibition", "revocation", "exclusivity")


def both(seed: int, change: Callable[[Tables, random.Random], Tables]) -> list[tuple[Tables, Verdict, Verdict]]:
    """Decide many worlds as drawn and as changed, all in one database."""
    drawn = [one_world(seed, n)["tables"] for n in range(MANY)]
    changed = [change(tables, random.Random(f"{seed}/{n}")) for n, tables in enumerate(drawn)]  # noqa: S311
    said = decide_worlds(dict(enumerate([*drawn, *changed])))
    return [(tables, said[n], said[MANY + n]) for n, tables in enumerate(drawn)]


def freer(pairs: list[tuple[Tables, Verdict, Verdict]]) -> list[tuple[Tables, Verdict, Verdict]]:
    return [pair for pair in pairs if pair[1].decision != "allow" and pair[2].decision == "allow"]


def _with(tables: Tables, name: str, row: dict[str, Any]) -> Tables:
    return {**tables, name: [*tables.get(name, []), row]}


def _restrict(tables: Tables, dice: random.Random) -> Tables:
    version = dice.choice(tables["contract_version"]) if tables.get("contract_version") else None
    client = dice.choice(tables["client"])["client_id"]
    rows: list[tuple[str, dict[str, Any]]] = [
        (
            "exclusivity",
            {
                "excl_id": "E-law",
                "scope_kind": "all",
                "holder_client_id": client,
                "include_affiliates": dice.random() < 0.5,
                "purposes": ["*"],
                "valid_from": "2026-01-01",
                "valid_to": "2027-01-01",
                "recorded_at": "2026-01-01T00:00:00",
            },
        ),
        (
            "revocation",
            {
                "revocation_id": "V-law",
                "target_kind": "submission",
                "target_id": "S1",
                "effective_on": dice.choice(["2026-05-01", "2026-06-01", "2026-07-01"]),
                "effect": dice.choice(["stop", "suspend", "erase"]),
                "recorded_at": "2026-01-01T00:00:00",
            },
        ),
    ]
    if version is not None:
        clause = {"prohibition_id": "PB-law", "contract_id": version["contract_id"], "version": version["version"]}
        everywhere = {"purposes": ["*"], "modalities": ["*"], "territories": ["*"]}
        rows.append(("prohibition", clause | everywhere | dice.choice([{}, {"client_ids": [client]}])))
    return _with(tables, *dice.choice(rows))


def _ungrant(tables: Tables, dice: random.Random) -> Tables:
    grants = list(tables.get("rights_grant", []))
    if grants:
        grants.pop(dice.randrange(len(grants)))
    return {**tables, "rights_grant": grants}


def _shuffle(tables: Tables, dice: random.Random) -> Tables:
    return {name: dice.sample(rows, len(rows)) for name, rows in tables.items()}


def _double(tables: Tables, dice: random.Random) -> Tables:
    """Repeat rows; but a contract version twice, and a withheld delivery row twice, are what the gate is for."""
    keep = {"contract_version", "request"}
    return {n: rows if n in keep else [*rows, *dice.sample(rows, len(rows) // 2)] for n, rows in tables.items()}


def _later(tables: Tables, dice: random.Random) -> Tables:
    """Let restrictions, lifts and corrections arrive after known_at: what was known does not change."""
    after = {"recorded_at": "2026-09-01T00:00:00"}
    grown = _with(tables, "revocation", _restrictions()["revocation"] | after)
    grown = _with(grown, "exclusivity", _restrictions()["exclusivity"] | after)
    performer = dice.choice(tables["performer"])
    return _with(grown, "performer", {**performer, "date_of_birth": "2020-01-01"} | after)


def _restrictions() -> dict[str, dict[str, Any]]:
    return {
        "revocation": {
            "revocation_id": "V-later",
            "target_kind": "submission",
            "target_id": "S1",
            "effective_on": "2026-01-01",
            "effect": "stop",
        },
        "exclusivity": {
            "excl_id": "E-later",
            "scope_kind": "all",
            "holder_client_id": "labB",
            "include_affiliates": False,
            "purposes": ["*"],
            "valid_from": "2026-01-01",
            "valid_to": "2027-01-01",
        },
    }


@settings(max_examples=2, deadline=None)
@given(SEEDS)
def test_a_restriction_more_never_turns_a_denial_into_a_permission(seed: int) -> None:
    assert freer(both(seed, _restrict)) == []


@settings(max_examples=2, deadline=None)
@given(SEEDS)
def test_a_grant_less_never_turns_a_denial_into_a_permission(seed: int) -> None:
    assert freer(both(seed, _ungrant)) == []


@settings(max_examples=2, deadline=None)
@given(SEEDS)
def test_the_order_of_rows_never_matters(seed: int) -> None:
    assert [pair for pair in both(seed, _shuffle) if pair[1] != pair[2]] == []


@settings(max_examples=2, deadline=None)
@given(SEEDS)
def test_duplicate_rows_never_matter(seed: int) -> None:
    assert [pair for pair in both(seed, _double) if pair[1] != pair[2]] == []


@settings(max_examples=2, deadline=None)
@given(SEEDS)
def test_rows_that_arrive_later_change_nothing_that_was_known(seed: int) -> None:
    assert [pair for pair in both(seed, _later) if pair[1] != pair[2]] == []


def test_a_family_is_never_freer_than_a_block_on_one_of_its_members() -> None:
    version = {"prohibition_id": "B", "contract_id": "C1", "version": 1}
    everywhere = {"purposes": ["*"], "modalities": ["*"], "territories": ["*"]}
    members = ("labA", "labA_eu", "labA_us")
    free = {asking: _family(asking) for asking in members}
    blocked = {
        (asking, member): _with(tables, "prohibition", version | everywhere | {"client_ids": [member]})
        for asking, tables in free.items()
        for member in members
    }
    said = list(decide_worlds(dict(enumerate([*free.values(), *blocked.values()]))).values())
    assert {v.decision for v in said[: len(free)]} == {"allow"}
    assert set(said[len(free) :]) == {Verdict("deny", ("CLIENT_BLOCKED",))}


def _family(asking: str) -> Tables:
    days = {"effective_from": "2026-01-01", "effective_to": "2028-12-31"}
    return {
        "client": [
            {"client_id": "labA"},
            {"client_id": "labA_eu", "parent_client_id": "labA"},
            {"client_id": "labA_us", "parent_client_id": "labA"},
        ],
        "performer": [{"performer_id": "P1", "date_of_birth": "1990-01-01"}],
        "session": [{"session_id": "SE1", "campaign_id": "CA1"}],
        "submission": [
            {
                "submission_id": "S1",
                "kind": "commissioned",
                "session_id": "SE1",
                "campaign_id": "CA1",
                "submitted_on": "2026-03-01",
                "performed_on": "2026-03-01",
                "contributors_declared": 1,
                "third_party_ip": "none",
                "ai_assistance": "none",
            }
        ],
        "contribution": [{"submission_id": "S1", "performer_id": "P1", "modalities": ["text"]}],
        "contract_party": [{"contract_id": "C1", "performer_id": "P1"}],
        "contract_version": [
            {
                "contract_id": "C1",
                "version": 1,
                "status": "executed",
                "applies_to": "prospective",
                "lawful_basis": "contract",
                "recorded_at": "2026-01-01T00:00:00",
                **days,
            }
        ],
        "contract_scope": [{"contract_id": "C1", "version": 1, "scope_kind": "all"}],
        "rights_grant": [
            {
                "grant_id": "G1",
                "contract_id": "C1",
                "version": 1,
                "ownership": "nonexclusive_licence",
                "purposes": ["text_finetune"],
                "modalities": ["text"],
                "territories": ["US"],
                "valid_from": "2026-01-01",
                "valid_to": "2028-12-31",
                "onward": "none",
            }
        ],
        "comp_term": [{"comp_id": "K1", "contract_id": "C1", "version": 1, "model": "flat"}],
        "request": [
            {
                "request_id": "R",
                "client_id": asking,
                "purpose": "text_finetune",
                "modalities": ["text"],
                "territories": ["US"],
                "onward": "none",
                "as_of": "2026-06-01",
                "known_at": "2026-06-01T02:00:00",
                "min_remaining_days": 0,
            }
        ],
    }
