"""Run the DAG `nightly_build` once in Airflow (SQLite, no server) and keep its noise in a file unless it fails."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TextIO

import msgspec
from rich.console import Console
from rich.status import Status

from pipelines.errors import RedNight
from pipelines.settings import Settings, environment

DAGS = Path(__file__).resolve().parent.parent / "dags"
_STARTING = re.compile(r"\[DAG TEST\] starting task_id=(\S+) map_index=(-?\d+)")
_NEWS = re.compile(r"Task failed with exception|^pipelines\.errors\.|^[A-Za-z_.]*Error: ")


def run_in_airflow(night: str, home: Path, *, force: bool = False, orders: tuple[str, ...] = ()) -> None:
    """Migrate Airflow's SQLite database under `home`, then run one night's DAG; RedNight where it fails."""
    home.mkdir(parents=True, exist_ok=True)
    log = home / f"nightly_build-{night}.log"
    params = msgspec.json.encode({"night": night, "force": force, "orders": list(orders)}).decode()
    console = Console(stderr=True)
    with log.open("w", encoding="utf-8") as out, console.status("Airflow: preparing its database") as status:
        code = _airflow(["db", "migrate"], home, out, status)
        code = code or _airflow(["dags", "test", "nightly_build", "--conf", params], home, out, status)
    if code:
        news = [line for line in log.read_text(encoding="utf-8").splitlines() if _NEWS.search(line)]
        console.print("\n".join(news) or "Airflow said nothing that we know how to read.", style="red", highlight=False)
        rule = f"its run in Airflow ended with exit code {code}"
        raise RedNight(f"night {night}", rule, f"Airflow's whole log is {log}.")


def _airflow(args: list[str], home: Path, out: TextIO, status: Status) -> int:
    """Run one airflow command, its output into `out`, the task at work into `status`."""
    settings = Settings()
    told = {
        "AIRFLOW_HOME": str(home.resolve()),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "PROMPTBOOK_LANDING": str(settings.landing.resolve()),
        "PROMPTBOOK_LAKE": str(settings.lake.resolve()),
        "PYTHONPATH": str(DAGS.parent),
    }
    command = [sys.executable, "-m", "airflow", *args]
    with subprocess.Popen(  # noqa: S603  (our own interpreter, arguments of our own)
        command, env=environment() | told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            out.write(line)
            if task := _STARTING.search(line):
                index = "" if task[2] == "-1" else f" {int(task[2]) + 1}"
                status.console.print(f"  {task[1]}{index}", style="dim", highlight=False)
                status.update(f"Airflow: {task[1]}{index}")
    return process.returncode
