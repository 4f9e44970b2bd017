"""The published table `turns`: one row a turn of a scene of a client's dataset."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table
from pipelines.tables.submissions import EMOTION, INTENSITY

TURNS = Table(
    name="turns",
    why="What a client trains on, one row a turn: words, emotion, undertone, subtext.",
    grain="one turn of one scene of a version",
    key=("scene_id", "position"),
    columns=(
        Column("scene_id", pa.string(), "the row of `scenes`"),
        Column("position", pa.int32(), "its place in the scene, from 0, as delivered"),
        Column("turn", pa.int32(), "its number as the feed gives it", nullable=True),
        Column("speakers", pa.list_(pa.string()), "characters; somebody's own name is a pseudonym"),
        Column(
            "text",
            pa.string(),
            "empty where only `stage` speaks, null where not licensed",
            nullable=True,
        ),
        Column("subtext", pa.string(), "what is meant", nullable=True),
        Column("emotions", pa.list_(EMOTION), "labels in the words of their vocabulary", nullable=True),
        Column("undertone", EMOTION, "what lies under the emotion", nullable=True),
        Column("intensity", INTENSITY, "how strong", nullable=True),
        Column("stage", pa.list_(pa.string()), "stage directions; none where text is not licensed", nullable=True),
        Column("rating", pa.string(), "as the feed rates the turn", nullable=True),
    ),
)
