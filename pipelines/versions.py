"""A published version as every stage sees it: where it lies, its manifest, and which ledger it vouches for.

    clients/<client>/<dataset>/CURRENT                 the number of the version in force, replaced atomically, last
    clients/<client>/<dataset>/versions/<version>/     immutable; put there whole by one rename

The ledger (`delivery`, `delivery_item`, `version_rows`) is written before the version is put into place, under a name
made of its content; the version's manifest names it with its hash. So a kill leaves either a ledger that nobody names,
which counts for nothing, or a version higher than CURRENT, which was never published and whose ledger does not count
either. What CURRENT names, and every version below it, vouches for its ledger.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import msgspec
import polars as pl

from pipelines.errors import LakeError
from pipelines.lake import Lake, Manifest, write_durably
from pipelines.tables.contract import Table

_NUMBER = re.compile(r"(\d+)\.(\d+)\.(\d+)")


class Number(msgspec.Struct, frozen=True, order=True):
    """MAJOR = schema, MINOR = rows added or changed, PATCH = rows only removed or documents only."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @classmethod
    def read(cls, text: str) -> Number | None:
        """Read `1.4.0`; None where it is no version."""
        found = _NUMBER.fullmatch(text.strip())
        return cls(*(int(part) for part in found.groups())) if found else None


class PublishedFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file of a version; `rows` where it is Parquet."""

    path: str
    bytes: int
    sha256: str
    rows: int | None = None


class VersionManifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a version holds and what it was made from; it lies in the client's folder and names no person."""

    client_id: str
    dataset: str
    version: str
    order_id: str
    night: dt.date
    known_at: dt.datetime | None
    scenes: int
    turns: int
    schemas: dict[str, str]
    files: list[PublishedFile]
    order_sha256: str
    decisions_sha256: str
    """Fingerprint of what rights said of the rows in it."""
    pseudonym_key_id: str
    basis: str
    """Digest of all that decides the content: the same basis again publishes nothing."""
    ledger: str
    """The ledger's partition: client, dataset, version and a hash of what is in it."""
    ledger_sha256: dict[str, str]
    use_by: dt.date | None = None
    """The first `use_by` of any row in it."""
    code: str = ""


@dataclass(frozen=True)
class Dataset:
    """One client's dataset: its versions and CURRENT."""

    lake: Lake
    client_id: str
    name: str

    @property
    def home(self) -> Path:
        """Its folder."""
        return self.lake.root / "clients" / self.client_id / self.name

    def folder(self, number: Number) -> Path:
        """A version's folder."""
        return self.home / "versions" / str(number)

    def in_place(self) -> list[Number]:
        """List the versions that were put into place, lowest first, named by CURRENT or not."""
        folders = (self.home / "versions").glob("*/manifest.json")
        return sorted(n for n in (Number.read(p.parent.name) for p in folders) if n is not None)

    def current(self) -> Number | None:
        """The version in force; None where nothing was published."""
        try:
            text = (self.home / "CURRENT").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        number = Number.read(text)
        if number is None or number not in self.in_place():
            rule = "it names no version that is there"
            raise LakeError(f"CURRENT of {self.client_id}/{self.name}", rule, "Restore the version or CURRENT.")
        return number

    def published(self) -> list[Number]:
        """List the versions that CURRENT has named: it only moves up, so those up to it."""
        now = self.current()
        return [] if now is None else [n for n in self.in_place() if n <= now]

    def manifest(self, number: Number) -> VersionManifest:
        """Read a version's manifest."""
        path = self.folder(number) / "manifest.json"
        try:
            return msgspec.json.decode(path.read_bytes(), type=VersionManifest)
        except (msgspec.DecodeError, FileNotFoundError) as error:
            thing = f"version {self.client_id}/{self.name}/{number}"
            raise LakeError(thing, "its manifest cannot be read", "Restore it: versions never change.") from error

    def point(self, number: Number) -> None:
        """Make a version the one in force: the last step of a publication."""
        write_durably(self.home / "CURRENT", f"{number}\n".encode())


def datasets(lake: Lake) -> list[Dataset]:
    """List every dataset that has a CURRENT, by client and name."""
    found = sorted((lake.root / "clients").glob("*/*/CURRENT"))
    return [Dataset(lake, p.parent.parent.name, p.parent.name) for p in found]


def ledger_manifests(lake: Lake, table: Table, one: Dataset | None = None) -> list[Manifest]:
    """Find the ledger partitions that count: those that a published version names, of one dataset or of all."""
    found = []
    for dataset in [one] if one else datasets(lake):
        for number in dataset.published():
            version = dataset.manifest(number)
            found.append(_vouched(lake, table, version))
    return found


def ledger(lake: Lake, table: Table, one: Dataset | None = None) -> pl.DataFrame:
    """Read the rows of `delivery`, `delivery_item` or `version_rows` that count."""
    return lake.read(table, ledger_manifests(lake, table, one))


def version_rows(lake: Lake, table: Table, dataset: Dataset, number: Number) -> pl.DataFrame:
    """Read the ledger rows of one version."""
    return lake.read(table, [_vouched(lake, table, dataset.manifest(number))])


def ledger_sha256(lake: Lake, table: Table, partition: str) -> str:
    """Hash the commit of a ledger partition, for a version's manifest to name."""
    return hashlib.sha256((lake.folder(table, partition) / "manifest.json").read_bytes()).hexdigest()


def _vouched(lake: Lake, table: Table, version: VersionManifest) -> Manifest:
    """Read the ledger partition that a version names; LakeError where it is gone or another one."""
    manifest = lake.manifest(table, version.ledger)
    if manifest is None or ledger_sha256(lake, table, version.ledger) != version.ledger_sha256.get(table.name):
        thing = f"ledger {table.name}/{version.ledger}"
        raise LakeError(thing, f"it is not what version {version.version} names", "Restore it: records never change.")
    return manifest
