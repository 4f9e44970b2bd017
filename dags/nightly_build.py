"""The nightly build: performers' submissions in, one versioned dataset per client order out.

    ingest → dedup → quality → rights → orders → publish (mapped) → settle → analytics → verdict

The 02:00 run of day D builds night D-1 (semantics 1). `verdict` is the only leaf and needs everything to have
succeeded, so a green night is a true night.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from airflow.sdk import Param, dag, task
from airflow.sdk.bases.operator import chain

ALL_DONE = "all_done"


def _night(params: dict[str, Any], logical_date: dt.datetime | None) -> Any:
    """Open the night that the params name, or the day before the run."""
    from pipelines import flow

    when = logical_date or dt.datetime.now(dt.UTC)
    date = dt.date.fromisoformat(params["night"]) if params["night"] else when.date() - dt.timedelta(days=1)
    as_of = dt.date.fromisoformat(params["as_of"]) if params["as_of"] else None
    return flow.open_night(date, as_of=as_of, orders=tuple(params["orders"]), progress=print)


def _stage(name: str, **settings: Any) -> Any:
    @task(task_id=name, doc_md=f"Run the stage `{name}`; returns nothing: stages meet in stored tables.", **settings)
    def run(params: dict[str, Any], logical_date: dt.datetime | None = None) -> None:
        from pipelines import flow

        flow.run_stage(name, _night(params, logical_date), force=params["force"])

    return run()


@dag(
    dag_id="nightly_build",
    schedule="0 2 * * *",
    start_date=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["promptbook"],
    params={
        "night": Param(
            None, type=["null", "string"], format="date", description="Which night; the day before by default."
        ),
        "orders": Param([], type="array", items={"type": "string"}, description="Only these orders; all where empty."),
        "as_of": Param(None, type=["null", "string"], format="date", description="The day on which rights are asked."),
        "force": Param(False, type="boolean", description="Run stages again that hold a receipt."),
    },
)
def nightly_build() -> None:
    """Wire the stages; everything they do is in `pipelines`."""

    @task
    def orders(params: dict[str, Any], logical_date: dt.datetime | None = None) -> list[str]:
        from pipelines import flow

        return flow.orders(_night(params, logical_date))

    @task(map_index_template="{{ order }}")
    def publish(order: str, params: dict[str, Any], logical_date: dt.datetime | None = None) -> None:
        from pipelines import flow

        flow.publish(_night(params, logical_date), order, force=params["force"])

    @task
    def verdict(params: dict[str, Any], logical_date: dt.datetime | None = None) -> None:
        from pipelines import flow

        flow.verdict(_night(params, logical_date))

    before = [_stage(name) for name in ("ingest", "dedup", "quality", "rights")]
    names = orders()
    published = publish.expand(order=names)
    settled = _stage("settle", trigger_rule=ALL_DONE)
    explored = _stage("analytics", trigger_rule=ALL_DONE)
    chain(*before, names, published, settled, explored)
    [*before, names, published, settled, explored] >> verdict()


nightly_build()
