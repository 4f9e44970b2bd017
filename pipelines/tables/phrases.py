"""The table `phrases`: which phrases were said by whom, as hashes, so that stock text shows across nights."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

PHRASES = Table(
    name="phrases",
    why="A phrase that many performers share came from elsewhere; seen over nights only where it is remembered.",
    grain="one followed phrase and one lead performer who said it this night",
    key=("phrase", "performer"),
    personal=True,
    version=2,
    columns=(
        Column("phrase", pa.uint64(), "hash of six words in a row; the night's smallest are followed"),
        Column("performer", pa.uint64(), "hash of the lead performer's id, the first of the row"),
    ),
)
