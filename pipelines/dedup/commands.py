"""`promptbook dedup …`: families in any Parquet file of texts, and the recall of the chosen threshold."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.dedup.filed import Progress

app = typer.Typer(help="Find work that is there twice.", no_args_is_help=True)

QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "DAFT_ANALYTICS_ENABLED": "0", "DO_NOT_TRACK": "true"}
"""Neither Ray nor Daft tells anybody what is computed here."""

LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""Ray's own switch, whatever its name says, for a cluster that lives on 127.0.0.1 alone."""

Source = Annotated[Path, typer.Argument(metavar="FILE", help="A Parquet file with one text a row.")]
Id = Annotated[str, typer.Option("--id", help="The column that names a row.")]
Text = Annotated[str, typer.Option("--text", help="The column of texts.")]
Out = Annotated[Path, typer.Option(help="The Parquet file to write.")]
Jaccard = Annotated[float, typer.Option(min=0.05, max=1.0, help="From which Jaccard on two texts are one family.")]
Threads = Annotated[int, typer.Option(min=1, help="Threads; the result does not depend on them.")]
On = Annotated[str, typer.Option(help="one: this process; daft: Daft on this machine; ray: Daft on a Ray cluster.")]
Address = Annotated[str | None, typer.Option("--ray", help="The Ray cluster's address; one is started where absent.")]
Sample = Annotated[int, typer.Option(min=1, help="How many texts to plant copies of.")]
Submissions = Annotated[list[str], typer.Argument(metavar="SUBMISSION…", help="Whose fingerprints go.")]
Because = Annotated[str, typer.Option(help="The request; no personal data.")]
Seed = Annotated[int, typer.Option(help="The same seed plants the same edits.")]


@app.callback()
def group() -> None:
    """Find work that is there twice."""


@app.command()
def families(
    file: Source, id: Id = "id", text: Text = "text", out: Out = Path("families.parquet"),
    jaccard: Jaccard = 0.5, threads: Threads = 2, on: On = "one", ray: Address = None,
) -> None:  # fmt: skip
    """Write which rows of FILE are the same work: id, family_id, kept, matched_id, jaccard, containment.

    Example: promptbook dedup families scenes.parquet --id id --text text --out families.parquet
    """
    from pipelines.dedup.families import families_of_file  # noqa: PLC0415  (numba costs a second to import)

    with _progress() as progress:
        if on == "one":
            table = families_of_file(file, id, text, out, jaccard=jaccard, threads=threads, progress=progress)
        else:
            engine = _engine(on, alone=ray is None)
            table = engine(file, id, text, out, jaccard=jaccard, address=ray, progress=progress)
    kept = table["kept"].to_pylist().count(True)
    typer.echo(f"{table.num_rows:,} rows: {kept:,} kept, {table.num_rows - kept:,} repeat an earlier row → {out}")


def _engine(on: str, *, alone: bool) -> Callable[..., pa.Table]:
    """Open what works beyond one process; it is an extra, and says so where it is absent."""
    import gc  # noqa: PLC0415
    from functools import partial  # noqa: PLC0415

    from pipelines.errors import InputError  # noqa: PLC0415
    from pipelines.settings import set_variable  # noqa: PLC0415

    if on not in {"daft", "ray"}:
        raise InputError(f"--on {on}", "families are found on one, daft or ray", "Name one of them.")
    gc.enable()  # the way in turns it off for a process of seconds
    for name, value in (QUIET | LOOPBACK if alone else QUIET).items():
        set_variable(name, value)
    try:
        from pipelines.dedup.scale import families_on  # noqa: PLC0415
    except ImportError as error:
        rule = f"the extra [scale] is not installed ({error})"
        raise InputError(f"--on {on}", rule, "Install promptbook[scale] in an environment of its own.") from error
    return partial(families_on, "ray" if on == "ray" else "daft")


@app.command()
def audit(
    file: Source, text: Text = "text", jaccard: Jaccard = 0.5, sample: Sample = 2000, seed: Seed = 0
) -> None:  # fmt: skip
    """Plant edits of known rates into a sample of FILE and print which the threshold finds, beside an exact join.

    Example: promptbook dedup audit scenes.parquet --text text --jaccard 0.5
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from pipelines.dedup.audit import audit_file  # noqa: PLC0415

    found = audit_file(file, text, jaccard=jaccard, sample=sample, seed=seed)
    table = Table(title=f"Jaccard ≥ {found.jaccard}")
    for heading in ("words edited", "copies", "expected Jaccard", "measured", "reach it", "found", "recall"):
        table.add_column(heading, justify="right")
    for p in found.planted:
        cells = f"{p.rate:.0%}", f"{p.copies:,}", f"{p.expected_jaccard:.3f}", f"{p.mean_jaccard:.3f}", f"{p.due:,}"
        table.add_row(*cells, f"{p.found:,}", f"{p.found / max(1, p.copies):.3f}")
    Console().print(table)
    typer.echo(
        f"Exact join of the sample: {found.exact_pairs:,} pairs; the engine found {found.found_pairs:,} of them"
        f" and invented {found.invented_pairs:,}."
    )


@app.command()
def erase(submissions: Submissions, because: Because = "") -> None:
    """Turn what dedup remembers of submissions into keyed tombstones: a copy of them never becomes the original.

    Example: promptbook dedup erase sub-ferry-queue --because "request 2026-17"
    """
    import datetime as dt  # noqa: PLC0415

    from pipelines.dedup.erasure import BEYOND  # noqa: PLC0415
    from pipelines.dedup.erasure import erase as erased_from  # noqa: PLC0415
    from pipelines.lake import Lake  # noqa: PLC0415
    from pipelines.settings import Settings  # noqa: PLC0415

    settings = Settings()
    done = erased_from(Lake(settings.lake), settings, submissions, because, dt.datetime.now(dt.UTC))
    typer.echo(
        f"{done.tombstones:,} tombstones made; {done.rows:,} fingerprints removed from {done.files:,} files,"
        f" and {done.shelves:,} shelves of look-up arrays, which are made again where they are due."
    )
    typer.echo("Beyond this command:")
    for what in BEYOND:
        typer.echo(f"  {what}")


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show a bar for each pass where somebody looks."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True)) as bar:
        tasks: dict[str, int] = {}

        def show(name: str, done: int, total: int) -> None:
            task = tasks.setdefault(name, -1)
            if task < 0:
                task = tasks[name] = bar.add_task(name, total=total)
            bar.update(task, completed=done) if name == "read" else bar.advance(task, done)  # type: ignore[arg-type]

        yield show
