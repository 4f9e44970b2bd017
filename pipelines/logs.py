"""The logs of verdicts, stated once: the two tables that each judging stage writes, and the order of the stages."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.tables.accepted import ACCEPTED
from pipelines.tables.contract import Table
from pipelines.tables.current import CURRENT
from pipelines.tables.distinct import DISTINCT
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.quarantine import QUARANTINE
from pipelines.tables.set_aside import SET_ASIDE


@dataclass(frozen=True)
class Log:
    """The two tables in which a stage writes its verdicts: rows that go on, rows that are held."""

    stage: str
    kept: Table
    held: Table


INGEST = Log("ingest", CURRENT, SET_ASIDE)
DEDUP = Log("dedup", DISTINCT, DUPLICATES)
QUALITY = Log("quality", ACCEPTED, QUARANTINE)
LOGS = (INGEST, DEDUP, QUALITY)
"""What a row must have passed before it is accepted."""
