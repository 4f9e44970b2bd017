"""The table `submissions`: every readable row of landing, one file of it for one delivered file."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

EMOTION = pa.struct([("label", pa.string()), ("vocabulary", pa.string())])
INTENSITY = pa.struct([("code", pa.string()), ("value", pa.float64())])
TURN = pa.struct(
    [
        ("turn", pa.int32()),
        ("speakers", pa.list_(pa.string())),
        ("text", pa.string()),
        ("subtext", pa.string()),
        ("emotions", pa.list_(EMOTION)),
        ("undertone", EMOTION),
        ("intensity", INTENSITY),
        ("stage", pa.list_(pa.string())),
        ("rating", pa.string()),
    ]
)
TAKE = pa.struct(
    [
        ("uri", pa.string()),
        ("sha256", pa.string()),
        ("bytes", pa.int64()),
        ("duration_s", pa.float64()),
        ("sample_rate_hz", pa.int32()),
        ("channels", pa.int32()),
    ]
)
PERFORMER = pa.struct(
    [
        ("performer_id", pa.string()),
        ("role", pa.string()),
        ("modalities", pa.list_(pa.string())),
        ("characters", pa.list_(pa.string())),
        ("share", pa.float64()),
    ]
)
BRIEF = pa.struct([("id", pa.string()), ("text", pa.string()), ("exchanges", pa.int32())])
CHARACTER = pa.struct([("name", pa.string()), ("description", pa.string())])

SUBMISSIONS = Table(
    name="submissions",
    why="What the performers delivered, in one shape, whatever the source system's was.",
    grain="one line of one delivered file",
    key=("row_id", "file", "line"),
    columns=(
        Column(
            "row_id",
            pa.string(),
            "sha256 of submission_id, revision and content_sha256: the row by which all stages join",
        ),
        Column("submission_id", pa.string(), "the platform's id of the work"),
        Column("revision", pa.int32(), "1 where the feed has none; the highest one goes on"),
        Column(
            "content_sha256",
            pa.string(),
            "of the mapped submission as canonical JSON: tells whether two rows are the same",
        ),
        Column("feed", pa.string(), "the source system"),
        Column("delivered_on", pa.date32(), "the delivery folder's date, which alone chooses the night"),
        Column("file", pa.string(), "path below landing/submissions"),
        Column("line", pa.int64(), "its line in the file, or its row in a Parquet file, from 1"),
        Column(
            "submitted_at", pa.timestamp("us", tz="UTC"), "the platform's stamp of this revision; `earlier` in dedup"
        ),
        Column("kind", pa.string(), "claim: audition or commissioned", nullable=True),
        Column("campaign", pa.string(), "claim: what the work was cast for", nullable=True),
        Column("session", pa.string(), "claim: where it was performed", nullable=True),
        Column("brief", BRIEF, "what was asked", nullable=True),
        Column("performers", pa.list_(PERFORMER), "who contributed what"),
        Column("contributors_declared", pa.int32(), "claim: how many people contributed", nullable=True),
        Column("performed_on", pa.date32(), "claim: the day of the performance", nullable=True),
        Column("language", pa.string(), "BCP 47", nullable=True),
        Column("dialect", pa.string(), "as the performer names it", nullable=True),
        Column("third_party_ip", pa.string(), "claim: none, client_owned or unlicensed", nullable=True),
        Column("ai_assistance", pa.string(), "claim: none or disclosed", nullable=True),
        Column("characters", pa.list_(CHARACTER), "who is in the scene"),
        Column("turns", pa.list_(TURN), "the scene"),
        Column("takes", pa.list_(TAKE), "the recordings"),
        Column("source", pa.string(), "JSON: where the feed says the row comes from", nullable=True),
        Column("extra", pa.string(), "JSON: what the feed does not map", nullable=True),
    ),
)
