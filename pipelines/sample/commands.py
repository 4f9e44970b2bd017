"""`promptbook sample …`: the troupe's two nights, and landings and contracts of any size, with their truth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from pipelines.errors import InputError
from pipelines.landing import Landing
from pipelines.sample.contracting import write_contracts
from pipelines.sample.generated import write_scenes
from pipelines.sample.landing import write_sample
from pipelines.sample.works import Reader

Seal = Callable[[Path], None]
"""Writes the tables `seal` and `control_total` into a folder of the contract feed, as the contract system would."""

Out = Annotated[Path, typer.Option(help="The landing folder to write; made where it is absent.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same bytes.")]


def make_app(read: Reader | None = None, seal: Seal | None = None) -> typer.Typer:
    """Make the command group; `read` reads every feed (without it, submission/v1 alone), `seal` seals the contracts."""
    app = typer.Typer(help="Make input whose fate is known: a small written troupe, or as much as you like.")

    @app.command()
    def troupe(out: Out, night: Annotated[int, typer.Option(min=1, max=2, help="1, or 2 for both.")] = 2) -> None:
        """Write the troupe's landing folder: twelve scenes, their contracts and orders, and fates.json.

        Example: promptbook sample troupe --out landing --night 1
        """
        _refuse_other_peoples(out, ours="fates.json")
        write_sample(out, night)
        _seal(out, seal)
        Console(stderr=True).print(f"The troupe's night {night} lies in {out}; what must become of it in fates.json.")

    @app.command()
    def landing(
        out: Out,
        scenes: Annotated[int, typer.Option(min=1, help="How many scenes; a million is about 1 GB.")] = 2000,
        seed: Seed = 1,
        nights: Annotated[int, typer.Option(min=1, help="Over how many nights they are delivered.")] = 1,
    ) -> None:
        """Write generated scenes with planted copies, revisions, bad lines and bad work, and fates.parquet.

        Example: promptbook sample landing --scenes 2000 --seed 1 --out landing
        """
        _refuse_other_peoples(out, ours="fates.parquet")
        with _bar() as bar:
            task = bar.add_task("scenes", total=scenes)
            write_scenes(out, scenes, seed, nights=nights, progress=lambda done: bar.update(task, completed=done))

    @app.command()
    def contracts(
        for_: Annotated[Path, typer.Option("--for", help="A landing folder that holds submissions.")],
        seed: Seed = 1,
    ) -> None:
        """Write every contract table for a folder's performers and submissions: 70 % granted, the rest one denial each.

        Orders are written where there is no folder of them; contract_fates.ndjson says what rights must decide.

        Example: promptbook sample contracts --for landing --seed 1
        """
        if (for_ / "contracts").exists() and not (for_ / "contract_fates.ndjson").exists():
            rule = "it has contracts that this command did not write"
            raise InputError(f"landing folder {for_}", rule, "Name another folder, or move contracts/ away.")
        with _bar() as bar:
            tasks = {what: bar.add_task(what, total=None) for what in ("counting", "contracting")}
            counts = write_contracts(
                Landing(for_), seed, read=read, progress=lambda what, done: bar.update(tasks[what], completed=done)
            )
        _seal(for_, seal)
        table = Table("order and decision", "submissions")
        for what, count in sorted(counts.items()):
            table.add_row(what, f"{count:,}")
        Console().print(table)

    return app


def _seal(home: Path, seal: Seal | None) -> None:
    if seal is not None:
        seal(home / "contracts")


def _bar() -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))


def _refuse_other_peoples(out: Path, ours: str) -> None:
    """Never write a sample into a folder that holds somebody's own submissions."""
    if (out / "submissions").exists() and not (out / ours).exists():
        rule = "it holds submissions that this command did not write"
        raise InputError(f"landing folder {out}", rule, "Name another folder with --out.")


app = make_app()
"""The group as it stands alone: submission/v1 only, contracts unsealed."""
