"""Recordings: the same samples in another file are the same take; another performance is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import soundfile

from pipelines.dedup import config
from pipelines.dedup.judge import judge
from pipelines.dedup.sounds import hear, heard, sounds_of
from tests.stages.test_dedup import prints, row, rules

RATE = 8000


def record(path: Path, seed: int, **said: str) -> str | None:
    samples = np.random.default_rng(seed).integers(-9000, 9000, RATE).astype(np.int16)
    soundfile.write(path, samples, RATE, **said)
    return heard(path)[0]


def test_another_container_with_the_same_samples_has_the_same_sound(tmp_path: Path) -> None:
    wav = record(tmp_path / "a.wav", 1, subtype="PCM_16")
    assert wav == record(tmp_path / "a.flac", 1, subtype="PCM_16")
    assert wav == record(tmp_path / "a.aiff", 1, subtype="PCM_16")
    assert wav != record(tmp_path / "b.wav", 2, subtype="PCM_16")


def test_what_cannot_be_decoded_or_is_empty_has_no_sound(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"RIFF nothing")
    soundfile.write(tmp_path / "empty.wav", np.zeros(0, np.int16), RATE)
    assert heard(tmp_path / "x.wav") == (None, [])
    assert heard(tmp_path / "empty.wav") == (None, [])
    assert heard(tmp_path / "absent.wav") == (None, [])


def test_a_re_wrapped_recording_is_the_same_take(tmp_path: Path) -> None:
    record(tmp_path / "one.wav", 1, subtype="PCM_16")
    record(tmp_path / "two.flac", 1, subtype="PCM_16")
    takes = pl.DataFrame(
        {"row_id": ["a", "b"], "feed": "f", "uri": ["one.wav", "two.flac"], "status": "present", "sha256": ["1", "2"]}
    )
    found = sounds_of(hear(takes, {"f": tmp_path}))
    said = {"modalities": ["voice"]}
    fresh = prints([row("a", 1, ["yes"], takes=["1"], **said), row("b", 2, ["yes"], takes=["2"], **said)])
    fresh = fresh.drop("sounds").join(found.select("row_id", "sounds"), on="row_id").select(fresh.columns)
    assert rules(judge(fresh, fresh.clear(), config.load())) == {"b": "same_take"}
