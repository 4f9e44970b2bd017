"""Measure the rights decision on a drawn feed: CPU seconds of every file of the rulebook and the peak of memory.

Run: python -m tests.bench.rights_speed 100000 300000 1000000
The daily case, 500 contract versions changed and nothing else: python -m tests.bench.rights_speed --daily 1000000
"""

from __future__ import annotations

import resource
import sys
import time

import duckdb

from pipelines.rights import gate, rulebook
from tests.bench.rights_world import draw

READ = """
SELECT decision, count(*), count(DISTINCT reasons), min(use_by), count(grant_ids) FROM rights.permission
GROUP BY decision ORDER BY decision
"""
CHANGE = """
UPDATE feed.contract_version SET effective_to = '2026-05-15'
WHERE contract_id IN (SELECT contract_id FROM feed.contract_version WHERE version = '1' ORDER BY contract_id LIMIT 500)
  AND version = '1'
"""


def measure(submissions: int, *, daily: bool) -> None:
    """Draw, seal, judge and decide a feed, and print what each file cost; `daily` again after 500 rows changed."""
    connection = rulebook.open_rulebook(memory_limit_mb=3072)
    draw(connection, submissions)
    gate.seal(connection)
    _decide(connection, submissions)
    if daily:
        connection.execute(CHANGE)
        gate.seal(connection)
        print("500 contract versions changed")  # noqa: T201
        _decide(connection, submissions)


def _decide(connection: duckdb.DuckDBPyConnection, submissions: int) -> None:
    connection.execute("SET VARIABLE unsealed = false")
    total = 0.0
    for name in (*rulebook.GATE, *rulebook.DECISION):
        began = time.process_time()
        rulebook.run(connection, (name,))
        spent = time.process_time() - began
        total += spent
        print(f"  {name:22} {spent:7.2f} s")  # noqa: T201
    assert gate.defects(connection) == []
    began = time.process_time()
    shares = connection.sql(READ).fetchall()
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
    versions, profiles = connection.sql(
        "SELECT (SELECT count(*) FROM feed.contract_version), (SELECT count(*) FROM rights.profile)"
    ).fetchall()[0]
    print(  # noqa: T201
        f"{submissions:,} submissions, {versions:,} versions, {profiles:,} profiles: {total:.1f} CPU s to decide, "
        f"{spent:.1f} s to read every decision, peak {peak:.1f} GB, {shares}"
    )


if __name__ == "__main__":
    for size in (a for a in sys.argv[1:] if a != "--daily"):
        measure(int(size), daily="--daily" in sys.argv)
