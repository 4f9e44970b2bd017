"""`promptbook dedup …`: families in any Parquet file of texts, and the recall of the chosen threshold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipelines.dedup.families import Progress

app = typer.Typer(help="Find work that is there twice.", no_args_is_help=True)

Source = Annotated[Path, typer.Argument(metavar="FILE", help="A Parquet file with one text a row.")]
Id = Annotated[str, typer.Option("--id", help="The column that names a row.")]
Text = Annotated[str, typer.Option("--text", help="The column of texts.")]
Out = Annotated[Path, typer.Option(help="The Parquet file to write.")]
Jaccard = Annotated[float, typer.Option(min=0.05, max=1.0, help="From which Jaccard on two texts are one family.")]
Threads = Annotated[int, typer.Option(min=1, help="Threads; the result does not depend on them.")]


@app.callback()
def group() -> None:
    """Find work that is there twice."""


@app.command()
def families(
    file: Source, id: Id = "id", text: Text = "text", out: Out = Path("families.parquet"),
    jaccard: Jaccard = 0.5, threads: Threads = 2,
) -> None:  # fmt: skip
    """Write which rows of FILE are the same work: id, family_id, kept, matched_id, jaccard, containment.

    Example: promptbook dedup families scenes.parquet --id id --text text --out families.parquet
    """
    from pipelines.dedup.families import families_of_file  # noqa: PLC0415  (numba costs a second to import)

    with _progress() as progress:
        table = families_of_file(file, id, text, out, jaccard=jaccard, threads=threads, progress=progress)
    kept = table["kept"].to_pylist().count(True)
    typer.echo(f"{table.num_rows:,} rows: {kept:,} kept, {table.num_rows - kept:,} repeat an earlier row → {out}")


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
