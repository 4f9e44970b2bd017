"""The table `releases`: what people decided at the quarantine desk; append-only."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table
from pipelines.tables.verdicts import ROW

RELEASES = Table(
    name="releases",
    why="Quarantine is a desk, not a bin: a person may release, reject or reopen, and signs for it.",
    grain="one decision about one held row; a partition is one decision, `<night>+<decision_id>`",
    key=("decision_id",),
    kind="record",
    columns=(
        Column("decision_id", pa.string(), "sha256 of the decision"),
        *ROW,
        Column(
            "action",
            pa.string(),
            "release: goes on next night; reject: stays held; appeal: the performer asks again",
            among=("release", "reject", "appeal"),
        ),
        Column("rules", pa.list_(pa.string()), "what was forgiven; a rule broken later holds the row again"),
        Column("by", pa.string(), "who decided"),
        Column("because", pa.string(), "in the decider's words"),
        Column("decided_at", pa.timestamp("us", tz="UTC"), "when; the order of decisions, never the choice of rows"),
    ),
)
