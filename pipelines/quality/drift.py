"""Drift: a night in a few hundred numbers, held against the last 28 nights; what moved closes the gate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.quality import engine
from pipelines.quality.judge import Finding
from pipelines.quality.suite import load
from pipelines.quality.vocabulary import HOME
from pipelines.tables.measures import EKMAN
from pipelines.tables.profiles import PROFILES

KINDS = ("volume", "share", "mix", "median")
SHARES = ("language_code", "kind", "campaign")
"""Columns whose share of missing values is watched."""
MEDIANS = ("turns", "longest_turn_chars", "text_chars", "voices", "labelled_turns", "emotions")
"""Measures whose median is watched."""
LEAST_SPREAD = {"volume": 0.1, "share": 0.02, "median": 0.1}
"""Floor of the spread: a part of the median, for shares 2 points; else what never varied would trip at one row."""
MAD_TO_SIGMA = 1.4826
"""The median absolute deviation of a normal distribution times this is its standard deviation."""
SMALL = 1e-4
"""Share given to a label that one side lacks, so that its logarithm exists."""


def profile(measured: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Describe a night: columns as in the table `profiles`.

    `measured`: the rows that came; `held`: lines of those with a broken rule.
    """
    held_share = measured.select(held=pl.col("row_id").is_in(held["row_id"].implode()))["held"].mean()
    lines: list[dict[str, object]] = [
        *_counted("volume", "rows", measured["feed"]),
        *_counted("mix", "language", measured["language_code"]),
        *(_line("mix", "emotion", e, measured[f"{e}_turns"].sum()) for e in EKMAN),
        *(_line("share", f"{c} missing", "", measured[c].is_null().mean()) for c in SHARES),
        _line("share", "held", "", held_share),
        *(_line("median", c, "", measured[c].median()) for c in MEDIANS),
    ]
    frame = pl.DataFrame(lines, schema=PROFILES.empty().schema).filter(pl.col("value").is_not_null())
    return frame.sort("kind", "of", "part")


def _line(kind: str, of: str, part: str, value: Any) -> dict[str, object]:
    return {"kind": kind, "of": of, "part": part, "value": None if value is None else float(value)}


def _counted(kind: str, of: str, labels: pl.Series) -> list[dict[str, object]]:
    counts = labels.drop_nulls().value_counts().sort(labels.name)
    return [_line(kind, of, str(label), count) for label, count in counts.iter_rows()]


def scores(tonight: pl.DataFrame, past: list[pl.DataFrame], rows_needed: int) -> pl.DataFrame:
    """Compare a profile with earlier ones: moved (says what), and one score a kind, 0 where it is another kind."""
    rows = tonight.filter(kind="volume")["value"].sum()
    lines = _steady(tonight, past, enough=rows >= rows_needed) + (_mixes(tonight, past) if rows >= rows_needed else [])
    schema = {"moved": pl.String(), **dict.fromkeys(KINDS, pl.Float64())}
    blank = dict.fromkeys(KINDS, 0.0)
    return pl.DataFrame([blank | {"moved": text, kind: score} for kind, text, score in lines], schema=schema)


def _steady(tonight: pl.DataFrame, past: list[pl.DataFrame], *, enough: bool) -> list[tuple[str, str, float]]:
    """Robust z of each number that is compared as it is; a feed that is absent brought 0 rows."""
    kinds = ("volume", "share", "median") if enough else ("volume",)
    long = pl.concat([p.with_columns(night=pl.lit(n)) for n, p in enumerate(past)]).filter(pl.col("kind").is_in(kinds))
    found = []
    for (kind, of, part), lines in long.group_by("kind", "of", "part", maintain_order=True):
        usual = lines["value"].to_numpy()
        if kind == "volume":
            usual = np.concatenate([usual, np.zeros(len(past) - len(usual))])
        now = tonight.filter(kind=kind, of=of, part=part)["value"].to_list() or [0.0]
        score, centre = robust_z(now[0], usual, str(kind))
        what = f"{of} of {part}" if part else str(of)
        found.append((str(kind), f"{what}: {now[0]:.4g}, usually {centre:.4g}", score))
    return sorted(found)


def robust_z(now: float, usual: np.ndarray[Any, np.dtype[np.float64]], kind: str) -> tuple[float, float]:
    """Distance from the median in robust standard deviations, with a floor on the spread; and the median."""
    centre = float(np.median(usual))
    least = LEAST_SPREAD[kind] if kind == "share" else max(LEAST_SPREAD[kind] * abs(centre), SMALL)
    spread = max(float(np.median(np.abs(usual - centre))) * MAD_TO_SIGMA, least)
    return (now - centre) / spread, centre


def _mixes(tonight: pl.DataFrame, past: list[pl.DataFrame]) -> list[tuple[str, str, float]]:
    before = pl.concat(past).filter(kind="mix").group_by("of", "part").agg(pl.col("value").sum())
    found = []
    for of in sorted(before["of"].unique()):
        both = before.filter(of=of).join(tonight.filter(kind="mix", of=of), on="part", how="full", coalesce=True)
        score, most = stability(both["value"].fill_null(0), both["value_right"].fill_null(0), both["part"])
        found.append(("mix", f"mix of {of}, most {most}", score))
    return found


def stability(before: pl.Series, now: pl.Series, parts: pl.Series) -> tuple[float, str]:
    """Population stability index of two mixes, sum of (q - p) ln(q / p); and the part that moved most."""
    if not before.sum() or not now.sum():
        return 0.0, ""
    p = np.maximum((before / before.sum()).to_numpy(), SMALL)
    q = np.maximum((now / now.sum()).to_numpy(), SMALL)
    each = (q - p) * np.log(q / p)
    most = int(np.argmax(each))
    return float(each.sum()), f"{parts[most]} from {p[most]:.1%} to {q[most]:.1%}"


def drift(tonight: pl.DataFrame, past: list[pl.DataFrame], home: Path = HOME) -> list[Finding]:
    """Judge a night's profile against those before it, oldest first; each finding says what moved."""
    meta = json.loads((home / "drift.json").read_text(encoding="utf-8"))["meta"]
    seen = [p for p in past if p.filter(kind="volume")["value"].sum() > 0][-meta["nights"] :]
    if len(seen) < meta["nights_needed"] or not tonight.filter(kind="volume")["value"].sum():
        return []
    suite = load("drift", home)
    outcome = engine.validate(scores(tonight, seen, meta["rows_needed"]), suite, key="moved")
    found = []
    for (rank,), lines in outcome.rows.group_by("rank", maintain_order=True):
        rule = suite.rules[int(str(rank))]
        moved = "; ".join(f"{key} (score {value})" for key, value in lines.select("key", "value").iter_rows())
        found.append(
            Finding("drift", rule.name, rule.column, rule.severity, lines.height, moved, rule.why, rule.remedy)
        )
    return found
