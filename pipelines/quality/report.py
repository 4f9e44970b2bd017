"""The night as one page: what came and went, what was held and why, how tonight compares; no address outside it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import polars as pl

from pipelines import receipts
from pipelines.lake import write_durably
from pipelines.night import Night
from pipelines.quality import drawing
from pipelines.quality.answers import answers_of
from pipelines.quality.drawing import Bar
from pipelines.receipts import Receipt
from pipelines.tables.findings import FINDINGS
from pipelines.tables.measures import EKMAN, FLAGS, MEASURES
from pipelines.tables.quarantine import QUARANTINE
from pipelines.tables.recordings import RECORDINGS

STAGES = ("ingest", "dedup", "quality", "rights")
EXAMPLES = 3
DRAWN = {
    "turns": "turns a scene",
    "words": "words a scene",
    "emotions": "distinct emotions a scene",
    "voice_distinctness": "voices told apart (likeness to oneself less likeness to others)",
}
"""Measures whose distribution is drawn, with what the axis says."""


@dataclass(frozen=True)
class Facts:
    """All that the page tells, read from the lake."""

    name: str
    receipts: list[Receipt]
    measured: pl.DataFrame
    before: pl.DataFrame
    held: pl.DataFrame
    findings: pl.DataFrame
    recordings: pl.DataFrame
    answers: str = ""
    """The file beside the page that holds what Great Expectations answered."""


def write_report(night: Night) -> Path:
    """Write lake/reports/<night>.html from what the stages have stored; returns where it lies."""
    path = night.lake.root / "reports" / f"{night.name}.html"
    write_durably(path, page(facts_of(night)).encode())
    return path


def facts_of(night: Night) -> Facts:
    """Gather the night's receipts and tables, and the measures of the 28 nights before."""
    done = [r for r in (night.receipt(stage) for stage in STAGES) if r is not None]
    done += receipts.load_parts(night.lake.root, "publish", night.date)
    past = night.lake.manifests(MEASURES, before=night.date)[-28:]
    columns = list(DRAWN)
    return Facts(
        night.name,
        done,
        night.read(MEASURES),
        night.lake.read(MEASURES, past, columns),
        night.read(QUARANTINE),
        night.read(FINDINGS),
        night.read(RECORDINGS),
        answers_of(night).name if answers_of(night).exists() else "",
    )


def page(facts: Facts) -> str:
    """Compose the page: one file of HTML with its style and drawings inside."""
    parts = [
        ("What came and where it went", _funnel(facts.receipts)),
        ("The gate", _gate(facts.findings) + _answers(facts.answers)),
        ("Held by quality, and why", _held(facts.held)),
        ("Flags for people, no verdicts", _flags(facts.measured)),
        ("Tonight against the nights before", _distributions(facts)),
        ("What was felt", _emotions(facts.measured)),
        ("By campaign and language", _groups(facts.measured)),
        ("Recordings", _recordings(facts.recordings)),
    ]
    body = "".join(f"<section><h2>{escape(title)}</h2>{html}</section>" for title, html in parts if html)
    title = f"Night of {facts.name}"
    return drawing.document(title, f"<h1>{escape(title)}</h1>{_lead(facts)}{body}")


def _lead(facts: Facts) -> str:
    first = next((r for r in facts.receipts if r.stage == "ingest"), None)
    came = f"{first.came:,} line{'s' * (first.came != 1)} came. " if first else ""
    held = facts.held["row_id"].n_unique()
    closed = (facts.findings["severity"] == "critical").any()
    gate = "The gate is <b>closed</b>." if closed else "The gate is open."
    return f"<p class=lead>{came}Quality looked at {facts.measured.height:,} and held {held:,}. {gate}</p>"


def _funnel(done: list[Receipt]) -> str:
    bars, lines = [], []
    for receipt in done:
        name = f"{receipt.stage} · {receipt.part}" if receipt.part else receipt.stage
        held = sorted(receipt.held_back.items(), key=lambda item: (-item[1], item[0]))
        bars += [Bar(name, "went on", receipt.went_on), Bar(name, "held back", receipt.came - receipt.went_on)]
        said = " · ".join(f"{escape(rule)} <b>{n:,}</b>" for rule, n in held[:5]) or "nothing"
        more = f" and {len(held) - 5} more reasons" if len(held) > 5 else ""
        lines.append((escape(name), f"{receipt.came:,}", f"{receipt.went_on:,}", said + more))
    head = ("stage", "came", "went on", "held back")
    drawn = drawing.bars(bars, {"went on": drawing.ON, "held back": drawing.HELD}, "rows") if bars else ""
    return drawn + drawing.table("funnel", head, lines, numbers=(1, 2))


def _gate(findings: pl.DataFrame) -> str:
    rows = findings.filter(pl.col("severity") != "warning") if not findings.is_empty() else findings
    drifted = findings.filter(suite="drift", severity="warning")
    shown = pl.concat([rows, drifted]).sort("severity", "suite", "rule")
    if shown.is_empty():
        return "<p>Nothing moved and nothing was flagged.</p>"
    lines = [
        (f"<span class={s}>{s}</span>", escape(rule), f"{count:,}", escape(_short(value)), escape(remedy))
        for s, rule, count, value, remedy in shown.select("severity", "rule", "count", "value", "remedy").iter_rows()
    ]
    return drawing.table("gate", ("severity", "rule", "count", "observed", "what to do"), lines, numbers=(2,))


def _answers(name: str) -> str:
    link = f"<a href='{escape(name, quote=True)}'>{escape(name)}</a>"
    return f"<p><small>What Great Expectations answered, rule by rule: {link}</small></p>" if name else ""


def _held(held: pl.DataFrame) -> str:
    if held.is_empty():
        return "<p>Nothing was held.</p>"
    most = held.group_by("rule", "why", "remedy").agg(
        pl.col("row_id").n_unique().alias("rows"),
        examples=pl.concat_str("submission_id", "evidence", separator=": ").sort().head(EXAMPLES),
    )
    lines = [
        (
            f"<b>{escape(rule)}</b><br><small>{escape(why)}</small>",
            f"{rows:,}",
            "<br>".join(f"<code>{escape(_short(e))}</code>" for e in examples),
            escape(remedy),
        )
        for rule, why, remedy, rows, examples in most.sort("rows", "rule", descending=[True, False]).iter_rows()
    ]
    note = "<p><small>promptbook quality held · show · release · reject</small></p>"
    return drawing.table("held", ("rule", "rows", "for example", "what releases it"), lines, numbers=(1,)) + note


def _flags(measured: pl.DataFrame) -> str:
    lines = []
    for flag in FLAGS:
        seen = measured.filter(pl.col(flag) > 0).sort(flag, "submission_id", descending=[True, False])
        if seen.height:
            most = seen.head(EXAMPLES).select("submission_id", flag).iter_rows()
            told = "<br>".join(f"<code>{escape(_short(name))}: {n:,}</code>" for name, n in most)
            lines.append((flag.removesuffix("_turns"), f"{seen.height:,}", f"{seen[flag].sum():,}", told))
    if not lines:
        return "<p>No turn carries a flag tonight.</p>"
    note = "<p><small>promptbook quality flagged</small></p>"
    return drawing.table("flags", ("flag", "scenes", "turns", "most"), lines, numbers=(1, 2)) + note


def _distributions(facts: Facts) -> str:
    if facts.measured.is_empty():
        return ""
    measured = facts.measured
    drawn = []
    for name, label in DRAWN.items():
        now, then = measured[name].cast(pl.Float64), facts.before[name].cast(pl.Float64)
        if name == "voice_distinctness":
            now = measured.filter(pl.col("voices_measured") > 1)[name]
            then = then.filter(then != 0)
        drawn.append(drawing.histogram(label, now, then))
    tonight, past = (f"<b style='color:{colour}'>■</b>" for colour in (drawing.NOW, drawing.THEN))
    key = f"<p>{tonight} tonight &nbsp; {past} the last 28 nights</p>"
    return key + "<div class=grid>" + "".join(drawn) + "</div>"


def _emotions(measured: pl.DataFrame) -> str:
    counts = [(e, int(measured[f"{e}_turns"].sum() or 0)) for e in EKMAN]
    if not any(n for _, n in counts):
        return "<p>No turn carries an emotion tonight.</p>"
    bars = [Bar(emotion, "turns", n) for emotion, n in sorted(counts, key=lambda c: -c[1])]
    return drawing.bars(bars, {"turns": drawing.ON}, "turns, in Ekman's words")


def _groups(measured: pl.DataFrame) -> str:
    if measured.is_empty():
        return ""
    groups = measured.group_by("campaign", "language_code").agg(
        pl.len().alias("scenes"),
        pl.col("turns").median(),
        pl.col("words").median(),
        pl.col("labelled_turns").mean(),
        pl.col("emotion_entropy").mean(),
        pl.col("voice_distinctness").filter(pl.col("voices_measured") > 1).mean(),
    )
    lines = []
    for campaign, language, scenes, turns, words, labelled, entropy, voice in (
        groups.sort("scenes", "campaign", "language_code", descending=[True, False, False], nulls_last=True)
        .head(30)
        .iter_rows()
    ):
        told = "–" if voice is None else f"{voice:.2f}"  # noqa: RUF001  (a dash in a table)
        cells = (f"{scenes:,}", f"{turns:.0f}", f"{words:,.0f}", f"{labelled:.0%}", f"{entropy:.2f}", told)
        lines.append((escape(campaign or "none"), escape(language or "none"), *cells))
    head = ("campaign", "language", "scenes", "turns", "words", "turns labelled", "entropy, bits", "voices told apart")
    return drawing.table("groups", head, lines, numbers=tuple(range(2, 8)))


def _recordings(recordings: pl.DataFrame) -> str:
    if recordings.is_empty():
        return ""
    broken = (
        recordings["broken"].explode().drop_nulls().value_counts().sort("count", "broken", descending=[True, False])
    )
    said = " · ".join(f"{escape(rule)} <b>{n:,}</b>" for rule, n in broken.iter_rows()) or "none of them breaks a rule"
    hours = recordings["duration_s"].sum() / 3600
    loud = recordings["loudness_lufs"].drop_nulls()
    level = f", median loudness {np.median(loud.to_numpy()):.1f} LUFS" if len(loud) else ""
    return f"<p>{recordings.height:,} takes, {hours:.2f} hours{level}: {said}.</p>"


def _short(text: str, most: int = 160) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
