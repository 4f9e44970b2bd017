"""A PostgreSQL server of our own for tests: on a Unix socket, under an unprivileged user, stopped when done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from pipelines.contracts import THEIRS
from pipelines.tables.rights_feed import FEED

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
needs_server = pytest.mark.skipif(not BINARIES, reason="no PostgreSQL server is installed here (Debian: postgresql)")
TYPES = {"whole": "bigint", "yes": "boolean", "day": "date", "instant": "timestamptz", "codes": "text[]"}


@contextmanager
def running_server() -> Iterator[str]:
    """Run a server and give its address; initdb refuses root, so it runs as nobody."""
    home = Path(tempfile.mkdtemp(prefix="pb"))
    as_whom: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
    if as_whom:
        os.chown(home, 65534, 65534)
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "cwd": home, **as_whom}
    ours = ["-D", f"{home}/data"]
    subprocess.run([BINARIES[-1] / "initdb", *ours, "-U", "reader", "-A", "trust", "--no-sync"], check=True, **quiet)
    settings = f"-k {home} -c listen_addresses='' -c fsync=off -c timezone=America/New_York"
    start = ["-w", "-l", f"{home}/log", "-o", settings, "start"]
    subprocess.run([BINARIES[-1] / "pg_ctl", *ours, *start], check=True, **quiet)
    try:
        yield f"host={home} user=reader dbname=postgres"
    finally:
        subprocess.run([BINARIES[-1] / "pg_ctl", *ours, "-m", "immediate", "stop"], check=True, **quiet)
        shutil.rmtree(home, ignore_errors=True)


def fill(dsn: str, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Make the feed's tables anew, each column in the type that a contract system would give it, and fill them."""
    with psycopg.connect(dsn) as there:
        there.execute("SET TIME ZONE 'UTC'")
        for schema in ("feed", "personal"):
            there.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
            there.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        for name in THEIRS:
            spec = FEED[name]
            address = sql.Identifier(spec.schema, spec.name)
            kinds = [sql.SQL(TYPES.get(c.reads_as, "text")) for c in spec]
            columns = [sql.SQL("{} {}").format(sql.Identifier(c.name), k) for c, k in zip(spec, kinds, strict=True)]
            there.execute(sql.SQL("CREATE TABLE {} ({})").format(address, sql.SQL(", ").join(columns)))
            rows = sql.SQL("SELECT * FROM json_populate_recordset(NULL::{}, %s)").format(address)
            put_in = sql.SQL("INSERT INTO {} {}").format(address, rows)
            there.execute(put_in, [json.dumps([dict(row) for row in tables.get(name, [])])])
