"""Whole nights with the contracts in a real PostgreSQL and none in landing: every stage asks the same source."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from pipelines import flow
from pipelines.analytics.story import why
from pipelines.errors import InputError
from pipelines.night import Night
from pipelines.sample.plan import NIGHTS
from tests.postgres import fill, needs_server, running_server
from tests.whole import fates
from tests.whole.test_sample_nights import sample_night, settings_of

pytestmark = needs_server
WITHDRAWN = """
INSERT INTO feed.revocation (revocation_id, target_kind, target_id, filed_on, effective_on, effect, basis, recorded_at)
VALUES ('REV9', 'submission', 'sub-first-snow', '2026-11-21', '2026-11-21', 'stop', 'contract', '2026-11-21 08:00Z')
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as dsn:
        yield dsn


def night_on(server: str, root: Path, number: int) -> Night:
    """Move the sealed contracts of a sample night out of landing into the database."""
    night = sample_night(root, number)
    fill(server, {p.stem: lines(p) for p in night.landing.contracts.glob("*.ndjson")})
    shutil.rmtree(night.landing.contracts)
    settings = settings_of(root).model_copy(update={"contracts_dsn": SecretStr(server)})
    return flow.open_night(night.date, settings=settings)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def written(root: Path, pattern: str = "*.parquet") -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob(pattern))}


def published(lake: Path) -> dict[str, bytes]:
    return written(lake / "clients", "data/**/*.parquet")


def test_nights_from_the_server_come_out_as_from_files(server: str, tmp_path: Path) -> None:
    for number in NIGHTS:
        stored, filed = night_on(server, tmp_path / "a", number), sample_night(tmp_path / "b", number)
        flow.build(stored)
        flow.build(filed)
        assert (fates.rows(stored), fates.lines(stored)) == (fates.rows(filed), fates.lines(filed))
    ours, theirs = (published(tmp_path / side / "lake") for side in "ab")
    assert ours == theirs != {}
    for table in ("pay_entry", "credit", "pay_held"):
        one, other = (written(tmp_path / side / "lake" / table) for side in "ab")
        assert one == other != {}
    stories = [why(n.lake, n.landing, "sub-otto-small-change", n.settings) for n in (stored, filed)]
    assert stories[0] == stories[1]


def test_what_is_withdrawn_on_the_server_after_rights_does_not_ship(server: str, tmp_path: Path) -> None:
    night = night_on(server, tmp_path, 1)
    for stage in flow.BEFORE_PUBLISH:
        flow.run_stage(stage, night)
    with psycopg.connect(server) as there:
        there.execute(WITHDRAWN)
    with pytest.raises(InputError, match="contracts changed since rights were decided"):
        flow.publish(night, flow.orders(night)[0])
    assert not published(tmp_path / "lake")


def test_a_server_that_is_gone_publishes_nothing(tmp_path: Path) -> None:
    with running_server() as dsn:
        night = night_on(dsn, tmp_path, 1)
    with pytest.raises(InputError, match="the server cannot be read"):
        flow.build(night)
    assert night.receipt("rights") is None
    assert not published(tmp_path / "lake")
