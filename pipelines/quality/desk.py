"""The quarantine desk: which rows lie on it, what people decided about them, and what follows for tonight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

import polars as pl

from pipelines.errors import InputError
from pipelines.lake import Lake
from pipelines.logs import Log
from pipelines.night import Night, digest
from pipelines.quality.judge import Split
from pipelines.tables.openings import OPENINGS
from pipelines.tables.quarantine import QUARANTINE
from pipelines.tables.releases import RELEASES

Action: TypeAlias = Literal["release", "reject", "appeal"]


def on_the_desk(night: Night, log: Log, upstream: Sequence[Log], *, before: bool = False) -> pl.DataFrame:
    """Every broken rule of every row that is held at this night (or just before it) and still goes on upstream."""
    until = {"before": night.date} if before else {"upto": night.date}
    parts = [
        night.lake.read(QUARANTINE, [m]).with_columns(night=pl.lit(m.partition))
        for m in night.lake.manifests(QUARANTINE, **until)
    ]
    lines = pl.concat([QUARANTINE.empty().with_columns(night=pl.lit("")), *parts])
    lines = lines.filter(pl.col("night") == pl.col("night").max().over("row_id"))
    let_go = night.state(log, before=before)
    return lines.join(let_go, on="row_id", how="anti").join(night.going_on(upstream), on="row_id", how="semi")


def decisions(night: Night, *, upto: bool = False) -> pl.DataFrame:
    """What the desk's decisions of earlier nights come to: row_id, status, released (rules), by, because.

    A decision made on what a night showed counts from the next night on; `upto` reads this night's too.
    """
    many = night.lake.manifests(RELEASES, before=night.date + dt.timedelta(days=1) if upto else night.date)
    made = night.lake.read(RELEASES, many).sort("decided_at", "decision_id")
    since = pl.col("decided_at") > pl.col("decided_at").filter(pl.col("action") == "reject").max()
    forgiven = pl.col("rules").filter((pl.col("action") == "release") & since.fill_null(value=True))
    return made.group_by("row_id", maintain_order=True).agg(
        status=pl.col("action").last(),
        released=forgiven.explode().unique().drop_nulls().sort(),
        by=pl.col("by").last(),
        because=pl.col("because").last(),
    )


def to_judge_again(desk: pl.DataFrame, decided: pl.DataFrame, judgement: str) -> pl.DataFrame:
    """Held rows that tonight may see otherwise: the rules changed, or a person released them; row_id."""
    seen = desk.join(decided, on="row_id", how="left")
    rejected = (pl.col("status") == "reject").fill_null(value=False)
    released = (pl.col("status") == "release").fill_null(value=False)
    return seen.filter(~rejected & ((pl.col("judgement") != judgement) | released)).select("row_id").unique()


def forgive(split: Split, decided: pl.DataFrame) -> Split:
    """Let released rows go on: a held line whose rule was forgiven for that row is no longer held against it."""
    released = decided.select("row_id", rule="released").explode("rule").drop_nulls()
    held = split.held.join(released, on=["row_id", "rule"], how="anti", maintain_order="left")
    free = split.held.join(held, on="row_id", how="anti").select(split.kept.columns).unique()
    return replace(split, kept=pl.concat([split.kept, free]).sort("row_id"), held=held)


def decide(
    lake: Lake, night: dt.date, lines: pl.DataFrame, action: Action, *, by: str, because: str, at: dt.datetime
) -> str:
    """Put one decision about one held row on record; returns its id. `lines` are the row's lines on the desk."""
    _check_signed(by, because)
    if action == "release" and (lines["severity"] == "critical").any():
        raise InputError("release", "the row breaks a critical rule", "Have the work delivered again.")
    row = lines.row(0, named=True)
    record = {
        "row_id": row["row_id"],
        "submission_id": row["submission_id"],
        "revision": row["revision"],
        "action": action,
        "rules": sorted(set(lines["rule"])) if action == "release" else [],
        "by": by.strip(),
        "because": because.strip(),
        "decided_at": at,
    }
    record["decision_id"] = digest(record)
    frame = pl.DataFrame([record], schema=RELEASES.empty().schema)
    lake.write(RELEASES, f"{night.isoformat()}+{record['decision_id']}", frame)
    return str(record["decision_id"])


def openings(night: Night) -> pl.DataFrame:
    """What people opened of this night's gate: rule, by, because."""
    names = [n for n in night.lake.partitions(OPENINGS) if n.startswith(f"{night.name}+")]
    many = [m for m in (night.lake.manifest(OPENINGS, n) for n in names) if m is not None]
    return night.lake.read(OPENINGS, many)


def open_gate(night: Night, rule: str, *, by: str, because: str, at: dt.datetime) -> str:
    """Let one closed rule of one night pass, on record; returns the record's id."""
    _check_signed(by, because)
    record = {"rule": rule, "by": by.strip(), "because": because.strip(), "decided_at": at}
    record["opening_id"] = digest({"night": night.name} | record)
    frame = pl.DataFrame([record], schema=OPENINGS.empty().schema)
    night.lake.write(OPENINGS, f"{night.name}+{record['opening_id']}", frame)
    return str(record["opening_id"])


def _check_signed(by: str, because: str) -> None:
    if not because.strip() or not by.strip():
        raise InputError("decision of the desk", "it says neither who nor why", "Give --by and --because.")


def lines_of(desk: pl.DataFrame, submission_id: str) -> pl.DataFrame:
    """The desk's lines about one submission; InputError where it is not held."""
    lines = desk.filter(submission_id=submission_id).sort("rank")
    if lines.is_empty():
        remedy = "See `promptbook quality held`; `promptbook why` tells where it is."
        raise InputError(f"submission {submission_id}", "quality does not hold it", remedy)
    return lines
