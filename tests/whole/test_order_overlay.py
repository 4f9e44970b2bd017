"""An order's own overlay through the whole night: that order gets less, with the reason; every other one the same."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from pipelines import flow, quality
from pipelines.quality.vocabulary import HOME
from pipelines.tables.measures import MEASURES
from pipelines.tables.withheld import WITHHELD
from tests.whole.test_sample_nights import sample_night

ORDER = "almanac-text"


def test_an_overlay_holds_rows_back_from_its_order_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    night = sample_night(tmp_path, 1)
    flow.build(night)
    before = {name: night.receipt("publish", name) for name in flow.orders(night)}
    longest = int(str(night.read(MEASURES)["words"].max()))
    kwargs = {"column": "words", "min_value": longest + 1}
    meta = {"rule": "long_scenes", "why": "this client reads novels aloud", "remedy": "Other orders take it."}
    rule = {"type": "expect_column_values_to_be_between", "kwargs": kwargs, "severity": "warning", "meta": meta}
    home = tmp_path / "expectations"
    shutil.copytree(HOME, home)
    (home / "overlays/orders").mkdir(parents=True)
    (home / f"overlays/orders/{ORDER}.json").write_text(json.dumps({"name": ORDER, "expectations": [rule]}))
    monkeypatch.setattr(quality, "held_for", partial(quality.held_for, home=home))
    monkeypatch.setattr(quality, "digest_of_overlay", partial(quality.digest_of_overlay, home=home))

    after = {name: flow.publish(night, name) for name in before}

    was, now = before[ORDER], after[ORDER]
    assert was is not None
    assert now.went_on == 0
    assert now.held_back["quality:long_scenes"] == was.went_on > 0
    others = {n: (r.went_on, r.held_back) for n, r in before.items() if r is not None and n != ORDER}
    assert len(others) == len(before) - 1 > 0
    assert {n: (r.went_on, r.held_back) for n, r in after.items() if n != ORDER} == others
    held = night.lake.read(WITHHELD, [m for m in night.lake.manifests(WITHHELD) if m.partition.endswith(ORDER)])
    said = held.filter(pl.col("rule") == "quality:long_scenes")
    assert said["evidence"].str.starts_with("words = ").all()
    assert set(said["remedy"]) == {"Other orders take it."}
