"""Dedup against real work that nobody here wrote: planted by nobody, with the truth its editors left.

Needs PROMPTBOOK_REAL_DATA, the folder of the real sets.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

from pipelines import dedup, ingest
from pipelines.dedup.evidence import flat
from pipelines.dedup.pairs import Pairs, near_pairs, texts_of
from pipelines.dedup.words import words_of
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.fingerprints import FINGERPRINTS
from pipelines.tables.submissions import SUBMISSIONS
from tests.lakes import NIGHT, World

pytestmark = pytest.mark.real
FEEDS = Path(__file__).parents[1] / "feeds"
SETS = ["crd3", "crema_d", "fsdd", "gerdracor", "moby_shakespeare", "topical_chat"]


def data() -> Path:
    home = os.environ.get("PROMPTBOOK_REAL_DATA")
    if not home:
        pytest.skip("PROMPTBOOK_REAL_DATA is not set")
    return Path(home)


def truth(path: str) -> list[dict[str, object]]:
    return [msgspec.json.decode(line) for line in (data() / path).read_bytes().splitlines()]


def nights_work(home: Path, feed: str, file: str = "submissions.ndjson") -> World:
    """Take one set in and judge it, in one night."""
    world = World(home)
    folder = home / "landing" / "submissions" / feed / NIGHT.isoformat()
    folder.mkdir(parents=True)
    (folder / file).symlink_to(data() / feed / file)
    (home / "landing" / "feeds").mkdir(exist_ok=True)
    (home / "landing" / "feeds" / f"{feed}.yaml").symlink_to(FEEDS / f"{feed}.yaml")
    takes = home / "landing" / "takes"
    takes.mkdir(exist_ok=True)
    if (data() / feed / "audio").is_dir():
        (takes / feed).symlink_to(data() / feed / "audio")
    ingest.run(world.night())
    dedup.run(world.night())
    return world


def all_pairs(world: World, jaccard: float, containment: float) -> tuple[list[str], Pairs]:
    prints = world.night().read(FINGERPRINTS)
    texts = texts_of(*flat(prints["words"]))
    pairs, _ = near_pairs(texts, jaccard=jaccard, containment=containment)
    return prints["submission_id"].to_list(), pairs


def brute_force(world: World) -> dict[str, set[tuple[str, ...]]]:
    """Each submission's five-word shingles, in plain Python."""

    @cache
    def shingles(text: str) -> frozenset[tuple[str, ...]]:
        words = words_of(text)
        return frozenset(tuple(words[i : i + 5]) for i in range(max(1, len(words) - 4)))

    rows = world.night().read(SUBMISSIONS, ["submission_id", "turns"])
    texts = {r["submission_id"]: "\n".join(t["text"] for t in r["turns"]) for r in rows.iter_rows(named=True)}
    return {name: set(shingles(text)) for name, text in texts.items()}


def test_every_overlap_of_crd3_is_found_and_every_measure_is_exact(tmp_path: Path) -> None:
    world = nights_work(tmp_path, "crd3", "overlap_submissions.ndjson")
    names, pairs = all_pairs(world, jaccard=0.4, containment=0.75)
    found = {frozenset((names[a], names[b])) for a, b in zip(pairs.row.tolist(), pairs.earlier.tolist(), strict=True)}
    wanted = [
        frozenset((t["a"], t["b"])) for t in truth("crd3/overlap_truth.ndjson") if float(str(t["containment"])) >= 0.8
    ]
    missing = [w for w in wanted if w not in found]
    assert len(wanted) == 406
    assert missing == []
    shingles = brute_force(world)
    for row, earlier, jaccard, containment in zip(
        pairs.row.tolist(), pairs.earlier.tolist(), pairs.jaccard.tolist(), pairs.containment.tolist(), strict=True
    ):
        a, b = shingles[names[row]], shingles[names[earlier]]
        assert jaccard == len(a & b) / len(a | b)
        assert containment == len(a & b) / min(len(a), len(b))


def test_no_near_pair_of_crd3_is_missed_that_brute_force_finds(tmp_path: Path) -> None:
    world = nights_work(tmp_path, "crd3", "overlap_submissions.ndjson")
    names, pairs = all_pairs(world, jaccard=0.5, containment=0.8)
    found = {frozenset((names[a], names[b])) for a, b in zip(pairs.row.tolist(), pairs.earlier.tolist(), strict=True)}
    shingles = brute_force(world)
    due = set()
    for i, a in enumerate(names):
        for b in names[:i]:
            shared = len(shingles[a] & shingles[b])
            smaller = min(len(shingles[a]), len(shingles[b]))
            if shared >= 0.8 * smaller or shared >= 0.5 * (len(shingles[a]) + len(shingles[b]) - shared):
                due.add(frozenset((a, b)))
    print(f"crd3 cuts: {len(due)} near pairs by brute force, {len(found & due)} found")  # noqa: T201
    assert found == due


def test_every_twice_printed_scene_of_moby_is_held(tmp_path: Path) -> None:
    world = nights_work(tmp_path, "moby_shakespeare")
    held = world.night().read(DUPLICATES)
    found = {frozenset(p) for p in held.select("submission_id", "matched_submission_id").iter_rows()}
    wanted = [frozenset((t["a"], t["b"])) for t in truth("moby_shakespeare/near_truth.ndjson")]
    assert len(wanted) == 68
    assert [w for w in wanted if w not in found] == []
    print(held.group_by("rule", "action").len().sort("rule"))  # noqa: T201


@pytest.mark.parametrize("feed", ["topical_chat", "fsdd"])
def test_nothing_is_invented_where_nothing_is_repeated(tmp_path: Path, feed: str) -> None:
    assert nights_work(tmp_path, feed).night().read(DUPLICATES).is_empty()


def test_takes_of_crema_d_are_held_only_where_their_bytes_are_equal(tmp_path: Path) -> None:
    world = nights_work(tmp_path, "crema_d")
    takes = world.night().read(SUBMISSIONS, ["submission_id", "takes", "turns"])
    sha = pl.col("takes").list.first().struct.field("sha256")
    groups = takes.with_columns(sha=sha).filter(pl.len().over("sha") > 1)
    held = world.night().read(DUPLICATES)
    print(f"crema_d: {groups['sha'].n_unique()} recordings twice, {held['rule'].value_counts().rows()}")  # noqa: T201
    assert set(held["submission_id"]) <= set(groups["submission_id"])
    labels = groups.group_by("sha").agg(pl.col("turns").n_unique().alias("kinds"), "submission_id")
    for kinds, members in labels.select("kinds", "submission_id").iter_rows():
        rules = held.filter(pl.col("submission_id").is_in(members))["rule"].to_list()
        assert rules == (["labels_disagree"] * len(members) if kinds > 1 else ["same_take"] * (len(members) - 1))


@pytest.mark.parametrize("feed", ["gerdracor", "crd3"])
def test_the_bands_between_held_and_rejected_are_reported(tmp_path: Path, feed: str) -> None:
    _, pairs = all_pairs(nights_work(tmp_path, feed), jaccard=0.2, containment=0.5)
    bands = np.histogram(pairs.jaccard, bins=[0, 0.2, 0.5, 0.8, 1.0 + 1e-9])[0].tolist()
    parts = np.histogram(pairs.containment, bins=[0, 0.5, 0.8, 1.0 + 1e-9])[0].tolist()
    said = {"jaccard 0/0.2/0.5/0.8/1": bands, "containment 0/0.5/0.8/1": parts}
    print(f"{feed}: {json.dumps(said)}")  # noqa: T201
    assert sum(bands) == len(pairs.row)
