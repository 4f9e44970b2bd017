"""Publish: what a client gets, what it does not get and why, and when a version is a new one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipelines import publish
from pipelines.errors import GateClosed, InputError, OrderError, SettingsError
from pipelines.logs import LOGS
from pipelines.night import Night
from pipelines.publish.selection import judge
from pipelines.receipts import Receipt
from pipelines.schemas.order import Order
from pipelines.tables.quarantine import QUARANTINE
from pipelines.tables.withheld import WITHHELD
from pipelines.versions import Dataset
from tests.lakes import NIGHT, Row, World, scene

NEXT = NIGHT + dt.timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.order()
    return made


def publish_all(world: World, rows: list[Row], date: dt.date = NIGHT, **denied: list[str]) -> Receipt:
    if rows:
        world.accept(rows, date)
    every = world.night(date).rows(world.night(date).going_on(LOGS))
    world.decide(every.to_dicts(), date, denied=denied)
    return publish.run(world.night(date), "ord_a")


def version(world: World) -> Path:
    dataset = Dataset(world.lake, "labA", "dialogue")
    number = dataset.current()
    assert number is not None
    return dataset.folder(number)


def published(world: World, config: str = "scenes") -> pl.DataFrame:
    return pl.read_parquet(version(world) / "data" / config)


def test_a_first_night_publishes_version_1_0_0(world: World) -> None:
    receipt = publish_all(world, [scene("s1"), scene("s2")])
    assert (receipt.came, receipt.went_on, receipt.held_back) == (2, 2, {})
    assert receipt.notes["version"] == "1.0.0"
    assert published(world).height == 2
    assert published(world, "turns").height == 8
    names = {p.relative_to(version(world)).as_posix() for p in version(world).rglob("*") if p.is_file()}
    assert names == {
        "data/scenes/train-00000-of-00001.parquet",
        "data/turns/train-00000-of-00001.parquet",
        *("manifest.json", "SHA256SUMS", "CHANGELOG.md", "README.md"),
    }


def test_published_twice_is_nothing_new(world: World) -> None:
    publish_all(world, [scene("s1")])
    again = publish.run(world.night(), "ord_a")
    assert (again.notes["state"], again.notes["version"]) == ("nothing new", "1.0.0")
    world.decide([scene("s1")], NEXT)
    tomorrow = publish.run(world.night(NEXT), "ord_a")
    assert (tomorrow.notes["state"], tomorrow.notes["version"]) == ("nothing new", "1.0.0")


def test_a_late_row_makes_a_minor_version(world: World) -> None:
    publish_all(world, [scene("s1")])
    receipt = publish_all(world, [scene("s2")], NEXT)
    assert (receipt.notes["version"], receipt.notes["added"]) == ("1.1.0", 1)


def test_a_withdrawn_row_makes_a_patch_that_says_why(world: World) -> None:
    publish_all(world, [scene("s1"), scene("s2")])
    receipt = publish_all(world, [], NEXT, s2=["REVOKED", "SUSPENDED"])
    assert (receipt.notes["version"], receipt.notes["removed"]) == ("1.0.1", 1)
    assert receipt.held_back == {"denied:REVOKED": 1}
    assert "· REVOKED" in (version(world) / "CHANGELOG.md").read_text()


def test_a_row_that_quality_holds_later_leaves_with_qualitys_reason(world: World) -> None:
    publish_all(world, [scene("s1"), scene("s2")])
    world.hold(QUARANTINE, [scene("s2")], "too_few_turns", NEXT)
    receipt = publish_all(world, [], NEXT)
    assert receipt.notes["version"] == "1.0.1"
    assert "· too_few_turns" in (version(world) / "CHANGELOG.md").read_text()


def test_other_grants_for_the_same_rows_are_documents_only(world: World) -> None:
    publish_all(world, [scene("s1")])
    world.decide([scene("s1")], NEXT, use_by=dt.date(2027, 1, 1))
    receipt = publish.run(world.night(NEXT), "ord_a")
    assert receipt.notes["version"] == "1.0.1"
    assert (version(world) / "CHANGELOG.md").read_text().count("##") == 2


def test_when_all_rows_are_withdrawn_an_empty_version_takes_their_place(world: World) -> None:
    publish_all(world, [scene("s1")])
    receipt = publish_all(world, [], NEXT, s1=["REVOKED"])
    assert (receipt.notes["version"], receipt.notes["rows"]) == ("1.0.1", 0)


def test_nothing_allowed_publishes_nothing(world: World) -> None:
    receipt = publish_all(world, [scene("s1")], s1=["NO_CONTRACT"])
    assert receipt.notes["state"] == "nothing to publish"
    assert not (world.home / "lake" / "clients").exists()


def test_current_never_moves_to_an_older_night(world: World) -> None:
    world.accept([scene("s1")])
    world.decide([scene("s1")])
    publish_all(world, [scene("s2")], NEXT)
    older = publish.run(world.night(), "ord_a")
    assert (older.notes["state"], older.notes["version"]) == ("a later night is in force", "1.0.0")
    assert published(world).height == 2


def test_an_undecided_night_publishes_nothing(world: World) -> None:
    world.accept([scene("s1")])
    with pytest.raises(InputError, match="nothing ships undecided"):
        publish.run(world.night(), "ord_a")


def test_a_row_without_a_decision_is_held_undecided(world: World) -> None:
    world.accept([scene("s1"), scene("s2")])
    world.decide([scene("s1")])
    assert publish.run(world.night(), "ord_a").held_back == {"undecided": 1}


def test_one_no_among_many_lines_of_a_row_is_a_no(world: World) -> None:
    world.accept([scene("s1")])
    world.decide([scene("s1"), scene("s1")], denied={})
    came = world.night().rows(world.night().going_on(LOGS))
    yes = judge(came, _lines("allow", "deny"), publish.order_of(world.night(), "ord_a"))
    assert yes["rule"].to_list() == ["denied:WITHOUT_REASON"]


def _lines(*decisions: str) -> pl.DataFrame:
    row_id = scene("s1")["row_id"]
    return pl.DataFrame(
        {
            "row_id": [row_id] * len(decisions),
            "decision": decisions,
            "reasons": pl.Series([[]] * len(decisions), dtype=pl.List(pl.String)),
            "grant_ids": [["G1"]] * len(decisions),
            "use_by": pl.Series([None] * len(decisions), dtype=pl.Date),
            "retention_days": pl.Series([None] * len(decisions), dtype=pl.Int32),
        }
    )


@pytest.mark.parametrize(
    ("select", "selected"),
    [
        ({"languages": ["en"]}, ["en-GB", "en"]),
        ({"languages": ["en-gb"]}, ["en-GB"]),
        ({"feeds": ["portal"]}, ["en-GB", "en", "eng", None]),
        ({"feeds": ["other"]}, []),
        ({"kinds": ["audition"]}, []),
        ({"campaigns": ["ca_1"], "sessions": ["se_1"]}, ["en-GB", "en", "eng", None]),
    ],
)
def test_an_order_gets_what_it_selects(world: World, select: dict[str, list[str]], selected: list[str | None]) -> None:
    world.order(select=select)
    rows = [scene(f"s{n}", language=tag) for n, tag in enumerate(["en-GB", "en", "eng", None])]
    receipt = publish_all(world, rows)
    assert receipt.went_on == len(selected)
    assert receipt.held_back == ({"not_selected": 4 - len(selected)} if len(selected) < 4 else {})
    if selected:
        assert sorted(map(str, published(world)["language"])) == sorted(map(str, selected))


def test_an_orders_own_overlay_holds_rows_back_and_says_why(world: World) -> None:
    publish_all(world, [scene("s1"), scene("s2")])
    lines = {"rule": "no_slurs", "evidence": "slur_turns = 1", "remedy": "Other orders take it."}

    def holds(night: Night, order: str, rows: pl.DataFrame) -> pl.DataFrame:
        assert (order, rows.height) == ("ord_a", 2)
        return rows.head(1).with_columns(**{name: pl.lit(text) for name, text in lines.items()})

    receipt = publish.run(world.night(), "ord_a", holds=holds)
    assert (receipt.went_on, receipt.held_back) == (1, {"quality:no_slurs": 1})
    held = world.lake.read(WITHHELD, world.lake.manifests(WITHHELD)).row(0, named=True)
    assert (held["evidence"], held["remedy"]) == (lines["evidence"], lines["remedy"])


def test_no_key_no_publish(tmp_path: Path) -> None:
    world = World(tmp_path, secret=None)
    world.order()
    with pytest.raises(SettingsError):
        publish_all(world, [scene("s1")])


def test_no_orders_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        publish.orders(World(tmp_path).night())


def test_an_order_that_cannot_be_read_fails_alone(world: World) -> None:
    (world.home / "landing/orders/bad.yaml").write_text("order_id: [", encoding="utf-8")
    assert publish.orders(world.night()) == ["bad", "ord_a"]
    assert publish_all(world, [scene("s1")]).went_on == 1
    with pytest.raises(OrderError, match="not YAML"):
        publish.run(world.night(), "bad")


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"client_id": "../labB"}, "client_id"),
        ({"surprise": 1}, "surprise"),
        ({"modalities": []}, "modalities"),
        ({"splits": {"train": 0.9, "test": 0.1}}, "splits"),
        ({"approval": "legal"}, "approval"),
    ],
)
def test_an_order_that_cannot_be_honoured_is_refused(world: World, said: Row, rule: str) -> None:
    world.order(**said)
    with pytest.raises(OrderError, match=rule):
        publish.order_of(world.night(), "ord_a")


def test_two_orders_for_one_dataset_are_refused(world: World) -> None:
    world.order("ord_b")
    with pytest.raises(OrderError, match="ord_b"):
        publish.order_of(world.night(), "ord_a")


@dataclass(frozen=True)
class Finding:
    closes_gate: bool
    remedy: str = "Mend it."


def test_a_version_that_the_check_refuses_is_not_published(world: World) -> None:
    world.accept([scene("s1")])
    world.decide([scene("s1")])
    seen = []

    def refuse(scenes: pl.DataFrame, turns: pl.DataFrame, order: Order) -> list[Finding]:
        seen.append((scenes.height, turns.height, order.order_id))
        return [Finding(closes_gate=False), Finding(closes_gate=True)]

    with pytest.raises(GateClosed, match="Mend it"):
        publish.run(world.night(), "ord_a", refuse)
    assert seen == [(1, 4, "ord_a")]
    assert Dataset(world.lake, "labA", "dialogue").current() is None
    passed = publish.run(world.night(), "ord_a", lambda *_: [Finding(closes_gate=False)])
    assert passed.notes["version"] == "1.0.0"


def test_what_publish_reads_names_the_version_in_force_so_that_the_same_again_says_nothing_new(world: World) -> None:
    before = publish.inputs(world.night(), "ord_a")
    publish_all(world, [scene("s1")])
    after = publish.inputs(world.night(), "ord_a")
    assert (before["version in force"], after["version in force"]) == ("None", "1.0.0")
    assert after == publish.inputs(world.night(), "ord_a")


def test_the_manifest_keeps_the_instant_of_the_contract_snapshot(world: World) -> None:
    world.night().account("rights", came=0, went_on=0, held_back={}, notes={"known_at": "2026-11-20T23:59:59+00:00"})
    publish_all(world, [scene("s1")])
    dataset = Dataset(world.lake, "labA", "dialogue")
    number = dataset.current()
    assert number is not None
    assert dataset.manifest(number).known_at == dt.datetime(2026, 11, 20, 23, 59, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize("turns", [0, 1])
def test_a_scene_that_leaves_everything_open_is_published_as_it_is(world: World, turns: int) -> None:
    bare = scene("s1", turn_count=turns, campaign=None, session=None, brief=None, characters=[], language=None)
    publish_all(world, [bare])
    (shown,) = published(world).to_dicts()
    assert (shown["turns"], shown["campaign_id"], shown["brief_id"], shown["exchanges"]) == (turns, None, None, None)
    assert published(world, "turns").height == turns


def test_a_night_without_accepted_rows_publishes_nothing(world: World) -> None:
    world.accept([])
    world.decide([])
    receipt = publish.run(world.night(), "ord_a")
    assert (receipt.came, receipt.notes["state"]) == (0, "nothing to publish")
