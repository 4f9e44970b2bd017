"""`promptbook quality …`: the quarantine desk and the gate, for people."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec
import polars as pl
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from pipelines import quality
from pipelines.errors import InputError
from pipelines.lake import Lake
from pipelines.landing import Landing
from pipelines.night import Night
from pipelines.quality import desk
from pipelines.quality.desk import Action
from pipelines.quality.mechanical import page
from pipelines.quality.report import write_report
from pipelines.settings import Settings
from pipelines.tables.findings import FINDINGS
from pipelines.tables.measures import FLAGS, MEASURES

app = typer.Typer(name="quality", help="What quality holds back, why, and what people decide about it.")

NightOption = Annotated[str | None, typer.Option("--night", metavar="NIGHT", help="A date; the latest by default.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON line a row, for machines.")]
By = Annotated[str, typer.Option(help="Who decides.")]
Because = Annotated[str, typer.Option(help="Why, for the performer and for whoever comes after.")]


@app.command()
def held(night: NightOption = None, rule: str | None = None, json: Json = False) -> None:
    """List the rows that lie on the desk, each with the first rule that it breaks.

    Example: promptbook quality held --rule turns_near_brief
    """
    opened = _open(night)
    first = _desk(opened).unique("row_id", keep="first", maintain_order=True)
    rows = first if rule is None else first.filter(rule=rule)
    shown = ["submission_id", "revision", "night", "status", "rule", "evidence"]
    _print(rows.select(*shown, "remedy") if json else rows.select(shown), json=json)


@app.command()
def show(submission: str, night: NightOption = None, json: Json = False) -> None:
    """Show everything that holds one submission: rules, evidence, the turns themselves, what was decided.

    Example: promptbook quality show sub-ferry-queue
    """
    opened = _open(night)
    lines = desk.lines_of(_desk(opened), submission)
    if json:
        _print(lines.drop("row_id"), json=True)
        return
    console = Console()
    console.print(f"[bold]{escape(submission)}[/] revision {lines['revision'][0]}, held in night {lines['night'][0]}")
    for line in lines.iter_rows(named=True):
        console.print(f"\n[bold]{line['rule']}[/]  {escape(line['evidence'])}\n  {line['why']}\n  → {line['remedy']}")
    _print(_turns(opened, lines), json=False)
    _print(_flags(opened, lines), json=False)
    if lines["status"][0] != "held":
        console.print(f"{lines['status'][0]} by {lines['by'][0]}: {lines['because'][0]}", markup=False)


@app.command()
def flagged(night: NightOption = None, json: Json = False) -> None:
    """List the night's scenes that carry a flag for people (slurs, threats, addresses), most turns first; none is held.

    Example: promptbook quality flagged --json
    """
    measured = _open(night).read(MEASURES, ["submission_id", "revision", "campaign", "language_code", *FLAGS])
    rows = measured.with_columns(flagged=pl.sum_horizontal(FLAGS)).filter(pl.col("flagged") > 0)
    _print(rows.sort("flagged", "submission_id", descending=[True, False]).drop("flagged"), json=json)


@app.command()
def release(submission: str, by: By, because: Because, night: NightOption = None) -> None:
    """Let a held submission go on, from the next night; the rules that it breaks today are forgiven, no others.

    Example: promptbook quality release sub-ferry-queue --by nora --because "The short scene is what was asked."
    """
    _decide("release", submission, by, because, night)


@app.command()
def reject(submission: str, by: By, because: Because, night: NightOption = None) -> None:
    """Keep a submission held for good, whatever rules change; only an appeal reopens it.

    Example: promptbook quality reject sub-ferry-queue --by nora --because "The end is missing."
    """
    _decide("reject", submission, by, because, night)


@app.command()
def appeal(submission: str, by: By, because: Because, night: NightOption = None) -> None:
    """Reopen a held or rejected submission at its performer's word; the desk decides again.

    Example: promptbook quality appeal sub-ferry-queue --by prf-theo --because "The silence is the ending."
    """
    _decide("appeal", submission, by, because, night)


@app.command()
def report(night: NightOption = None) -> None:
    """Write the night's page again, one HTML file that needs nothing else, and say where it lies.

    Example: promptbook quality report
    """
    typer.echo(write_report(_open(night)))


@app.command()
def gate(night: NightOption = None, json: Json = False) -> None:
    """Show what the night broke as a whole, and whether its gate is closed.

    Example: promptbook quality gate
    """
    opened = _open(night)
    status = pl.when(pl.col("severity") != "critical").then(pl.lit("reported")).otherwise(pl.lit("closed"))
    found = opened.read(FINDINGS).join(desk.openings(opened).select("rule", "by"), on="rule", how="left")
    found = found.with_columns(gate=pl.when(pl.col("by").is_not_null()).then(pl.lit("opened")).otherwise(status))
    _print(found.select("gate", "suite", "rule", "count", "value", "remedy"), json=json)


@app.command()
def mechanical() -> None:
    """Print the expectations that follow from the table contracts, as expectations/mechanical.json holds them.

    Example: promptbook quality mechanical > expectations/mechanical.json
    """
    typer.echo(page(), nl=False)


@app.command("open")
def open_(rule: str, by: By, because: Because, night: NightOption = None) -> None:
    """Open the gate that one rule closed for one night, on record.

    Example: promptbook quality open volume_as_before --by nora --because "The festival campaign began."
    """
    opened = _open(night)
    if opened.read(FINDINGS).filter(rule=rule, severity="critical").is_empty():
        remedy = "See `promptbook quality gate`."
        raise InputError(f"rule {rule}", f"it does not close the gate of {opened.name}", remedy)
    record = desk.open_gate(opened, rule, by=by, because=because, at=dt.datetime.now(dt.UTC))
    typer.echo(f"{rule} is open for night {opened.name} (record {record}); run the night again to publish")


def _decide(action: Action, submission: str, by: str, because: str, night: str | None) -> None:
    opened = _open(night)
    lines = desk.lines_of(_desk(opened), submission)
    record = desk.decide(opened.lake, opened.date, lines, action, by=by, because=because, at=dt.datetime.now(dt.UTC))
    then = {"release": "it goes on in the next night", "reject": "it stays held", "appeal": "it is open again"}
    typer.echo(f"{submission}: {then[action]} (record {record})")


def _open(night: str | None) -> Night:
    """Open a night that was built; the latest by default."""
    settings = Settings()
    lake = Lake(settings.lake)
    built = lake.partitions(MEASURES)
    name = night or (built[-1] if built else "none")
    if name not in built:
        raise InputError(f"night {name}", "quality has not judged it", "Run `promptbook build NIGHT` first.")
    return Night(dt.date.fromisoformat(name), Landing(settings.landing), lake, settings)


def _desk(night: Night) -> pl.DataFrame:
    """The desk with what was decided so far, appeals first."""
    lines = desk.on_the_desk(night, quality.LOG, quality.UPSTREAM)
    decided = desk.decisions(night, upto=True).drop("released")
    joined = lines.join(decided, on="row_id", how="left").with_columns(pl.col("status").fill_null("held"))
    return joined.sort(pl.col("status") != "appeal", "submission_id", "revision", "rank")


def _flags(night: Night, lines: pl.DataFrame) -> pl.DataFrame:
    """How many turns of a held row carry each flag, as measured in the night that holds it."""
    manifest = night.lake.manifest(MEASURES, lines["night"][0])
    measured = night.lake.read(MEASURES, [manifest] if manifest else [], ["row_id", *FLAGS])
    return measured.join(lines.select("row_id").unique(), on="row_id", how="semi").select(FLAGS)


def _turns(night: Night, lines: pl.DataFrame) -> pl.DataFrame:
    """The turns that broke a rule, as delivered."""
    places = lines["places"].str.split(",").explode().cast(pl.Int32, strict=False).drop_nulls().unique()
    rows = night.rows(lines.select("row_id").unique(), ["turns"])
    turns = rows.explode("turns").unnest("turns").filter(pl.col("turn").is_in(places.implode()))
    return turns.select("turn", pl.col("speakers").list.join(" & "), "text", pl.col("stage").list.join(" "))


def _print(rows: pl.DataFrame, *, json: bool) -> None:
    if json:
        for line in rows.iter_rows(named=True):
            typer.echo(msgspec.json.encode(line, order="deterministic").decode())
        return
    grid = Grid(box=None, header_style="bold")
    for name in rows.columns:
        grid.add_column(name, overflow="fold", no_wrap=name in {"rule", "night", "status"})
    for row in rows.iter_rows():
        grid.add_row(*("" if v is None else escape(str(v)) for v in row))
    Console().print(grid if rows.height else "nothing")
