"""The platform's signed record speaks where a submission is silent (semantics 7)."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines import publish
from pipelines.tables.delivery import VERSION_ROWS
from pipelines.versions import ledger
from tests.lakes import World, scene


def test_the_record_names_who_contributed_and_what_it_is_where_the_submission_does_not(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.order(select={"kinds": ["commissioned"], "sessions": ["se_9"]})
    early, late = "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"
    record = {"submission_id": "s1", "kind": "audition", "session_id": "se_1", "recorded_at": early}
    corrected = record | {"kind": "commissioned", "session_id": "se_9", "recorded_at": late}
    world.contracts("submission", corrected, record)
    part = {"submission_id": "s1", "performer_id": "prf_cat", "role": "actor", "modalities": ["text", "audio"]}
    world.contracts("contribution", part, part | {"performer_id": "prf_dan", "modalities": "junk"})
    rows = [scene("s1", kind=None, session=None, performers=[]), scene("s2", session=None)]
    world.accept(rows)
    world.decide(rows)
    receipt = publish.run(world.night(), "ord_a")
    assert (receipt.went_on, receipt.held_back) == (1, {"not_selected": 1})
    held = pl.concat([pl.read_parquet(p) for p in (world.home / "lake/withheld").glob("*/*.parquet")])
    assert held["evidence"].to_list() == ["sessions"]
    assert ledger(world.lake, VERSION_ROWS)["performer_ids"].to_list() == [["prf_cat", "prf_dan"]]
    (shown,) = pl.read_parquet(world.home / "lake/clients/labA/dialogue/versions/1.0.0/data/scenes").to_dicts()
    assert [p["modalities"] for p in shown["performers"]] == [["text", "audio"], None]
    assert (shown["kind"], shown["session_id"] is None) == ("commissioned", False)


def test_a_record_that_changes_what_is_published_makes_a_new_version(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.order()
    rows = [scene("s1", kind=None), scene("s2")]
    world.accept(rows)
    world.decide(rows)
    publish.run(world.night(), "ord_a")
    world.contracts("submission", {"submission_id": "s9", "kind": "audition"})
    assert publish.run(world.night(), "ord_a").notes["state"] == "nothing new"
    world.contracts("submission", {"submission_id": "s1", "kind": "audition"})
    assert publish.run(world.night(), "ord_a").notes["version"] == "1.1.0"


def test_the_record_is_read_from_parquet_as_from_ndjson(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.order()
    home = world.home / "landing/contracts"
    home.mkdir(parents=True)
    part = {"submission_id": ["s1"], "performer_id": ["prf_cat"], "role": ["actor"], "modalities": [["text", "audio"]]}
    pl.DataFrame(part).write_parquet(home / "contribution.parquet")
    rows = [scene("s1", performers=[])]
    world.accept(rows)
    world.decide(rows)
    publish.run(world.night(), "ord_a")
    (shown,) = pl.read_parquet(world.home / "lake/clients/labA/dialogue/versions/1.0.0/data/scenes").to_dicts()
    assert shown["performers"][0]["modalities"] == ["text", "audio"]
