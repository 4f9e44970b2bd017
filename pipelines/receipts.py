"""Receipts: came = went_on + held_back, or the receipt cannot be made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec

from pipelines.errors import ReceiptError
from pipelines.lake import write_durably


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a stage (or one order of publish) did with the rows that came to it in a night."""

    stage: str
    night: date
    came: int
    went_on: int
    held_back: dict[str, int]
    part: str | None = None
    """The order, for publish, which is mapped per order."""
    judged_again: dict[str, int] = {}
    """Rows of earlier nights whose verdict changed tonight, by the new rule: no part of `came`."""
    notes: dict[str, str | int] = {}
    inputs: dict[str, str] = {}
    """Digest of everything the stage read: the same inputs need no second run."""

    def __post_init__(self) -> None:
        held = sum(self.held_back.values())
        if self.came != self.went_on + held:
            rule = f"came {self.came:,} is not went on {self.went_on:,} + held back {held:,}"
            raise ReceiptError(
                f"receipt of {self.stage}, night {self.night}", rule, "Find the rows that were lost or made."
            )


def path_of(home: Path, stage: str, night: date, part: str | None = None) -> Path:
    """Where a receipt lies below the lake."""
    folder = home / "receipts" / night.isoformat()
    return folder / stage / f"{part}.json" if part else folder / f"{stage}.json"


def save(home: Path, receipt: Receipt) -> None:
    """Keep a receipt; it says that the stage is done for these inputs."""
    data = msgspec.json.format(msgspec.json.encode(receipt, order="sorted"), indent=1)
    write_durably(path_of(home, receipt.stage, receipt.night, receipt.part), data)


def load(home: Path, stage: str, night: date, part: str | None = None) -> Receipt | None:
    """Read a receipt back; None where the stage has not run."""
    try:
        return msgspec.json.decode(path_of(home, stage, night, part).read_bytes(), type=Receipt)
    except FileNotFoundError:
        return None


def load_parts(home: Path, stage: str, night: date) -> list[Receipt]:
    """Read the receipts of a mapped stage, in the order of their parts' names."""
    folder = path_of(home, stage, night).with_suffix("")
    return [msgspec.json.decode(p.read_bytes(), type=Receipt) for p in sorted(folder.glob("*.json"))]


def by_rule(rules: Mapping[str, int]) -> str:
    """Say what was held back in one line, most first: `near_copy=12, superseded=3`."""
    return ", ".join(f"{rule}={n:,}" for rule, n in sorted(rules.items(), key=lambda r: (-r[1], r[0])))
