"""What a version changes against the one before, and the number that this earns it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.versions import Number, VersionManifest

FIRST = Number(1, 0, 0)


@dataclass(frozen=True)
class Changes:
    """Scenes added, changed and removed, each sorted by scene_id; `removed` has a reason."""

    added: pl.DataFrame
    changed: pl.DataFrame
    removed: pl.DataFrame
    left: pl.DataFrame
    """The removed ones by their real submission_id, with the reason: for us, never for the client."""

    def __bool__(self) -> bool:
        return bool(self.added.height or self.changed.height or self.removed.height)


def compare(before: pl.DataFrame, after: pl.DataFrame, reasons: pl.DataFrame) -> Changes:
    """Compare two versions' rows (submission_id, scene_id, published_sha256) by submission.

    `reasons`: submission_id and the rule by which it is not in the later one.
    """
    both = after.join(before.select("submission_id", was="published_sha256"), on="submission_id", how="left")
    gone = before.join(after, on="submission_id", how="anti").join(
        reasons.unique("submission_id", keep="first"), on="submission_id", how="left"
    )
    gone = gone.with_columns(reason=pl.col("rule").fill_null("not_delivered"))
    return Changes(
        added=both.filter(pl.col("was").is_null()).select("scene_id").sort("scene_id"),
        changed=both.filter(pl.col("was") != pl.col("published_sha256")).select("scene_id").sort("scene_id"),
        removed=gone.select("scene_id", "reason").sort("scene_id"),
        left=gone.select("submission_id", "reason").sort("submission_id"),
    )


def next_number(before: VersionManifest | None, after: VersionManifest, changes: Changes) -> Number | None:
    """Earn the next number; None where nothing changed.

    MAJOR: another schema, or another pseudonym key, since no id can be joined any more. MINOR: rows added or changed.
    PATCH: rows only removed, or only what is written about them (the order, grants, use_by).
    """
    if before is None:
        return FIRST if after.scenes else None
    now = Number.read(before.version) or FIRST
    if before.schemas != after.schemas or before.pseudonym_key_id != after.pseudonym_key_id:
        return Number(now.major + 1, 0, 0)
    if changes.added.height or changes.changed.height:
        return Number(now.major, now.minor + 1, 0)
    documents = (before.order_sha256, before.decisions_sha256) != (after.order_sha256, after.decisions_sha256)
    if changes.removed.height or documents:
        return Number(now.major, now.minor, now.patch + 1)
    return None
