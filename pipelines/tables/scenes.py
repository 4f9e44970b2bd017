"""The published table `scenes`: one row a scene of a client's dataset, under that client's pseudonyms."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table
from pipelines.tables.submissions import CHARACTER

CONTRIBUTOR = pa.struct(
    [
        ("performer_id", pa.string()),
        ("role", pa.string()),
        ("modalities", pa.list_(pa.string())),
        ("characters", pa.list_(pa.string())),
    ]
)
PUBLISHED_TAKE = pa.struct(
    [
        ("file", pa.string()),
        ("sha256", pa.string()),
        ("bytes", pa.int64()),
        ("duration_s", pa.float64()),
        ("sample_rate_hz", pa.int32()),
        ("channels", pa.int32()),
    ]
)

SCENES = Table(
    name="scenes",
    why="What a client trains on, one row a scene; whom it is by is known under the client's own pseudonyms only.",
    grain="one scene of a version",
    key=("scene_id",),
    columns=(
        Column("scene_id", pa.string(), "pseudonym of the submission"),
        Column("kind", pa.string(), "audition or commissioned", nullable=True),
        Column("campaign_id", pa.string(), "pseudonym of the campaign", nullable=True),
        Column("session_id", pa.string(), "pseudonym of the session", nullable=True),
        Column("brief_id", pa.string(), "pseudonym of what was asked", nullable=True),
        Column("exchanges", pa.int32(), "how many exchanges the brief asked for", nullable=True),
        Column("language", pa.string(), "BCP 47", nullable=True),
        Column("dialect", pa.string(), "as the performer names it", nullable=True),
        Column("ai_assistance", pa.string(), "none or disclosed", nullable=True),
        Column("performers", pa.list_(CONTRIBUTOR), "who contributed what, under pseudonyms"),
        Column("characters", pa.list_(CHARACTER), "who is in the scene; descriptions only where text is licensed"),
        Column("turns", pa.int32(), "how many rows of `turns` it has"),
        Column("takes", pa.list_(PUBLISHED_TAKE), "its recordings below takes/; none where only text is licensed"),
    ),
)
