"""A delivery that is counted or approved: it goes to the first order that ships it, and stays where it was given."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pipelines import flow
from pipelines.errors import RedNight
from pipelines.night import Night
from pipelines.rights import seal_folder
from pipelines.tables.decisions import DECISIONS
from tests.whole import fates
from tests.whole.test_laws import published
from tests.whole.test_sample_nights import sample_night, settings_of

GERMAN, FIRST, SECOND = "almanac-german-eval", "almanac-text", "brandt-text"
"""Three orders that one grant of sub-night-dough allows; the smallest of them selects German scenes only."""
SPENT, UNAPPROVED = ["MAX_DELIVERIES_REACHED"], ["APPROVAL_MISSING"]
KNOWN = {"recorded_at": "2026-01-01T00:00:00"}
POLICY = {"policy_id": "POL1", "kind": "approval", "territory": "US"} | KNOWN
POLICY |= {"valid_from": "2026-01-01", "valid_to": "2028-12-31"}
APPROVED = {"approval_id": "A1", "request_id": FIRST, "deliver_on": "2026-11-21"} | KNOWN


def first_night(root: Path, **terms: Any) -> Night:
    """Open the first night of the sample, every grant of it with these terms."""
    night = sample_night(root, 1)
    rewrite(night, "rights_grant", (row | terms for row in rows(night, "rights_grant")))
    return night


def rows(night: Night, table: str) -> list[dict[str, Any]]:
    text = (night.landing.contracts / f"{table}.ndjson").read_text()
    return [json.loads(line) for line in text.splitlines()]


def rewrite(night: Night, table: str, lines: Iterable[dict[str, Any]]) -> None:
    text = "".join(json.dumps(row) + "\n" for row in lines)
    (night.landing.contracts / f"{table}.ndjson").write_text(text)
    seal_folder(night.landing.contracts)


def night_dough(night: Night) -> dict[str, object]:
    """Build a night and say what became of one scene in each order."""
    flow.build(night)
    said = fates.rows(night)["sub-night-dough@1"]["orders"]
    assert isinstance(said, dict)
    return {order: said[order] for order in (GERMAN, FIRST, SECOND) if order in said}


@pytest.mark.parametrize(
    ("deliveries", "first", "second"), [(1, "ships", SPENT), (2, "ships", "ships"), (None, "ships", "ships")]
)
def test_an_order_that_selects_nothing_uses_no_delivery_up(
    tmp_path: Path, deliveries: int | None, first: object, second: object
) -> None:
    night = first_night(tmp_path, max_deliveries=deliveries)
    assert night_dough(night) == {GERMAN: "not_selected", FIRST: first, SECOND: second}


def test_what_was_delivered_once_reappears_and_nobody_else_gets_it(tmp_path: Path) -> None:
    night = first_night(tmp_path, max_deliveries=1)
    found, files = night_dough(night), published(night)
    flow.build(night, force=True)
    assert (night_dough(night), published(night)) == (found, files)


@pytest.mark.parametrize(("deliveries", "second"), [(1, SPENT), (2, "ships")])
def test_an_order_that_comes_later_gets_what_is_left(tmp_path: Path, deliveries: int, second: object) -> None:
    night = first_night(tmp_path, max_deliveries=deliveries)
    later = night.landing.root / "orders" / f"{SECOND}.yaml"
    kept = later.read_text()
    later.unlink()
    assert night_dough(night) == {GERMAN: "not_selected", FIRST: "ships"}
    later.write_text(kept)
    assert night_dough(night) == {GERMAN: "not_selected", FIRST: "ships", SECOND: second}


def test_a_delivery_counts_though_its_order_is_gone_and_the_night_is_built_late(tmp_path: Path) -> None:
    night = first_night(tmp_path, max_deliveries=1)
    orders = night.landing.root / "orders"
    kept = (orders / f"{SECOND}.yaml").read_text()
    (orders / f"{SECOND}.yaml").unlink()
    assert night_dough(night)[FIRST] == "ships"
    (orders / f"{FIRST}.yaml").unlink()
    (orders / f"{SECOND}.yaml").write_text(kept)
    assert night_dough(night)[SECOND] == SPENT


def test_an_order_that_cannot_be_honoured_uses_no_delivery_up(tmp_path: Path) -> None:
    night = first_night(tmp_path, max_deliveries=1)
    with (night.landing.root / "orders" / f"{FIRST}.yaml").open("a") as file:
        file.write("approval: legal\n")
    with pytest.raises(RedNight, match=FIRST):
        flow.build(night)
    given = night.read(DECISIONS).filter(submission_id="sub-night-dough", decision="allow")["order_id"]
    assert SECOND in given.to_list()
    assert FIRST not in given.to_list()


def test_a_delivery_is_approved_once_and_reappears_without_another_approval(tmp_path: Path) -> None:
    night = first_night(tmp_path, approval_required=True)
    rewrite(night, "policy", [POLICY])
    grants = {row["grant_id"] for row in rows(night, "rights_grant")}
    rewrite(night, "approval", (APPROVED | {"grant_id": g, "approval_id": f"A{g}"} for g in sorted(grants)))
    assert night_dough(night) == {GERMAN: "not_selected", FIRST: "ships", SECOND: UNAPPROVED}
    next_day = flow.open_night(night.date.replace(day=22), settings=settings_of(tmp_path))
    assert night_dough(next_day) == {GERMAN: "not_selected", FIRST: "ships", SECOND: UNAPPROVED}
