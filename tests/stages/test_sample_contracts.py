"""`sample contracts`: a feed for whatever lies in a landing folder, and fates that the rules of rights agree with."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipelines.landing import Landing
from pipelines.sample.contracting import write_contracts
from pipelines.sample.generated import write_scenes
from pipelines.sample.works import works
from pipelines.schemas.order import read_order
from pipelines.schemas.submission import Performer, Submission, Take, Turn
from pipelines.tables.rights_feed import FEED
from tests.reference.decision import decide_in
from tests.reference.gate import defects
from tests.reference.seals import seal
from tests.reference.world import World

SILENT = 300
"""Rows that make no claim, as the sets of real input."""


def silent(number: int) -> Submission:
    """A row that claims nothing but who is in it, in what modality; a third are recordings alone."""
    is_take = number % 3 == 0
    people = {number % 61, number * 7 % 61} if number % 5 == 0 else {number % 61}
    return Submission(
        submission_id=f"sub-{number}",
        submitted_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + dt.timedelta(hours=11 * number),
        performers=[Performer(f"prf-s{p}", modalities=["audio" if is_take else "text"]) for p in sorted(people)],
        turns=[Turn(0, ["A"], "Eleven o'clock.")],
        campaign="cam-real",
        takes=[Take(f"{number}.wav")] if is_take else [],
    )


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Landing:
    home = tmp_path_factory.mktemp("landing")
    write_scenes(home, 300, seed=3)
    folder = home / "submissions" / "silent" / "2026-11-20"
    folder.mkdir(parents=True)
    (folder / "a.ndjson").write_bytes(b"\n".join(msgspec.json.encode(silent(n)) for n in range(SILENT)))
    write_contracts(Landing(home), seed=5)
    return Landing(home)


@pytest.fixture(scope="module")
def tables(landing: Landing) -> dict[str, list[Any]]:
    return {p.stem: [json.loads(x) for x in p.read_text().splitlines()] for p in landing.contracts.iterdir()}


def fates(landing: Landing) -> list[Any]:
    return [json.loads(line) for line in (landing.root / "contract_fates.ndjson").read_text().splitlines()]


def asked_by(path: Path) -> dict[str, Any]:
    order = read_order(path)
    asked = {f: getattr(order, f) for f in ("client_id", "purpose", "modalities", "territories", "onward")}
    asked |= {"request_id": order.order_id, "min_remaining_days": order.min_remaining_days}
    return asked | {"as_of": "2026-11-21", "known_at": "2026-11-22T02:00:00"}


def test_every_table_and_column_is_of_the_feed(tables: dict[str, list[Any]]) -> None:
    for table, rows in tables.items():
        assert rows, table
        assert {c for row in rows for c in row} <= set(FEED[table].names), table


def test_the_gate_is_open(tables: dict[str, list[Any]]) -> None:
    assert defects(World(seal(tables))) == []


def test_seven_in_ten_are_granted_and_no_kind_of_denial_prevails(landing: Landing) -> None:
    stated = [f for f in fates(landing) if f["order_id"] == "generated-text"]
    assert 0.6 < sum(f["decision"] == "allow" for f in stated) / len(stated) < 0.8
    reasons = Counter(reason for f in fates(landing) for reason in f["reasons"])
    assert len(reasons) >= 26
    assert max(reasons.values()) < len(stated) / 12


def test_every_submission_has_one_fate_under_the_order_for_its_work(landing: Landing) -> None:
    ids = {work.submission_id for work in works(landing)}
    told = [(f["submission_id"], f["order_id"]) for f in fates(landing)]
    assert len(set(told)) == len(told)
    assert {submission for submission, order in told if order != "generated-voice"} == ids


def test_what_is_not_stated_is_denied(landing: Landing, tables: dict[str, list[Any]]) -> None:
    world, told = World(tables), {(f["submission_id"], f["order_id"]) for f in fates(landing)}
    for work in list(works(landing))[::9]:
        for path in landing.orders():
            if (work.submission_id, path.stem) not in told:
                found = decide_in(world, asked_by(path), work.submission_id)
                assert found.decision == "deny", (work.submission_id, path.stem)


def test_rights_decide_as_the_fates_say(landing: Landing, tables: dict[str, list[Any]]) -> None:
    orders = {path.stem: asked_by(path) for path in landing.orders()}
    world = World(tables)
    for fate in fates(landing):
        found = decide_in(world, orders[fate["order_id"]], fate["submission_id"])
        assert (found.decision, list(found.reasons)) == (fate["decision"], fate["reasons"]), fate


def test_the_same_seed_gives_the_same_bytes_whatever_the_order_of_rows(tmp_path: Path) -> None:
    def made(name: str, numbers: list[int]) -> dict[str, set[str]]:
        folder = tmp_path / name / "submissions" / "silent" / "2026-11-20"
        folder.mkdir(parents=True)
        (folder / "a.ndjson").write_bytes(b"\n".join(msgspec.json.encode(silent(n)) for n in numbers))
        write_contracts(Landing(tmp_path / name), seed=5)
        files = sorted((tmp_path / name / "contracts").iterdir())
        return {p.name: set(p.read_text().splitlines()) for p in files}

    assert made("there", list(range(60))) == made("back", list(reversed(range(60))))


def test_orders_of_ones_own_are_kept(tmp_path: Path) -> None:
    write_scenes(tmp_path, 20, seed=1)
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "mine.yaml").write_text("order_id: mine\n")
    write_contracts(Landing(tmp_path), seed=1)
    assert [p.name for p in Landing(tmp_path).orders()] == ["mine.yaml"]


def test_a_reader_for_other_feeds_may_be_handed_in(tmp_path: Path) -> None:
    folder = tmp_path / "submissions" / "portal" / "2026-11-20"
    folder.mkdir(parents=True)
    (folder / "a.ndjson").write_text('{"ref": 1}\n')
    counts = write_contracts(Landing(tmp_path), seed=1, read=lambda _landing: [silent(1), silent(3)])
    assert sum(counts.values()) == 2
