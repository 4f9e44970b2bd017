"""The DAG `nightly_build`: it only wires, its only leaf is `verdict`, and a green night is a true night."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.flow import STAGES
from pipelines.lake import Lake
from pipelines.rights import seal_folder
from pipelines.sample import write_sample
from pipelines.sample.plan import NIGHTS
from pipelines.versions import datasets

DAGS = Path(__file__).resolve().parents[2] / "dags"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A fresh AIRFLOW_HOME with the sample's landing beside it; Airflow reads its environment when it is imported."""
    root = tmp_path_factory.mktemp("airflow")
    told = {
        "AIRFLOW_HOME": str(root),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",  # no name look-ups: the network is off
        "PROMPTBOOK_LANDING": str(root / "landing"),
        "PROMPTBOOK_LAKE": str(root / "lake"),
        "PROMPTBOOK_PSEUDONYM_KEY": "a sample key, no secret",
        "PYTHONPATH": str(DAGS.parent),
    }
    before = {k: os.environ.get(k) for k in told}
    os.environ.update(told)
    yield root
    for key, value in before.items():
        os.environ.pop(key) if value is None else os.environ.update({key: value})


@pytest.fixture(scope="module")
def dag(home: Path) -> Any:
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True)
    from airflow.dag_processing.dagbag import DagBag  # noqa: PLC0415  (it reads the environment that `home` sets)

    bag = DagBag(str(DAGS))
    assert bag.import_errors == {}
    return bag.dags["nightly_build"]


def test_a_task_is_named_as_its_stage_and_verdict_is_the_only_leaf(dag: Any) -> None:
    assert {t.task_id for t in dag.tasks} == {*STAGES, "orders", "verdict"}
    assert [t.task_id for t in dag.leaves] == ["verdict"]
    verdict = dag.get_task("verdict")
    assert verdict.trigger_rule == "all_success"
    assert verdict.upstream_task_ids == {*STAGES, "orders"}


def test_the_params_are_the_four_of_the_house(dag: Any) -> None:
    assert set(dag.params) == {"night", "orders", "as_of", "force"}


def test_reading_the_dag_imports_nothing_heavy() -> None:
    heavy = ("polars", "duckdb", "great_expectations", "pyarrow", "numba")
    look = f"print([m for m in {heavy!r} if m in sys.modules])"
    code = f"import sys; sys.path.insert(0, {str(DAGS)!r}); import nightly_build; {look}"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_a_night_in_airflow_publishes_and_one_failed_order_makes_it_red(dag: Any, home: Path) -> None:
    write_sample(home / "landing", 1)
    seal_folder(home / "landing" / "contracts")
    conf: dict[str, Any] = {"night": NIGHTS[1].isoformat(), "orders": [], "as_of": None, "force": False}
    assert str(dag.test(run_conf=conf).state) == "success"
    published = {f"{d.client_id}/{d.name}": str(d.current()) for d in datasets(Lake(home / "lake"))}
    assert published
    (home / "landing" / "orders" / "broken.yaml").write_text("order_id: broken\n")
    assert str(dag.test(run_conf=conf).state) == "failed"
    assert {f"{d.client_id}/{d.name}": str(d.current()) for d in datasets(Lake(home / "lake"))} == published
