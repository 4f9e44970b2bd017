"""Recordings by ear: the same one in other bytes is found, another take of the same words is not."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import lfilter, resample_poly

from pipelines import dedup
from pipelines.dedup import acoustics, config
from pipelines.dedup.acoustics import ABSENT
from pipelines.dedup.erasure import erase
from pipelines.dedup.recordings import bit_errors, echoes_of
from pipelines.dedup.sounds import heard
from pipelines.ingest.takes import look_at
from pipelines.tables.acoustics import ACOUSTICS
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.takes import TAKES
from tests.lakes import NIGHT, Row, World, scene
from tests.stages.test_dedup_night import NEXT, deliver

RATE = 8000
RULE = config.load().recording
Sound = NDArray[np.float64]
installed = pytest.mark.skipif(acoustics.version() == ABSENT, reason=acoustics.version())


def spoken(text: int, speaker: int, take: int, syllables: int = 24) -> Sound:
    """Speech of a kind: syllables of gliding pitch through three formants, with the timing of this take."""
    said, voice, here = (np.random.default_rng(seed) for seed in (text, 1000 + speaker, 9000 + 77 * take + speaker))
    pitch, size = voice.uniform(90, 220), voice.uniform(0.85, 1.2)
    parts = []
    for _ in range(syllables):
        formants, length = said.uniform([300, 900, 2200], [800, 2100, 3200]) * size, said.uniform(0.12, 0.28)
        count = int(RATE * length * here.uniform(0.8, 1.25))
        glide = pitch * here.uniform(0.9, 1.15) * np.linspace(1, here.uniform(0.85, 1.2), count)
        wave = np.sign(np.sin(2 * np.pi * np.cumsum(glide) / RATE)) + here.normal(0, 0.3, count)
        for formant in formants * here.uniform(0.97, 1.03, 3):
            turn = 2 * np.pi * min(formant, 3800) / RATE
            wave = lfilter([1], [1, -2 * 0.95 * np.cos(turn), 0.95**2], wave)
        parts += [
            wave * np.hanning(count) / np.abs(wave).max(),
            here.normal(0, 0.003, int(RATE * here.uniform(0, 0.1))),
        ]
    return 0.4 * np.concatenate(parts)


def saved(path: Path, sound: Sound, rate: int = RATE) -> Path:
    soundfile.write(path, sound, rate)
    return path


def items_of(path: Path) -> list[int]:
    return heard(path)[1]


def errors(one: list[int], other: list[int]) -> float:
    arrays = [np.array(items, np.uint32) for items in (one, other)]
    ends = [np.array([0, len(items)], np.int64) for items in (one, other)]
    zero = np.zeros(1, np.int64)
    return float(bit_errors(zero, zero, arrays[0], ends[0], arrays[1], ends[1], RULE.overlap)[0])


def echoes(fresh: dict[str, list[int]], history: dict[str, list[int]]) -> dict[str, list[str]]:
    frames = [
        pl.DataFrame(
            {"row_id": [f"row_{n}" for n in of], "sha256": list(of), "items": list(of.values())},
            schema={"row_id": pl.String, "sha256": pl.String, "items": pl.List(pl.UInt32)},
        )
        for of in (fresh, history)
    ]
    found = echoes_of(frames[0], [frames[1]], RULE)
    return {row: [h for h in names if "~" not in h] for row, names in found.iter_rows()}


CHANGED: list[tuple[str, Callable[[Sound], Sound], int]] = [
    ("flac", lambda x: x, RATE),
    ("ogg", lambda x: x, RATE),
    ("wav", lambda x: x * 10 ** (-6 / 20), RATE),
    ("wav", lambda x: x[int(0.2 * RATE) :], RATE),
    ("wav", lambda x: x[: -int(0.2 * RATE)], RATE),
    ("wav", lambda x: resample_poly(x, 2, 1), 2 * RATE),
    ("ogg", lambda x: resample_poly(x[int(0.2 * RATE) :], 2, 1) / 2, 2 * RATE),
]


@installed
@pytest.mark.parametrize("number", range(len(CHANGED)))
@pytest.mark.parametrize("text", range(3))
def test_a_recording_encoded_anew_or_quieter_or_trimmed_is_found(tmp_path: Path, number: int, text: int) -> None:
    ending, change, rate = CHANGED[number]
    sound = spoken(text, text, 0)
    one = items_of(saved(tmp_path / "one.wav", sound))
    two = items_of(saved(tmp_path / f"two.{ending}", change(sound), rate))
    assert errors(one, two) <= RULE.errors
    assert echoes({"two": two}, {"one": one}) == {"row_two": ["one"]}


@installed
def test_other_takes_of_the_same_words_are_other_recordings(tmp_path: Path) -> None:
    takes = {
        f"{text}-{speaker}-{take}": items_of(saved(tmp_path / "t.wav", spoken(text, speaker, take)))
        for text in range(2)
        for speaker in range(3)
        for take in range(3)
    }
    assert min(len(items) for items in takes.values()) >= RULE.items
    assert echoes(takes, {}) == {}


@installed
def test_what_is_too_short_to_tell_is_never_held(tmp_path: Path) -> None:
    short = spoken(1, 1, 1)[: int(3.5 * RATE)]
    one, two = (items_of(saved(tmp_path / f"{n}.wav", s)) for n, s in (("a", short), ("b", short / 2)))
    assert 0 < len(one) < RULE.items
    assert echoes({"b": two}, {"a": one}) == {}
    assert items_of(saved(tmp_path / "c.wav", short[: 2 * RATE])) == []


@installed
@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100])
def test_a_short_recording_is_heard_to_its_end_at_any_rate(tmp_path: Path, rate: int) -> None:
    sound = resample_poly(spoken(1, 1, 1)[: 4 * RATE], rate, RATE)
    assert len(items_of(saved(tmp_path / "a.wav", sound, rate))) in {10, 11}


def test_where_the_library_is_absent_nothing_is_heard_and_the_word_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acoustics, "_library", lambda: None)
    sound, items = heard(saved(tmp_path / "a.wav", spoken(1, 1, 1)))
    assert sound is not None
    assert items == []
    assert "libchromaprint1" in acoustics.version()


# ── the measure, without the library ─────────────────────────────────────────────────────────────────────────────


def brute_force(one: list[int], other: list[int]) -> float:
    best = 1.0
    for shift in range(-len(other) + 1, len(one)):
        pairs = [(one[i], other[i - shift]) for i in range(len(one)) if 0 <= i - shift < len(other)]
        if len(pairs) >= RULE.overlap * max(len(one), len(other)):
            best = min(best, sum((a ^ b).bit_count() for a, b in pairs) / (32 * len(pairs)))
    return best


NUMBERS = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=30)


@settings(max_examples=100, deadline=None)
@given(NUMBERS, NUMBERS, st.integers(0, 6), st.booleans())
def test_the_share_of_differing_bits_is_that_of_brute_force(
    one: list[int], other: list[int], cut: int, related: bool
) -> None:
    two = [n ^ (1 << (n % 32)) for n in one][cut:] or one if related else other
    assert errors(one, two) == pytest.approx(brute_force(one, two))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_the_pairs_found_do_not_depend_on_nights_or_order(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311
    takes: dict[str, list[int]] = {}
    for n in range(8):
        base = dice.choice([*takes.values(), [dice.getrandbits(32) for _ in range(30)]])
        takes[f"t{n}"] = [i ^ (1 << dice.randrange(32)) if dice.random() < 0.5 else i for i in base]
    due = {(a, b) for a in takes for b in takes if a < b and brute_force(takes[a], takes[b]) <= RULE.errors}
    names = dice.sample(list(takes), len(takes))
    cut = dice.randrange(1, len(names))
    nights = [{n: takes[n] for n in part} for part in (names[:cut], names[cut:])]
    found = {
        tuple(sorted((row.removeprefix("row_"), other)))
        for night, history in ((nights[0], {}), (nights[1], nights[0]))
        for row, others in echoes(night, history).items()
        for other in others
    }
    assert found == due


# ── in the lake ──────────────────────────────────────────────────────────────────────────────────────────────────


def recorded(world: World, name: str, day: int, sound: Sound, label: str = "joy") -> Row:
    """A submission of voice alone, with its recording in landing."""
    path = world.landing.takes("portal") / f"{name}.flac"
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound, RATE)
    row = scene(name, submitted_at=dt.datetime(2026, 11, day, tzinfo=dt.UTC), turn_count=1)
    row["turns"][0] |= {"text": f"words of {name}", "emotions": [{"label": label, "vocabulary": "v/1"}]}
    row["performers"] = [{**p, "performer_id": f"prf_{name}", "modalities": ["voice"]} for p in row["performers"]]
    row["takes"] = [{"uri": path.name, "sha256": None}]
    return row


def bring(world: World, date: dt.date, rows: list[Row]) -> None:
    deliver(world, date, rows)
    takes = [{"row_id": r["row_id"], "feed": "portal", "uri": t["uri"]} for r in rows for t in r["takes"]]
    columns = ["row_id", "feed", "uri", "sha256", "bytes"]
    schema = TAKES.empty().select(columns).schema
    declared = pl.DataFrame([{c: t.get(c) for c in columns} for t in takes], schema=schema)
    world.lake.write(TAKES, date.isoformat(), look_at(declared, world.landing))


@installed
def test_a_recording_that_comes_again_quieter_is_held_with_its_measure(tmp_path: Path) -> None:
    world = World(tmp_path)
    sound = spoken(1, 1, 1)
    bring(world, NIGHT, [recorded(world, "a", 1, sound), recorded(world, "x", 1, spoken(1, 1, 2))])
    bring(world, NEXT, [recorded(world, "b", 2, sound[1600:] / 2)])
    assert dedup.run(world.night()).held_back == {}
    receipt = dedup.run(world.night(NEXT))
    assert receipt.held_back == {"same_take": 1}
    assert str(receipt.notes["acoustic_fingerprints"]).startswith("chromaprint ")
    line = world.night(NEXT).read(DUPLICATES).row(0, named=True)
    assert (line["matched_submission_id"], line["modality"], line["action"]) == ("a", "take", "rejected")
    assert "1 of 1 takes are the same recording by ear" in line["evidence"]


@installed
def test_a_late_original_and_other_labels_are_judged_by_ear_too(tmp_path: Path) -> None:
    world = World(tmp_path)
    sound = spoken(2, 1, 1)
    bring(world, NIGHT, [recorded(world, "copy", 9, sound / 2)])
    bring(world, NEXT, [recorded(world, "first", 1, sound)])
    dedup.run(world.night())
    receipt = dedup.run(world.night(NEXT))
    assert (receipt.went_on, receipt.judged_again) == (1, {"same_take": 1})
    third = NEXT + dt.timedelta(days=1)
    bring(world, third, [recorded(world, "third", 12, sound[1600:], label="fear")])
    receipt = dedup.run(world.night(third))
    assert (receipt.held_back, receipt.judged_again) == ({"labels_disagree": 1}, {"labels_disagree": 2})


@installed
def test_an_erasure_takes_the_acoustic_fingerprint_too(tmp_path: Path) -> None:
    world = World(tmp_path)
    bring(world, NIGHT, [recorded(world, "a", 1, spoken(1, 1, 1)), recorded(world, "x", 1, spoken(1, 1, 2))])
    dedup.run(world.night())
    erase(world.lake, world.settings, ["a"], "request 1", dt.datetime(2026, 11, 21, tzinfo=dt.UTC))
    assert world.night().read(ACOUSTICS)["submission_id"].to_list() == ["x"]
    assert len(list(world.lake.folder(ACOUSTICS, NIGHT.isoformat()).glob("*.parquet"))) == 1
