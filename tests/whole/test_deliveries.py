"""A grant for one delivery: given once, it stays where it was given and goes nowhere else (semantics 9)."""

from __future__ import annotations

import json
from pathlib import Path

from pipelines import flow
from pipelines.night import Night
from pipelines.rights import seal_folder
from pipelines.tables.decisions import DECISIONS
from tests.whole.test_laws import published
from tests.whole.test_sample_nights import sample_night


def only_one_delivery(landing: Path) -> None:
    """Let every grant of the sample be delivered once."""
    path = landing / "contracts" / "rights_grant.ndjson"
    rows = [json.loads(line) | {"max_deliveries": 1} for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    seal_folder(landing / "contracts")


def allowed(night: Night) -> set[tuple[str, str]]:
    return set(night.read(DECISIONS).filter(decision="allow").select("order_id", "submission_id").iter_rows())


def test_what_was_delivered_once_reappears_and_nobody_else_gets_it(tmp_path: Path) -> None:
    night = sample_night(tmp_path, 1)
    flow.build(night)
    everybody = allowed(night)
    night = sample_night(tmp_path / "limited", 1)
    only_one_delivery(tmp_path / "limited" / "landing")
    flow.build(night)
    first, files = allowed(night), published(night)
    assert first < everybody, "orders that come later than the first are denied"
    assert [order for order, s in sorted(first) if s == "sub-night-dough" and order != "voxhall-voice"] == [
        "almanac-german-eval"
    ], "of the three orders under one grant, the smallest request_id is first"
    flow.build(night, force=True)
    assert (allowed(night), published(night)) == (first, files)
