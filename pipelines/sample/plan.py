"""Which scene is delivered when, by whom, in which form, and what must become of it: troupe/plan.yaml."""

from __future__ import annotations

import datetime as dt

import msgspec
import yaml

from pipelines.sample.scenes import resource

NIGHTS = {1: dt.date(2026, 11, 21), 2: dt.date(2026, 11, 22)}
"""The sample's two nights; the second brings a withdrawal and a late original."""


class Fate(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """Where a row's way ends: held by a stage, or asked for by every order."""

    stage: str
    """The stage that holds the row, or `publish` where it comes as far as the orders."""
    rule: str | None = None
    matched: str | None = None
    """The submission that it is a copy of."""
    orders: dict[str, str | list[str]] | None = None
    """Per order `ships`, a rule such as `not_selected` or `take_missing`, or the reasons of a deny, sorted."""


class Delivered(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One row of a delivered file."""

    submission: str
    night: int
    file: str
    """Feed and file name, e.g. `troupe/scenes.ndjson.gz`."""
    scene: str
    cast: dict[str, list[str]]
    """Performer → the characters played."""
    submitted_at: dt.datetime
    performed_on: dt.date
    session: str
    campaign: str
    fates: dict[int, Fate]
    """By night; a night that is not named has the fate of the night before."""
    revision: int = 1
    kind: str = "commissioned"
    voice: bool = False
    """Whether the performers' voices are in it (footprint text and audio) or their words alone."""
    take: str | None = None
    """The recording's file; `missing:` before it declares one that was never delivered."""
    changes: dict[str, str] = {}
    """Words replaced throughout: a revision, or a copy with light edits."""
    first_turns: int | None = None
    """Only so many turns: a scene that was broken off."""


class BadLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One line that cannot be read, as it lies in the file."""

    file: str
    night: int
    text: str
    fate: Fate


class Plan(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Everything that the two nights deliver."""

    rows: list[Delivered]
    bad_lines: list[BadLine]


def plan() -> Plan:
    """Read the plan of the sample's two nights."""
    return msgspec.convert(yaml.safe_load(resource("plan.yaml")), Plan)


def fate_on(row: Delivered, night: int) -> Fate:
    """Say what a row's fate is in the state after a night."""
    return row.fates[max(n for n in row.fates if n <= night)]
