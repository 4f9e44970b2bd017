"""Dedup: an erased row leaves a keyed tombstone; a copy of it never becomes the original, and nobody can read it."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from typer.testing import CliRunner

from pipelines import dedup, logs
from pipelines.dedup import config
from pipelines.dedup.commands import app
from pipelines.dedup.erasure import erase, read_tombs
from pipelines.dedup.evidence import sheet_of
from pipelines.dedup.hashing import sketch_rows
from pipelines.dedup.history import SHELVES
from pipelines.dedup.judge import judge
from pipelines.dedup.keyed import Keys, sip_hashes
from pipelines.dedup.tombs import Tombs, entombed, keyed_shingles
from pipelines.errors import InputError, SettingsError
from pipelines.tables.distinct import DISTINCT
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.fingerprints import FINGERPRINTS
from pipelines.tables.tombstones import TOMBSTONES
from tests.lakes import NIGHT, SECRET, World
from tests.stages.test_dedup import A, edited, prints, row, words
from tests.stages.test_dedup_history import troupe
from tests.stages.test_dedup_night import NEXT, deliver, told

AT = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)
KEYS = Keys(SecretStr(SECRET))


def buried(rows: list[dict[str, Any]], keys: Keys = KEYS) -> Tombs:
    return Tombs.of(entombed(prints(rows), keys, erased_at=AT, because=""), keys)


def judged_beside(erased: list[dict[str, Any]], living: list[dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    fresh = prints(living)
    found = judge(fresh, fresh.clear(), config.load(), tombs=buried(erased))
    columns = ["row_id", "rule", "action", "matched_row_id", "jaccard", "containment", "identity", "labels_agree"]
    return {line[0]: line[1:] for line in found.held.select(columns).iter_rows()}


def test_sip_hash_keeps_its_published_vector() -> None:
    # appendix of "SipHash: a fast short-input PRF": key 00 01 … 0f, input 00 01 … 07
    key = np.frombuffer(bytes(range(16)), "<u8")
    value = np.frombuffer(bytes(range(8)), "<u8")
    assert sip_hashes(value, key[0], key[1]).tolist() == [0x93F5F5799A932462]


@pytest.mark.parametrize(
    ("copy", "rule", "identity"),
    [
        (row("b", 2, A), "other_copy", "other"),
        (row("b", 2, A, by="prf_a"), "own_copy", "own"),
        (row("b", 2, edited(A, 2)), "other_near_copy", "other"),
        (row("b", 2, edited(A, 10)), "same_family", "other"),
        (row("b", 2, A[:60]), "partial_copy", "other"),
        (row("b", 2, A, label="joy"), "labels_disagree", "other"),
        (row("b", 2, ["no"], takes=["t"], label=None, modalities=["voice"]), "same_take", "other"),
        (row("b", 2, words(2)), None, None),
        (row("b", 0, A), None, None),
        (row("b", 0, A, label="joy"), "labels_disagree", "other"),
        (row("a/2", 2, A), None, None),
    ],
)
def test_a_copy_of_what_was_erased_is_still_a_copy(
    copy: dict[str, Any], rule: str | None, identity: str | None
) -> None:
    found = judged_beside([row("a", 1, A, takes=["t"])], [copy])
    assert {(f[0], f[2], f[5]) for f in found.values()} == ({(rule, "a", identity)} if rule else set())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 20))
def test_every_other_row_is_judged_as_if_the_erased_ones_were_there(seed: int, count: int) -> None:
    rows = troupe(seed, count)
    chosen = random.Random(seed + 1)  # noqa: S311
    gone = [r for r in rows if chosen.random() < 0.4]
    living = [r for r in rows if r not in gone]
    if not gone or not living:
        return
    everything = prints(rows)
    before = judge(everything, everything.clear(), config.load()).held
    columns = ["row_id", "rule", "action", "matched_row_id", "jaccard", "containment", "identity", "labels_agree"]
    due = {line[0]: line[1:] for line in before.select(columns).iter_rows()}
    after = judged_beside(gone, living)
    assert after.keys() >= {r["row_id"] for r in living} & due.keys()
    for name, line in after.items():
        if name not in due:  # one shared key is enough beside a tombstone: among the living it may be too little
            assert line[4] >= 0.8
        elif line[0] == "labels_disagree":  # which of several is named may change: one that can be looked at
            assert due[name][0] == "labels_disagree"
        else:
            assert line == due[name]


def plain_hashes(rows: list[dict[str, Any]]) -> set[int]:
    sheet = sheet_of(prints(rows))
    keys, _ = sketch_rows(sheet.words.words, sheet.words.ends, 5)
    return set(np.concatenate((keys, sheet.text_keys, sheet.turn_keys, sheet.turn_labels)).tolist()) - {0}


def test_a_tombstone_holds_no_hash_that_can_be_made_without_the_key() -> None:
    rows = [row("a", 1, A, takes=["t"]), row("b", 2, ["Yes"])]
    made, others = (buried(rows, k).rows for k in (KEYS, Keys(SecretStr("another secret of ours"))))
    numbers = ["text_key", "shingles", "sketch", "turn_keys", "turn_labels"]

    def all_of(frame: pl.DataFrame) -> set[int]:
        return {n for c in numbers for n in frame[c].explode().to_list() if n} if frame.height else set()

    assert len(all_of(made)) > 200
    assert not all_of(made) & plain_hashes(rows)
    assert not all_of(made) & all_of(others)
    said = made.select("performers", "takes", "sounds").to_dicts()
    assert "prf_a" not in str(said)
    assert "'t'" not in str(said)
    assert made["shingles"][0].is_sorted()
    assert "words" not in made.columns


def test_the_measure_is_exact_under_the_key() -> None:
    mine, theirs = (keyed_shingles(prints([row("a", 1, t)])["words"][0].to_numpy(), KEYS) for t in (A, edited(A, 2)))
    assert len(mine) == 196
    assert len(np.intersect1d(mine, theirs)) == 186


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    deliver(world, NIGHT, [told("a", 1), told("x", 2, seed=5)])
    dedup.run(world.night())
    return world


def test_an_erasure_leaves_no_hash_of_the_words_in_dedups_memory(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.dedup.history.ROWS", 0)
    deliver(world, NEXT, [])
    dedup.run(world.night(NEXT))
    one = prints([told("a", 1)])["words"][0].to_numpy()[:8].tobytes()
    memory = [world.lake.root / "fingerprints", world.lake.root / SHELVES]
    assert any(one in p.read_bytes() for p in memory[1].rglob("rows.arrow"))
    done = erase(world.lake, world.settings, ["a"], "request 1", AT)
    assert (done.rows, done.tombstones, done.files) == (1, 1, 1)
    left = [p for home in memory for p in home.rglob("*") if p.is_file()]
    assert not any(one in p.read_bytes() for p in left if p.suffix != ".parquet")
    stored = pl.concat([pl.read_parquet(p) for p in left if p.suffix == ".parquet"])
    assert stored["submission_id"].to_list() == ["x"]
    assert erase(world.lake, world.settings, ["a"], "request 1", AT).files == 0


def test_what_a_killed_erasure_or_a_night_run_again_left_is_removed_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.lake.put(FINGERPRINTS, NIGHT.isoformat(), prints([told("a", 1)]))
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.unlink", None)
        with pytest.raises(TypeError):
            erase(world.lake, world.settings, ["a"], "request 1", AT)
    assert erase(world.lake, world.settings, ["a"], "request 1", AT).tombstones == 0
    left = world.lake.folder(FINGERPRINTS, NIGHT.isoformat()).glob("*.parquet")
    assert [pl.read_parquet(p)["submission_id"].to_list() for p in left] == [["x"]]


def test_after_an_erasure_a_copy_is_held_and_the_row_itself_goes_on_no_more(world: World) -> None:
    erase(world.lake, world.settings, ["a"], "request 1", AT)
    deliver(world, NEXT, [told("copy", 9), told("new", 9, seed=7)])
    receipt = dedup.run(world.night(NEXT))
    assert (receipt.came, receipt.held_back, receipt.judged_again) == (2, {"own_copy": 1}, {"erased": 1})
    assert receipt.notes["tombstones"] == 1
    line = world.night(NEXT).read(DUPLICATES).filter(submission_id="copy").row(0, named=True)
    assert (line["matched_submission_id"], line["jaccard"]) == ("a", 1.0)
    assert world.night(NEXT).state(logs.DEDUP).height == 2
    third = NEXT + dt.timedelta(days=1)
    assert dedup.run(world.night(third)).judged_again == {}


def test_a_night_built_again_after_an_erasure_does_not_remember_it_anew(world: World) -> None:
    before = dedup.inputs(world.night())
    erase(world.lake, world.settings, ["a"], "request 1", AT)
    assert dedup.inputs(world.night()) != before
    receipt = dedup.run(world.night())
    assert (receipt.came, receipt.went_on, receipt.held_back) == (2, 1, {"erased": 1})
    assert world.night().read(FINGERPRINTS)["submission_id"].to_list() == ["x"]
    assert world.night().read(DISTINCT)["submission_id"].to_list() == ["x"]


def test_an_erased_row_that_is_delivered_again_is_refused(world: World) -> None:
    erase(world.lake, world.settings, ["a"], "request 1", AT)
    deliver(world, NEXT, [told("a", 1)])
    receipt = dedup.run(world.night(NEXT))
    assert world.night(NEXT).read(FINGERPRINTS).is_empty()
    assert receipt.judged_again | receipt.held_back == {"erased": 1}


def test_verdicts_against_the_erased_row_stay(world: World) -> None:
    deliver(world, NEXT, [told("copy", 9)])
    dedup.run(world.night(NEXT))
    stood = world.night(NEXT).read(DUPLICATES)
    erase(world.lake, world.settings, ["a"], "request 1", AT)
    assert world.night(NEXT).read(DUPLICATES).equals(stood)
    third = NEXT + dt.timedelta(days=1)
    deliver(world, third, [told("late", 0 + 1, seed=9)])
    dedup.run(world.night(third))
    assert "copy" not in world.night(third).read(DISTINCT)["submission_id"]


def test_a_revocation_leaves_fingerprints_in_place(world: World) -> None:
    stood = world.night().read(FINGERPRINTS)
    world.contracts("revocation", {"revocation_id": "R1", "performer_id": "prf_ada", "effect": "erase"})
    deliver(world, NEXT, [told("copy", 9)])
    assert dedup.run(world.night(NEXT)).held_back == {"own_copy": 1}
    assert world.night().read(FINGERPRINTS).equals(stood)
    assert world.lake.manifests(TOMBSTONES) == []


@pytest.mark.parametrize("secret", [None, "short", "a secret that is not the one it was"])
def test_without_the_key_of_its_tombstones_no_night_is_judged(world: World, secret: str | None) -> None:
    erase(world.lake, world.settings, ["a"], "request 1", AT)
    world.settings.pseudonym_key = SecretStr(secret) if secret else None
    with pytest.raises(SettingsError, match="PROMPTBOOK_PSEUDONYM_KEY"):
        dedup.run(world.night(NEXT))


def test_a_submission_that_nobody_remembers_cannot_be_erased(world: World) -> None:
    with pytest.raises(InputError, match="sub-typo"):
        erase(world.lake, world.settings, ["a", "sub-typo"], "", AT)
    assert read_tombs(world.lake, world.settings) is None


def test_the_command_says_what_it_did_and_what_is_beyond_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTBOOK_LAKE", str(world.lake.root))
    monkeypatch.setenv("PROMPTBOOK_PSEUDONYM_KEY", SECRET)
    found = CliRunner().invoke(app, ["erase", "a", "--because", "request 1"])
    assert found.exit_code == 0, found.output
    assert "1 tombstones made" in found.output
    assert "lake/submissions" in found.output
