"""The tables `pay_entry`, `pay_held` and `credit`: who is owed what, what cannot be settled, who is named how."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

MODES = ("legal", "stage", "pseudonym", "anonymous")

PAY_ENTRY = Table(
    name="pay_entry",
    why="What a performer is owed, once, and under which term.",
    grain="one term, trigger and performer; a partition is what one night settled, never rebuilt",
    key=("entry_id",),
    kind="record",
    personal=True,
    columns=(
        Column("entry_id", pa.string(), "sha256 of comp_id, trigger kind, trigger id, performer_id"),
        Column("comp_id", pa.string(), "the term"),
        Column("contract_id", pa.string(), "its contract"),
        Column("version", pa.int64(), "the contract's version that governed the day"),
        Column("model", pa.string(), "how the term counts"),
        Column("trigger_kind", pa.string(), "acceptance, delivery or period"),
        Column("trigger_id", pa.string(), "submission_id, delivery id or YYYY-MM"),
        Column("triggered_on", pa.date32(), "the day the trigger fell on: the night of acceptance"),
        Column("performer_id", pa.string(), "to whom"),
        Column("amount_minor", pa.int64(), "in the currency's minor units"),
        Column("currency", pa.string(), "ISO 4217; sums never cross it"),
        Column("period", pa.string(), "YYYY-MM of the day"),
        Column("reverses_entry", pa.string(), "the entry this one takes back", nullable=True),
    ),
)

PAY_HELD = Table(
    name="pay_held",
    why="What cannot be settled is named, never guessed.",
    grain="one accepted submission and performer without a payment, as of a night",
    key=("submission_id", "performer_id"),
    partition="snapshot",
    personal=True,
    columns=(
        Column("submission_id", pa.string(), "the accepted work"),
        Column("performer_id", pa.string(), "who contributed"),
        Column("rule", pa.string(), "why nothing is paid"),
        Column("evidence", pa.string(), "the contract, version and term that were looked at"),
        Column("remedy", pa.string(), "what would release it"),
    ),
)

CREDIT = Table(
    name="credit",
    why="Performers are named as they asked to be, and not at all by default.",
    grain="one contributor of an accepted submission, as of a night",
    key=("submission_id", "performer_id"),
    partition="snapshot",
    personal=True,
    columns=(
        Column("submission_id", pa.string(), "the accepted work"),
        Column("performer_id", pa.string(), "who contributed"),
        Column("role", pa.string(), "as what", nullable=True),
        Column(
            "mode",
            pa.string(),
            "legal, stage, pseudonym or anonymous",
            among=MODES,
        ),
        Column("display_name", pa.string(), "the credit line; null is anonymous", nullable=True),
    ),
)
