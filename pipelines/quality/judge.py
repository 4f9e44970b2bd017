"""Judge submissions: which go on, which are held with what evidence, and what the night as a whole breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from pipelines.errors import GateClosed
from pipelines.quality import engine
from pipelines.quality.suite import Rule, Suite
from pipelines.tables.accepted import ACCEPTED
from pipelines.tables.quarantine import QUARANTINE

PLACES = pl.Schema({"row_id": pl.String, "shows": pl.String, "places": pl.String})
"""Turn numbers, comma-joined, of the turns that a turn-level measure flags."""


@dataclass(frozen=True)
class Finding:
    """One rule that a batch breaks: how often, with what; critical ones close the gate."""

    suite: str
    rule: str
    column: str
    severity: str
    count: int
    value: str
    why: str
    remedy: str

    @property
    def closes_gate(self) -> bool:
        """Say whether it stops publication."""
        return self.severity == "critical"

    def __str__(self) -> str:
        return f"{self.suite}.{self.rule} ({self.severity}): {self.count:,} x {self.column or 'table'} = {self.value}"


@dataclass(frozen=True)
class Split:
    """What came, parted: `kept` as the table `accepted`, `held` as `quarantine` (a line a broken rule)."""

    kept: pl.DataFrame
    held: pl.DataFrame
    findings: tuple[Finding, ...] = ()

    @property
    def first_rules(self) -> dict[str, int]:
        """Rows by the first rule that they break, as a receipt counts them."""
        first = self.held.sort("rank").group_by("row_id", maintain_order=True).first()
        return dict(sorted(Counter(first["rule"].to_list()).items()))


def judge(measured: pl.DataFrame, suite: Suite, judgement: str = "") -> Split:
    """Part measured submissions by the suite; each broken rule of each held row is one line of evidence.

    `judgement` names the reviewed rules at hand, so that a later night knows what to judge again.
    """
    outcome = engine.validate(measured, suite)
    rules = _as_frame(suite)
    broken = outcome.rows.rename({"key": "row_id"}).join(rules, on="rank", how="left")
    holding = broken.filter(pl.col("severity") != "info").unique(["row_id", "rule"], keep="first", maintain_order=True)
    ids = measured.select("row_id", "submission_id", "revision")
    held = holding.join(ids, on="row_id", how="left").with_columns(
        places=pl.lit(""), judgement=pl.lit(judgement), evidence=pl.col("column") + " = " + pl.col("value")
    )
    kept = ids.join(held, on="row_id", how="anti")
    return Split(
        kept.select(c.name for c in ACCEPTED).sort("row_id"),
        held.select(c.name for c in QUARANTINE).sort("row_id", "rank"),
        findings_of(outcome, suite),
    )


def judge_by_campaign(
    measured: pl.DataFrame, suite: Suite, overlays: Mapping[str, Suite], judgement: str = ""
) -> Split:
    """Judge each campaign that has an overlay by the tightened suite, and everything else by the suite itself."""
    has_own = pl.col("campaign").is_in(sorted(overlays)).fill_null(value=False)
    parts = [judge(measured.filter(~has_own), suite, judgement)]
    for campaign in sorted(set(overlays) & set(measured["campaign"].drop_nulls())):
        parts.append(judge(measured.filter(campaign=campaign), suite.tightened(overlays[campaign]), judgement))
    return Split(
        pl.concat([p.kept for p in parts]).sort("row_id"),
        pl.concat([p.held for p in parts]).sort("row_id", "rank"),
        tuple(f for p in parts for f in p.findings),
    )


def with_places(split: Split, places: Iterable[pl.DataFrame], suite: Suite, overlays: Iterable[Suite] = ()) -> Split:
    """Add to each line of evidence the numbers of the turns that broke the rule, as `measure.places_of` finds them.

    An overlay's rule of its own shows what it says; one that replaces a rule of the suite shows what that one does.
    """
    found = pl.concat([pl.DataFrame(schema=PLACES), *places])
    shows = {r.name: r.shows for s in (*overlays, suite) for r in s.rules if r.shows}
    held = split.held.drop("places").with_columns(shows=pl.col("rule").replace_strict(shows, default=None))
    held = held.join(found, on=["row_id", "shows"], how="left").with_columns(pl.col("places").fill_null(""))
    at = pl.when(pl.col("places") != "").then(", turns " + pl.col("places")).otherwise(pl.lit(""))
    held = held.with_columns(evidence=pl.col("column") + " = " + pl.col("value") + at)
    return replace(split, held=held.select(c.name for c in QUARANTINE).sort("row_id", "rank"))


def findings_of(outcome: engine.Outcome, suite: Suite) -> tuple[Finding, ...]:
    """What the batch breaks: its batch rules, and how many rows each row rule holds or reports."""
    counts = {int(r): int(n) for r, n in outcome.rows.group_by("rank").len().iter_rows()}
    examples = dict(outcome.rows.group_by("rank").agg(pl.col("value").min()).iter_rows())
    found = [
        _finding(suite, rule, counts.get(rule.rank, 1), examples.get(rule.rank, outcome.batch.get(rule.rank, "")))
        for rule in suite.rules
        if rule.rank in counts or rule.rank in outcome.batch
    ]
    return tuple(found)


def _finding(suite: Suite, rule: Rule, count: int, value: str) -> Finding:
    return Finding(rule.suite or suite.name, rule.name, rule.column, rule.severity, count, value, rule.why, rule.remedy)


def check_closed(findings: Iterable[Finding], thing: str) -> None:
    """Raise GateClosed where a critical rule is broken, naming each."""
    closing = [f for f in findings if f.closes_gate]
    if closing:
        raise GateClosed(thing, "; ".join(map(str, closing)), " ".join(dict.fromkeys(f.remedy for f in closing)))


def _as_frame(suite: Suite) -> pl.DataFrame:
    fields = ("rank", "severity", "why", "remedy")
    rows = [{"rule": r.name} | {f: getattr(r, f) for f in fields} for r in suite.rules]
    text = pl.String()
    return pl.DataFrame(rows, schema={"rule": text, "rank": pl.Int32(), "severity": text, "why": text, "remedy": text})
