"""Stock text: what many performers share is seen, whatever the order, chunks and nights; it holds nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines import quality
from pipelines.quality.measure import measure
from pipelines.quality.stock import CROWD, MANY, WHOLE, Phrases, kept, limit_for, shared, stock
from pipelines.tables.findings import FINDINGS
from pipelines.tables.stock import STOCK
from tests.stages.quality_scenes import performer, rows, scene, turn
from tests.stages.test_quality import night_of

TEMPLATE = "I cannot do this any more, not after what you did."


def by(who: int, *texts: str) -> dict[str, Any]:
    """A scene by a performer."""
    lead = performer("text") | {"performer_id": f"prf_{who}"}
    return scene(f"sub_{who}_{len(texts)}", performers=[lead], turns=[turn(n, text=t) for n, t in enumerate(texts)])


def own(who: int) -> str:
    dice = np.random.default_rng(who + 1000)
    return " ".join("".join(dice.choice(list("abcdeilmnorst"), 6)) for _ in range(12))


ALL = 2**64 - 1


def phrases_of(frame: pl.DataFrame, limit: int = ALL) -> pl.DataFrame:
    return measure(frame, limit=limit).phrases


def test_six_words_without_case_and_punctuation_are_a_phrase() -> None:
    first, second = (set(phrases_of(rows(by(1, t)))["phrase"]) for t in (TEMPLATE, TEMPLATE.upper().replace(",", " -")))
    assert first == second
    assert len(first) == len(TEMPLATE.split()) - 5
    assert phrases_of(rows(by(1, "only five words are here", "and five more words follow"))).is_empty()


def seen_in(*scenes: dict[str, Any], most: int = 1000) -> pl.DataFrame:
    night = Phrases(most)
    night.add(phrases_of(rows(*scenes)))
    return stock(night, [])


def test_what_many_performers_say_is_stock_and_what_one_repeats_is_not() -> None:
    assert seen_in(*(by(n, own(n), TEMPLATE) for n in range(MANY)))["stock_phrases"].to_list() == [6] * MANY
    assert seen_in(*(by(n, own(n), TEMPLATE) for n in range(MANY - 1)))["stock_phrases"].sum() == 0
    assert seen_in(by(1, *[TEMPLATE] * 9), by(1, *[TEMPLATE] * 8))["stock_phrases"].sum() == 0


def test_the_share_is_of_the_phrases_that_are_followed() -> None:
    found = seen_in(*(by(n, own(n), TEMPLATE) for n in range(MANY)))
    assert found["phrases"].to_list() == [7 + 6] * MANY
    assert np.allclose(found["stock_share"], 6 / 13)


def test_memory_is_bounded_and_neither_order_nor_chunks_nor_nights_change_what_is_followed() -> None:
    scenes = [by(n, own(n), TEMPLATE, own(n % 7)) for n in range(40)]
    whole, parts = Phrases(100), Phrases(100)
    whole.add(phrases_of(rows(*scenes)))
    for one in reversed(scenes):
        parts.add(phrases_of(rows(one), parts.limit))
    assert whole.said.equals(parts.said)
    assert whole.said["phrase"].n_unique() == 100
    assert whole.said.group_by("phrase").len()["len"].max() == CROWD
    assert stock(whole, []).equals(stock(parts, []))
    nights = [phrases_of(rows(*scenes[n::2])).select("phrase", "performer") for n in (1, 0)]
    assert kept([kept([n], 100) for n in nights], 100).equals(whole.said)
    assert not shared(whole.said).is_empty()


def test_a_big_night_looks_at_an_even_sample() -> None:
    assert limit_for(10) == limit_for(WHOLE) == 2**64 - 1
    frame = rows(*(by(n, own(n), own(-n - 1)) for n in range(300)))
    every, some = phrases_of(frame), phrases_of(frame, limit_for(4 * WHOLE))
    assert 0.2 < some.height / every.height < 0.3
    assert some.equals(every.filter(pl.col("phrase") <= limit_for(4 * WHOLE)))


def test_an_earlier_night_is_remembered_and_nobody_is_held(tmp_path: Path) -> None:
    first = night_of(tmp_path, "2026-11-20", rows(*(by(n, own(n), TEMPLATE) for n in range(MANY - 1))))
    quality.run(first)
    assert first.read(STOCK)["stock_phrases"].sum() == 0
    later = night_of(tmp_path, "2026-11-21", rows(by(99, TEMPLATE, own(99))))
    quality.run(later)
    assert later.read(STOCK)["stock_phrases"].to_list() == [6]
    said = later.read(FINDINGS).filter(rule="stock_text_seen")
    assert said.select("severity", "count").rows() == [("info", 1)]
    assert TEMPLATE not in str(said.to_dicts())
