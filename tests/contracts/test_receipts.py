"""Receipts: came = went_on + held_back, or there is none."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import receipts
from pipelines.errors import ReceiptError
from pipelines.receipts import Receipt

NIGHT = dt.date(2026, 11, 21)


@given(st.integers(0, 99), st.dictionaries(st.sampled_from("abc"), st.integers(0, 99)), st.integers(-3, 3))
def test_a_receipt_exists_only_where_the_rows_add_up(went_on: int, held: dict[str, int], off: int) -> None:
    came = went_on + sum(held.values()) + off
    if off:
        with pytest.raises(ReceiptError, match="is not went on"):
            Receipt("dedup", NIGHT, came, went_on, held)
    else:
        assert Receipt("dedup", NIGHT, came, went_on, held).came == came


def test_a_receipt_is_read_back_as_it_was(tmp_path: Path) -> None:
    for part in (None, "order-b", "order-a"):
        receipts.save(tmp_path, Receipt("publish", NIGHT, 3, 1, {"denied": 2}, part=part, notes={"rows": 1}))
    assert receipts.load(tmp_path, "publish", NIGHT) == Receipt(
        "publish", NIGHT, 3, 1, {"denied": 2}, notes={"rows": 1}
    )
    assert [r.part for r in receipts.load_parts(tmp_path, "publish", NIGHT)] == ["order-a", "order-b"]
    assert receipts.load(tmp_path, "settle", NIGHT) is None


def test_rules_are_said_most_first() -> None:
    assert receipts.by_rule({"superseded": 3, "near_copy": 1200}) == "near_copy=1,200, superseded=3"
