"""Settle: acceptance pays once, amounts add up, and what cannot be paid is named."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from pipelines import settle
from pipelines.receipts import Receipt
from pipelines.tables.pay import PAY_ENTRY, PAY_HELD
from pipelines.tables.set_aside import SET_ASIDE
from tests.lakes import NIGHT, Row, World, performer, scene

NEXT = NIGHT + dt.timedelta(days=1)


def signed(
    world: World, *terms: Row, versions: tuple[Row, ...] = ({},), parties: tuple[str, ...] = ("prf_ada",)
) -> None:
    """One contract C1 with its versions, parties, scope `all` and terms."""
    version: Row = {
        "contract_id": "C1",
        "status": "executed",
        "effective_from": "2026-01-01",
        "effective_to": "2028-12-31",
        "applies_to": "prospective",
        "recorded_at": "2026-01-01T00:00:00Z",
    }
    world.contracts("contract_version", *[version | {"version": n} | v for n, v in enumerate(versions, 1)])
    scopes: list[Row] = [{"contract_id": "C1", "version": n, "scope_kind": "all"} for n in range(1, len(versions) + 1)]
    world.contracts("contract_scope", *scopes)
    world.contracts("contract_party", *[{"contract_id": "C1", "performer_id": p} for p in parties])
    term: Row = {"comp_id": "K1", "contract_id": "C1", "version": 1, "model": "per_accepted_submission"}
    term |= {"amount_minor": 7500, "currency": "USD", "trigger": "acceptance"}
    world.contracts("comp_term", *[term | t for t in terms or ({},)])


def run(world: World, rows: list[Row], date: dt.date = NIGHT) -> Receipt:
    if rows:
        world.accept(rows, date)
    return settle.run(world.night(date))


def entries(world: World) -> list[tuple[str, str, int, str]]:
    found = settle.paid(world.night()).sort("trigger_id", "performer_id")
    return found.select("trigger_id", "performer_id", "amount_minor", "currency").rows()


def test_acceptance_pays_once_and_twice_is_once(tmp_path: Path) -> None:
    world = World(tmp_path)
    signed(world)
    receipt = run(world, [scene("s1"), scene("s2")])
    assert (receipt.came, receipt.went_on, receipt.held_back) == (2, 2, {})
    assert receipt.notes == {"paid tonight": 2, "USD minor": 15000}
    before = world.lake.manifests(PAY_ENTRY)
    again = run(world, [])
    assert (again.went_on, again.notes) == (2, {"paid tonight": 0})
    run(world, [scene("s3")], NEXT)
    assert entries(world) == [(s, "prf_ada", 7500, "USD") for s in ("s1", "s2", "s3")]
    assert world.lake.manifests(PAY_ENTRY)[: len(before)] == before


def test_an_entry_is_named_by_what_it_pays_for(tmp_path: Path) -> None:
    world = World(tmp_path)
    signed(world)
    run(world, [scene("s1")])
    named = hashlib.sha256(b"K1\x1facceptance\x1fs1\x1fprf_ada").hexdigest()
    assert settle.paid(world.night())["entry_id"].to_list() == [named]


def test_an_amended_term_never_pays_again_and_later_work_is_paid_under_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    signed(world)
    run(world, [scene("s1")])
    amended: Row = {"comp_id": "K2", "version": 2, "amount_minor": 9000}
    signed(world, {}, amended, versions=({}, {"effective_from": NEXT.isoformat(), "applies_to": "retroactive"}))
    run(world, [scene("s2")], NEXT)
    assert entries(world) == [("s1", "prf_ada", 7500, "USD"), ("s2", "prf_ada", 9000, "USD")]


def test_the_term_that_governed_the_day_of_acceptance_pays_though_settled_later(tmp_path: Path) -> None:
    world = World(tmp_path)
    signed(world, {"currency": None})
    held = run(world, [scene("s1")])
    assert held.held_back == {"amount_without_currency": 1}
    later = {"effective_from": NEXT.isoformat(), "applies_to": "retroactive"}
    signed(world, {}, {"comp_id": "K2", "version": 2, "amount_minor": 9000}, versions=({}, later))
    assert run(world, [scene("s2")], NEXT).held_back == {}
    assert entries(world) == [("s1", "prf_ada", 7500, "USD"), ("s2", "prf_ada", 9000, "USD")]


def test_a_new_revision_is_not_paid_again(tmp_path: Path) -> None:
    world = World(tmp_path)
    signed(world)
    first = scene("s1")
    run(world, [first])
    world.hold(SET_ASIDE, [first], "superseded", NEXT)
    receipt = run(world, [scene("s1", revision=2, turn_count=6)], NEXT)
    assert (receipt.came, receipt.went_on, receipt.notes) == (1, 1, {"paid tonight": 0})


@pytest.mark.parametrize(
    ("term", "rule"),
    [
        ({"currency": None}, "amount_without_currency"),
        ({"currency": "usd"}, "currency_unknown"),
        ({"amount_minor": None}, "amount_unreadable"),
        ({"amount_minor": "75.00"}, "amount_unreadable"),
        ({"amount_minor": -1}, "amount_unreadable"),
        ({"multiplier": "1.5"}, "term_not_settled"),
        ({"cap_minor": 10}, "term_not_settled"),
        ({"use_kind": "replica"}, "term_not_settled"),
        ({"trigger": "delivery"}, "term_not_on_acceptance"),
        ({"trigger": None}, "term_not_on_acceptance"),
        ({"model": "exposure"}, "term_not_on_acceptance"),
        ({"model": "flat", "amount_minor": None, "currency": None, "trigger": None}, "flat_paid_outside"),
        ({"version": 7}, "no_term"),
    ],
)
def test_what_cannot_be_paid_is_named_and_held(tmp_path: Path, term: Row, rule: str) -> None:
    world = World(tmp_path)
    signed(world, term)
    assert run(world, [scene("s1")]).held_back == {rule: 1}
    assert entries(world) == []
    assert world.night().read(PAY_HELD)["rule"].to_list() == [rule]


@pytest.mark.parametrize(
    ("version", "rule"),
    [
        ({"status": "draft"}, "no_contract"),
        ({"effective_from": "2026-11-02"}, "no_contract"),
        ({"status": "terminated"}, "contract_terminated"),
        ({"effective_to": "2026-11-19"}, "contract_expired"),
        ({"effective_to": None}, "contract_expired"),
        ({"status": "signed?"}, "contract_unreadable"),
        ({"applies_to": None}, "contract_unreadable"),
        ({"recorded_at": "soon"}, "contract_unreadable"),
    ],
)
def test_a_contract_that_does_not_govern_pays_nothing(tmp_path: Path, version: Row, rule: str) -> None:
    world = World(tmp_path)
    signed(world, versions=(version,))
    assert run(world, [scene("s1")]).held_back == {rule: 1}


def test_terms_recorded_after_the_asked_snapshot_are_not_known(tmp_path: Path) -> None:
    world = World(tmp_path)
    signed(world, versions=({"recorded_at": "2026-11-22T10:00:00+00:00"},))
    world.accept([scene("s1")])
    at = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
    early = dataclasses.replace(world.night(), known_at=at)
    assert settle.run(early).held_back == {"no_contract": 1}
    assert settle.run(dataclasses.replace(early, known_at=at + dt.timedelta(hours=1))).went_on == 1


def test_an_audition_is_not_paid_through_scope_all(tmp_path: Path) -> None:
    world = World(tmp_path)
    signed(world)
    assert run(world, [scene("s1", kind="audition"), scene("s2", kind=None)]).held_back == {"no_contract": 2}


def test_the_narrowest_scope_pays_and_a_tie_is_held(tmp_path: Path) -> None:
    world = World(tmp_path)
    signed(world, {}, {"comp_id": "K2", "contract_id": "C2", "amount_minor": 1})
    version = {"status": "executed", "effective_from": "2026-01-01", "perpetual": True, "applies_to": "retroactive"}
    both = [version | {"contract_id": c, "version": 1, "recorded_at": "2026-01-01T00:00:00"} for c in ("C1", "C2")]
    world.contracts("contract_version", *both)
    world.contracts("contract_party", *[{"contract_id": c, "performer_id": "prf_ada"} for c in ("C1", "C2")])
    scopes: list[Row] = [
        {"contract_id": "C1", "version": 1, "scope_kind": "all"},
        {"contract_id": "C2", "version": 1, "scope_kind": "session", "scope_id": "se_1"},
        {"contract_id": "C1", "version": 1, "scope_kind": "session", "scope_id": "se_2"},
        {"contract_id": "C2", "version": 1, "scope_kind": "session", "scope_id": "se_2"},
    ]
    world.contracts("contract_scope", *scopes)
    receipt = run(world, [scene("s1"), scene("s2", session="se_2"), scene("s3", session="se_3")])
    assert receipt.held_back == {"contract_ambiguous": 1}
    assert entries(world) == [("s1", "prf_ada", 1, "USD"), ("s3", "prf_ada", 7500, "USD")]


def test_two_terms_of_one_model_are_ambiguous(tmp_path: Path) -> None:
    world = World(tmp_path)
    signed(world, {}, {"comp_id": "K2", "amount_minor": 1})
    assert run(world, [scene("s1")]).held_back == {"term_ambiguous": 1}


def test_a_flat_sum_is_paid_once_for_a_contract(tmp_path: Path) -> None:
    world = World(tmp_path)
    signed(world, {"model": "flat"})
    receipt = run(world, [scene("s2"), scene("s1")])
    assert (receipt.went_on, receipt.held_back) == (2, {})
    run(world, [scene("s0")], NEXT)
    assert entries(world) == [("s1", "prf_ada", 7500, "USD")]


def test_sums_never_cross_currencies(tmp_path: Path) -> None:
    world = World(tmp_path)
    signed(world, {}, {"comp_id": "K2", "model": "flat", "currency": "EUR", "amount_minor": 11})
    assert run(world, [scene("s1")]).notes == {"paid tonight": 2, "EUR minor": 11, "USD minor": 7500}


@hypothesis(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amount=st.integers(0, 10_000),
    shares=st.lists(st.integers(1, 100), min_size=1, max_size=5),
    split=st.sampled_from(["equal", "share"]),
)
def test_a_split_adds_up_to_the_amount(
    tmp_path_factory: pytest.TempPathFactory, amount: int, shares: list[int], split: str
) -> None:
    world = World(tmp_path_factory.mktemp("split"))
    cast = [f"prf_{n}" for n in range(len(shares))]
    signed(world, {"amount_minor": amount, "split": split}, parties=tuple(cast))
    run(world, [scene("s1", performers=[performer(p, s / 100) for p, s in zip(cast, shares, strict=True)])])
    paid = {p: a for _, p, a, _ in entries(world)}
    assert set(paid) == set(cast)
    assert sum(paid.values()) == amount
    weights = dict(zip(cast, shares if split == "share" else [1] * len(shares), strict=True))
    for name, part in paid.items():
        assert abs(part - amount * weights[name] / sum(weights.values())) < 1


@pytest.mark.parametrize("split", ["share", None, "by_turns"])
def test_a_share_that_is_missing_or_a_split_nobody_named_holds_all(tmp_path: Path, split: str | None) -> None:
    world = World(tmp_path)
    signed(world, {"split": split}, parties=("prf_ada", "prf_ben"))
    receipt = run(world, [scene("s1", performers=[performer("prf_ada", 0.5), performer("prf_ben")])])
    assert receipt.held_back == {"share_missing" if split == "share" else "split_not_settled": 2}


def test_who_comes_after_the_others_were_paid_is_held_for_a_person(tmp_path: Path) -> None:
    world = World(tmp_path)
    signed(world, {"split": "equal"}, parties=("prf_ada", "prf_ben"))
    first = scene("s1")
    run(world, [first])
    world.hold(SET_ASIDE, [first], "superseded", NEXT)
    both = scene("s1", revision=2, performers=[performer("prf_ada"), performer("prf_ben")])
    assert run(world, [both], NEXT).held_back == {"split_changed": 1}
    assert entries(world) == [("s1", "prf_ada", 7500, "USD")]


def test_the_platforms_record_of_contributions_wins(tmp_path: Path) -> None:
    world = World(tmp_path)
    signed(world, parties=("prf_ada", "prf_ben"))
    world.contracts("contribution", {"submission_id": "s1", "performer_id": "prf_ben", "role": "actor"})
    run(world, [scene("s1"), scene("s2")])
    assert entries(world) == [("s1", "prf_ben", 7500, "USD"), ("s2", "prf_ada", 7500, "USD")]


def test_the_files_run_on_empty_tables_and_pay_nobody(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.accept([])
    assert settle.run(world.night()).came == 0


def test_the_order_of_rows_never_matters(tmp_path: Path) -> None:
    seen = []
    for n, step in enumerate((1, -1)):
        world = World(tmp_path / str(n))
        signed(world, {"split": "equal", "amount_minor": 100}, parties=("prf_a", "prf_b", "prf_c"))
        cast = [performer(p) for p in ("prf_a", "prf_b", "prf_c")][::step]
        run(world, [scene(f"s{i}", performers=cast) for i in range(3)][::step])
        seen.append(entries(world))
    assert seen[0] == seen[1]
    assert [a for _, _, a, _ in seen[0][:3]] == [34, 33, 33]
