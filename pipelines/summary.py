"""What a night did, as tables that fit a terminal or as JSON lines for machines."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from pipelines import flow, receipts
from pipelines.night import Night
from pipelines.receipts import Receipt, by_rule
from pipelines.tables.duplicates import DUPLICATES


def receipts_of(night: Night) -> list[Receipt]:
    """Gather a night's receipts in the order of the stages, publish order by order."""
    found: list[Receipt] = []
    for name in flow.STAGES:
        single = night.receipt(name)
        found += [single] if single else receipts.load_parts(night.lake.root, name, night.date)
    return found


def versions_of(night: Night) -> dict[str, str]:
    """Read which version is CURRENT in every dataset, by `client/dataset`."""
    home = night.lake.root / "clients"
    found = sorted(home.glob("*/*/CURRENT"))
    return {p.parent.relative_to(home).as_posix(): p.read_text(encoding="utf-8").strip() for p in found}


def show(night: Night, *, json: bool = False, versions_before: Mapping[str, str] | None = None) -> None:
    """Print what came, went on and was held back, then each client's dataset, new or as it was before."""
    found = receipts_of(night)
    show_receipts(found, json=json)
    if not json:
        _show_datasets([r for r in found if r.part], versions_before or {})


SQL = "SELECT stage, rule, count(*) AS n FROM held_back GROUP BY ALL ORDER BY n DESC"


def show_next_steps(night: Night) -> None:
    """Print one `promptbook why` line and one line of SQL to paste."""
    held = night.receipt("analytics") and first_held(night)
    told = f"PROMPTBOOK_LANDING={_short(night.landing.root)} PROMPTBOOK_LAKE={_short(night.lake.root)}"
    ours = f"{told} {_short(Path(sys.argv[0]))}"
    console = Console(soft_wrap=True, highlight=False)
    console.print("Why is a row not there, and what else was held back? Paste:\n")
    if held:
        console.print(f"  {ours} why {held}", style="bold")
    console.print(f'  {ours} ask --sql "{SQL}"\n', style="bold")


def first_held(night: Night) -> str | None:
    """Name a submission that dedup or rights holds back, to show what `why` says of it."""
    held = night.read(DUPLICATES, ["submission_id"])
    return held["submission_id"].sort().first() if held.height else None  # type: ignore[return-value]


def _short(path: Path) -> Path:
    """Write a path as a person here would."""
    here, there = Path.cwd(), path.absolute()
    return there.relative_to(here) if there.is_relative_to(here) else there


def show_receipts(found: Sequence[Receipt], *, json: bool = False) -> None:
    """Print receipts as one table, or as one JSON line each."""
    if json:
        sys.stdout.writelines(msgspec.json.encode(r, order="sorted").decode() + "\n" for r in found)
        return
    table = _table(f"Night {found[0].night}" if found else "No receipts", "stage", came=True, went_on=True)
    table.add_column("held back, by rule", overflow="fold")
    for receipt in found:
        name = f"{receipt.stage}\n {receipt.part}" if receipt.part else receipt.stage
        table.add_row(name, f"{receipt.came:,}", f"{receipt.went_on:,}", _held(receipt))
    Console().print(table)


def _table(title: str, first: str, **numbers: bool) -> Table:
    """Lay a table out: a first column of names, then columns of numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1))
    table.add_column(first, no_wrap=True)
    for name in numbers:
        table.add_column(name.replace("_", " "), justify="right", no_wrap=True)
    return table


def _held(receipt: Receipt) -> str:
    said = by_rule({rule.removeprefix("denied:"): n for rule, n in receipt.held_back.items()})
    again = f"judged again: {by_rule(receipt.judged_again)}" if receipt.judged_again else ""
    misfiled = receipt.notes.get("misfiled")
    unread = f"not read, not in <feed>/<YYYY-MM-DD>/: {misfiled}" if misfiled else ""
    return "\n".join(filter(None, [said, again, unread]))


def _show_datasets(found: Sequence[Receipt], before: Mapping[str, str]) -> None:
    table = _table("Datasets, below clients/ in the lake", "path", rows=True, turns=True, bytes=True)
    table.add_column("news", overflow="fold")
    for receipt in found:
        note = receipt.notes
        dataset = f"{note.get('client')}/{note.get('dataset')}"
        path = str(note.get("path", dataset)).removeprefix("clients/")
        sizes = [f"{note[k]:,}" if isinstance(note.get(k), int) else "-" for k in ("rows", "turns", "bytes")]
        table.add_row(path, *sizes, _news(note, before.get(dataset)))
    console = Console(highlight=False)
    console.print(table)
    for receipt in found:
        if receipt.notes.get("left"):
            note = receipt.notes
            console.print(f"Left {note['client']}/{note['dataset']}: {note['left']}")
    console.print()


def _news(note: Mapping[str, str | int], before: str | None) -> str:
    """Say `+3 added, -2 removed` of a version made tonight, and `nothing new` of one that was there."""
    version = note.get("version")
    if version is None or version == before:
        return "nothing new" if version else str(note.get("state", "nothing to publish"))
    counts = [(sign, name, note.get(name)) for sign, name in (("+", "added"), ("~", "changed"), ("-", "removed"))]
    return ", ".join(f"{sign}{n} {name}" for sign, name, n in counts if n) or "new"
