"""`promptbook rights …`: check cases, decide a folder of feed tables, seal it."""

from __future__ import annotations

import json as encoding
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.table import Table

from pipelines.rights import cases as acceptance
from pipelines.rights import decide as deciding
from pipelines.rights import feed, rulebook, seal_folder

app = typer.Typer(
    help="Ask who may do what with whose work, and why not.", no_args_is_help=True, pretty_exceptions_enable=False
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
Unsealed = Annotated[bool, typer.Option("--unsealed", help="Let absent seals and totals pass; every line is marked.")]


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
    feed_folder: Annotated[Path, typer.Option("--feed", help="The folder with one file a table.")],
    json: Json = False,
    unsealed: Unsealed = False,
) -> None:
    """Decide every request and submission of a folder of feed tables.

    Example: promptbook rights decide --feed contracts/ --json
    """
    connection = _loaded(feed_folder)
    for row in deciding.decide(connection, unsealed=unsealed).to_pylist():
        marked = {**row, "unsealed": True} if unsealed else row
        typer.echo(
            _line(marked)
            if json
            else f"{row['request_id']}  {row['submission_id']}  {row['decision']}  {', '.join(row['reasons'])}"
        )


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
