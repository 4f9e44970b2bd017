"""A take is measured as a recording, and what it breaks is written beside it; the row's text is no worse for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import soundfile

from pipelines import quality
from pipelines.quality.agreement import alpha, recognised, vote
from pipelines.quality.takes import judge_takes, measure_take
from pipelines.tables.recordings import RECORDINGS
from pipelines.tables.takes import TAKES
from tests.stages.quality_scenes import performer, rows, scene, take
from tests.stages.test_quality import night_of

RATE = 16_000
DICE = np.random.default_rng(1)
VOICE = (0.1 * DICE.standard_normal(RATE)).astype(np.float32)
"""One second of noise at -20 dBFS: it fills its band, as speech does not quite."""


def file_of(home: Path, samples: Any, name: str = "a.wav") -> Path:
    home.mkdir(parents=True, exist_ok=True)
    soundfile.write(home / name, samples, RATE, subtype="PCM_16")
    return home / name


def broken(home: Path, samples: Any, declared_s: float | None = None) -> list[str]:
    line = {"row_id": "r", "uri": "a.wav"} | measure_take(file_of(home, samples), declared_s)
    found, _ = judge_takes(pl.DataFrame([line], schema_overrides={"loudness_lufs": pl.Float64}))
    return list(found["broken"][0])


def test_a_good_take_breaks_nothing(tmp_path: Path) -> None:
    assert broken(tmp_path, VOICE, declared_s=1.0) == []


BAD = {
    "take_has_length": (VOICE[: RATE // 20], None),
    "take_as_long_as_declared": (VOICE, 2.0),
    "take_not_clipped": (np.clip(VOICE * 20, -1, 1), None),
    "take_not_silent": (np.concatenate([VOICE[:800], np.zeros(RATE, np.float32)]), None),
    "take_centred": (VOICE + 0.1, None),
    "take_fills_its_band": (0.1 * np.sin(np.arange(RATE) * 2 * np.pi * 200 / RATE), None),
}


@pytest.mark.parametrize("rule", BAD)
def test_a_take_that_breaks_one_rule_breaks_no_other(rule: str, tmp_path: Path) -> None:
    assert broken(tmp_path, *BAD[rule]) == [rule]


def test_a_flag_alone_does_not_break_a_take(tmp_path: Path) -> None:
    lines = [
        {"row_id": rule, "uri": "a.wav"} | measure_take(file_of(tmp_path / rule, samples), declared_s)
        for rule, (samples, declared_s) in BAD.items()
    ]
    found, _ = judge_takes(pl.DataFrame(lines, schema_overrides={"loudness_lufs": pl.Float64}))
    assert set(found.filter(~pl.col("is_broken"))["row_id"]) == {"take_fills_its_band"}


def test_a_file_that_is_no_sound_does_not_decode(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF but no more")
    assert measure_take(tmp_path / "a.wav")["decodes"] is False


def test_a_sine_at_full_scale_has_the_loudness_of_the_standard(tmp_path: Path) -> None:
    """BS.1770: a 997 Hz sine at 0 dBFS in one channel measures -3.01 LKFS."""
    sine = np.sin(np.arange(5 * 48_000) * 2 * np.pi * 997 / 48_000)
    soundfile.write(tmp_path / "s.wav", sine * 0.999, 48_000, subtype="FLOAT")
    found = measure_take(tmp_path / "s.wav")
    assert found["loudness_lufs"] == pytest.approx(-3.01, abs=0.1)
    assert found["band_hz"] == pytest.approx(997, abs=5)


def test_the_stage_listens_to_what_ingest_found(tmp_path: Path) -> None:
    voiced = scene("voiced", takes=[take("a.wav")], performers=[performer("text", "audio")])
    night = night_of(tmp_path, "2026-11-21", rows(voiced))
    file_of(tmp_path / "landing/takes/portal", np.clip(VOICE * 20, -1, 1))
    seen = {"row_id": voiced["row_id"], "uri": "a.wav", "feed": "portal", "status": "present"}
    night.write(TAKES, pl.DataFrame([seen | {"sha256": None, "bytes": None}], schema=TAKES.empty().schema))
    assert quality.run(night).went_on == 1
    assert night.read(RECORDINGS)["broken"].to_list() == [["take_not_clipped"]]


# ── agreement ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_alpha_is_that_of_krippendorffs_own_example() -> None:
    """Computing Krippendorff's alpha-reliability (2011), C: four observers, twelve units, nominal: 0.743."""
    raters = [
        "123321412...",
        "123322412 5.3".replace(" ", ""),
        ".33323422 51.".replace(" ", ""),
        "123324412 51.".replace(" ", ""),
    ]
    votes = np.array([[sum(r[unit] == str(label) for r in raters) for label in range(1, 6)] for unit in range(12)])
    assert alpha(votes) == pytest.approx(0.743, abs=0.001)


def test_the_crowd_may_be_of_two_minds() -> None:
    votes = np.array([[3, 1], [2, 2], [0, 0], [0, 4]])
    assert vote(votes).tolist() == [0, -1, -1, 1]
    assert recognised(votes, np.array([0, 0, 0, 0]))["crowd_right"] == 0.25
