"""The contract feed read from a real PostgreSQL server decides as the same rows do from files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import InputError
from pipelines.rights import cases, decide, feed, gate, mutants, rulebook
from pipelines.rights.postgres import THEIRS, load_postgres
from pipelines.tables.rights_feed import FEED

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
psycopg = pytest.importorskip("psycopg")
pytestmark = pytest.mark.skipif(not BINARIES, reason="no PostgreSQL server is installed here (Debian: postgresql)")
TYPES = {"whole": "bigint", "yes": "boolean", "day": "date", "instant": "timestamptz", "codes": "text[]"}
SPEC = Path(__file__).parents[1] / "spec" / "rights_cases.ndjson"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Run a server of our own under an unprivileged user, on a Unix socket; initdb refuses root."""
    home = Path(tempfile.mkdtemp(prefix="pb"))
    as_whom: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
    if as_whom:
        os.chown(home, 65534, 65534)
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "cwd": home, **as_whom}
    ours = ["-D", f"{home}/data"]
    subprocess.run([BINARIES[-1] / "initdb", *ours, "-U", "reader", "-A", "trust", "--no-sync"], check=True, **quiet)
    settings = f"-k {home} -c listen_addresses='' -c fsync=off -c timezone=America/New_York"
    subprocess.run(
        [BINARIES[-1] / "pg_ctl", *ours, "-w", "-l", f"{home}/log", "-o", settings, "start"], check=True, **quiet
    )
    yield f"host={home} user=reader dbname=postgres"
    subprocess.run([BINARIES[-1] / "pg_ctl", *ours, "-m", "immediate", "stop"], check=True, **quiet)
    shutil.rmtree(home, ignore_errors=True)


def fill(dsn: str, tables: mutants.Tables) -> None:
    with psycopg.connect(dsn) as there:
        there.execute("DROP SCHEMA IF EXISTS feed CASCADE")
        there.execute("DROP SCHEMA IF EXISTS personal CASCADE")
        there.execute("CREATE SCHEMA feed")
        there.execute("CREATE SCHEMA personal")
        for name in THEIRS:
            spec = FEED[name]
            columns = ", ".join(f"{c.name} {TYPES.get(c.reads_as, 'text')}" for c in spec)
            there.execute(f"CREATE TABLE {spec.address} ({columns})")
            rows = json.dumps([dict(row) for row in tables.get(name, [])])
            there.execute("SET TIME ZONE 'UTC'")
            there.execute(
                f"INSERT INTO {spec.address} SELECT * FROM json_populate_recordset(NULL::{spec.address}, %s)",  # noqa: S608
                [rows],
            )


@pytest.mark.parametrize("number", [1, 15, 24, 134, 263, 302, 324])
def test_a_case_from_the_server_is_decided_as_from_files(server: str, number: int) -> None:
    case = next(c for c in cases.read_cases(SPEC) if c.number == number)
    fill(server, mutants.sealed([case])[number])
    connection = rulebook.open_rulebook()
    load_postgres(connection, server)
    feed.load_rows(connection, "request", [(0, row) for row in case.tables["request"]])
    said = decide.decide(connection).to_pylist()[0]
    assert (said["decision"], tuple(said["reasons"])) == (case.decision, tuple(sorted(case.reasons)))


def test_a_row_lost_on_the_server_closes_the_gate(server: str) -> None:
    case = next(c for c in cases.read_cases(SPEC) if c.number == 33)
    fill(server, {**mutants.sealed([case])[33], "revocation": []})
    connection = rulebook.open_rulebook()
    load_postgres(connection, server)
    feed.load_rows(connection, "request", [(0, row) for row in case.tables["request"]])
    with pytest.raises(gate.RightsGateClosed, match="revocation"):
        decide.decide(connection)


def test_a_server_that_is_not_there_is_an_error_without_its_address() -> None:
    with pytest.raises(InputError, match="cannot be read") as caught:
        load_postgres(rulebook.open_rulebook(), "host=/nowhere-at-all user=reader password=hush")
    assert "hush" not in str(caught.value)
    assert "nowhere" not in str(caught.value)
