"""One publication: staged aside, checked, put into place by one rename, and named by CURRENT last.

    lake/.staging/<client>+<dataset>/   data, takes, documents, manifest; fsynced; checked
    lake/delivery*/…, version_rows/…    the ledger, under a name made of its content (see pipelines.versions)
    versions/<version>/                 rename: the version is there, whole
    CURRENT                             replaced: the version is published

A kill before the rename leaves the old version and something to sweep; one between the rename and CURRENT leaves the
old version in force and a higher one in place, which the next run takes up where it is the same, and sets aside below
lake/.unpublished/ where not: what CURRENT never named was never published.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec
import polars as pl

from pipelines import __version__
from pipelines.errors import GateClosed, LakeError
from pipelines.lake import sync_folder
from pipelines.night import Night
from pipelines.publish import ledger
from pipelines.publish.changes import Changes, compare, next_number
from pipelines.publish.documents import card, changelog, sums
from pipelines.publish.ready import Ready
from pipelines.publish.rendering import READS, fingerprints, render
from pipelines.publish.takes import deliver
from pipelines.publish.writing import listed, make_durable, slices, write_parquet
from pipelines.schemas.order import Order
from pipelines.tables.delivery import VERSION_ROWS
from pipelines.tables.scenes import SCENES
from pipelines.tables.turns import TURNS
from pipelines.versions import Dataset, Number, PublishedFile, VersionManifest, version_rows


class Finding(Protocol):
    """What a check found; str() says it."""

    @property
    def closes_gate(self) -> bool: ...  # noqa: D102
    @property
    def remedy(self) -> str: ...  # noqa: D102


Check = Callable[[pl.DataFrame, pl.DataFrame, Order], Sequence[Finding]]
"""Looks at the staged scenes and turns against the order; what closes the gate keeps the version from CURRENT."""
Reasons = Callable[[list[str]], pl.DataFrame]
"""Tells for submission ids by which rule each is not delivered: submission_id, rule."""


@dataclass(frozen=True)
class Outcome:
    """What a publication came to: the version in force after it, and what was done."""

    state: str
    number: Number | None
    manifest: VersionManifest | None
    changes: Changes | None = None


@dataclass(frozen=True)
class Staged:
    """Data and takes of a version that has no number yet."""

    folder: Path
    index: pl.DataFrame
    """The rows with scene_id, published_sha256 and the scenes file that holds each."""
    rows: dict[str, int]
    """Rows of each Parquet file, by path."""

    def count(self, config: str) -> int:
        """Count the rows of a config."""
        return sum(n for path, n in self.rows.items() if path.startswith(f"data/{config}/"))


def publish(night: Night, ready: Ready, why_gone: Reasons, check: Check | None) -> Outcome:
    """Bring a client's dataset to what is ready tonight; nothing new where nothing changed."""
    dataset = Dataset(night.lake, ready.order.client_id, ready.order.dataset)
    with _alone(dataset) as workshop:
        number = dataset.current()
        before = dataset.manifest(number) if number else None
        if before and before.night > night.date:
            return Outcome("a later night is in force", number, before)
        if before and before.basis == ready.basis:
            return Outcome("nothing new", number, before)
        if taken_up := _take_up(dataset, number, ready):
            return taken_up
        return _publish_new(night, dataset, before, ready, (why_gone, check, workshop))


@contextmanager
def _alone(dataset: Dataset) -> Iterator[Path]:
    """Hold the dataset's lock, with an empty folder on the lake's disk to stage in."""
    home = dataset.lake.root / ".staging"
    name = f"{dataset.client_id}+{dataset.name}"
    with dataset.lake.alone(name):
        workshop = home / name
        shutil.rmtree(workshop, ignore_errors=True)
        workshop.mkdir()
        try:
            yield workshop
        finally:
            shutil.rmtree(workshop, ignore_errors=True)


def _take_up(dataset: Dataset, now: Number | None, ready: Ready) -> Outcome | None:
    """Finish a publication that was killed before CURRENT, if it is tonight's; else set aside what never was published.

    A publication leaves at most one version above CURRENT: more of them mean that CURRENT was lost, and a person looks.
    """
    above = [number for number in dataset.in_place() if now is None or number > now]
    if len(above) > 1:
        rule = f"CURRENT is {now or 'gone'}, and the versions {', '.join(map(str, above))} lie above it"
        raise LakeError(f"dataset {dataset.client_id}/{dataset.name}", rule, "Restore CURRENT.")
    for number in above:
        manifest = dataset.manifest(number)
        if manifest.basis == ready.basis:
            dataset.point(number)
            return Outcome("published", number, manifest)
        aside = dataset.lake.root / ".unpublished" / manifest.ledger
        aside.parent.mkdir(exist_ok=True)
        dataset.folder(number).rename(aside)
    return None


def _publish_new(
    night: Night,
    dataset: Dataset,
    before: VersionManifest | None,
    ready: Ready,
    means: tuple[Reasons, Check | None, Path],
) -> Outcome:
    why_gone, check, workshop = means
    staged = _stage(night, dataset, before, ready, workshop / "version")
    changes = _changes(night, dataset, before, staged.index, why_gone)
    draft = _draft(night, ready, staged)
    number = next_number(before, draft, changes)
    if number is None:
        now = Number.read(before.version) if before else None
        return Outcome("nothing new" if before else "nothing to publish", now, before)
    draft = msgspec.structs.replace(draft, version=str(number))
    _write_documents(ready, draft, staged, changes if before else None, dataset)
    manifest = _write_manifest(night, dataset, draft, staged)
    if check:
        _pass_gate(check, staged.folder, ready.order)
    make_durable(staged.folder)
    _put_into_place(staged.folder, dataset.folder(number))
    dataset.point(number)
    return Outcome("published", number, manifest, changes)


def _stage(night: Night, dataset: Dataset, before: VersionManifest | None, ready: Ready, folder: Path) -> Staged:
    """Write the Parquet files, a bounded number of scenes at a time, and the takes."""
    rows: dict[str, int] = {}
    index = []
    for part, name in slices(ready.rows):
        read = night.rows(part, READS).join(part.select("row_id", "scene_id"), on="row_id")
        takes = ready.takes.join(part.select("row_id"), on="row_id", how="semi", maintain_order="left")
        scenes, turns = render(read, takes.drop("status", "path"), ready.eyes)
        rows[f"data/scenes/{name}"] = write_parquet(SCENES, scenes, folder / "data/scenes" / name)
        rows[f"data/turns/{name}"] = write_parquet(TURNS, turns, folder / "data/turns" / name)
        prints = fingerprints(scenes, turns).with_columns(file=pl.lit(f"data/scenes/{name}"))
        index.append(part.join(prints, on="scene_id"))
    unchanged = {f.path: f.sha256 for f in before.files} if before else {}
    home = dataset.folder(number) if before and (number := Number.read(before.version)) else None
    deliver(ready.takes, folder, home, unchanged)
    return Staged(folder, pl.concat(index), rows)


def _changes(
    night: Night, dataset: Dataset, before: VersionManifest | None, index: pl.DataFrame, why_gone: Reasons
) -> Changes:
    number = Number.read(before.version) if before else None
    was = version_rows(night.lake, VERSION_ROWS, dataset, number) if number else VERSION_ROWS.empty()
    gone = was.join(index, on="submission_id", how="anti")["submission_id"].to_list()
    return compare(was, index, why_gone(gone))


def _draft(night: Night, ready: Ready, staged: Staged) -> VersionManifest:
    """State what the version is, but for its number, its files and its ledger."""
    return VersionManifest(
        client_id=ready.order.client_id,
        dataset=ready.order.dataset,
        version="",
        order_id=ready.order.order_id,
        night=night.date,
        known_at=night.known_at or _snapshot_taken(night),
        scenes=staged.count("scenes"),
        turns=staged.count("turns"),
        schemas=ready.schemas,
        files=[],
        order_sha256=ready.order_sha256,
        decisions_sha256=ready.decisions_sha256,
        pseudonym_key_id=ready.eyes.pseudonyms.key_id,
        basis=ready.basis,
        ledger="",
        ledger_sha256={},
        use_by=ready.use_by,
        code=__version__,
    )


def _snapshot_taken(night: Night) -> dt.datetime | None:
    """Tell when the contract snapshot was taken that rights decided on, by the receipt of rights (semantics 2)."""
    receipt = night.receipt("rights")
    said = receipt.notes.get("known_at") if receipt else None
    return dt.datetime.fromisoformat(said) if isinstance(said, str) else None


def _write_documents(
    ready: Ready, draft: VersionManifest, staged: Staged, changes: Changes | None, dataset: Dataset
) -> None:
    now = dataset.current()
    earlier = dataset.folder(now) / "CHANGELOG.md" if now else None
    text = changelog(draft.version, draft.night, draft.scenes, changes, earlier)
    (staged.folder / "CHANGELOG.md").write_text(text, encoding="utf-8")
    text = card(ready.order, draft.version, draft.scenes, draft.turns, draft.use_by)
    (staged.folder / "README.md").write_text(text, encoding="utf-8")


def _write_manifest(night: Night, dataset: Dataset, draft: VersionManifest, staged: Staged) -> VersionManifest:
    """Write the ledger, then the manifest that names it, then the sums of every file."""
    partition, hashes = ledger.write(night, dataset, draft, staged.index, dt.datetime.now(dt.UTC))
    files = listed(staged.folder, staged.rows)
    manifest = msgspec.structs.replace(draft, files=files, ledger=partition, ledger_sha256=hashes)
    path = staged.folder / "manifest.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=1))
    every = listed(staged.folder, {})
    (staged.folder / "SHA256SUMS").write_text(sums(every), encoding="utf-8")
    return manifest


def _pass_gate(check: Check, stage: Path, order: Order) -> None:
    """Raise GateClosed where the check finds what must not be published."""
    scenes, turns = (pl.read_parquet(stage / "data" / config) for config in ("scenes", "turns"))
    closing = [f for f in check(scenes, turns, order) if f.closes_gate]
    if closing:
        remedy = " ".join(dict.fromkeys(f.remedy for f in closing))
        raise GateClosed(f"order {order.order_id}", "; ".join(map(str, closing)), remedy)


def _put_into_place(stage: Path, home: Path) -> None:
    home.parent.mkdir(parents=True, exist_ok=True)
    stage.rename(home)
    sync_folder(home.parent)


def bytes_of(files: list[PublishedFile]) -> int:
    """Add up what a version weighs."""
    return sum(f.bytes for f in files)
