"""The same work twice: rows that repeat earlier work are held, each with what it matched and the exact measure.

The stage itself is in `stage`, and read when it runs: `promptbook dedup families` has no need of the lake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.night import Night
    from pipelines.receipts import Receipt


def run(night: Night) -> Receipt:
    """Hold back every row that repeats earlier work."""
    from pipelines.dedup import stage  # noqa: PLC0415

    return stage.run(night)


def inputs(night: Night) -> dict[str, str]:
    """Name what the stage reads: rows and verdicts of ingest, its own history, briefs, the reviewed thresholds."""
    from pipelines.dedup import stage  # noqa: PLC0415

    return stage.inputs(night)
