"""A generated landing through the stages: every planted line meets the fate that the generator stated beside it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import polars as pl
import pytest
from pydantic import SecretStr

from pipelines import flow
from pipelines.logs import LOGS
from pipelines.night import Night
from pipelines.rights import seal_folder
from pipelines.sample.contracting import write_contracts
from pipelines.sample.generated import write_scenes
from pipelines.settings import Settings
from pipelines.tables.decisions import DECISIONS
from pipelines.tables.redelivered import REDELIVERED
from tests.whole import fates


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Two nights' deliveries, judged in one night, as far as rights."""
    root = tmp_path_factory.mktemp("generated")
    write_scenes(root / "landing", 900, seed=6, nights=2)
    settings = Settings(landing=root / "landing", lake=root / "lake", pseudonym_key=SecretStr("no secret"))
    opened = flow.open_night(settings=settings)
    write_contracts(opened.landing, seed=6)
    seal_folder(opened.landing.contracts)
    for stage in flow.BEFORE_PUBLISH:
        flow.run_stage(stage, opened)
    return opened


def told(night: Night) -> pl.DataFrame:
    return pl.read_parquet(night.landing.root / "fates.parquet")


def test_every_row_is_held_or_goes_on_as_the_fates_say(night: Night) -> None:
    due: dict[str, set[tuple[str, str | None]]] = {}
    for fate in told(night).filter(pl.col("submission_id").is_not_null()).iter_rows(named=True):
        if fate["rule"] != "redelivered":
            due.setdefault(f"{fate['submission_id']}@{fate['revision']}", set()).add((fate["stage"], fate["rule"]))
    found: dict[str, set[tuple[str, str | None]]] = {}
    for log in LOGS:
        for row in fates._held(night, log).iter_rows(named=True):
            found.setdefault(f"{row['submission_id']}@{row['revision']}", set()).add((log.stage, row["rule"]))
    for row in night.rows(night.going_on(LOGS), ["submission_id", "revision"]).iter_rows(named=True):
        found.setdefault(f"{row['submission_id']}@{row['revision']}", set()).add(("rights", None))
    assert found == due


def test_every_line_that_cannot_be_read_is_a_dead_letter_by_its_rule(night: Night) -> None:
    due = told(night).filter(planted="bad_line")
    stated = {f"{f}:{n}": {"stage": "ingest", "rule": r} for f, n, r in due["file", "line", "rule"].iter_rows()}
    assert fates.lines(night) == stated


def test_a_line_that_comes_twice_is_counted_once(night: Night) -> None:
    again = night.lake.read(REDELIVERED, night.lake.manifests(REDELIVERED, upto=night.date))
    due = told(night).filter(rule="redelivered")
    assert set(again.select("file", "line").iter_rows()) == set(due.select("file", "line").iter_rows())


def test_rights_in_sql_decide_as_the_contract_fates_say(night: Night) -> None:
    ids = dict(night.rows(night.going_on(LOGS), ["row_id", "submission_id"]).iter_rows())
    found = {
        (ids[row["row_id"]], row["order_id"]): (row["decision"], sorted(row["reasons"]))
        for row in night.read(DECISIONS).iter_rows(named=True)
    }
    lines = (night.landing.root / "contract_fates.ndjson").read_bytes().splitlines()
    stated = [msgspec.json.decode(line) for line in lines]
    due = {(f["submission_id"], f["order_id"]): (f["decision"], f["reasons"]) for f in stated}
    assert {key: found[key] for key in due if key[0] in set(ids.values())} == {
        key: fate for key, fate in due.items() if key[0] in set(ids.values())
    }
    assert all(decision == "deny" for key, (decision, _) in found.items() if key not in due)


def test_all_kinds_of_planting_and_a_good_part_of_the_denials_occur(night: Night) -> None:
    assert told(night)["planted"].n_unique() == 13
    assert night.read(DECISIONS)["reasons"].explode().n_unique() > 25
    assert Path(night.landing.root / "orders").is_dir()
