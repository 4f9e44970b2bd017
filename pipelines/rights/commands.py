"""`promptbook rights …`: check cases, decide a folder of feed tables, seal it."""

from __future__ import annotations

import datetime as dt
import json as encoding
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.table import Table

from pipelines.lake import Lake
from pipelines.landing import Landing
from pipelines.night import Night
from pipelines.rights import cases as acceptance
from pipelines.rights import decide as deciding
from pipelines.rights import decided_night, feed, gate, orders_of, rulebook, seal_folder
from pipelines.rights import explain as explaining
from pipelines.rights import page as pages
from pipelines.settings import Settings

app = typer.Typer(
    help="Ask who may do what with whose work, and why not.", no_args_is_help=True, pretty_exceptions_enable=False
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
FeedOption = Annotated[Path, typer.Option("--feed", help="The folder with one file a table.")]
Unsealed = Annotated[bool, typer.Option("--unsealed", help="Let absent seals and totals pass; every line is marked.")]
NOTICED = (
    *("revocation_id", "asked", "effective_on", "client_id", "dataset", "dataset_version", "delivered_on"),
    *("submission_id", "content_sha256", "is_acknowledged"),
)
NOTICES = f"SELECT {', '.join(NOTICED)} FROM rights.notice ORDER BY ALL"  # noqa: S608  (names of ours)


@app.command()
def check(cases: Path, json: Json = False) -> None:
    """Seal each case as written, decide it in a world of its own, and fail on a difference.

    Example: promptbook rights check tests/spec/rights_cases.ndjson
    """
    wanted = acceptance.read_cases(cases)
    found = acceptance.decide_worlds({n: c.tables for n, c in enumerate(wanted)})
    verdicts = [(c, found[n]) for n, c in enumerate(wanted)]
    if json:
        for case, said in verdicts:
            typer.echo(
                _line(
                    {"case": case.number, "decision": said.decision, "reasons": said.reasons, "defects": said.defects}
                )
            )
    else:
        _show(verdicts)
    raise typer.Exit(0 if all(said.fulfils(case) for case, said in verdicts) else 1)


@app.command()
def decide(
    feed_folder: FeedOption,
    json: Json = False,
    unsealed: Unsealed = False,
    explain: Annotated[bool, typer.Option("--explain", help="A closed gate: what a repair would release.")] = False,
) -> None:
    """Decide every request and submission of a folder of feed tables.

    Example: promptbook rights decide --feed contracts/ --json
    """
    connection = _loaded(feed_folder)
    try:
        decided = deciding.decide(connection, unsealed=unsealed)
    except gate.RightsGateClosed as closed:
        _show_closed(closed, json=json)
        if explain:
            _line_out({"would_release": deciding.would_release(connection)}, json=json)
        raise
    for row in decided.to_pylist():
        _line_out({**row, "unsealed": True} if unsealed else row, json=json)


@app.command()
def explain(
    submission: str,
    order: Annotated[str, typer.Option("--order", help="The order that is asked.")],
    feed_folder: Annotated[Path | None, typer.Option("--feed", help="A folder of feed tables, not a night.")] = None,
    night: Annotated[str | None, typer.Option(metavar="NIGHT", help="A date; the latest by default.")] = None,
    as_of: Annotated[str | None, typer.Option(help="The day that is asked; the night by default.")] = None,
    known_at: Annotated[str | None, typer.Option(help="Decide as it was known at this instant, in UTC.")] = None,
    json: Json = False,
) -> None:
    """Draw the path of one decision: contributors, contracts, cells, clauses, consents, reasons and remedies.

    Example: promptbook rights explain sub-ferry-queue --order lab-a-text
    """
    if feed_folder is not None:
        connection = _loaded(feed_folder)
        deciding.decide(connection)
    else:
        opened = _open_night(night, as_of, known_at)
        connection = decided_night(opened, orders_of(opened.landing)[0])
    told = explaining.explain(connection, submission, order)
    if json:
        typer.echo(_line(asdict(told)))
    else:
        Console().print(explaining.drawn(told))


@app.command()
def notices(
    night: Annotated[str | None, typer.Argument(metavar="NIGHT", help="A date; the latest by default.")] = None,
    json: Json = False,
) -> None:
    """Name whom a revocation has to be told to: every delivery that holds what was revoked, and what is asked of them.

    Example: promptbook rights notices 2026-11-22
    """
    opened = _open_night(night, None, None)
    with decided_night(opened, orders_of(opened.landing)[0]) as connection:
        rulebook.run(connection, ("96_notices",))
        found = connection.sql(NOTICES).fetchall()
    for row in found:
        _line_out(dict(zip(NOTICED, row, strict=True)), json=json)
    if not found and not json:
        typer.echo("Nothing that was delivered has been revoked.")


@app.command()
def page(cases: list[Path]) -> None:
    """Print the page "what is licensed, and why not" from files of cases.

    Example: promptbook rights page tests/spec/rights_cases.ndjson > docs/rights.md
    """
    typer.echo(pages.page(c for file in cases for c in acceptance.read_cases(file)), nl=False)


@app.command()
def seal(folder: Path) -> None:
    """Write the tables seal and control_total of a folder, as the contract system would.

    Example: promptbook rights seal contracts/
    """
    seal_folder(folder)


def _loaded(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = rulebook.open_rulebook()
    feed.load_folder(connection, folder)
    return connection


def _open_night(name: str | None, as_of: str | None, known_at: str | None) -> Night:
    settings = Settings()
    landing = Landing(settings.landing)
    try:
        date = dt.date.fromisoformat(name) if name else landing.latest()
        day = dt.date.fromisoformat(as_of) if as_of else None
        instant = dt.datetime.fromisoformat(known_at) if known_at else None
    except ValueError as error:
        raise typer.BadParameter("write a date as 2026-11-22 and an instant as 2026-11-22T02:00:00") from error
    return Night(date, landing, Lake(settings.lake), settings, as_of=day, known_at=instant)


def _show_closed(closed: gate.RightsGateClosed, *, json: bool) -> None:
    """Name every row that closes the gate, one a line."""
    for defect in closed.defects:
        row = {"decision": "stop", "table": defect.table, "key": defect.key, "defect": defect.what}
        _line_out(row, json=json)


def _line_out(row: Mapping[str, object], *, json: bool) -> None:
    words = (", ".join(map(str, v)) if isinstance(v, list) else str(v) for v in row.values() if v not in (None, []))
    typer.echo(_line(row) if json else "  ".join(words))


def _line(row: object) -> str:
    return encoding.dumps(row, default=str, ensure_ascii=False)


def _show(verdicts: list[tuple[acceptance.Case, acceptance.Verdict]]) -> None:
    table = Table("case", "title", "decision", "reasons", "as expected")
    for case, said in verdicts:
        why = ", ".join(said.reasons or said.defects)
        table.add_row(str(case.number), case.title, said.decision, why, "yes" if said.fulfils(case) else "NO")
    console = Console()
    console.print(table)
    wrong = sum(not said.fulfils(case) for case, said in verdicts)
    console.print(f"{len(verdicts)} cases, {wrong} decided otherwise than expected")
