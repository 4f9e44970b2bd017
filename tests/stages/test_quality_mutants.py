"""Every expectation of every suite, whoever wrote it and when: what breaks it breaks nothing else, and null breaks it.

The suites are read from expectations/, and a mutant is made of each rule, so that a new one is tested or fails here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest

from pipelines.quality import engine
from pipelines.quality.suite import NOT_NULL, Rule, Suite, parse
from pipelines.quality.vocabulary import HOME

KEY = "mutant"
MATCHES = {"^[a-z]{2,3}$": ("en", "English")}
"""For each regular expression of a suite a text that it matches and one that it does not."""
JUDGED_ELSEWHERE = {"dedup.json"}
"""Holds thresholds, no expectations."""


def suites() -> Iterator[tuple[str, Suite]]:
    for path in sorted(HOME.glob("**/*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        if path.parent.name == "vocabularies" or path.name in JUDGED_ELSEWHERE:
            continue
        for suite in document["suites"].values() if "suites" in document else [document]:
            yield suite["name"], parse(suite, path.name)


SUITES = dict(suites())


def good(rules: list[Rule]) -> Any:
    """A value that passes all rules on one column."""
    for rule in rules:
        if "value_set" in rule.kwargs and "not_be" not in rule.type:
            return rule.kwargs["value_set"][0]
        if "regex" in rule.kwargs:
            return MATCHES[rule.kwargs["regex"]][0]
        if "between" in rule.type:
            return max(0.0, float(rule.kwargs.get("min_value", 0)))
    return 0.0 if any("value_set" in r.kwargs for r in rules) else "there"


def bad(rule: Rule) -> Any:
    """A value that breaks one rule; a type of rule that is not known here has no mutant, and fails."""
    if rule.type == NOT_NULL:
        return None
    if "regex" in rule.kwargs:
        return MATCHES[rule.kwargs["regex"]][1]
    if rule.type == "expect_column_values_to_not_be_in_set":
        return float(rule.kwargs["value_set"][0])
    if rule.type == "expect_column_values_to_be_in_set":
        first = rule.kwargs["value_set"][0]
        return (not first) if isinstance(first, bool) else "strange"
    if rule.type == "expect_column_values_to_be_between":
        low, high = rule.kwargs.get("min_value"), rule.kwargs.get("max_value")
        return float(high) + 1e-3 + abs(high) if high is not None else float(low or 0) - 1e-3 - abs(low or 0)
    raise AssertionError(f"no mutant is known for {rule.type}")


def mutants(suite: Suite) -> pl.DataFrame:
    """One row a rule that breaks it alone, named `rank`; one row a column with null there; one good row."""
    rules = suite.of("row")
    row = {c: good([r for r in rules.rules if r.column == c]) for c in rules.columns}
    lines = [row | {KEY: "good"}]
    lines += [row | {r.column: bad(r), KEY: f"rule {r.rank}"} for r in rules.rules]
    lines += [row | {c: None, KEY: f"null {c}"} for c in rules.columns]
    return pl.DataFrame(lines, infer_schema_length=None)


@pytest.fixture(scope="module", params=[n for n, s in SUITES.items() if s.of("row").rules])
def judged(request: pytest.FixtureRequest) -> tuple[Suite, dict[str, set[int]]]:
    suite = SUITES[request.param].of("row")
    found = engine.validate(mutants(suite), suite, KEY).rows.group_by("key").agg("rank")
    return suite, {key: set(ranks) for key, ranks in found.iter_rows()}


def test_a_row_that_breaks_one_expectation_breaks_no_other(judged: tuple[Suite, dict[str, set[int]]]) -> None:
    suite, broken = judged
    assert "good" not in broken
    assert {r.rank: broken.get(f"rule {r.rank}") for r in suite.rules} == {r.rank: {r.rank} for r in suite.rules}


def test_null_breaks_every_column(judged: tuple[Suite, dict[str, set[int]]]) -> None:
    suite, broken = judged
    ranks = {c: {r.rank for r in suite.rules if r.type == NOT_NULL and r.column == c} for c in suite.columns}
    assert {c: broken.get(f"null {c}") for c in suite.columns} == ranks
    assert all(ranks.values())


BATCH = [(name, rule) for name, s in SUITES.items() for rule in s.of("batch").rules]


@pytest.mark.parametrize(("name", "rule"), BATCH, ids=lambda value: value if isinstance(value, str) else value.name)
def test_a_table_that_breaks_a_rule_about_the_whole(name: str, rule: Rule) -> None:
    alone = Suite(name, (rule,))
    whole, wrong = _tables(rule)
    assert engine.validate(whole, alone, KEY).batch == {}
    assert set(engine.validate(wrong, alone, KEY).batch) == {rule.rank}


def _tables(rule: Rule) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A table that keeps a rule about the whole, and one that breaks it."""
    frame = pl.DataFrame({KEY: ["a", "b"], **{c: ["x", "y"] for c in rule.columns}})
    if rule.type == "expect_table_row_count_to_be_between":
        return frame, frame.clear()
    if rule.type == "expect_column_values_to_be_unique":
        return frame, pl.concat([frame, frame])
    assert rule.type == "expect_column_distinct_values_to_contain_set", f"no table is known that breaks {rule.type}"
    every = (
        pl.DataFrame({rule.column: rule.kwargs["value_set"]}).with_row_index(KEY).with_columns(pl.col(KEY).cast(str))
    )
    return every, every[1:]


def test_every_rule_says_why_and_what_to_do_and_has_a_name_of_its_own() -> None:
    for name, suite in SUITES.items():
        stated = [(r.name, r.type) for r in suite.rules]
        assert len(set(stated)) == len(stated), name
        assert all(len(r.why) > 20 and len(r.remedy) > 8 for r in suite.rules), name
