"""The table `perceived`: whether people who see or hear a performance perceive the emotion that was intended."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

PERCEIVED = Table(
    name="perceived",
    why="An emotion that nobody perceives is a label and no performance; and that a crowd disagrees is worth knowing.",
    grain="one submission and channel with votes up to this night, and one line a feed and channel for all of them",
    key=("feed", "channel", "submission_id"),
    partition="snapshot",
    columns=(
        Column("feed", pa.string(), "the source system, which names the folder of ratings"),
        Column("channel", pa.string(), "what the raters saw or heard, as they name it: voice, face, text; '' unsaid"),
        Column("submission_id", pa.string(), "the platform's id of the work; '' for the feed as a whole"),
        Column("turns", pa.int32(), "turns with votes and one intended emotion in Ekman's words"),
        Column("votes", pa.int64(), "votes on them that mean one of Ekman's words"),
        Column("unplaced", pa.int64(), "votes on them whose label means none or several, or is unknown"),
        Column("votes_right", pa.float64(), "share of votes for the intended emotion, 0 to 1"),
        Column("crowd_right", pa.float64(), "share of turns whose leading vote is the intended emotion, 0 to 1"),
        Column("ties", pa.float64(), "share of turns without a leading vote, 0 to 1"),
        Column("alpha", pa.float64(), "Krippendorff's, nominal, of the raters; null under two labels", nullable=True),
    ),
)
