"""Stock text: phrases that many performers share, tonight and lately, found in bounded memory.

A phrase is six words in a row of one turn, without case and punctuation. Those whose hashes are the smallest are
followed (a bottom-k sketch: Cohen and Kaplan 2007, doi:10.1145/1281100.1281133), and for each of them every
performer: what is followed depends on the set of phrases alone, not on order, chunks or nights. Up to MOST phrases
nothing is left out; beyond, and in nights of more than WHOLE rows, the followed ones are an even sample. Known
limitation: a phrase that a big night did not follow is counted from the smaller nights alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.quality import engine
from pipelines.quality.judge import Finding, findings_of
from pipelines.quality.suite import load
from pipelines.quality.turns import Places
from pipelines.quality.words import Counted
from pipelines.tables.phrases import PHRASES
from pipelines.tables.stock import STOCK

MANY = 5
"""Lead performers from whom a phrase is stock: two may be a couple, four a class; five is a source that went round."""
MOST = 500_000
"""Phrases followed a night: some 20,000 scenes whole, and 16 MB of the lake."""
WHOLE = 5_000
"""Rows of a night up to which every phrase is looked at; of more, an even sample of as many phrases (by hash)."""
CROWD = 8
"""Performers kept of each phrase, the smallest hashes: more than MANY add nothing."""
NIGHTS = 28
"""Nights looked back on, as for drift."""


@dataclass
class Phrases:
    """The phrases of a night as its chunks come: `said` (phrase, performer) and `where` (row_id, phrase)."""

    most: int = MOST
    limit: int = 2**64 - 1
    said: pl.DataFrame = field(default_factory=PHRASES.empty)
    where: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"row_id": pl.String, "phrase": pl.UInt64}))

    def add(self, found: pl.DataFrame) -> None:
        """Take in the phrases of more submissions: row_id, performer, phrase."""
        found = found.filter(pl.col("phrase") <= self.limit)
        self.where = pl.concat([self.where, found.select("row_id", "phrase").unique()])
        self.said = kept([self.said, found.select("phrase", "performer")], self.most)
        if self.said["phrase"].n_unique() >= self.most:
            self.limit = int(str(self.said["phrase"].max()))
            self.where = self.where.filter(pl.col("phrase") <= self.limit)


def limit_for(rows: int) -> int:
    """The highest hash that is looked at in a night of so many rows, so that memory does not grow with it."""
    return (2**64 - 1) * WHOLE // max(rows, WHOLE)


def said_by(rows: pl.DataFrame, row: Places, counted: Counted) -> pl.DataFrame:
    """List the phrases that were counted, with the lead performer: row_id, performer (a hash), phrase."""
    lead = rows.get_column("performers").list.first().struct.field("performer_id")
    named = rows.select("row_id", performer=_numbers(lead.fill_null("")))
    return named[row[counted.phrase_turns]].with_columns(phrase=pl.Series(counted.phrases, dtype=pl.UInt64))


def _numbers(names: pl.Series) -> pl.Series:
    """Hash names into numbers that stay the same from release to release, as polars' own do not."""
    known = {n: int.from_bytes(hashlib.blake2b(n.encode(), digest_size=8).digest(), "big") for n in names.unique()}
    return names.replace_strict(known, return_dtype=pl.UInt64)


def kept(parts: Iterable[pl.DataFrame], most: int = MOST) -> pl.DataFrame:
    """Unite (phrase, performer) pairs and keep the smallest phrases, and of each the smallest performers."""
    pairs = pl.concat(list(parts)).unique().sort("phrase", "performer")
    rank = pl.col("phrase").rle_id()
    pairs = pairs.filter(rank < most)
    return pairs.filter(pl.int_range(pl.len()).over("phrase") < CROWD)


def shared(said: pl.DataFrame, many: int = MANY) -> pl.DataFrame:
    """The phrases that many performers have said: phrase, performers (at most CROWD are counted)."""
    return said.group_by("phrase").agg(performers=pl.len()).filter(pl.col("performers") >= many).sort("phrase")


def stock(night: Phrases, past: Iterable[pl.DataFrame], many: int = MANY) -> pl.DataFrame:
    """Count each row's stock phrases among those followed, as the table `stock`."""
    followed = night.said
    for earlier in past:
        followed = kept([followed, earlier.select("phrase", "performer")], night.most)
    known = followed.select("phrase").unique()
    seen = night.where.join(known, on="phrase", how="semi").unique()
    marked = seen.join(shared(followed, many), on="phrase", how="left")
    counts = marked.group_by("row_id").agg(phrases=pl.len(), stock_phrases=pl.col("performers").count())
    share = pl.col("stock_phrases") / pl.col("phrases")
    schema: Any = STOCK.empty().schema
    found = counts.with_columns(stock_share=share)
    return found.select(pl.col(name).cast(kind) for name, kind in schema.items()).sort("row_id")


def judge_stock(found: pl.DataFrame) -> tuple[Finding, ...]:
    """Report rows made of what many performers share, by expectations/novelty.json; nobody is held."""
    suite = load("novelty")
    return findings_of(engine.validate(found, suite), suite) if found.height else ()
