"""Run the rulebook: the files of sql/rights/ in the order of their numbers, as any DuckDB client would."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.errors import PromptbookError

SQL = Path(__file__).resolve().parents[2] / "sql" / "rights"

READERS = ("00_readers", "01_vocabulary", "02_reasons")
FEED_TABLES = ("03_feed",)
GATE = ("04_lists", "05_typed_contracts", "06_typed_people", "10_gate", "11_seals", "12_totals", "16_policies")
DECISION = (
    "20_requests",
    "21_known",
    "22_policies_on",
    "30_versions",
    "31_candidates",
    "40_cells",
    "41_prohibitions",
    "50_situations",
    "51_consents",
    "55_policy_gaps",
    "60_verdicts",
    "70_submissions",
    "80_decisions",
    "90_obligations",
)

FROM_CELLS = DECISION[DECISION.index("40_cells") :]
"""What is made again when deliveries were shared out among the orders of a build."""


def open_rulebook(memory_limit_mb: int = 3072, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """An empty feed with readers, vocabularies and reasons, ready to be loaded."""
    connection = duckdb.connect(config={"memory_limit": f"{memory_limit_mb}MB", "threads": threads})
    run(connection, READERS + FEED_TABLES)
    return connection


def run(connection: duckdb.DuckDBPyConnection, files: tuple[str, ...]) -> None:
    """Run the named files of sql/rights/ one after the other; an internal error of DuckDB names the file."""
    for name in files:
        try:
            connection.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))
        except duckdb.InternalException as error:  # e.g. duckdb issue 24807, open in 2.0.0
            rule = f"DuckDB {duckdb.__version__} failed inside ({str(error).splitlines()[0]}); nothing was decided"
            raise PromptbookError(f"sql/rights/{name}.sql", rule, "Report it with the feed's size.") from error
