"""`promptbook why …` and `promptbook ask …`: what people want to know of the current state."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import duckdb
import msgspec
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from pipelines import duck
from pipelines.analytics import DATABASE
from pipelines.analytics.story import draw
from pipelines.analytics.story import why as story_of
from pipelines.errors import InputError
from pipelines.lake import Lake
from pipelines.landing import Landing
from pipelines.settings import Settings
from pipelines.tables import dictionary

app = typer.Typer(no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]


@app.command()
def why(submission: str, json: Json = False) -> None:
    """Tell a submission's path: its landing line, every stage, each client's yes or no with the clause, its pay.

    Example: promptbook why sub_0001
    """
    settings = Settings()
    story = story_of(Lake(settings.lake), Landing(settings.landing), submission, settings)
    if json:
        sys.stdout.write(msgspec.json.encode(story).decode() + "\n")
    else:
        Console().print(draw(story))


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="One of sql/ask/; without it, all are listed.")] = None,
    sql: Annotated[str | None, typer.Option(help="A question of your own, in SQL over the views.")] = None,
    put: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Narrow the question.")] = None,
    json: Json = False,
) -> None:
    """Ask a written question of the latest night: one file of sql/ask/, which any DuckDB client can run too.

    Example: promptbook ask held_back --set order_id=almanac-text
    """
    if sql is not None:
        _print(*query(Settings(), sql, settings_of(put or [])), json=json)
        return
    if question is None:
        _print(["question", "what it answers"], [(name, first_line(name)) for name in questions()], json=json)
        return
    names, rows = answer(Settings(), question, settings_of(put or []))
    _print(names, rows, json=json)


@app.command()
def tables(
    name: Annotated[str | None, typer.Argument(help="One table; without it, all are listed.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the page docs/tables.md.")] = False,
    json: Json = False,
) -> None:
    """Say what the tables of the lake hold: grain, key, and the why of every column.

    Example: promptbook tables measures
    """
    if markdown:
        sys.stdout.write(dictionary.page())
    elif name is None:
        found = dictionary.every_table().values()
        _print(["table", "one row", "why"], [(t.name, t.grain, t.why) for t in found], json=json)
    else:
        columns = [(c.name, str(c.type), c.nullable, dictionary.meaning(c)) for c in dictionary.table_named(name)]
        _print(["column", "type", "may be null", "what"], columns, json=json)


def settings_of(put: list[str]) -> dict[str, str]:
    """Read what --set says; InputError where it is not NAME=VALUE."""
    strange = [p for p in put if not p.partition("=")[0].isidentifier() or "=" not in p]
    if strange:
        raise InputError(f"--set {strange[0]}", "it is not NAME=VALUE", "Write, for example, --set order_id=ord_a.")
    return dict(p.split("=", 1) for p in put)


def questions() -> list[str]:
    """Name the questions of sql/ask/."""
    return sorted(path.stem for path in (duck.SQL / "ask").glob("*.sql"))


def first_line(question: str) -> str:
    """Say what a question answers, by the first line of its file."""
    text = (duck.SQL / "ask" / f"{question}.sql").read_text(encoding="utf-8")
    return text.splitlines()[0].removeprefix("-- What").strip()


def answer(settings: Settings, question: str, variables: dict[str, str]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run a written question on analytics.duckdb; returns the columns' names and the rows."""
    if question not in questions():
        raise InputError(f"question {question}", f"there are {', '.join(questions())}", "Name one of them.")
    return query(settings, (duck.SQL / "ask" / f"{question}.sql").read_text(encoding="utf-8"), variables)


def query(settings: Settings, sql: str, variables: dict[str, str]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run SQL on analytics.duckdb, read-only; returns the columns' names and the rows."""
    path = settings.lake / DATABASE
    if not path.exists():
        raise InputError(f"database {path}", "it was not built yet", "Run: promptbook build.")
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        duck.set_variables(connection, variables)
        try:
            cursor = connection.execute(sql)
        except duckdb.Error as error:
            raise InputError("the question", str(error), "promptbook ask views lists what can be asked.") from error
        return [column[0] for column in cursor.description or ()], cursor.fetchall()


def _print(names: list[str], rows: list[tuple[Any, ...]], *, json: bool) -> None:
    if json:
        for row in rows:
            line = msgspec.json.encode(dict(zip(names, row, strict=True)))
            sys.stdout.write(line.decode() + "\n")
        return
    table = Table(box=SIMPLE_HEAD, padding=(0, 1))
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    Console().print(table)
