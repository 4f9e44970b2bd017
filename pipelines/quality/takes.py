"""What a take is as a recording: measured once, judged by expectations/takes.json, for orders that ask audio."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.quality import engine
from pipelines.quality.judge import Finding, findings_of
from pipelines.quality.suite import load
from pipelines.tables.recordings import RECORDINGS

Samples: TypeAlias = NDArray[np.float32]
FRAME_S = 0.02
SILENT_DBFS = -50.0
FULL = 0.999
"""Of full scale: 16-bit converters clip at 32767/32768."""
LEAST_LOUDNESS_S = 0.4
"""One gating block of ITU-R BS.1770-4."""
FLOOR_DBFS = -120.0
BLOCK = 1 << 16
"""Samples of one spectrum: 1.4 s at 48 kHz; longer takes average their spectra."""


def measure_take(path: Path, declared_s: float | None = None) -> dict[str, Any]:
    """Measure one file: the columns of `recordings` but for row_id, uri, broken and is_broken."""
    import soundfile  # noqa: PLC0415  (loads libsndfile)

    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        return _unread()
    if not len(samples):
        return _unread()
    mono = samples.mean(axis=1)
    seconds = len(samples) / rate
    band = _band_hz(mono, rate)
    return {
        "decodes": bool(np.isfinite(samples).all()),
        "duration_s": seconds,
        "off_declared_s": abs(seconds - declared_s) if declared_s else 0.0,
        "sample_rate_hz": rate,
        "channels": samples.shape[1],
        "loudness_lufs": _loudness(samples, rate) if seconds >= LEAST_LOUDNESS_S else None,
        "peak_dbfs": _dbfs(float(np.abs(samples).max())),
        "clipped": max(_clipped(samples[:, c]) for c in range(samples.shape[1])),
        "silence": _silence(mono, rate),
        "dc_offset": float(np.abs(samples.mean(axis=0)).max()),
        "band_hz": band,
        "band_share": band / (rate / 2),
    }


def _unread() -> dict[str, Any]:
    """Say nothing good of a file that cannot be read, and nothing worse than that."""
    nothing = dict.fromkeys(("duration_s", "off_declared_s", "clipped", "silence", "dc_offset", "band_hz"), 0.0)
    return nothing | {
        "decodes": False,
        "sample_rate_hz": 0,
        "channels": 0,
        "loudness_lufs": None,
        "peak_dbfs": FLOOR_DBFS,
        "band_share": 1.0,
    }


def _loudness(samples: Samples, rate: int) -> float | None:
    import pyloudnorm  # noqa: PLC0415  (imports scipy.signal)

    found = float(pyloudnorm.Meter(rate).integrated_loudness(samples.astype(np.float64)))
    return found if np.isfinite(found) else None


def _dbfs(value: float) -> float:
    return max(20 * float(np.log10(max(value, 1e-6))), FLOOR_DBFS)


def _clipped(samples: Samples) -> float:
    full = np.abs(samples) >= FULL
    runs = full[2:] & full[1:-1] & full[:-2]
    inside = np.zeros(len(full), np.bool_)
    for shift in range(3):
        inside[shift : shift + len(runs)] |= runs
    return float(inside.mean())


def _silence(mono: Samples, rate: int) -> float:
    size = max(int(rate * FRAME_S), 1)
    frames = mono[: len(mono) // size * size].reshape(-1, size)
    if not len(frames):
        return 0.0
    level = np.sqrt((frames.astype(np.float64) ** 2).mean(axis=1))
    return float((level < 10 ** (SILENT_DBFS / 20)).mean())


def _band_hz(mono: Samples, rate: int) -> float:
    """Frequency below which 99.9 % of the energy lies, the mean left out."""
    energy = np.zeros(BLOCK // 2 + 1)
    centred = mono - mono.mean()
    for first in range(0, len(centred), BLOCK):
        block = centred[first : first + BLOCK]
        energy += np.abs(np.fft.rfft(block * np.hanning(len(block)), BLOCK)) ** 2
    total = np.cumsum(energy)
    return float(np.searchsorted(total, 0.999 * total[-1]) * rate / BLOCK) if total[-1] else 0.0


def judge_takes(measured: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Write beside each take which rules it breaks; returns the table `recordings` and the findings."""
    suite = load("takes")
    keyed = measured.with_columns(take=pl.concat_str("row_id", "uri", separator="/"))
    outcome = engine.validate(keyed, suite, key="take")
    lines = [{"rank": r.rank, "rule": r.name, "is_broken": r.severity != "info"} for r in suite.rules]
    rules = pl.DataFrame(lines, schema_overrides={"rank": pl.Int32})
    broken = outcome.rows.join(rules, on="rank").group_by("key").agg(pl.col("is_broken").any(), broken="rule")
    found = keyed.join(
        broken.with_columns(pl.col("broken").list.unique().list.sort()), left_on="take", right_on="key", how="left"
    )
    found = found.with_columns(pl.col("broken").fill_null([]), pl.col("is_broken").fill_null(value=False))
    return found.select(c.name for c in RECORDINGS), findings_of(outcome, suite)
