"""The table `findings`: what a night as a whole broke or reported, and whether its gate is closed."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

FINDINGS = Table(
    name="findings",
    why="A closed gate must say what moved, and a report what was seen, without the submissions at hand.",
    grain="one rule of one suite that the night broke",
    key=("suite", "rule", "column"),
    columns=(
        Column("suite", pa.string(), "the suite of expectations/"),
        Column("rule", pa.string(), "its rule"),
        Column("column", pa.string(), "the measure; '' for a rule about the whole table"),
        Column("severity", pa.string(), "critical closes the gate", among=("critical", "warning", "info")),
        Column("count", pa.int64(), "rows that broke it; 1 for a rule about the whole"),
        Column("value", pa.string(), "what was observed, or the least of the observed values"),
        Column("why", pa.string(), "why the rule exists"),
        Column("remedy", pa.string(), "what would put it right"),
    ),
)
