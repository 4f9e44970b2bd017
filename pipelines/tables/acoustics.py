"""The table `acoustics`: how recordings sound, so that the same one in other bytes is known again."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

ACOUSTICS = Table(
    name="acoustics",
    why="The same recording, encoded anew, louder or trimmed, is no new take.",
    grain="one recording found on disk for a row of submissions, in the night that first delivered the row",
    key=("row_id", "sha256"),
    personal=True,
    columns=(
        Column("row_id", pa.string(), "the row of `submissions`"),
        Column("submission_id", pa.string(), "its submission"),
        Column("sha256", pa.string(), "of the file found"),
        Column("items", pa.list_(pa.uint32()), "Chromaprint's numbers, eight a second; none below three seconds"),
    ),
)
