"""The table `dead_letters`: lines of landing that cannot be read (semantics 19)."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

DEAD_LETTERS = Table(
    name="dead_letters",
    why="Nothing that was delivered is lost, even where it cannot be read.",
    grain="one line of one delivered file; line 0 stands for the file",
    key=("file", "line"),
    personal=True,
    columns=(
        Column("feed", pa.string(), "the source system"),
        Column("delivered_on", pa.date32(), "the delivery folder's date"),
        Column("file", pa.string(), "path below landing/submissions"),
        Column("line", pa.int64(), "from 1; 0 where the whole file could not be read"),
        Column("byte_offset", pa.int64(), "where the line begins, in the decompressed file"),
        Column("rule", pa.string(), "what kind of error, by which receipts count"),
        Column("error", pa.string(), "what the reader said, with the remedy"),
        Column("sha256", pa.string(), "of the whole line"),
        Column("length", pa.int64(), "of the whole line, in bytes"),
        Column("head", pa.binary(), "the line's first 64 KB"),
    ),
)
