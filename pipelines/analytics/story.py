"""Why a submission is, or is not, in a client's dataset: its path from the landing line to each client's yes or no."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import msgspec
import polars as pl
from rich.markup import escape
from rich.tree import Tree

from pipelines import duck
from pipelines.analytics.views import create_views
from pipelines.contracts import Contracts
from pipelines.errors import InputError, OrderError
from pipelines.lake import Lake
from pipelines.landing import Landing
from pipelines.schemas.order import Order, read_order
from pipelines.settings import Settings

ORDERS = {"order_id": pl.String, "client_id": pl.String, "dataset": pl.String}


class Landed(msgspec.Struct, frozen=True):
    """One revision as it was delivered."""

    revision: int
    row_id: str
    delivered_on: dt.date
    file: str
    line: int
    is_accepted: bool
    held_by: str | None
    rule: str | None


class Verdict(msgspec.Struct, frozen=True):
    """What one stage says of one revision; no rule means that it goes on."""

    revision: int
    stage: str
    night: dt.date
    rule: str | None
    evidence: str | None
    remedy: str | None


class Answer(msgspec.Struct, frozen=True):
    """One client's yes or no."""

    order_id: str
    client_id: str
    dataset: str
    is_in_current: bool
    versions: list[str] | None
    decision: str | None
    reasons: list[str] | None
    contracts: list[str] | None
    use_by: dt.date | None
    clauses: list[str] | None
    rule: str | None
    remedy: str | None


class Paid(msgspec.Struct, frozen=True):
    """One pay entry, or the rule by which nothing is paid."""

    contract_id: str | None
    version: int | None
    comp_id: str | None
    model: str | None
    amount_minor: int | None
    currency: str | None
    rule: str | None
    remedy: str | None


class Story(msgspec.Struct, frozen=True):
    """A submission's whole path."""

    submission_id: str
    landed: list[Landed]
    verdicts: list[Verdict]
    answers: list[Answer]
    pay: list[Paid]


def why(lake: Lake, landing: Landing, submission_id: str, settings: Settings | None = None) -> Story:
    """Tell a submission's path as the lake has it now; InputError where nothing of that name ever landed."""
    settings = settings or Settings()
    feed = Contracts(landing.contracts, settings.contracts_dsn).read("rights_grant", "prohibition", "contract_party")
    with duck.connect(settings) as connection:
        create_views(connection, lake)
        for table, rows in feed.items():
            duck.load(connection, f"feed.{table}", rows)
        orders = [{name: getattr(order, name) for name in ORDERS} for order in _readable(landing)]
        duck.load(connection, "ours.orders", pl.DataFrame(orders, schema=ORDERS))
        duck.set_variables(connection, {"submission_id": submission_id})
        landed = msgspec.convert(_ask(connection, "why/10_rows"), list[Landed])
        if not landed:
            remedy = "Look for its line among the dead letters: promptbook ask unreadable."
            raise InputError(f"submission {submission_id}", "no readable line of that name has landed", remedy)
        verdicts = msgspec.convert(_ask(connection, "why/20_verdicts"), list[Verdict])
        answers = msgspec.convert(_ask(connection, "why/30_orders"), list[Answer])
        return Story(
            submission_id, landed, verdicts, answers, msgspec.convert(_ask(connection, "why/40_pay"), list[Paid])
        )


def _readable(landing: Landing) -> Iterator[Order]:
    for path in landing.orders():
        try:
            yield read_order(path)
        except OrderError:
            continue  # an order that cannot be read has no answer; its own task says so


def _ask(connection: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, object]]:
    cursor = connection.execute((duck.SQL / "ask" / f"{name}.sql").read_text(encoding="utf-8"))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def draw(story: Story) -> Tree:
    """Draw a story for a terminal."""
    tree = Tree(f"[bold]{escape(story.submission_id)}[/bold]")
    for landed in story.landed:
        where = f"{landed.file} line {landed.line}, delivered {landed.delivered_on}"
        branch = tree.add(f"revision {landed.revision}: [cyan]{escape(where)}[/cyan]")
        for verdict in story.verdicts:
            if verdict.revision == landed.revision:
                branch.add(_verdict(verdict))
    clients = tree.add("clients") if story.answers else tree
    for answer in story.answers:
        branch = clients.add(_headline(answer))
        for line in _because(answer):
            branch.add(escape(line))
    pay = tree.add("pay") if story.pay else tree
    for paid in story.pay:
        pay.add(escape(_paid(paid)))
    return tree


def _verdict(verdict: Verdict) -> str:
    if verdict.rule is None:
        return f"{verdict.stage}: [green]goes on[/green] ({verdict.night})"
    because = f"{verdict.evidence or ''} {verdict.remedy or ''}".strip()
    return f"{verdict.stage}: [yellow]held, {escape(verdict.rule)}[/yellow] ({verdict.night}) {escape(because)}"


def _headline(answer: Answer) -> str:
    name = f"{answer.client_id}, order {answer.order_id}"
    if answer.is_in_current and answer.versions:
        return f"{escape(name)}: [green]yes[/green], in {escape(answer.dataset)} {answer.versions[-1]}"
    return f"{escape(name)}: [red]no[/red], {escape(answer.rule or 'not published yet')}"


def _because(answer: Answer) -> Iterator[str]:
    if answer.decision == "allow" and answer.contracts:
        yield f"allowed by {', '.join(answer.contracts)}" + (f", use by {answer.use_by}" if answer.use_by else "")
    if answer.reasons:
        says = "reasons" if (answer.rule or "").startswith("denied:") else "rights would say"
        yield f"{says}: {', '.join(answer.reasons)}"
    if answer.clauses:
        yield f"contracts asked: {'; '.join(answer.clauses)}"
    if not answer.is_in_current and answer.versions:
        yield f"older versions hold it: {', '.join(answer.versions)}"
    if answer.remedy and not answer.is_in_current:
        yield answer.remedy


def _paid(paid: Paid) -> str:
    if paid.rule:
        return f"held, {paid.rule}. {paid.remedy or ''}".strip()
    term = f"term {paid.comp_id} of contract {paid.contract_id} v{paid.version}"
    return f"{paid.amount_minor:,} {paid.currency} (minor units), {paid.model}, {term}"
