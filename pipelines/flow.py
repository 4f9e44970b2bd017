"""The order of the stages, stated once; the DAG and the command line both run them from here.

ingest → dedup → quality → rights → publish (once per order) → settle → analytics → verdict
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any

import msgspec

from pipelines import receipts
from pipelines.errors import InputError, PromptbookError, RedNight
from pipelines.lake import Lake
from pipelines.landing import Landing
from pipelines.night import Night
from pipelines.receipts import Receipt
from pipelines.settings import Settings

BEFORE_PUBLISH = ("ingest", "dedup", "quality", "rights")
STAGES = (*BEFORE_PUBLISH, "publish", "settle", "analytics")
NEEDS = {"dedup": "ingest", "quality": "dedup", "rights": "quality", "publish": "rights", "settle": "rights"}
"""Which receipt of the same night a stage cannot do without."""

MAY_NOT_CHANGE = ("contracts", "orders", "as_of", "deliveries of other nights")
"""What rights decided on and publish has to find as it was."""


@dataclass
class Built:
    """What a build did: the receipts in the order of the stages, and which orders failed with what."""

    receipts: list[Receipt] = field(default_factory=list)
    failed: dict[str, PromptbookError] = field(default_factory=dict)


def open_night(
    date: dt.date | None = None,
    *,
    as_of: dt.date | None = None,
    orders: tuple[str, ...] = (),
    settings: Settings | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Night:
    """Open a night over the landing and lake that the environment names; without a date, the latest delivery's."""
    settings = settings or Settings()
    landing = Landing(settings.landing)
    date = date or landing.latest()
    if as_of and as_of < date:
        rule = f"a night's rights are never asked as of an earlier day ({as_of}): what was restricted since would ship"
        raise InputError(f"night {date}", rule, "Leave --as-of out; promptbook rights decide answers about the past.")
    return Night(
        date=date,
        landing=landing,
        lake=Lake(settings.lake),
        settings=settings,
        as_of=as_of,
        orders=orders,
        progress=progress,
    )


def build(night: Night, *, force: bool = False) -> Built:
    """Run all stages of a night; one failed order is a red night with the others published.

    Raises the error of a stage before publish as it is, and RedNight after everything else where an order failed.
    """
    built = Built([run_stage(name, night, force=force) for name in BEFORE_PUBLISH])
    for order in orders(night):
        try:
            built.receipts.append(publish(night, order, force=force))
        except PromptbookError as error:
            built.failed[order] = error
    built.receipts += [run_stage(name, night, force=force) for name in ("settle", "analytics")]
    if built.failed:
        what = "; ".join(f"{order} ({error})" for order, error in built.failed.items())
        remedy = f"Repair them and build again; {len(orders(night)) - len(built.failed)} other orders are done."
        raise RedNight(f"night {night.name}", f"these orders failed: {what}", remedy)
    return built


def run_stage(name: str, night: Night, *, force: bool = False) -> Receipt:
    """Run one stage unless its receipt says that it is done for the same inputs."""
    module = _stage(name)
    _check_needs(name, night)

    inputs = module.inputs(night)

    def run() -> Receipt:
        flagged = check_contracts(night) if name == "rights" else {}
        receipt: Receipt = module.run(night)
        if name == "rights":
            _check_unchanged(night, inputs)
        return msgspec.structs.replace(receipt, notes=receipt.notes | flagged)

    receipt = _run_once(night, name, None, inputs, run, force=force)
    if name == "analytics":
        import_module("pipelines.quality.report").write_report(night)
    return receipt


def check_contracts(night: Night) -> dict[str, int]:
    """Have quality judge the contract feed as it was handed over, before rights are decided; else GateClosed.

    Returns the rules that only warn, with the rows that break them, for the receipt.
    """
    there = night.contracts.there()
    found = _stage("quality").check_contracts(night.contracts.read(*there))
    return {f"contracts: {f.rule}": f.count for f in found}


def orders(night: Night) -> list[str]:
    """Name the orders that publish is mapped over; none at all, or one that is not there, is an error."""
    found: list[str] = _stage("publish").orders(night)
    return found


def publish(night: Night, order: str, *, force: bool = False) -> Receipt:
    """Publish one order; quality checks the staged version before it becomes CURRENT."""
    module = _stage("publish")
    _check_needs("publish", night)
    decided = night.receipt("rights")
    assert decided is not None  # noqa: S101  (it is what publish needs)
    _check_unchanged(night, decided.inputs)
    quality = _stage("quality")

    def check(*staged: Any) -> object:
        found = quality.check_published(*staged)
        _check_unchanged(night, decided.inputs)  # again, now that the next thing is CURRENT
        return found

    def run() -> Receipt:
        quality.check_gate(night)
        receipt: Receipt = module.run(night, order, check=check, holds=quality.held_for)
        return receipt

    inputs = module.inputs(night, order) | quality.digest_of_overlay(order)
    return _run_once(night, "publish", order, inputs, run, force=force)


def verdict(night: Night) -> None:
    """Tell whether the night is done: every stage and every order holds a receipt; RedNight names what does not."""
    lacking = [s for s in (*BEFORE_PUBLISH, "settle", "analytics") if night.receipt(s) is None]
    lacking += [f"publish {o}" for o in orders(night) if night.receipt("publish", o) is None]
    if lacking:
        rule = f"these have no receipt: {', '.join(lacking)}"
        raise RedNight(f"night {night.name}", rule, "Read their logs, repair, and run the night again.")


def _run_once(
    night: Night,
    name: str,
    part: str | None,
    inputs: dict[str, str],
    run: Callable[[], Receipt],
    *,
    force: bool,
) -> Receipt:
    """Skip what a receipt says is done; a stage that fails leaves no receipt behind."""
    done = night.receipt(name, part)
    if done is not None and done.inputs == inputs and not force:
        return done
    path = receipts.path_of(night.lake.root, name, night.date, part)
    path.unlink(missing_ok=True)
    night.progress(f"{name} {part or ''}".strip())
    try:
        receipt = msgspec.structs.replace(run(), inputs=inputs)
    except PromptbookError:
        path.unlink(missing_ok=True)
        raise
    receipts.save(night.lake.root, receipt)
    return receipt


def _check_needs(name: str, night: Night) -> None:
    needed = NEEDS.get(name)
    if needed is not None and night.receipt(needed) is None:
        rule = f"{needed} has not run, or failed"
        raise InputError(f"stage {name}, night {night.name}", rule, f"Run: promptbook stage {needed} {night.name}.")


def _check_unchanged(night: Night, decided: Mapping[str, str]) -> None:
    """Refuse to publish what was decided on other contracts or orders: a restriction may have come since.

    So may have a delivery of another night, which leaves none where a grant allows so many and no more.
    """
    now = _stage("rights").inputs(night)
    changed = [k for k in MAY_NOT_CHANGE if decided.get(k) != now[k]]
    if changed:
        rule = f"{', '.join(changed)} changed since rights were decided"
        raise InputError(f"night {night.name}", rule, f"Run: promptbook stage rights {night.name}.")


def _stage(name: str) -> ModuleType:
    """Import a stage when it is needed: some of them take seconds."""
    if name not in STAGES:
        raise InputError(f"stage {name}", f"there are the stages {', '.join(STAGES)}", "Name one of them.")
    return import_module(f"pipelines.{name}")
