"""The search of sorted entries against numpy's, on keys that are spread evenly and on keys that are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dedup.lookup import lower_bound, ranges

TOP = 2**64 - 1


@settings(deadline=None, max_examples=300)
@given(st.lists(st.integers(0, TOP), min_size=1, max_size=300), st.integers(0, TOP), st.booleans())
def test_the_first_entry_not_below_is_numpys(values: list[int], wanted: int, near: bool) -> None:
    entries = np.sort(np.array(values, np.uint64) >> np.uint64(40 if near else 0))
    for key in (wanted, values[0], int(entries[-1])):
        found = lower_bound(entries, np.uint64(key), 0, len(entries))
        assert found == np.searchsorted(entries, np.uint64(key))


@pytest.mark.parametrize("size", [100, 5000, 300_000])
def test_ranges_are_numpys_for_many_and_few_probes(size: int) -> None:
    rng = np.random.default_rng(size)
    entries = np.sort(rng.integers(0, TOP, size, dtype=np.uint64))
    entries[size // 3 : size // 2] = entries[size // 3] & ~np.uint64(0xFFFFFF)
    probes = np.sort(np.concatenate((rng.integers(0, TOP, 50, dtype=np.uint64), entries[:: size // 50])))
    found = np.zeros((2, len(probes)), np.uint32)
    ranges(probes, entries, found[0], found[1])
    keys = probes & ~np.uint64(0xFFFFFF)
    assert found[0].tolist() == np.searchsorted(entries, keys).tolist()
    assert found[1].tolist() == np.searchsorted(entries, keys | np.uint64(0xFFFFFF), side="right").tolist()
