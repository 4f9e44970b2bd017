"""The contract feed read from a real PostgreSQL server decides as the same rows do from files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.errors import InputError
from pipelines.rights import cases, decide, feed, gate, mutants, rulebook
from tests.postgres import fill, needs_server, running_server

SPEC = Path(__file__).parents[1] / "spec" / "rights_cases.ndjson"
pytestmark = needs_server


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as dsn:
        yield dsn


@pytest.mark.parametrize("number", [1, 15, 24, 134, 263, 302, 324])
def test_a_case_from_the_server_is_decided_as_from_files(server: str, number: int) -> None:
    case = next(c for c in cases.read_cases(SPEC) if c.number == number)
    fill(server, mutants.sealed([case])[number])
    connection = rulebook.open_rulebook()
    feed.load_database(connection, server)
    feed.load_rows(connection, "request", [(0, row) for row in case.tables["request"]])
    said = decide.decide(connection).to_pylist()[0]
    assert (said["decision"], tuple(said["reasons"])) == (case.decision, tuple(sorted(case.reasons)))


def test_a_row_lost_on_the_server_closes_the_gate(server: str) -> None:
    case = next(c for c in cases.read_cases(SPEC) if c.number == 33)
    fill(server, {**mutants.sealed([case])[33], "revocation": []})
    connection = rulebook.open_rulebook()
    feed.load_database(connection, server)
    feed.load_rows(connection, "request", [(0, row) for row in case.tables["request"]])
    with pytest.raises(gate.RightsGateClosed, match="revocation"):
        decide.decide(connection)


def test_a_server_that_is_not_there_is_an_error_without_its_address() -> None:
    with pytest.raises(InputError, match="cannot be read") as caught:
        feed.load_database(rulebook.open_rulebook(), "host=/nowhere-at-all user=reader password=hush")
    assert "hush" not in str(caught.value)
    assert "nowhere" not in str(caught.value)
