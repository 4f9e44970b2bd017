"""The search of sorted entries against numpy's, on keys that are spread evenly and on keys that are not."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dedup.lookup import CAP, ENOUGH, PART, RARE, candidates, lower_bound, other_holders, ranges, slot_of

TOP = 2**64 - 1


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.integers(0, TOP), min_size=1, max_size=300), st.integers(0, TOP), st.integers(-9, 400), st.booleans()
)
def test_the_first_entry_not_below_is_numpys_whatever_the_guess(
    values: list[int], wanted: int, guess: int, near: bool
) -> None:
    entries = np.sort(np.array(values, np.uint64) >> np.uint64(40 if near else 0))
    for key in (wanted, values[0], int(entries[-1])):
        found = lower_bound(entries, np.uint64(key), guess, 0, len(entries))
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


def _rows_of_keys(seed: int) -> list[list[int]]:
    chosen = Random(seed)  # noqa: S311
    vocabulary = range(1, chosen.choice((10, 31)))
    return [chosen.sample(vocabulary, chosen.randrange(9)) for _ in range(chosen.randrange(1, 200))]


KEYS = st.builds(_rows_of_keys, st.integers(0, 2**32))


def packed(rows: list[list[int]]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.sort(np.array([k << 24 | r for r, keys in enumerate(rows) for k in keys], np.uint64))


@settings(deadline=None, max_examples=25)
@given(KEYS, KEYS, st.randoms(use_true_random=False), st.booleans())
def test_candidates_are_the_first_holders_in_memory_and_on_the_shelf_counted_one_by_one(
    here: list[list[int]], there: list[list[int]], chance: Random, wide: bool
) -> None:
    if wide:  # more keys than the first table holds
        here.append([*range(1, 31), *range(1000, 1300)])
        here.insert(0, [*range(1, 31), *range(1100, 1200)])
    order = [("b", n) for n in range(len(there))]
    places = sorted(chance.randrange(len(there) + 1) for _ in here)
    for n, place in reversed(list(enumerate(places))):
        order.insert(place, ("a", n))
    a, b = packed(here), packed(there)
    found = np.zeros((2, 2, len(a)), np.uint32)
    ranges(a, a, found[0, 0], found[0, 1])
    ranges(a, b, found[1, 0], found[1, 1])
    before = np.array(places, np.int64)
    rank = np.stack((np.arange(len(here), dtype=np.int64), before))
    ends, low_a, count_a, low_b, count_b = other_holders(a, a, found[0], b, found[1], rank)
    sizes = np.cumsum([0, *map(len, here)])
    who, whom, lost = candidates(sizes, ends, a, low_a, count_a, b, low_b, count_b, before)
    due, due_lost = set(), 0
    for r, keys in enumerate(here):
        earlier = order[: order.index(("a", r))]
        hits: dict[int, int] = {}
        enough = min(ENOUGH, max(1, int(len(keys) * PART)))
        for key in keys:
            holders = [(side, n) for side, n in earlier if key in (here if side == "a" else there)[n]]
            due_lost += max(0, len(holders) - CAP)
            for side, n in holders[:CAP]:
                name = n if side == "a" else len(here) + n
                hits[name] = hits.get(name, 0) + (enough if len(holders) <= RARE else 1)
        due |= {(r, name) for name, count in hits.items() if count >= enough}
    assert set(zip(who.tolist(), whom.tolist(), strict=True)) == due
    assert lost == due_lost


def test_holders_that_fall_on_one_slot_keep_their_own() -> None:
    table = np.zeros(64, np.uint64)
    names = np.random.default_rng(2).choice(2**25, 50, replace=False).astype(np.uint64)
    for row in (0, 1):  # the second row finds the table full of the first one's
        slots = []
        for name in names:
            slots.append(int(slot_of(table, row, name)))
            table[slots[-1]] = np.uint64(row + 1) << np.uint64(40) | name << np.uint64(15)
        assert len(set(slots)) == len(names)
        assert [int(slot_of(table, row, name)) for name in names] == slots
