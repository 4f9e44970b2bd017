"""The six real sets through one night: `make real DATA=…` prints what became of every set, and what it cost.

DATA is a folder with topical_chat, crd3, gerdracor, crema_d, fsdd and moby_shakespeare, each with submissions.ndjson.
The rows carry no claims and no contracts, so those are made by `promptbook sample contracts`.
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import polars as pl
from pydantic import SecretStr
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from pipelines import flow, summary
from pipelines.logs import LOGS
from pipelines.night import Night
from pipelines.receipts import by_rule
from pipelines.settings import Settings
from pipelines.tables.dead_letters import DEAD_LETTERS
from pipelines.tables.decisions import DECISIONS
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.quarantine import QUARANTINE
from pipelines.tables.set_aside import SET_ASIDE
from pipelines.tables.submissions import SUBMISSIONS
from pipelines.tables.withheld import WITHHELD

SETS = ("topical_chat", "crd3", "gerdracor", "crema_d", "fsdd", "moby_shakespeare")
NIGHT = dt.date(2026, 11, 21)
FEEDS = Path(__file__).resolve().parents[1] / "feeds"
ORDERS = {
    "real-text": ("text_finetune", ["text"], ["US", "EU"]),
    "real-audio": ("asr_train", ["audio"], ["US"]),
}


def main(data: Path) -> None:
    """Build the night in a folder of its own and print the report."""
    root = Path(tempfile.mkdtemp(prefix="promptbook-real-"))
    try:
        night = prepare(data, root)
        costs = build(night)
        summary.show(night)
        report(night)
        show_costs(costs)
        check(night)
    finally:
        shutil.rmtree(root)


def prepare(data: Path, root: Path) -> Night:
    """Lay the sets out as six feeds of one delivery date, and have contracts made for them."""
    landing = root / "landing"
    for name in SETS:
        folder = landing / "submissions" / name / NIGHT.isoformat()
        folder.mkdir(parents=True)
        shutil.copy(data / name / "submissions.ndjson", folder)
    shutil.copytree(data / "fsdd" / "audio", landing / "takes" / "fsdd")
    shutil.copytree(FEEDS, landing / "feeds")
    (landing / "orders").mkdir()
    made = [sys.executable, "-m", "pipelines.cli", "sample", "contracts", "--for", str(landing), "--seed", "7"]
    subprocess.run(made, check=True)
    clients = pl.read_ndjson(landing / "contracts" / "client.ndjson")["client_id"].sort().to_list()
    for name, (purpose, modalities, territories) in ORDERS.items():
        text = f"order_id: {name}\nclient_id: {clients[0]}\ndataset: {name}\npurpose: {purpose}\nonward: none\n"
        text += f"modalities: {modalities}\nterritories: {territories}\nmin_remaining_days: 0\n"
        (landing / "orders" / f"{name}.yaml").write_text(text)
    settings = Settings(landing=landing, lake=root / "lake", pseudonym_key=SecretStr("the real sets' key, no secret"))
    return flow.open_night(NIGHT, settings=settings)


def build(night: Night) -> list[tuple[str, float, float]]:
    """Run the stages one by one; returns (stage, CPU seconds of the process and its children, peak memory in MB)."""
    costs = []
    steps = [(name, partial(flow.run_stage, name, night)) for name in flow.BEFORE_PUBLISH]
    steps += [(f"publish {o}", partial(flow.publish, night, o)) for o in flow.orders(night)]
    steps += [(name, partial(flow.run_stage, name, night)) for name in ("settle", "analytics")]
    for name, run in steps:
        before = time.process_time()
        run()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        costs.append((name, time.process_time() - before, peak))
    return costs


def report(night: Night) -> None:
    """Print a table a set: what came, what was held by which rule, what each order got."""
    feeds = night.lake.read(SUBMISSIONS, night.lake.manifests(SUBMISSIONS), ["row_id", "feed"])
    table = Table(title="What became of each set", box=SIMPLE_HEAD, title_justify="left")
    for column in ("set", "came", "held before rights, by rule", *ORDERS):
        table.add_column(column, overflow="fold", justify="right" if column == "came" else "left")
    for name in SETS:
        rows = feeds.filter(feed=name)
        letters = night.lake.read(DEAD_LETTERS, night.lake.manifests(DEAD_LETTERS), ["feed"]).filter(feed=name)
        held = {"dead letters": letters.height} if letters.height else {}
        for source in (SET_ASIDE, DUPLICATES, QUARANTINE):
            one = night.read(source, ["row_id", "rule"]).unique("row_id", keep="first", maintain_order=True)
            held |= counts(one.join(rows, on="row_id", how="semi"))
        orders = [_order(night, order, rows) for order in ORDERS]
        table.add_row(name, f"{rows.height + letters.height:,}", by_rule(held), *orders)
    Console(width=140).print(table)


def counts(held: pl.DataFrame) -> dict[str, int]:
    """Count rows by rule."""
    return dict(held.group_by("rule").len().sort("rule").iter_rows())


def _order(night: Night, order: str, rows: pl.DataFrame) -> str:
    decided = night.read(DECISIONS).filter(order_id=order).join(rows, on="row_id", how="semi")
    partition = night.lake.manifest(WITHHELD, f"{night.name}+{order}")
    withheld = night.lake.read(WITHHELD, [partition] if partition else []).join(rows, on="row_id", how="semi")
    denied = decided.filter(decision="deny")["reasons"].list.first().alias("rule").to_frame()
    allowed = decided.filter(decision="allow").height
    shipped = decided.height - withheld.height
    said = f"published {shipped:,}, allowed {allowed:,}, denied {denied.height:,}"
    rules = counts(withheld.select("row_id", pl.col("rule").str.strip_prefix("denied:")))
    return f"{said}; {by_rule(rules)}" if rules else said


def show_costs(costs: list[tuple[str, float, float]]) -> None:
    """Print CPU seconds and peak memory of each stage."""
    table = Table(title="What it cost", box=SIMPLE_HEAD, title_justify="left")
    for column in ("stage", "CPU seconds", "peak MB so far"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    for name, seconds, peak in costs:
        table.add_row(name, f"{seconds:.1f}", f"{peak:,.0f}")
    table.add_row("all", f"{sum(s for _, s, _ in costs):.1f}", f"{max(p for _, _, p in costs):,.0f}")
    Console().print(table)


def check(night: Night) -> None:
    """Hold the night against what must be true of it: every row accounted for, takes never merged by their texts."""
    receipts = {r.stage: r for r in summary.receipts_of(night) if r.part is None}
    assert receipts["dedup"].came == receipts["ingest"].went_on
    assert receipts["quality"].came == receipts["dedup"].went_on
    accepted = night.going_on(LOGS)
    assert receipts["rights"].came == accepted.height * len(ORDERS)
    feeds = night.lake.read(SUBMISSIONS, night.lake.manifests(SUBMISSIONS), ["row_id", "feed"]).filter(feed="crema_d")
    merged = night.read(DUPLICATES, ["row_id"]).join(feeds, on="row_id", how="semi").height
    assert merged < 100, f"{merged} takes of crema_d were held as copies: they share twelve texts, not their sound"
    Console().print("came = went on + held back at every stage; takes of crema_d were not merged by their texts")


if __name__ == "__main__":
    main(Path(os.environ["PROMPTBOOK_REAL_DATA"]))
