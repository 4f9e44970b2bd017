"""The reviewed thresholds of dedup: edit rates as Jaccard, stated once and compared."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipelines.dedup.config import CONFIG, jaccard_at, load, rate_at
from pipelines.dedup.hashing import components
from pipelines.errors import InputError


def test_the_bands_are_those_of_the_semantics() -> None:
    found = load()
    assert (found.rejected.jaccard, found.held.jaccard, found.held.containment) == (0.8, 0.5, 0.8)


def test_the_table_beside_the_thresholds_is_what_the_formula_says() -> None:
    meta = msgspec.json.decode(CONFIG.read_bytes())["meta"]["edit_rate_to_jaccard"]
    assert {rate: round(jaccard_at(float(rate)), 2) for rate in meta} == meta


@given(st.floats(0.001, 0.5))
def test_a_rate_and_its_jaccard_are_two_names_of_one_threshold(rate: float) -> None:
    assert rate_at(jaccard_at(rate)) == pytest.approx(rate)


@pytest.mark.parametrize(
    "body", [b"{", b'{"rejected": {"why": ""}}', CONFIG.read_bytes().replace(b'"jaccard": 0.5', b'"jaccard": 0.9')]
)
def test_thresholds_that_make_no_sense_are_refused(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "dedup.json").write_bytes(body)
    with pytest.raises(InputError, match=r"dedup\.json"):
        load(tmp_path / "dedup.json")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=40))
def test_families_are_scipys_components(ties: list[tuple[int, int]]) -> None:
    one, other = (np.array([t[i] for t in ties], np.int64) for i in (0, 1))
    found = components(20, one, other)
    _, labels = connected_components(coo_array((np.ones(len(ties)), (one, other)), shape=(20, 20)), directed=False)
    smallest = [int(np.flatnonzero(labels == label)[0]) for label in labels]
    assert found.tolist() == smallest
