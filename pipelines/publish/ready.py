"""What one order gets tonight, before anything is written: rows, takes, eyes, and the digest of all that decides."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

import polars as pl

from pipelines import __version__
from pipelines.night import digest
from pipelines.publish.rendering import Eyes
from pipelines.schemas.order import Order
from pipelines.tables.scenes import SCENES
from pipelines.tables.turns import TURNS


@dataclass(frozen=True)
class Ready:
    """The rows that go on to an order, sorted by scene_id, and their takes."""

    order: Order
    rows: pl.DataFrame
    """row_id, scene_id, submission_id, content_sha256, performer_ids, grant_ids, use_by, retention_days."""
    takes: pl.DataFrame
    eyes: Eyes

    @property
    def schemas(self) -> dict[str, str]:
        """Fingerprints of the published schemas: another one is a MAJOR version."""
        return {t.name: t.fingerprint for t in (SCENES, TURNS)}

    @property
    def use_by(self) -> dt.date | None:
        """The first last good day of any row; None where none is bound to a day."""
        days: list[dt.date] = self.rows["use_by"].drop_nulls().to_list()
        return min(days, default=None)

    @property
    def order_sha256(self) -> str:
        """Hash of the order as it was read."""
        return digest(self.order)

    @property
    def decisions_sha256(self) -> str:
        """Hash of what rights said of the rows: grants, use_by, retention, under the client's pseudonyms."""
        grants = pl.col("grant_ids").list.sort().list.join(",")
        limits = [pl.col(c).cast(pl.String).fill_null("-") for c in ("use_by", "retention_days")]
        return _hash_of(self.rows.select(pl.concat_str("scene_id", grants, *limits, separator="|")))

    @property
    def _records_sha256(self) -> str:
        """Hash what the platform's record says of these rows."""
        mine = self.rows.select("submission_id")
        tables = (self.eyes.records.submissions, self.eyes.records.performers)
        found = [t.join(mine, on="submission_id", how="semi").sort("submission_id").to_dicts() for t in tables]
        return digest(found)

    @property
    def basis(self) -> str:
        """Digest of all that decides the content: the same basis again publishes nothing."""
        return digest(
            {
                "code": __version__,
                "schemas": self.schemas,
                "key": self.eyes.pseudonyms.key_id,
                "persons": digest(self.eyes.persons),
                "records": self._records_sha256,
                "order": self.order_sha256,
                "decisions": self.decisions_sha256,
                "rows": _hash_of(self.rows.select("row_id")),
                "takes": _hash_of(self.takes.select(pl.concat_str("file", "sha256", separator="|"))),
            }
        )


def _hash_of(lines: pl.DataFrame) -> str:
    hashed = hashlib.sha256()
    for line in lines.to_series():
        hashed.update(f"{line}\n".encode())
    return hashed.hexdigest()[:32]
