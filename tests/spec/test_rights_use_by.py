"""use_by is the last good day: asked again on that day the row is still allowed, and on the next it is another answer.

Random worlds, the same rows and the same known_at, another as_of. Step 9 names what use_by foresees: ends of grants,
contracts and consents, future revocations and exclusivities. It does not name two things, which are left out here by
what they are: a contract version that takes effect before that day, and a performer who comes of age before it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pipelines.rights import feed, gate, rulebook
from tests.reference.worlds import worlds

Said = tuple[str, list[str], dt.date | None]
ANSWER = "SELECT world, decision, reasons, use_by FROM rights.permission WHERE submission_id = 'S1'"
STOPPED = "SELECT DISTINCT world FROM rights.gate_defect"


def decided(worlds: dict[int, dict[str, Any]]) -> dict[int, Said]:
    """Decide many worlds in one database; those whose gate is closed have no answer."""
    with rulebook.open_rulebook() as connection:
        feed.load_worlds(connection, worlds)
        gate.seal(connection)
        gate.judge(connection)
        rulebook.run(connection, rulebook.DECISION)
        stopped = {world for (world,) in connection.sql(STOPPED).fetchall()}
        return {world: said for world, *said in connection.sql(ANSWER).fetchall() if world not in stopped}  # type: ignore[misc]


def asked_on(tables: dict[str, Any], day: dt.date) -> dict[str, Any]:
    return tables | {"request": [tables["request"][0] | {"as_of": day.isoformat(), "min_remaining_days": 0}]}


def is_foreseeable(tables: dict[str, Any], use_by: dt.date) -> bool:
    """Tell whether no contract version takes effect between the day asked and the day after use_by."""
    asked, after = tables["request"][0]["as_of"], (use_by + dt.timedelta(1)).isoformat()
    return not any(asked < str(row.get("effective_from")) <= after for row in tables["contract_version"])


@pytest.fixture(scope="module")
def allowed() -> dict[int, tuple[dict[str, Any], dt.date]]:
    drawn = {number: world["tables"] for number, world in enumerate(worlds(9, 1200))}
    ends = {n: use_by for n, (_, _, use_by) in decided(drawn).items() if use_by is not None}
    found = {n: (drawn[n], end) for n, end in ends.items() if is_foreseeable(drawn[n], end)}
    assert len(found) > 300
    return found


def test_on_the_last_good_day_the_row_is_still_allowed(allowed: dict[int, tuple[dict[str, Any], dt.date]]) -> None:
    said = decided({n: asked_on(tables, end) for n, (tables, end) in allowed.items()})
    assert {n: s[1] for n, s in said.items() if s[0] != "allow" and s[1] != ["MAJORITY_RECONSENT_MISSING"]} == {}
    assert said.keys() == allowed.keys()


def test_on_the_next_day_it_is_denied_or_carried_by_what_lasts_longer(
    allowed: dict[int, tuple[dict[str, Any], dt.date]],
) -> None:
    said = decided({n: asked_on(tables, end + dt.timedelta(1)) for n, (tables, end) in allowed.items()})
    still = {n: use_by for n, (decision, _, use_by) in said.items() if decision == "allow"}
    assert {n: end for n, end in still.items() if end is not None and end <= allowed[n][1]} == {}
    assert len(still) < len(said) / 10
