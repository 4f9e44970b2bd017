"""The tables `delivery`, `delivery_item` and `version_rows`: the private ledger of what went to whom.

They are records of what a published version holds. A partition counts only when the manifest of a version that CURRENT
has named refers to it: `pipelines.versions.ledger` reads exactly those.
"""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

DELIVERY = Table(
    name="delivery",
    why="Rights counts deliveries, a revocation names them, and performers are told of them.",
    grain="one version that handed over something new",
    key=("delivery_id",),
    kind="record",
    columns=(
        Column("delivery_id", pa.string(), "sha256 of client, dataset and version, 32 hex digits"),
        Column("client_id", pa.string(), "to whom"),
        Column("dataset", pa.string(), "as the order names it"),
        Column("dataset_version", pa.string(), "the version that first held the items"),
        Column("delivered_on", pa.date32(), "the version's night"),
        Column("recorded_at", pa.timestamp("us", tz="UTC"), "when this was written down"),
    ),
)

DELIVERY_ITEM = Table(
    name="delivery_item",
    why="A row is delivered once per client, dataset, submission and content (semantics 9).",
    grain="one submission's content handed over for the first time",
    key=("delivery_id", "submission_id", "content_sha256"),
    kind="record",
    columns=(
        Column("delivery_id", pa.string(), "the row of `delivery`"),
        Column("submission_id", pa.string(), "the platform's id of the work"),
        Column("content_sha256", pa.string(), "of the mapped submission"),
        Column("grant_ids", pa.list_(pa.string()), "the grants that allowed it"),
        Column("use_by", pa.date32(), "the last good day, where there is one", nullable=True),
    ),
)

VERSION_ROWS = Table(
    name="version_rows",
    why="Only this tells whose work a pseudonymous scene is: it never lies in a client's folder.",
    grain="one scene of one version",
    key=("client_id", "dataset", "version", "scene_id"),
    kind="record",
    personal=True,
    columns=(
        Column("client_id", pa.string(), "to whom"),
        Column("dataset", pa.string(), "as the order names it"),
        Column("version", pa.string(), "the version"),
        Column("scene_id", pa.string(), "the client's pseudonym of the submission"),
        Column("row_id", pa.string(), "the row of `submissions`"),
        Column("submission_id", pa.string(), "the platform's id of the work"),
        Column("content_sha256", pa.string(), "of the mapped submission"),
        Column("performer_ids", pa.list_(pa.string()), "whose work it is"),
        Column("published_sha256", pa.string(), "of the scene and its turns as published: tells whether it changed"),
        Column("file", pa.string(), "the scenes file that holds it, below the version"),
        Column("grant_ids", pa.list_(pa.string()), "the grants that allow it"),
        Column("use_by", pa.date32(), "the last good day, where there is one", nullable=True),
    ),
)
