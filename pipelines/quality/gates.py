"""Gates: contracts before rights are decided, and a staged version before CURRENT names it.

Each returns findings that only report; a critical one among them raises GateClosed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from pipelines.quality import engine
from pipelines.quality.judge import Finding, check_closed, findings_of
from pipelines.quality.mechanical import check_shape
from pipelines.quality.patterns import GARBLED
from pipelines.quality.suite import Suite, parse
from pipelines.quality.vocabulary import HOME
from pipelines.tables.scenes import SCENES
from pipelines.tables.turns import TURNS

KEY = "row"
"""Names a row of a table by its place; contract rows may lack any other key."""


class Selection(Protocol):
    """What an order selects; None asks for all."""

    @property
    def languages(self) -> Sequence[str] | None: ...  # noqa: D102
    @property
    def kinds(self) -> Sequence[str] | None: ...  # noqa: D102


class Ordered(Protocol):
    """What of an order the gate needs to know."""

    @property
    def client_id(self) -> str: ...  # noqa: D102
    @property
    def dataset(self) -> str: ...  # noqa: D102
    @property
    def modalities(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def select(self) -> Selection: ...  # noqa: D102


def load_many(name: str, home: Path = HOME) -> tuple[dict[str, Suite], dict[str, Any]]:
    """Read a file of suites, one a table, and its meta."""
    document = json.loads((home / f"{name}.json").read_text(encoding="utf-8"))
    thing = f"expectations/{name}.json"
    suites = {table: parse(suite, f"{thing}, {table}") for table, suite in document["suites"].items()}
    return suites, document["meta"]


def check_contracts(tables: Mapping[str, pl.DataFrame], home: Path = HOME) -> list[Finding]:
    """Judge the contract tables as landing holds them: name → frame, columns as in the contract feed.

    Raises GateClosed where a critical rule is broken; the findings returned only report.
    """
    suites, meta = load_many("contracts", home)
    missing = [
        Finding(
            "contracts", "table_exists", "", "critical", 1, name, meta["must_exist_why"], f"Export {name}, even empty."
        )
        for name in meta["must_exist"]
        if name not in tables
    ]
    found = missing + [f for name, suite in suites.items() if name in tables for f in judge_table(tables[name], suite)]
    check_closed(found, "contract feed")
    return found


def check_published(scenes: pl.DataFrame, turns: pl.DataFrame, order: Ordered, home: Path = HOME) -> list[Finding]:
    """Judge a staged version's `scenes` and `turns` against what its order asks.

    Raises GateClosed where a critical rule is broken; the findings returned only report.
    """
    suites, _ = load_many("published", home)
    found = judge_table(published_scenes(scenes, turns, order), suites["scenes"])
    found += judge_table(published_turns(scenes, turns), suites["turns"])
    found += check_shape(scenes, SCENES) + check_shape(turns, TURNS)
    check_closed(found, f"staged version of {order.client_id}/{order.dataset}")
    return found


def published_scenes(scenes: pl.DataFrame, turns: pl.DataFrame, order: Ordered) -> pl.DataFrame:
    """Measure each scene of a staged version, flat: scene_id and the columns of the suite published.scenes."""
    per_scene = turns.group_by("scene_id").agg(
        found=pl.len(),
        words=_wordy(turns).cast(pl.Int64).sum(),
        staged=pl.col("stage").list.len().fill_null(0).sum(),
        subtexts=pl.col("subtext").is_not_null().sum(),
        position_gaps=(pl.col("position").sort() != pl.int_range(pl.len())).fill_null(value=True).sum(),
    )
    joined = scenes.join(per_scene, on="scene_id", how="left")
    counted = joined.with_columns(pl.col("found", "words", "staged", "subtexts", "position_gaps").fill_null(0))
    takes, wants_text = pl.col("takes").list.len().fill_null(0), "text" in order.modalities
    wants_takes = any(m != "text" for m in order.modalities)
    texts = pl.col("words") + pl.col("staged") + pl.col("subtexts")
    return counted.select(
        "scene_id",
        "position_gaps",
        is_selected=_selected("language", order.select.languages) & _selected("kind", order.select.kinds),
        turns_missing=(pl.col("turns") - pl.col("found")).abs(),
        unlicensed_texts=pl.lit(0) if wants_text else texts,
        unlicensed_takes=pl.lit(0) if wants_takes else takes,
        contents=texts + takes,
        contributors=pl.col("performers").list.len(),
    )


def published_turns(scenes: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """Measure each turn of a staged version: scene_id, is_of_a_scene, is_garbled."""
    return turns.select(
        "scene_id",
        is_of_a_scene=pl.col("scene_id").is_in(scenes["scene_id"].implode()),
        is_garbled=pl.col("text").fill_null("").str.contains(GARBLED.pattern),
    )


def _wordy(turns: pl.DataFrame) -> pl.Expr:
    """Turns with words; a text column that is null throughout has no words."""
    return pl.lit(value=False) if turns.schema["text"] == pl.Null else pl.col("text").fill_null("") != ""


def _selected(column: str, wanted: Sequence[str] | None) -> pl.Expr:
    """Is the value one that the order selects? `en` selects `en-GB` (RFC 4647); null is never in a list."""
    if wanted is None:
        return pl.lit(value=True)
    value = pl.col(column).str.to_lowercase()
    exact = value.is_in([w.lower() for w in wanted])
    ranges = [value.str.starts_with(w.lower() + "-") for w in wanted] if column == "language" else []
    return pl.any_horizontal(exact, *ranges).fill_null(value=False)


def judge_table(frame: pl.DataFrame, suite: Suite) -> list[Finding]:
    """Findings of one table; columns that a table with rows lacks are findings too, not a crash."""
    absent = [c for c in suite.columns if c not in frame.columns] if frame.height else suite.columns
    lacking = [_lacking(suite, column) for column in absent] if frame.height else []
    rules = tuple(r for r in suite.rules if not set(r.columns) & set(absent))
    judged = Suite(suite.name, rules, suite.meta)
    keyed = frame.select(pl.int_range(pl.len()).cast(pl.String).alias(KEY), *judged.columns)
    return [*lacking, *findings_of(engine.validate(keyed, judged, KEY), judged)]


def _lacking(suite: Suite, column: str) -> Finding:
    first = next(r for r in suite.rules if column in r.columns)
    return Finding(suite.name, f"{column}_exported", column, first.severity, 1, "absent", first.why, first.remedy)
