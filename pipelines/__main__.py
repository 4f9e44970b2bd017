"""The way in for `promptbook` and `python -m pipelines`: opens no more of the house than the command needs.

`promptbook dedup families` reads any Parquet file and never the lake; the rest of the house costs more to import than
dedup takes over 20,000 texts. `pipelines.cli` holds every command, these too.
"""

from __future__ import annotations

import gc
import sys

import typer

from pipelines.errors import PromptbookError


def main() -> None:
    """Run the command line: an error of ours is one line on stderr and its own exit code."""
    app = _dedup_alone() if sys.argv[1:2] == ["dedup"] else _house()
    try:
        app()
    except PromptbookError as error:
        typer.secho(str(error), err=True, fg="red")
        sys.exit(error.exit_code)


def _house() -> typer.Typer:
    from pipelines.cli import app  # noqa: PLC0415

    return app


def _dedup_alone() -> typer.Typer:
    """Open dedup for a process of seconds: it frees by count alone, and its kernels ask nothing of BLAS.

    Collecting cycles while modules load, and scipy.linalg, which numba reads only to learn whether there is a BLAS,
    cost a third of a CPU second together.
    """
    gc.disable()
    sys.modules["scipy.linalg"] = None  # type: ignore[assignment]
    from pipelines.dedup.commands import app as dedup  # noqa: PLC0415

    app = typer.Typer(name="promptbook", pretty_exceptions_enable=False)
    app.callback()(lambda: None)
    app.add_typer(dedup, name="dedup")
    return app


if __name__ == "__main__":
    main()
