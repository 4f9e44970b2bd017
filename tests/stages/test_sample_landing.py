"""The sample's landing folder: two nights, readable as delivered, and every row's fate beside it."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import wave
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipelines.errors import InputError
from pipelines.ingest.lines import Broken, lines_of
from pipelines.landing import Landing
from pipelines.sample import write_sample
from pipelines.sample.takes import recording
from pipelines.schemas.order import read_order
from pipelines.schemas.submission import Submission
from pipelines.tables.rights_feed import FEED
from tests.reference import Stop, decide, seal

NIGHTS = {1: dt.date(2026, 11, 21), 2: dt.date(2026, 11, 22)}


@pytest.fixture(scope="module", params=[1, 2])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    home = tmp_path_factory.mktemp(f"night{request.param}")
    write_sample(home, request.param)
    return request.param, home


def fates(sample: tuple[int, Path]) -> Any:
    night, home = sample
    return json.loads((home / "fates.json").read_text())[NIGHTS[night].isoformat()]


def delivered(home: Path) -> tuple[dict[str, Submission], set[str]]:
    """Rows by `<submission>@<revision>`, and `<file>:<line>` of what is no submission/v1."""
    rows, bad = {}, set()
    for delivery in Landing(home).deliveries(dt.date.max):
        for line in lines_of(delivery.path):
            assert not isinstance(line, Broken)
            try:
                row = msgspec.json.decode(line.data, type=Submission)
            except (msgspec.DecodeError, msgspec.ValidationError):
                bad.add(f"{delivery.file}:{line.number}")
            else:
                rows[f"{row.submission_id}@{row.revision}"] = row
    return rows, bad


def test_every_row_and_every_bad_line_has_exactly_one_fate(sample: tuple[int, Path]) -> None:
    rows, bad = delivered(sample[1])
    told = fates(sample)
    assert set(told["rows"]) == set(rows)
    assert set(told["lines"]) == bad


def test_a_row_that_reaches_the_orders_has_a_fate_for_each(sample: tuple[int, Path]) -> None:
    orders = {path.stem for path in Landing(sample[1]).orders()}
    for fate in fates(sample)["rows"].values():
        assert fate["stage"] in {"ingest", "dedup", "quality", "publish"}
        assert set(fate.get("orders", {})) == (orders if fate["stage"] == "publish" else set())
        assert ("rule" in fate) == (fate["stage"] != "publish")


def test_orders_can_be_read_and_are_named_by_their_files(sample: tuple[int, Path]) -> None:
    orders = [read_order(path) for path in Landing(sample[1]).orders()]
    assert {o.client_id for o in orders} == {"cl-almanac", "cl-brandt", "cl-voxhall"}


def test_contracts_use_the_tables_and_columns_of_the_feed(sample: tuple[int, Path]) -> None:
    for table, rows in contracts(sample[1]).items():
        assert rows, table
        assert {column for row in rows for column in row} <= set(FEED[table].names), table


def contracts(home: Path) -> dict[str, list[Any]]:
    return {p.stem: [json.loads(x) for x in p.read_text().splitlines()] for p in (home / "contracts").iterdir()}


def world(home: Path, rows: dict[str, Submission]) -> dict[str, list[Any]]:
    """The contract feed with the platform's record of the submissions, as rights derives it from their claims."""
    tables = contracts(home)
    highest = {r.submission_id: r for r in sorted(rows.values(), key=lambda r: r.revision)}.values()
    sessions = {r.session: {"session_id": r.session, "campaign_id": r.campaign} for r in highest}
    tables["session"] = list(sessions.values())
    tables["submission"] = [
        {
            "submission_id": r.submission_id,
            "kind": r.kind,
            "session_id": r.session,
            "campaign_id": r.campaign,
            "submitted_on": r.submitted_at.date().isoformat(),
            "performed_on": str(r.performed_on),
            "contributors_declared": r.contributors_declared,
            "third_party_ip": r.third_party_ip,
            "ai_assistance": r.ai_assistance,
        }
        for r in highest
    ]
    tables["contribution"] = [
        {
            "submission_id": r.submission_id,
            "performer_id": p.performer_id,
            "role": p.role,
            "modalities": p.modalities,
        }
        for r in highest
        for p in r.performers
    ]
    return seal(tables)


def test_rights_decide_as_the_fates_say(sample: tuple[int, Path]) -> None:
    night, home = sample
    rows, _ = delivered(home)
    tables = world(home, rows)
    told = {k.split("@")[0]: f["orders"] for k, f in fates(sample)["rows"].items() if f["stage"] == "publish"}
    for path, (submission, expected) in itertools.product(Landing(home).orders(), told.items()):
        order = read_order(path)
        if expected[order.order_id] == "not_selected":
            continue
        asked = {f: getattr(order, f) for f in ("client_id", "purpose", "modalities", "territories", "onward")}
        asked |= {"request_id": order.order_id, "min_remaining_days": order.min_remaining_days}
        asked |= {"as_of": NIGHTS[night].isoformat(), "known_at": f"{NIGHTS[night]}T23:59:59"}
        found = decide(tables, asked, submission)
        assert not isinstance(found, Stop), found
        due = expected[order.order_id] if isinstance(expected[order.order_id], list) else []
        assert list(found.reasons) == due, (order.order_id, submission)


def test_three_clients_get_three_answers_on_one_scene(sample: tuple[int, Path]) -> None:
    orders = fates(sample)["rows"]["sub-lost-property@1"]["orders"]
    assert orders["almanac-text"] == "ships"
    assert "PURPOSE_NOT_GRANTED" in orders["voxhall-voice"]
    assert orders["brandt-text"] == ["CLIENT_BLOCKED"]


def test_takes_are_as_declared_and_one_is_missing(sample: tuple[int, Path]) -> None:
    rows, _ = delivered(sample[1])
    missing = set()
    for row in rows.values():
        for take in row.takes:
            path = Landing(sample[1]).takes("troupe") / take.uri
            if not path.is_file():
                missing.add(take.uri)
                continue
            assert hashlib.sha256(path.read_bytes()).hexdigest() == take.sha256
            assert path.stat().st_size == take.bytes
            with wave.open(str(path)) as file:
                assert file.getnframes() / file.getframerate() == take.duration_s
                assert file.getframerate() == take.sample_rate_hz
    assert missing == {"prompt-corner.wav"}


def test_a_take_is_the_same_bytes_on_every_machine() -> None:
    assert recording("night-dough.wav").sha256 == "a357588e943d0e551bccd1d1b316f53f60972aeefd2bfa0b61bb40805ec54eda"


def test_the_second_night_adds_and_changes_nothing_of_the_first(tmp_path: Path) -> None:
    write_sample(tmp_path, 1)
    before = {p: p.read_bytes() for p in (tmp_path / "submissions").rglob("*.*") if p.is_file()}
    write_sample(tmp_path, 2)
    assert before.items() <= {p: p.read_bytes() for p in (tmp_path / "submissions").rglob("*.*") if p.is_file()}.items()
    added = contracts(tmp_path)["revocation"]
    assert [r["filed_on"] for r in added] == ["2026-06-01", "2026-11-22"]


def test_the_second_night_is_a_withdrawal_and_a_late_original(tmp_path: Path) -> None:
    write_sample(tmp_path, 2)
    first, second = json.loads((tmp_path / "fates.json").read_text()).values()
    changed = {key for key, fate in first["rows"].items() if second["rows"][key] != fate}
    assert changed == {"sub-the-interpreter@1", "sub-otto-small-change@1"}
    assert set(second["rows"]) - set(first["rows"]) == {"sub-vending-machine@1"}
    rows, _ = delivered(tmp_path)
    assert rows["sub-vending-machine@1"].submitted_at < rows["sub-otto-small-change@1"].submitted_at


def test_a_third_night_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the sample has nights 1 and 2"):
        write_sample(tmp_path, 3)
