"""The table `voices`: how each character of a scene speaks: the same person at turn 2 and turn 29, or not."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table
from pipelines.tables.verdicts import ROW

VOICES = Table(
    name="voices",
    why="A lab buys a character who stays one person; here it is measured for each.",
    grain="one speaker of one row judged this night",
    key=("row_id", "speaker"),
    personal=True,
    columns=(
        *ROW,
        Column("speaker", pa.string(), "as the turns name it; in improvised work a performer's id"),
        Column("turns", pa.int32(), "turns that the speaker says alone"),
        Column("words", pa.int32(), "words in them"),
        Column(
            "is_measured",
            pa.bool_(),
            "each half of the turns has 50 words, and another speaker's do: below, it is noise",
        ),
        Column("same", pa.float64(), "likeness of the first half of the turns to the second, -1 to 1", nullable=True),
        Column("others", pa.float64(), "mean likeness to the other measured speakers' halves", nullable=True),
    ),
)
