"""Seals and control totals of the reference: what changed or was lost after sealing stops the build."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.reference import decide, seal
from tests.reference.seals import broken_seals
from tests.reference.world import World
from tests.spec.rights_corpus import all_cases

Tables = dict[str, list[dict[str, Any]]]
CASES = {case["case"]: case["tables"] for case in all_cases()}


def widen_the_grant(tables: Tables) -> None:
    tables["rights_grant"][0]["purposes"].append("text_pretrain")


def lose_a_delivery(tables: Tables) -> None:
    tables["delivery"].pop()
    tables["delivery_item"].pop()


def lose_the_comp_term(tables: Tables) -> None:
    tables["comp_term"].clear()


def forget_a_withdrawal(tables: Tables) -> None:
    tables["consent"][0].update(withdrawn_on=None, withdrawal_recorded_at=None)


def forget_a_lift(tables: Tables) -> None:
    tables["revocation"][0].update(lifted_on=None, lift_recorded_at=None)


def lose_a_seal(tables: Tables) -> None:
    tables["seal"].pop()


def forge_a_seal(tables: Tables) -> None:
    tables["seal"][0]["sha256"] = "0" * 64


CHANGES: list[tuple[int, Callable[[Tables], None]]] = [
    (1, widen_the_grant),
    (1, lose_the_comp_term),
    (223, lose_a_delivery),
    (19, forget_a_withdrawal),
    (36, forget_a_lift),
    (1, lose_a_seal),
    (1, forge_a_seal),
]


@pytest.mark.parametrize(("case", "change"), CHANGES)
def test_what_changed_after_sealing_stops_the_build(case: int, change: Callable[[Tables], None]) -> None:
    sealed = seal(CASES[case])
    change(sealed)
    assert decide(sealed, sealed["request"][0], "S1").decision == "stop"


def test_withdrawals_are_counted_apart_because_their_seal_leaves_them_out() -> None:
    sealed = seal(CASES[19])
    forget_a_withdrawal(sealed)
    wrong = "0.withdrawals_counted_apart"
    assert decide(sealed, sealed["request"][0], "S1", wrong=wrong).decision == "allow"


def test_seals_see_a_changed_cell_that_totals_cannot() -> None:
    sealed = seal(CASES[1])
    widen_the_grant(sealed)
    assert decide(sealed, sealed["request"][0], "S1", wrong="0.seals_hold").decision == "allow"


def test_totals_see_a_lost_row_of_a_table_without_seals() -> None:
    sealed = seal({**CASES[1], "delivery": [{"delivery_id": "D1", "client_id": "labB"}]})
    sealed["delivery"].clear()
    assert decide(sealed, sealed["request"][0], "S1").decision == "stop"
    assert decide(sealed, sealed["request"][0], "S1", wrong="0.totals_hold").decision == "allow"


def test_missing_seal_stops_a_production_build() -> None:
    bare = World({**CASES[1], "seal": [], "control_total": []})
    assert broken_seals(bare, required=True)
    assert not broken_seals(World(bare.tables, "0.missing_seal_stops"), required=True)


def test_null_and_absent_are_the_same_under_a_seal() -> None:
    sealed = seal(CASES[1])
    sealed["contract_version"][0]["signed_on"] = None
    assert decide(sealed, sealed["request"][0], "S1").decision == "allow"


@pytest.mark.parametrize("number", sorted(CASES))
def test_order_of_rows_never_matters_to_a_seal(number: int) -> None:
    turned = {name: rows[::-1] for name, rows in CASES[number].items()}
    assert seal(turned)["seal"] == seal(CASES[number])["seal"]
    assert seal(turned)["control_total"] == seal(CASES[number])["control_total"]
