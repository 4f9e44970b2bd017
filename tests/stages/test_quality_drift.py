"""A night is held against those before it: what moved is named, what did not is left alone."""

from __future__ import annotations

import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.quality.drift import drift, profile, robust_z, stability
from pipelines.quality.measure import measures
from pipelines.tables.quarantine import QUARANTINE
from tests.stages.quality_scenes import rows, scene, turn

MEASURED = measures(rows(scene()))
SHY = measures(rows(scene(turns=[turn(n, emotions=[], undertone=None) for n in range(20)])))


def night(count: int = 300, feed: str = "portal", seed: int = 0, **columns: pl.Expr) -> pl.DataFrame:
    """A profile of `count` good scenes, give or take a tenth."""
    size = round(count * random.Random(seed).uniform(0.9, 1.1))  # noqa: S311  (a test's own dice)
    many = pl.concat([MEASURED] * max(size, 1)).head(size).with_columns(feed=pl.lit(feed), **columns)
    many = many.with_columns(row_id=pl.int_range(pl.len()).cast(pl.String))
    return profile(many, QUARANTINE.empty())


PAST = [night(seed=n) for n in range(28)]


def test_a_night_like_the_others_passes() -> None:
    assert drift(night(seed=99), PAST) == []


@pytest.mark.parametrize("count", [3000, 20])
def test_ten_times_or_a_tenth_of_the_rows_closes_the_gate_and_says_which_feed(count: int) -> None:
    (found,) = [f for f in drift(night(count), PAST) if f.severity == "critical"]
    assert (found.rule, found.closes_gate) == ("volume_as_before", True)
    assert "rows of portal" in found.value


def test_a_feed_that_is_absent_moved_too() -> None:
    both = [pl.concat([p, night(400, "stage", seed=n).filter(kind="volume")]) for n, p in enumerate(PAST)]
    (found,) = drift(night(seed=99), both)
    assert "rows of stage: 0, usually" in found.value


def test_missing_languages_close_the_gate() -> None:
    third = pl.when(pl.int_range(pl.len()) % 3 == 0).then(None).otherwise(pl.lit("en"))
    found = drift(night(language_code=third), PAST)
    assert {f.rule for f in found} == {"shares_as_before"}
    assert "language_code missing: 0.33" in found[0].value


def test_another_mix_of_languages_closes_the_gate_and_says_which() -> None:
    half = pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("de")).otherwise(pl.lit("en"))
    found = {f.rule: f.value for f in drift(night(language_code=half), PAST)}
    assert set(found) == {"mix_as_before"}
    assert "mix of language, most de from 0.0% to 50." in found["mix_as_before"]


def test_another_median_is_reported_and_closes_nothing() -> None:
    found = drift(night(turns=pl.lit(60, pl.Int32)), PAST)
    assert [(f.rule, f.closes_gate) for f in found] == [("measures_as_before", False)]


def test_a_short_history_and_an_empty_night_close_nothing() -> None:
    assert drift(night(3000), PAST[:6]) == []
    assert drift(night(0), PAST) == []
    assert drift(night(3000), [*PAST[:6], *[night(0)] * 20]) == [], "empty nights are no history"


def test_a_small_night_is_judged_by_its_volume_alone() -> None:
    small = [night(12, seed=n) for n in range(28)]
    assert drift(night(12, language_code=pl.lit("de")), small) == []


def test_a_profile_counts_emotions_in_ekmans_words() -> None:
    mix = profile(MEASURED, QUARANTINE.empty()).filter(kind="mix", of="emotion")
    assert dict(mix.filter(pl.col("value") > 0).select("part", "value").iter_rows()) == {"anger": 20, "sadness": 20}
    none = profile(SHY, QUARANTINE.empty()).filter(kind="mix", of="emotion")
    assert none["value"].sum() == 0


mixes = st.lists(st.integers(0, 1000), min_size=2, max_size=8)


@settings(max_examples=50, deadline=None)
@given(mixes, st.integers(2, 50))
def test_stability_is_nought_for_the_same_mix_at_any_size_and_never_below(counts: list[int], times: int) -> None:
    parts = pl.Series([str(n) for n in range(len(counts))])
    before = pl.Series(counts, dtype=pl.Float64)
    assert stability(before, before * times, parts)[0] == pytest.approx(0, abs=1e-9)
    assert stability(before, before.reverse(), parts)[0] >= -1e-9


def test_the_spread_has_a_floor_so_that_a_constant_feed_may_vary() -> None:
    constant = pl.Series([100.0] * 28).to_numpy()
    assert abs(robust_z(110, constant, "volume")[0]) <= 1
    assert robust_z(200, constant, "volume")[0] == pytest.approx(10)
