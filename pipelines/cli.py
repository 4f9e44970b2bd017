"""`promptbook …`: the same functions as the DAG, for people and for machines."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipelines import flow, nightly, summary
from pipelines.analytics.commands import app as analytics
from pipelines.dedup.commands import app as dedup
from pipelines.errors import PromptbookError
from pipelines.ingest.reading import submissions
from pipelines.quality.commands import app as quality
from pipelines.rights import seal_folder
from pipelines.rights.commands import app as rights
from pipelines.sample.commands import make_app as sample

app = typer.Typer(
    name="promptbook",
    help="Turn performers' work into rights-cleared training datasets, night by night.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

app.add_typer(analytics)
app.add_typer(rights, name="rights")
app.add_typer(dedup, name="dedup")
app.add_typer(quality, name="quality")
app.add_typer(sample(read=submissions, seal=seal_folder), name="sample")

NightArg = Annotated[
    str | None, typer.Argument(metavar="NIGHT", help="A date, e.g. 2026-11-22; the latest delivery's by default.")
]
AsOf = Annotated[str | None, typer.Option(help="The day on which rights are asked; the night by default.")]
Orders = Annotated[list[str] | None, typer.Option("--order", help="Only this order; may be repeated.")]
Force = Annotated[bool, typer.Option("--force", help="Run stages again that hold a receipt; never opens a gate.")]
Home = Annotated[Path, typer.Option(help="Where Airflow keeps its database and logs.")]
Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]


@app.command()
def build(
    night: NightArg = None, as_of: AsOf = None, order: Orders = None, force: Force = False, json: Json = False
) -> None:
    """Run every stage of a night and print what came, what went on and what was held back.

    Example: promptbook build 2026-11-22
    """
    opened = flow.open_night(_day(night), as_of=_day(as_of), orders=tuple(order or ()), progress=_say(json))
    versions = summary.versions_of(opened)
    try:
        flow.build(opened, force=force)
    finally:
        summary.show(opened, json=json, versions_before=versions)


@app.command()
def stage(name: str, night: NightArg = None, force: Force = False, json: Json = False) -> None:
    """Run one stage of a night: ingest, dedup, quality, rights, publish, settle or analytics.

    Example: promptbook stage dedup 2026-11-22
    """
    opened = flow.open_night(_day(night), progress=_say(json))
    if name == "publish":
        done = [flow.publish(opened, order, force=force) for order in flow.orders(opened)]
    else:
        done = [flow.run_stage(name, opened, force=force)]
    summary.show_receipts(done, json=json)


@app.command()
def airflow(
    night: NightArg = None, order: Orders = None, force: Force = False, home: Home = Path(".promptbook/airflow")
) -> None:
    """Run a night's DAG in Airflow (SQLite, no server), quietly, and end with what came of it.

    Example: promptbook airflow 2026-11-22
    """
    opened = flow.open_night(_day(night))
    versions = summary.versions_of(opened)
    try:
        nightly.run_in_airflow(opened.name, home, force=force, orders=tuple(order or ()))
    finally:
        summary.show(opened, versions_before=versions)
    summary.show_next_steps(opened)


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no date; write it as 2026-11-22") from error


def _say(json: bool) -> Callable[[str], None]:
    return (lambda _: None) if json else (lambda what: typer.secho(f"  {what}", err=True, dim=True))


def main() -> None:
    """Run the command line: an error of ours is one line on stderr and its own exit code."""
    try:
        app()
    except PromptbookError as error:
        typer.secho(str(error), err=True, fg="red")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
