"""The flow: what runs, what is skipped, and what it refuses."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from pipelines import flow, quality
from pipelines.errors import InputError, RedNight
from pipelines.night import Night
from pipelines.rights import seal_folder
from pipelines.summary import versions_of
from tests.whole.test_laws import published
from tests.whole.test_sample_nights import sample_night, settings_of


@pytest.fixture
def built(tmp_path: Path) -> Night:
    night = sample_night(tmp_path, 1)
    flow.build(night)
    return night


def restrict(night: Night) -> None:
    contracts = night.landing.contracts
    row = {"revocation_id": "REV9", "target_kind": "performer", "target_id": "prf-mara", "filed_on": "2026-11-21"}
    row |= {"effective_on": "2026-11-21", "effect": "stop", "basis": "contract", "recorded_at": "2026-11-21T08:00:00"}
    with (contracts / "revocation.ndjson").open("a") as file:
        file.write(json.dumps(row) + "\n")
    seal_folder(contracts)


def test_a_restriction_filed_after_the_decision_is_never_published_over(built: Night) -> None:
    restrict(built)
    with pytest.raises(InputError, match="contracts changed since rights were decided"):
        flow.publish(built, "almanac-text")
    flow.build(built)
    assert versions_of(built)["cl-almanac/scenes"] == "1.0.1"


def test_a_restriction_filed_while_a_version_is_staged_keeps_it_from_becoming_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = sample_night(tmp_path, 1)
    for stage in flow.BEFORE_PUBLISH:
        flow.run_stage(stage, night)
    monkeypatch.setattr(quality, "check_published", lambda *_: restrict(night))
    with pytest.raises(InputError, match="contracts changed since rights were decided"):
        flow.publish(night, "almanac-text")
    assert versions_of(night) == {}
    assert night.receipt("publish", "almanac-text") is None


def test_what_is_only_flagged_in_the_contracts_stands_in_the_receipt(tmp_path: Path) -> None:
    night = sample_night(tmp_path, 1)
    path = night.landing.contracts / "rights_grant.ndjson"
    grants = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(g | {"ownership": "handshake"}) + "\n" for g in grants))
    seal_folder(night.landing.contracts)
    receipts = {r.stage: r for r in flow.build(night).receipts}
    assert receipts["rights"].notes["contracts: ownership_known"] == len(grants)
    assert receipts["rights"].went_on == 0


def test_contracts_that_change_while_rights_are_decided_leave_no_decision_to_publish_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = sample_night(tmp_path, 1)
    for stage in flow.BEFORE_PUBLISH[:-1]:
        flow.run_stage(stage, night)

    def restricting(_: object) -> list[object]:
        restrict(night)
        return []

    monkeypatch.setattr(quality, "check_contracts", restricting)
    with pytest.raises(InputError, match="contracts changed"):
        flow.run_stage("rights", night)
    assert night.receipt("rights") is None


def test_a_stage_is_not_run_again_for_the_same_inputs(built: Night) -> None:
    said: list[str] = []
    again = flow.open_night(built.date, settings=built.settings, progress=said.append)
    for stage in ("ingest", "dedup", "quality"):
        flow.run_stage(stage, again)
    assert said == []
    flow.run_stage("dedup", again, force=True)
    assert said[0] == "dedup"


def test_one_failed_order_is_a_red_night_with_the_others_published(built: Night) -> None:
    before = published(built)
    (built.landing.root / "orders" / "broken.yaml").write_text("order_id: broken\n")
    with pytest.raises(RedNight, match="broken"):
        flow.build(built)
    assert published(built) == before
    with pytest.raises(RedNight, match="publish broken"):
        flow.verdict(built)


def test_no_orders_is_an_error(tmp_path: Path) -> None:
    night = sample_night(tmp_path, 1)
    for path in night.landing.orders():
        path.unlink()
    with pytest.raises(InputError, match="no order"):
        flow.orders(night)


def test_a_night_is_never_asked_as_of_an_earlier_day(tmp_path: Path) -> None:
    sample_night(tmp_path, 1)
    with pytest.raises(InputError, match="as of an earlier day"):
        flow.open_night(dt.date(2026, 11, 21), as_of=dt.date(2026, 11, 1), settings=settings_of(tmp_path))


def test_a_stage_waits_for_the_one_before(tmp_path: Path) -> None:
    night = sample_night(tmp_path, 1)
    with pytest.raises(InputError, match="ingest has not run"):
        flow.run_stage("dedup", night)


def test_current_never_moves_to_an_older_night(tmp_path: Path) -> None:
    later = sample_night(tmp_path, 2)
    flow.build(later)
    before = versions_of(later)
    flow.build(flow.open_night(dt.date(2026, 11, 21), settings=settings_of(tmp_path)))
    assert versions_of(later) == before


def test_a_revocation_of_a_held_back_submission_does_not_close_the_gate(tmp_path: Path) -> None:
    night = sample_night(tmp_path, 1)
    row = {"revocation_id": "REV9", "target_kind": "submission", "target_id": "sub-ferry-queue"}
    row |= {"filed_on": "2026-11-21", "effective_on": "2026-11-21", "effect": "stop", "basis": "contract"}
    with (night.landing.contracts / "revocation.ndjson").open("a") as file:
        file.write(json.dumps(row | {"recorded_at": "2026-11-21T08:00:00"}) + "\n")
    seal_folder(night.landing.contracts)
    flow.build(night)
    assert published(night)
