"""Laws of publishing: the same rows give the same bytes, and the ledger counts what was published, once."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import itertools
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import publish
from pipelines.errors import LakeError
from pipelines.logs import LOGS
from pipelines.publish import writing
from pipelines.tables.delivery import DELIVERY, DELIVERY_ITEM, VERSION_ROWS
from pipelines.tables.set_aside import SET_ASIDE
from pipelines.versions import Dataset, Number, ledger
from tests.lakes import NIGHT, Row, World, performer, scene

CAST = [
    scene(f"s{n}", performers=[performer(f"prf_{n % 3}"), performer(f"prf_{n % 5}")], turn_count=n % 4, language=tag)
    for n, tag in enumerate(["en", "de", None, "en-GB", "fr", "en", "es", "de"])
]


def data_of(world: World) -> dict[str, str]:
    dataset = Dataset(world.lake, "labA", "dialogue")
    folder = dataset.folder(dataset.current() or Number(0, 0, 0))
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*.parquet")
    }


def publish_nights(home: Path, nights: list[list[Row]], files: int, denied: set[str]) -> dict[str, str]:
    """Let the rows come night by night, the last night's version standing for all."""
    world = World(home)
    world.order()
    for n, rows in enumerate(nights):
        date = NIGHT - dt.timedelta(days=len(nights) - 1 - n)
        world.accept(rows, date, files)
        every = world.night(date).rows(world.night(date).going_on(LOGS)).to_dicts()
        world.decide(every, date, denied={i: ["REVOKED"] for i in denied})
        publish.run(world.night(date), "ord_a")
    return data_of(world)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(CAST),
    cuts=st.lists(st.integers(0, len(CAST)), max_size=2).map(sorted),
    files=st.integers(1, 3),
    denied=st.sets(st.sampled_from([r["submission_id"] for r in CAST]), max_size=3),
    scenes_a_file=st.sampled_from([3, 50_000]),
)
def test_shuffled_rows_and_nights_one_by_one_give_the_same_bytes(
    order: list[Row], cuts: list[int], files: int, denied: set[str], scenes_a_file: int
) -> None:
    bounds = [0, *cuts, len(order)]
    nights = [order[a:b] for a, b in itertools.pairwise(bounds)]
    before = writing.SCENES_A_FILE
    try:
        writing.SCENES_A_FILE = scenes_a_file
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            together = publish_nights(Path(one), [CAST], 1, denied)
            assert publish_nights(Path(two), nights, files, denied) == together
    finally:
        writing.SCENES_A_FILE = before
    assert len(together) == (2 * -(-(len(CAST) - len(denied)) // scenes_a_file))


def publish_on(world: World, date: dt.date, rows: list[Row], **denied: list[str]) -> None:
    if rows:
        world.accept(rows, date)
    every = world.night(date).rows(world.night(date).going_on(LOGS)).to_dicts()
    world.decide(every, date, denied=denied)
    publish.run(world.night(date), "ord_a")


def test_a_row_is_delivered_once_though_it_leaves_and_comes_back(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.order()
    days = [NIGHT + dt.timedelta(days=n) for n in range(4)]
    publish_on(world, days[0], [scene("s1"), scene("s2")])
    publish_on(world, days[1], [], s2=["SUSPENDED"])
    publish_on(world, days[2], [])
    publish_on(world, days[3], [scene("s3")])
    versions = ledger(world.lake, DELIVERY)["dataset_version"].to_list()
    assert sorted(versions) == ["1.0.0", "1.2.0"]
    assert sorted(ledger(world.lake, DELIVERY_ITEM)["submission_id"]) == ["s1", "s2", "s3"]
    per_version = ledger(world.lake, VERSION_ROWS).group_by("version").len().sort("version").rows()
    assert per_version == [("1.0.0", 2), ("1.0.1", 1), ("1.1.0", 2), ("1.2.0", 3)]


def test_what_current_never_named_counts_for_nothing_and_is_taken_up_or_set_aside(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.order()
    publish_on(world, NIGHT, [scene("s1")])
    current = world.home / "lake/clients/labA/dialogue/CURRENT"
    killed_before_current = current.read_text()
    publish_on(world, NIGHT + dt.timedelta(days=1), [scene("s2")])
    current.write_text(killed_before_current)
    assert ledger(world.lake, VERSION_ROWS)["submission_id"].to_list() == ["s1"]
    publish_on(world, NIGHT + dt.timedelta(days=1), [])
    assert current.read_text() == "1.1.0\n"  # the same content: taken up
    current.write_text(killed_before_current)
    publish_on(world, NIGHT + dt.timedelta(days=2), [scene("s3")])
    assert current.read_text() == "1.1.0\n"
    assert sorted(ledger(world.lake, VERSION_ROWS).filter(version="1.1.0")["submission_id"]) == ["s1", "s2", "s3"]
    assert len(list((world.home / "lake/.unpublished").glob("labA+dialogue+1.1.0+*/manifest.json"))) == 1


def test_where_current_is_lost_nothing_is_published_over_older_versions(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.order()
    publish_on(world, NIGHT, [scene("s1")])
    publish_on(world, NIGHT + dt.timedelta(days=1), [scene("s2")])
    (world.home / "lake/clients/labA/dialogue/CURRENT").unlink()
    with pytest.raises(LakeError, match="CURRENT is gone"):
        publish_on(world, NIGHT + dt.timedelta(days=2), [scene("s3")])
    assert len(Dataset(world.lake, "labA", "dialogue").in_place()) == 2


def test_a_ledger_that_is_not_the_one_a_version_names_is_refused(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.order()
    publish_on(world, NIGHT, [scene("s1")])
    found = next((world.home / "lake/delivery_item").glob("*/manifest.json"))
    found.write_text(found.read_text().replace('"rows": 1', '"rows": 2'))
    with pytest.raises(LakeError, match="is not what version"):
        ledger(world.lake, DELIVERY_ITEM)


def test_a_revision_changes_its_scene_and_is_delivered_again(tmp_path: Path) -> None:
    world, night = World(tmp_path), NIGHT + dt.timedelta(days=1)
    world.order()
    first = scene("s1")
    publish_on(world, NIGHT, [first, scene("s2")])
    world.hold(SET_ASIDE, [first], "superseded", night)
    publish_on(world, night, [scene("s1", revision=2, turn_count=6)])
    text = (world.home / "lake/clients/labA/dialogue/versions/1.1.0/CHANGELOG.md").read_text()
    assert ("Changed (1)" in text, "Added" in text, "Removed" in text) == (True, False, False)
    assert sorted(ledger(world.lake, DELIVERY_ITEM)["submission_id"]) == ["s1", "s1", "s2"]


def test_another_key_is_another_major_version(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.order()
    publish_on(world, NIGHT, [scene("s1"), scene("s2")])
    dataset = Dataset(world.lake, "labA", "dialogue")
    world = World(tmp_path, secret="another secret of the house")  # noqa: S106
    publish_on(world, NIGHT + dt.timedelta(days=1), [])
    assert str(dataset.current()) == "2.0.0"


KILLED = """
import sys
from pathlib import Path
from pipelines import publish
from tests.lakes import NIGHT, World
import contextlib
import datetime as dt
world = World(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
publish.run(world.night(NIGHT + dt.timedelta(days=1)), "ord_a")
"""


def whole(world: World) -> str:
    """Check every sum of the version in force, and return its number."""
    dataset = Dataset(world.lake, "labA", "dialogue")
    number = dataset.current()
    assert number is not None
    folder = dataset.folder(number)
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    rows = pl.read_parquet(folder / "data/scenes").height
    assert ledger(world.lake, VERSION_ROWS, dataset).filter(version=str(number)).height == rows
    return str(number)


def killed_after(world: World, seconds: float | None) -> float:
    """Publish in a process of its own and kill it after some seconds, or never; returns how long it ran."""
    command = [sys.executable, "-c", KILLED, str(world.home)]
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True) as child:
        assert child.stdin
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
        began = time.monotonic()
        child.stdin.write("\n")
        child.stdin.flush()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
        child.kill()
    return time.monotonic() - began


@pytest.mark.drill
def test_kill_9_at_20_random_moments_leaves_the_old_version_or_the_new_one(tmp_path: Path) -> None:
    cast, night = [scene(f"k{n}") for n in range(400)], NIGHT + dt.timedelta(days=1)
    seen, lasts, data = [], 0.0, {}
    for attempt in range(21):
        world = World(tmp_path / str(attempt))
        world.order()
        publish_on(world, NIGHT, cast[:200])
        world.accept(cast[200:], night)
        world.decide(cast, night)
        if attempt == 0:  # not killed: what it comes to, and how long it takes
            lasts, data = killed_after(world, None), data_of(world)
            continue
        killed_after(world, random.uniform(0.7 * (attempt % 2), 1.1) * lasts)  # noqa: S311
        seen.append(whole(world))
        assert publish.run(world.night(night), "ord_a").notes["version"] == "1.1.0"
        assert whole(world) == "1.1.0"
        assert data_of(world) == data
    assert set(seen) <= {"1.0.0", "1.1.0"}, seen
    sys.stdout.write(f"killed at 20 moments: {seen.count('1.0.0')} times the old version, else the new one\n")


def test_the_files_of_a_version_follow_each_other_in_the_order_of_scenes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SCENES_A_FILE", 3)
    world = World(tmp_path)
    world.order()
    publish_on(world, NIGHT, CAST)
    files = sorted((world.home / "lake/clients/labA/dialogue/versions/1.0.0/data/scenes").iterdir())
    assert [f.name for f in files] == [f"train-0000{n}-of-00003.parquet" for n in range(3)]
    scenes = [i for f in files for i in pl.read_parquet(f)["scene_id"]]
    assert scenes == sorted(scenes)
