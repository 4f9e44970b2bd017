"""Erasure of submissions from dedup's memory: fingerprints and look-up arrays go, keyed tombstones stay.

The order makes a kill harmless at any moment: first the tombstones, which are records; then the files of fingerprints
that hold the rows are written anew without them and the old ones removed; then every shelf, which is derived and is
made again where it is due. Asked for again, it finishes what is left.

Limits: an acoustic fingerprint cannot be compared under a key, so it goes altogether: of an erased recording only the
same bytes and the same samples are known again. What the rest of the lake holds is not dedup's to erase: see BEYOND.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.dedup.keyed import Keys
from pipelines.dedup.tombs import Tombs, entombed
from pipelines.errors import InputError
from pipelines.lake import File, Lake
from pipelines.night import digest
from pipelines.settings import Settings
from pipelines.tables.acoustics import ACOUSTICS
from pipelines.tables.contract import Table
from pipelines.tables.fingerprints import FINGERPRINTS
from pipelines.tables.tombstones import TOMBSTONES

BEYOND = (
    "landing/submissions, landing/takes and landing/ratings: the delivered files, which Promptbook only reads;"
    " the row is refused as `erased` from the next night on",
    "lake/submissions and lake/dead_letters: the text of the row",
    "lake/measures, recordings, voices, phrases, stock, perceived, findings: what quality measured of it",
    "lake/clients: versions already published; from the next night on the row is in none that is made",
    "logs, decisions and receipts: ids, rules and measures, no text; they stay",
)
"""What this erasure does not touch."""


@dataclass(frozen=True)
class Erased:
    """What an erasure did."""

    rows: int
    tombstones: int
    files: int
    shelves: int


def read_tombs(lake: Lake, settings: Settings) -> Tombs | None:
    """Open all tombstones, of whatever day; None where nothing was erased. SettingsError without their key."""
    manifests = lake.manifests(TOMBSTONES)
    if not manifests:
        return None
    return Tombs.of(lake.read(TOMBSTONES, manifests), Keys(settings.pseudonym_key))


def marks_of(lake: Lake) -> list[str]:
    """Name what a night's log covers of the tombstones: tombstones/<partition>."""
    return [f"{TOMBSTONES.name}/{name}" for name in lake.partitions(TOMBSTONES)]


def erase(lake: Lake, settings: Settings, submissions: Sequence[str], because: str, at: dt.datetime) -> Erased:
    """Turn the fingerprints of submissions, all revisions of them, into tombstones; InputError where there are none."""
    keys = Keys(settings.pseudonym_key)
    chosen = pl.col("submission_id").is_in(list(submissions))
    there = _holding(lake, FINGERPRINTS, chosen)
    rows = pl.concat([FINGERPRINTS.empty(), *(frame.filter(chosen) for _, _, frame in there)])
    rows = rows.unique("row_id", keep="first", maintain_order=True)
    tombs = read_tombs(lake, settings)
    known = tombs.rows if tombs else TOMBSTONES.empty()
    lost = sorted(set(submissions) - set(rows["submission_id"]) - set(known["submission_id"]))
    if lost:
        rule = f"no fingerprint and no tombstone is of {', '.join(lost)}"
        raise InputError("erasure", rule, "Check the submission's id; run dedup for the nights that brought it.")
    fresh = rows.join(known, on="row_id", how="anti")
    if fresh.height:
        made = entombed(fresh, keys, erased_at=at, because=because)
        lake.write(TOMBSTONES, f"{at:%Y-%m-%d}+{digest(sorted(fresh['row_id']))}", made)
    for table in (FINGERPRINTS, ACOUSTICS):
        for partition, file, frame in _holding(lake, table, chosen):
            _rewrite(lake, table, partition, file, frame.filter(~chosen))
        _sweep(lake, table, chosen)
    return Erased(rows.height, fresh.height, len(there), _drop_shelves(lake))


def _holding(lake: Lake, table: Table, chosen: pl.Expr) -> list[tuple[str, File, pl.DataFrame]]:
    """Read the files of a table that hold any of the chosen rows, as (partition, file, rows)."""
    found = []
    for manifest in lake.manifests(table):
        for file in manifest.files:
            ids = lake.read_files(table, [(manifest.partition, file)], ["submission_id"])
            if ids.filter(chosen).height:
                found.append((manifest.partition, file, lake.read_files(table, [(manifest.partition, file)])))
    return found


def _rewrite(lake: Lake, table: Table, partition: str, old: File, rows: pl.DataFrame) -> None:
    """Put a file in another's place and remove that one; the partition's manifest keeps all else it says."""
    manifest = lake.manifest(table, partition)
    assert manifest is not None  # noqa: S101  (it was just read)
    new = lake.put(table, partition, rows, old.source)
    files = [new if f.name == old.name else f for f in manifest.files]
    lake.commit(table, partition, files, inputs=manifest.inputs, covers=manifest.covers)
    if new.name != old.name:
        (lake.folder(table, partition) / old.name).unlink(missing_ok=True)


def _sweep(lake: Lake, table: Table, chosen: pl.Expr) -> None:
    """Remove files that hold the rows and that no manifest lists: of a night run again, of a killed erasure."""
    for manifest in lake.manifests(table):
        listed = {f.name for f in manifest.files}
        for path in lake.folder(table, manifest.partition).glob("*.parquet"):
            if path.name not in listed and pl.read_parquet(path, columns=["submission_id"]).filter(chosen).height:
                path.unlink()


def _drop_shelves(lake: Lake) -> int:
    """Remove every shelf, of any version: each is derived, and holds what its files held."""
    shelves = sorted(lake.root.glob("shelves*"))
    for shelf in shelves:
        shutil.rmtree(shelf)
    return len(shelves)
