"""Writing the private ledger of a version: what it holds, and what in it is delivered for the first time."""

from __future__ import annotations

import datetime as dt
import hashlib

import polars as pl

from pipelines.night import Night, digest
from pipelines.tables.delivery import DELIVERY, DELIVERY_ITEM, VERSION_ROWS
from pipelines.versions import Dataset, VersionManifest, ledger, ledger_sha256


def write(
    night: Night, dataset: Dataset, version: VersionManifest, index: pl.DataFrame, at: dt.datetime
) -> tuple[str, dict[str, str]]:
    """Write the three tables of a version under one new name; it counts once the version's manifest names it.

    Returns the partition's name and the hash of each table's commit.
    """
    new = index.join(_delivered(dataset), on=["submission_id", "content_sha256"], how="anti")
    delivery = delivery_of(version, at) if new.height else DELIVERY.empty()
    frames = {
        DELIVERY: delivery,
        DELIVERY_ITEM: new.with_columns(delivery_id=pl.lit(delivery_id(version))),
        VERSION_ROWS: index.with_columns(
            client_id=pl.lit(version.client_id), dataset=pl.lit(version.dataset), version=pl.lit(version.version)
        ),
    }
    content = digest([index["scene_id"].to_list(), index["published_sha256"].to_list(), at, version.basis])
    partition = f"{version.client_id}+{version.dataset}+{version.version}+{content}"
    for table, frame in frames.items():
        night.lake.write(table, partition, frame)
    return partition, {table.name: ledger_sha256(night.lake, table, partition) for table in frames}


def delivery_id(version: VersionManifest) -> str:
    """Name the delivery that a version makes."""
    name = "\x1f".join((version.client_id, version.dataset, version.version))
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def delivery_of(version: VersionManifest, at: dt.datetime) -> pl.DataFrame:
    """State the delivery that a version makes."""
    return pl.DataFrame(
        {
            "delivery_id": [delivery_id(version)],
            "client_id": [version.client_id],
            "dataset": [version.dataset],
            "dataset_version": [version.version],
            "delivered_on": [version.night],
            "recorded_at": [at],
        }
    )


def _delivered(dataset: Dataset) -> pl.DataFrame:
    return ledger(dataset.lake, DELIVERY_ITEM, dataset).select("submission_id", "content_sha256").unique()
