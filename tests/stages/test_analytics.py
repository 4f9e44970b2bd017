"""Analytics: one database of views over the current state, and a story for each submission."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console
from typer.testing import CliRunner

from pipelines import analytics, publish, settle
from pipelines.analytics import commands, story
from pipelines.errors import InputError
from pipelines.tables.dead_letters import DEAD_LETTERS
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.quarantine import QUARANTINE
from tests.lakes import NIGHT, World, frame, performer, scene

NEXT = NIGHT + dt.timedelta(days=1)
ASKED = commands.questions()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two nights: s1 ships, s2 is withdrawn, s3 is blocked, s4 turns out a copy, s5 is quarantined, s6 is late."""
    made = World(tmp_path_factory.mktemp("analytics"))
    made.order()
    made.contracts("contract_party", {"contract_id": "C1", "performer_id": "prf_ada"})
    made.contracts("rights_grant", {"grant_id": "G1", "contract_id": "C1", "version": 1})
    clause = {"prohibition_id": "PR1", "contract_id": "C1", "version": 1, "clause": "7.2 Not to the group."}
    made.contracts("prohibition", clause, clause | {"contract_id": "C9", "clause": "somebody else's"})
    rows = [scene(f"s{n}") for n in range(1, 6)]
    made.accept(rows)
    made.hold(DUPLICATES, rows[3:4], "near_copy", NEXT)
    made.hold(QUARANTINE, rows[4:], "too_few_turns", NEXT)
    letter = {"feed": "portal", "file": f"portal/{NIGHT}/day.ndjson", "line": 9, "rule": "not_json", "error": "cut off"}
    letter |= {"delivered_on": NIGHT, "byte_offset": 0, "sha256": "x", "length": 1, "head": b""}
    made.lake.write(DEAD_LETTERS, NIGHT.isoformat(), frame(DEAD_LETTERS, [letter]))
    made.measure(rows)
    made.measure(rows[:1], NEXT, turns=30)
    made.decide(rows, denied={"s3": ["CLIENT_BLOCKED"]}, use_by=dt.date(2027, 3, 1))
    stages(made, NIGHT)
    late = scene("s6", performers=[performer("prf_ben")], delivered_on=NEXT)
    made.accept([late], NEXT)
    denied = {"s2": ["REVOKED"], "s3": ["CLIENT_BLOCKED"], "s6": ["NO_CONTRACT"]}
    made.decide([*rows[:3], late], NEXT, denied=denied, use_by=dt.date(2027, 3, 1))
    stages(made, NEXT)
    return made


def stages(world: World, date: dt.date) -> None:
    publish.run(world.night(date), "ord_a")
    settle.run(world.night(date))
    analytics.run(world.night(date))


def query(world: World, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(world.home / "lake" / analytics.DATABASE), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_one_query_finds_why_any_row_is_not_in_a_dataset(world: World) -> None:
    held = query(world, "SELECT submission_id, stage, order_id, rule FROM held_back ORDER BY ALL")
    assert held == [
        ("s2", "publish", "ord_a", "denied:REVOKED"),
        ("s3", "publish", "ord_a", "denied:CLIENT_BLOCKED"),
        ("s4", "dedup", None, "near_copy"),
        ("s5", "quality", None, "too_few_turns"),
        ("s6", "publish", "ord_a", "denied:NO_CONTRACT"),
        (None, "ingest", None, "not_json"),
    ]
    everywhere = query(
        world,
        "FROM submissions s WHERE NOT EXISTS (FROM held_back h WHERE h.row_id = s.row_id)"
        " AND NOT EXISTS (FROM dataset_scenes d WHERE d.is_current AND d.row_id = s.row_id)",
    )
    assert everywhere == []


def test_the_views_tell_the_current_state(world: World) -> None:
    assert query(world, "SELECT version, is_current, scenes FROM dataset_versions ORDER BY version") == [
        ("1.0.0", False, 4),
        ("1.0.1", True, 1),
    ]
    assert query(world, "SELECT submission_id FROM dataset_scenes WHERE is_current") == [("s1",)]
    assert query(world, "SELECT count(*) FROM decisions") == [(4,)]
    assert query(world, "SELECT submission_id, rule FROM duplicates") == [("s4", "near_copy")]
    assert query(world, "SELECT submission_id, is_accepted FROM submissions ORDER BY 1") == [
        *(("s1", True), ("s2", True), ("s3", True), ("s4", False), ("s5", False), ("s6", True))
    ]
    assert query(world, "SELECT count(*), count(DISTINCT position) FROM turns") == [(24, 4)]
    assert query(world, "SELECT DISTINCT rule FROM pay_held") == [("no_contract",)]


def test_the_views_read_only_what_manifests_list(world: World, tmp_path: Path) -> None:
    folder = next((world.home / "lake/accepted").glob("*/"))
    stray = folder / "stray.parquet"
    stray.write_bytes(next(p for p in folder.glob("*.parquet")).read_bytes())
    try:
        analytics.rebuild(world.lake)
        assert query(world, "SELECT count(*) FROM raw.accepted") == [(6,)]
    finally:
        stray.unlink()


def test_a_reader_keeps_the_old_database_while_a_new_one_takes_its_place(world: World) -> None:
    path = world.home / "lake" / analytics.DATABASE
    with duckdb.connect(str(path), read_only=True) as reader:
        assert analytics.rebuild(world.lake) == path
        assert reader.execute("SELECT count(*) FROM submissions").fetchone() == (6,)
    assert not list(path.parent.glob(".*.aside"))


def test_before_the_first_night_every_view_is_empty(tmp_path: Path) -> None:
    world = World(tmp_path)
    receipt = analytics.run(world.night())
    assert receipt.came == 0
    views = query(world, "SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal")
    assert {"submissions", "turns", "held_back", "duplicates", "decisions", "dataset_versions", "pay"} <= {
        v for (v,) in views
    }
    assert all(query(world, f"SELECT count(*) FROM {view}") == [(0,)] for (view,) in views)  # noqa: S608


@pytest.mark.parametrize("question", ASKED)
def test_every_question_runs_and_answers(world: World, question: str) -> None:
    names, rows = commands.answer(world.settings, question, {"days": "120"})
    assert names
    assert rows or question in {"owed"}
    assert commands.first_line(question)


def test_measures_are_those_of_the_latest_night(world: World) -> None:
    found = query(world, "SELECT submission_id, turns, is_accepted FROM measures ORDER BY submission_id")
    assert found == [("s1", 30, True), ("s2", 1, True), ("s3", 1, True), ("s4", 1, False), ("s5", 1, False)]


def test_there_are_a_dozen_questions() -> None:
    assert len(ASKED) >= 12


def test_history_counts_what_came_and_what_left(world: World) -> None:
    _, rows = commands.answer(world.settings, "history", {"client_id": "labA"})
    assert [row[2:3] + row[4:] for row in rows] == [("1.0.0", 4, 4, 0), ("1.0.1", 1, 0, 3)]


def test_why_tells_the_whole_path_of_what_shipped(world: World) -> None:
    told = story.why(world.lake, world.landing, "s1", world.settings)
    assert [(landed.file, landed.is_accepted) for landed in told.landed] == [(f"portal/{NIGHT}/day.ndjson", True)]
    assert [(v.stage, v.rule) for v in told.verdicts] == [("ingest", None), ("dedup", None), ("quality", None)]
    (answer,) = told.answers
    assert (answer.is_in_current, answer.versions) == (True, ["1.0.0", "1.0.1"])
    assert answer.contracts == ["grant G1 of contract C1 v1"]
    text = drawn(told)
    assert f"day.ndjson line {told.landed[0].line}" in text
    assert "labA, order ord_a: yes, in dialogue 1.0.1" in text
    assert "grant G1 of contract C1 v1, use by 2027-03-01" in text


@pytest.mark.parametrize(
    ("submission", "lines"),
    [
        (
            "s2",
            [
                "no, denied:REVOKED",
                "reasons: REVOKED",
                "older versions hold it: 1.0.0",
                "contracts asked: C1",
                "rights explain s2 --order ord_a",
            ],
        ),
        ("s3", ["no, denied:CLIENT_BLOCKED", "C1 v1, 7.2 Not to the group."]),
        ("s4", ["dedup: held, near_copy", "no, dedup: near_copy", "older versions hold it: 1.0.0"]),
        ("s5", ["quality: held, too_few_turns", "no, quality: too_few_turns"]),
        ("s6", ["no, denied:NO_CONTRACT", "held, no_contract"]),
    ],
)
def test_why_tells_each_no_with_its_reason(world: World, submission: str, lines: list[str]) -> None:
    text = drawn(story.why(world.lake, world.landing, submission, world.settings))
    for line in lines:
        assert line in text
    assert "somebody else" not in text
    assert "prf_ada" not in text


def test_why_of_a_stranger_names_the_remedy(world: World) -> None:
    with pytest.raises(InputError, match="ask unreadable"):
        story.why(world.lake, world.landing, "nobody", world.settings)


def test_the_commands_print_for_people_and_for_machines(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTBOOK_LAKE", str(world.home / "lake"))
    monkeypatch.setenv("PROMPTBOOK_LANDING", str(world.home / "landing"))
    run = CliRunner()
    assert "held_back" in run.invoke(commands.app, ["ask"]).output
    lines = run.invoke(commands.app, ["ask", "denied", "--set", "order_id=ord_a", "--json"]).output.splitlines()
    assert {json.loads(line)["reason"] for line in lines} == {"REVOKED", "CLIENT_BLOCKED", "NO_CONTRACT"}
    told = json.loads(run.invoke(commands.app, ["why", "s3", "--json"]).output)
    assert told["answers"][0]["reasons"] == ["CLIENT_BLOCKED"]
    assert "near_copy" in run.invoke(commands.app, ["why", "s4"]).output
    assert json.loads(run.invoke(commands.app, ["ask", "--sql", "SELECT 1 AS one", "--json"]).output) == {"one": 1}
    for strange in (["what"], ["--sql", "SELECT x"], ["denied", "--set", "order_id"]):
        assert isinstance(run.invoke(commands.app, ["ask", *strange]).exception, InputError)


def drawn(told: story.Story) -> str:
    page = io.StringIO()
    Console(width=200, file=page).print(story.draw(told))
    return page.getvalue()


def test_a_row_that_is_released_is_held_back_no_more(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.hold(QUARANTINE, [scene("s1")], "too_few_turns")
    world.accept([scene("s1")], NEXT)
    analytics.run(world.night(NEXT))
    assert query(world, "FROM held_back") == []
    assert query(world, "SELECT is_accepted FROM submissions") == [(True,)]
