"""Laws of whole nights: order does not matter, twice changes nothing, and no contracts means no datasets."""

from __future__ import annotations

import gzip
import random
import shutil
from pathlib import Path

import pytest
import zstandard

from pipelines import flow
from pipelines.errors import GateClosed, PromptbookError
from pipelines.night import Night
from pipelines.rights import seal_folder
from pipelines.sample import write_sample
from pipelines.sample.plan import NIGHTS
from pipelines.versions import datasets
from tests.whole.test_sample_nights import sample_night, settings_of

FIRST, SECOND = NIGHTS.values()
CANARIES = [
    "client",
    "comp_term",
    "consent",
    "contract_party",
    "contract_scope",
    "contract_version",
    "control_total",
    "exclusivity",
    "performer",
    "prohibition",
    "rights_grant",
    "seal",
]
"""The tables of the sample's contract feed that grant, restrict or vouch."""


def published(night: Night) -> dict[str, bytes]:
    """Read every Parquet file of every version in force."""
    found = {}
    for dataset in datasets(night.lake):
        number = dataset.current()
        if number:
            home = dataset.folder(number)
            for path in sorted(home.glob("data/**/*.parquet")):
                found[f"{dataset.client_id}/{dataset.name}/{path.relative_to(home)}"] = path.read_bytes()
    return found


def everything(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory: pytest.TempPathFactory) -> Night:
    root = tmp_path_factory.mktemp("nights")
    for number in NIGHTS:
        night = sample_night(root, number)
        flow.build(night)
    return night


def shuffled(landing: Path, seed: int) -> None:
    """Shuffle the lines of every delivered file, and cut it into two files with other names and packings."""
    chance = random.Random(seed)  # noqa: S311  (a shuffle, no secret)
    for path in sorted(p for p in (landing / "submissions").rglob("*") if p.is_file()):
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        if path.suffix == ".zst":
            data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
        lines = data.splitlines(keepends=True)
        chance.shuffle(lines)
        cut = chance.randrange(len(lines) + 1)
        path.unlink()
        (path.parent / f"{chance.random()}.ndjson").write_bytes(b"".join(lines[:cut]))
        (path.parent / f"{chance.random()}.ndjson.gz").write_bytes(gzip.compress(b"".join(lines[cut:])))


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_files_and_all_nights_at_once_give_the_same_bytes(
    one_by_one: Night, tmp_path: Path, seed: int
) -> None:
    write_sample(tmp_path / "landing", 2)
    seal_folder(tmp_path / "landing" / "contracts")
    shuffled(tmp_path / "landing", seed)
    night = flow.open_night(SECOND, settings=settings_of(tmp_path))
    flow.build(night)
    assert published(night) == published(one_by_one)


def test_building_twice_changes_nothing_that_a_client_can_see(one_by_one: Night) -> None:
    clients = one_by_one.lake.root / "clients"
    before = everything(clients)
    flow.build(one_by_one)
    assert everything(clients) == before


@pytest.mark.parametrize(
    ("table", "how"), [("client", "whole"), *((t, how) for t in CANARIES for how in ("deleted", "emptied"))]
)
def test_without_a_contract_table_nothing_ships(judged: Path, tmp_path: Path, table: str, how: str) -> None:
    root = tmp_path / "copy"
    shutil.copytree(judged, root)
    path = root / "landing" / "contracts" / f"{table}.ndjson"
    assert path.stat().st_size, f"the sample has no {table}"
    if how != "whole":
        path.unlink()
    if how == "emptied":
        path.write_bytes(b"")
    night = flow.open_night(FIRST, settings=settings_of(root))
    if how == "whole":
        flow.run_stage("rights", night)
        flow.publish(night, "almanac-text")
        assert published(night)
        return
    with pytest.raises(GateClosed):
        flow.run_stage("rights", night)
    with pytest.raises(PromptbookError):
        flow.publish(night, "almanac-text")
    assert published(night) == {}
