"""Rows as one client sees them: scenes and turns under the client's pseudonyms, and nothing that is not licensed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl

from pipelines.publish.pseudonyms import Pseudonyms, speakers_named
from pipelines.records import Records
from pipelines.tables.scenes import SCENES
from pipelines.tables.turns import TURNS

READS = [
    *("row_id", "submission_id", "content_sha256", "feed", "kind", "campaign", "session", "brief", "language"),
    *("dialect", "ai_assistance", "performers", "characters", "turns", "takes"),
]
"""The columns of `submissions` that publishing looks at; `source` and `extra` are never published."""


@dataclass(frozen=True)
class Eyes:
    """Through whose eyes rows are rendered: the client's pseudonyms, whom to hide, whether words are licensed."""

    pseudonyms: Pseudonyms
    records: Records
    persons: dict[str, str]
    words: bool


def render(rows: pl.DataFrame, takes: pl.DataFrame, eyes: Eyes) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Render submissions as the published tables `scenes` and `turns`.

    `rows`: the READS columns and scene_id. `takes`: row_id and the fields of a published take, in their order in the
    submission, of those rows that deliver recordings.
    """
    rows = eyes.records.over(rows)
    turns = _turns(rows, eyes)
    return _scenes(rows, takes, eyes), turns


def _scenes(rows: pl.DataFrame, takes: pl.DataFrame, eyes: Eyes) -> pl.DataFrame:
    per_row = takes.group_by("row_id", maintain_order=True).agg(takes=pl.struct(pl.exclude("row_id")))
    scenes = rows.drop("takes").join(per_row, on="row_id", how="left")
    scenes = scenes.with_columns(
        campaign_id=eyes.pseudonyms.column("cmp", rows["campaign"]),
        session_id=eyes.pseudonyms.column("ses", rows["session"]),
        brief_id=eyes.pseudonyms.column("brf", rows["brief"].struct.field("id")),
        exchanges=pl.col("brief").struct.field("exchanges"),
        performers=_performers(rows, eyes),
        characters=_characters(rows, eyes),
        turns=pl.col("turns").list.len().cast(pl.Int32),
        takes=pl.col("takes").fill_null([]),
    )
    return scenes.select([c.name for c in SCENES])


def _performers(rows: pl.DataFrame, eyes: Eyes) -> pl.Series:
    """Contributors under pseudonyms, their share left at home."""
    each = pl.col("performers").explode(empty_as_null=False)
    ids = eyes.pseudonyms.names("prf", rows.select(each.struct.field("performer_id").unique()).to_series())
    hidden = _hidden(rows.select(each.struct.field("characters").explode(empty_as_null=False)).to_series(), eyes)
    one = pl.element().struct
    shown = pl.struct(
        performer_id=one.field("performer_id").replace_strict(ids, default=None, return_dtype=pl.String),
        role=one.field("role"),
        modalities=one.field("modalities"),
        characters=one.field("characters").list.eval(pl.element().replace(hidden)),
    )
    return rows.select(pl.col("performers").list.eval(shown)).to_series()


def _characters(rows: pl.DataFrame, eyes: Eyes) -> pl.Series:
    """Characters stay; one that bears a person's name is a pseudonym; descriptions are words."""
    each = pl.col("characters").explode(empty_as_null=False)
    hidden = _hidden(rows.select(each.struct.field("name")).to_series(), eyes)
    one = pl.element().struct
    description = one.field("description") if eyes.words else pl.lit(None, pl.String)
    shown = pl.struct(name=one.field("name").replace(hidden), description=description)
    return rows.select(pl.col("characters").list.eval(shown)).to_series()


def _turns(rows: pl.DataFrame, eyes: Eyes) -> pl.DataFrame:
    some = rows.filter(pl.col("turns").list.len() > 0)
    long = (
        some.select("scene_id", "turns", position=pl.int_ranges(0, pl.col("turns").list.len(), dtype=pl.Int32))
        .explode("turns", "position")
        .unnest("turns")
    )
    hidden = _hidden(long["speakers"].explode(empty_as_null=False), eyes)
    long = long.with_columns(speakers=pl.col("speakers").fill_null([]).list.eval(pl.element().replace(hidden)))
    if not eyes.words:
        none = pl.lit(None, pl.String)
        long = long.with_columns(text=none, subtext=none, stage=pl.lit([], pl.List(pl.String)))
    return long.select([c.name for c in TURNS])


def _hidden(names: pl.Series, eyes: Eyes) -> dict[str, str]:
    return speakers_named(names.drop_nulls().unique(), eyes.persons, eyes.pseudonyms)


def fingerprints(scenes: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """Hash every scene with its turns as published: scene_id, published_sha256."""
    spoken = (
        turns.sort("scene_id", "position")
        .select("scene_id", said=pl.struct(pl.exclude("scene_id")).struct.json_encode())
        .group_by("scene_id", maintain_order=True)
        .agg(pl.col("said").str.join("\n"))
    )
    whole = (
        scenes.select("scene_id", scene=pl.struct(pl.all()).struct.json_encode())
        .join(spoken, on="scene_id", how="left")
        .select("scene_id", whole=pl.concat_str("scene", pl.col("said").fill_null(""), separator="\n"))
    )
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in whole["whole"]]
    return whole.select("scene_id", published_sha256=pl.Series(hashes, dtype=pl.String))
