"""`promptbook sample …`: a small written troupe, and landing folders of any size with their truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Make input to try things on: a written troupe, or landing folders of any size.", no_args_is_help=True
)


@app.command()
def troupe(
    out: Annotated[Path, typer.Option(help="The landing folder to write.")],
    night: Annotated[int, typer.Option(help="How it lies at the end of night 1 or 2.")] = 2,
) -> None:
    """Write the troupe's landing folder, and fates.json, which says what must become of every row.

    Example: promptbook sample troupe --night 1 --out landing
    """
    from pipelines.sample import write_sample  # noqa: PLC0415  (reads the scenes)

    write_sample(out, night)
