"""Great Expectations as the judge: rules in, the rows and rules that were broken out. The only importer of it.

Importing it costs 5 to 14 CPU seconds, so it waits in a function. Its results carry wall time: only row ids and
values are taken from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import polars as pl

from pipelines.errors import PromptbookError
from pipelines.quality.suite import Rule, Suite
from pipelines.settings import set_variable

ROWS_AT_ONCE = 250_000
"""Rows that one validation holds as pandas: about 0.3 GB with the columns of the submissions suite."""

BROKEN = pl.Schema({"key": pl.String, "rank": pl.Int32, "column": pl.String, "value": pl.String})


@dataclass(frozen=True)
class Outcome:
    """What was broken: `rows` (key, rank, column, value) by row rules, `batch` (rank to value) by batch rules."""

    rows: pl.DataFrame
    batch: dict[int, str]


def validate(frame: pl.DataFrame, suite: Suite, key: str = "row_id") -> Outcome:
    """Judge a flat frame whose `key` names its rows; raises PromptbookError when an expectation itself fails.

    A row rule sees nothing but its columns, so rows that are alike in all of them are judged once: most of a night's
    rows are, and Great Expectations costs 8 microseconds a row. Rules on a column of very many values, in which no two
    rows are alike, are judged on that column alone.
    """
    _check_columns(frame, suite, key)
    rules = suite.of("row")
    alike = replace(rules, rules=tuple(r for r in rules.rules if key not in r.columns))
    single = replace(rules, rules=tuple(r for r in rules.rules if key in r.columns))
    kinds = [_broken_kinds(frame, group, key) for group in _groups(frame, alike)]
    rows = pl.concat([_broken_rows(frame, single, key), *kinds])
    return Outcome(rows.sort("key", "rank"), _broken_batch(frame, suite.of("batch"), key))


KIND = "kind of row"
"""Numbers the rows that are alike."""


MANY = 2_000
"""Values of a column from which it is judged alone."""


def _groups(frame: pl.DataFrame, suite: Suite) -> list[Suite]:
    """Part rules: those on columns of few values together, any other with those on its own columns."""
    wide = {c for c in suite.columns if frame.height > MANY and frame[c].n_unique() > MANY}
    groups: dict[tuple[str, ...], list[Rule]] = {}
    for rule in suite.rules:
        groups.setdefault(tuple(rule.columns) if wide & set(rule.columns) else (), []).append(rule)
    return [replace(suite, rules=tuple(rules)) for rules in groups.values()]


def _broken_kinds(frame: pl.DataFrame, suite: Suite, key: str) -> pl.DataFrame:
    """One line for each (row, rule) that is broken, where no rule reads the key."""
    columns = suite.columns
    kinds = frame.select(columns).unique(maintain_order=True).with_row_index(KIND).with_columns(pl.col(KIND).cast(str))
    broken = _broken_rows(kinds, suite, KIND)
    of = kinds.join(broken.select(pl.col("key").alias(KIND)).unique(), on=KIND, how="semi")
    rows = frame.select(_once(key, columns)).join(of, on=columns, nulls_equal=True).select(pl.col(key), KIND)
    found = rows.join(broken.rename({"key": KIND}), on=KIND).drop(KIND).rename({key: "key"})
    return found.select(list(BROKEN))


def _check_columns(frame: pl.DataFrame, suite: Suite, key: str) -> None:
    missing = [c for c in (key, *suite.columns) if c not in frame.columns]
    if missing:
        raise PromptbookError(
            f"suite {suite.name}",
            f"it reads {missing}, which was not measured",
            "Measure it, or fix the rule's column.",
        )


def _broken_rows(frame: pl.DataFrame, suite: Suite, key: str) -> pl.DataFrame:
    """One line for each (row, rule) that is broken; each row is judged."""
    parts = frame.select(_once(key, suite.columns)).iter_slices(ROWS_AT_ONCE) if suite.rules else ()
    return pl.concat([pl.DataFrame(schema=BROKEN), *(_broken_chunk(chunk, suite, key) for chunk in parts)])


def _broken_chunk(chunk: pl.DataFrame, suite: Suite, key: str) -> pl.DataFrame:
    lines: list[dict[str, object]] = []
    for rule, result in _judge(chunk, suite, key):
        listed = result["result"].get("unexpected_index_list") or []
        if len(listed) != result["result"].get("unexpected_count"):
            raise _fault(
                suite, rule, f"it counts {result['result'].get('unexpected_count')} rows and names {len(listed)}"
            )
        for entry in listed:
            value = _text(entry[rule.column])
            lines.append({"key": entry[key], "rank": rule.rank, "column": rule.column, "value": value})
    return pl.DataFrame(lines, schema=BROKEN)


def _broken_batch(frame: pl.DataFrame, suite: Suite, key: str) -> dict[int, str]:
    columns = _once(key, suite.columns)
    found = _judge(frame.select(columns), suite, key) if suite.rules else []
    return {rule.rank: _observed(result["result"]) for rule, result in found if not result["success"]}


@cache
def _great_expectations() -> tuple[Any, Any]:
    """Import Great Expectations and open one context a process: the module, and where frames go."""
    set_variable("GX_ANALYTICS_ENABLED", "False")
    import great_expectations as gx  # noqa: PLC0415  (costs 5 to 14 CPU seconds)

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    frames = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return gx, frames.add_batch_definition_whole_dataframe("whole")


def _judge(frame: pl.DataFrame, suite: Suite, key: str) -> list[tuple[Rule, dict[str, Any]]]:
    """Validate with Great Expectations: each rule with its result, in the suite's order."""
    gx, frames = _great_expectations()
    expectations = [
        {"type": r.type, "kwargs": r.kwargs, "severity": r.severity, "meta": {"rank": r.rank}} for r in suite.rules
    ]
    judged = frames.get_batch({"dataframe": frame.to_pandas()}).validate(
        gx.ExpectationSuite(name=suite.name, expectations=expectations),
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": [key]},
    )
    results = {r.expectation_config.meta["rank"]: r for r in judged.results}
    _record(suite, frame.height, judged)
    if set(results) != {r.rank for r in suite.rules}:
        raise _fault(suite, suite.rules[0], f"{len(suite.rules)} rules were asked and {len(results)} answered")
    for rule in suite.rules:
        _check_ran(suite, rule, results[rule.rank])
    return [(r, {"success": results[r.rank].success, "result": results[r.rank].result}) for r in suite.rules]


_RECORD: ContextVar[list[dict[str, Any]] | None] = ContextVar("results of Great Expectations", default=None)


@contextmanager
def recorded() -> Iterator[list[dict[str, Any]]]:
    """Collect what Great Expectations answers inside the block, in its own JSON, without lists of rows and values.

    They carry wall time, so they belong in no hash; what stands in quarantine names every row.
    """
    results: list[dict[str, Any]] = []
    token = _RECORD.set(results)
    try:
        yield results
    finally:
        _RECORD.reset(token)


def _record(suite: Suite, lines: int, judged: Any) -> None:
    results = _RECORD.get()
    if results is None:
        return
    names = {r.rank: r.name for r in suite.rules}
    answers = []
    for result in judged.results:
        told = {k: v for k, v in result.result.items() if not isinstance(v, list | dict)}
        config = result.expectation_config
        kwargs = {k: v for k, v in config.kwargs.items() if k != "batch_id"}
        meta = {"rule": names[config.meta["rank"]]}
        said = {"type": config.type, "kwargs": kwargs, "severity": str(config.severity), "meta": meta}
        answers.append({"success": result.success, "expectation_config": said, "result": told})
    results.append({"suite_name": suite.name, "success": judged.success, "lines": lines, "results": answers})


def _check_ran(suite: Suite, rule: Rule, result: Any) -> None:
    """An expectation that errors says success=False and names no rows; it must not pass for a judgement."""
    said = result.exception_info or {}
    faults = [said] if "raised_exception" in said else list(said.values())
    messages = [f["exception_message"] for f in faults if f and f.get("raised_exception")]
    if messages:
        raise _fault(suite, rule, f"it could not be judged ({messages[0]})")


def _fault(suite: Suite, rule: Rule, what: str) -> PromptbookError:
    remedy = "Fix the expectation; until then the stage stops, since a rule that cannot run lets everything through."
    return PromptbookError(f"expectation {rule.name} ({rule.type}) of {suite.name}", what, remedy)


def _observed(result: dict[str, Any]) -> str:
    if "unexpected_count" in result:
        return f"{result['unexpected_count']} rows"
    return _text(result.get("observed_value"))


def _text(value: object) -> str:
    """A value as evidence, at most 200 characters; whole floats lose the .0 that pandas gave a column with nulls."""
    if value is None or value != value:  # noqa: PLR0124  (NaN is the only value that differs from itself)
        return "null"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)[:200]


def _once(key: str, columns: list[str]) -> list[str]:
    return list(dict.fromkeys([key, *columns]))
