"""The table `profiles`: each night in a few hundred numbers, against which the next nights are held."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

PROFILES = Table(
    name="profiles",
    why="Drift is seen against the last 28 nights, and a profile is a thousandth of the night's measures.",
    grain="one number about the rows that came in a night",
    key=("kind", "of", "part"),
    columns=(
        Column("kind", pa.string(), "volume, share, mix or median: how it is compared"),
        Column("of", pa.string(), "what is counted: rows, a measure, a column"),
        Column("part", pa.string(), "the feed, label or language that it is about; '' for all rows"),
        Column("value", pa.float64(), "rows for volume and mix, 0 to 1 for share, the measure's unit for median"),
    ),
)
