"""The table `duplicates`: rows that repeat earlier work, each with what it matched and the exact measure."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table
from pipelines.tables.verdicts import HELD

PART = pa.struct([("turn", pa.int32()), ("matched_turn", pa.int32()), ("share", pa.float64())])

DUPLICATES = Table(
    name="duplicates",
    version=2,
    why="A removed row names the row, the turns and the exact measure, so that a person can see it and release it.",
    grain="one row judged this night",
    key=("row_id",),
    columns=(
        *HELD,
        Column("action", pa.string(), "rejected, or held for a person", among=("rejected", "held")),
        Column(
            "modality",
            pa.string(),
            "what was compared: text, take, reference (a published work), tombstone (the row itself was erased)",
            among=("text", "take", "reference", "tombstone"),
        ),
        Column("matched_row_id", pa.string(), "the row of `submissions` that it repeats", nullable=True),
        Column("matched_submission_id", pa.string(), "that row's submission, or the published work's file name"),
        Column("matched_revision", pa.int32(), "its revision", nullable=True),
        Column("identity", pa.string(), "whose work it repeats", among=("own", "other", "published")),
        Column("jaccard", pa.float64(), "shared shingles of five words / all of both; null for takes", nullable=True),
        Column("containment", pa.float64(), "shared shingles / those of the shorter; null for takes", nullable=True),
        Column("shared", pa.int64(), "shared shingles, or shared takes"),
        Column(
            "copied_turns",
            pa.list_(pa.int32()),
            "places in `turns`, from 0, all of whose words stand in the matched row",
        ),
        Column(
            "copied_parts",
            pa.list_(PART),
            "turns of which a run of five words and more stands in the matched row: place, the place in the matched row"
            " (null: a published work), and the share of the turn's words that is copied",
        ),
        Column(
            "labels_agree",
            pa.bool_(),
            "whether copied turns carry the same labels; null where none can be compared",
            nullable=True,
        ),
    ),
)
