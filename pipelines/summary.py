"""What a night did, as tables that fit a terminal or as JSON lines for machines."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from pipelines import flow, receipts
from pipelines.night import Night
from pipelines.receipts import Receipt, by_rule


def receipts_of(night: Night) -> list[Receipt]:
    """Gather a night's receipts in the order of the stages, publish order by order."""
    found: list[Receipt] = []
    for name in flow.STAGES:
        single = night.receipt(name)
        found += [single] if single else receipts.load_parts(night.lake.root, name, night.date)
    return found


def show(night: Night, *, json: bool = False) -> None:
    """Print what came, went on and was held back, then each client's dataset."""
    found = receipts_of(night)
    show_receipts(found, json=json)
    if not json:
        _show_datasets([r for r in found if r.part])


def show_receipts(found: Sequence[Receipt], *, json: bool = False) -> None:
    """Print receipts as one table, or as one JSON line each."""
    if json:
        sys.stdout.writelines(msgspec.json.encode(r, order="sorted").decode() + "\n" for r in found)
        return
    table = Table(title=f"Night {found[0].night}" if found else "No receipts", title_justify="left", expand=False)
    table.add_column("stage", no_wrap=True)
    table.add_column("came", justify="right")
    table.add_column("went on", justify="right")
    table.add_column("held back, by rule", overflow="fold")
    for receipt in found:
        name = f"{receipt.stage} {receipt.part}" if receipt.part else receipt.stage
        table.add_row(name, f"{receipt.came:,}", f"{receipt.went_on:,}", _held(receipt))
    Console().print(table)


def _held(receipt: Receipt) -> str:
    again = f"judged again: {by_rule(receipt.judged_again)}" if receipt.judged_again else ""
    return "\n".join(filter(None, [by_rule(receipt.held_back), again]))


def _show_datasets(found: Sequence[Receipt]) -> None:
    table = Table(title="Datasets", title_justify="left")
    for name, right in (("client", False), ("dataset", False), ("version", False), ("rows", True), ("bytes", True)):
        table.add_column(name, justify="right" if right else "left")
    table.add_column("path", overflow="fold")
    for receipt in found:
        note = receipt.notes
        version = f"{note.get('version', '-')} {note.get('state', '')}".strip()
        sizes = [f"{note[k]:,}" if isinstance(note.get(k), int) else "-" for k in ("rows", "bytes")]
        table.add_row(str(note.get("client")), str(note.get("dataset")), version, *sizes, str(note.get("path", "-")))
    Console().print(table)
