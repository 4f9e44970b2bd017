"""The turns of many submissions laid flat, so that a measure is one pass over arrays and not a loop over scenes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

Flags: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Flat:
    """A list column laid flat: `values`, and for each the index of the `row` that held it."""

    values: pa.Array
    row: Places
    rows: int

    def per_row(self, weight: NDArray[np.generic]) -> NDArray[np.int64]:
        """Sum a per-value weight for each row."""
        return np.bincount(self.row, weights=weight, minlength=self.rows).astype(np.int64)

    def field(self, name: str) -> pa.Array:
        """One field of structs laid flat."""
        return self.values.field(name)

    def strings(self, name: str | None = None) -> pl.Series:
        """The values, or a field of them, as trimmed text; null becomes ''."""
        series = pl.Series(self.field(name) if name else self.values, dtype=pl.String)
        return series.fill_null("").str.strip_chars()


def lay_flat(lists: pa.Array) -> Flat:
    """Flatten a list array, null and empty lists alike holding no value."""
    lists = lists.combine_chunks() if isinstance(lists, pa.ChunkedArray) else lists
    lengths = lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    return Flat(lists.flatten(), np.repeat(np.arange(len(lists)), lengths), len(lists))


def distinct(keys: Places, below: int) -> tuple[Places, Places, Places]:
    """Distinct keys in order, the place of each element among them, and how often each stands; keys are < `below`.

    Where the keys could be counted one by one they are: numpy's unique sorts, which costs ten times as much.
    """
    if below > 16 * len(keys) + 1024:
        found, place, count = np.unique(keys, return_inverse=True, return_counts=True)
        return found, place.astype(np.int64), count.astype(np.int64)
    counts = np.bincount(keys, minlength=below)
    found = np.flatnonzero(counts)
    place_of = np.zeros(below, np.int64)
    place_of[found] = np.arange(len(found))
    return found, place_of[keys], counts[found]


def numbered(values: pl.Series) -> tuple[Places, pl.Series]:
    """Give each distinct text its place in alphabetical order: the places, and the texts in that order.

    The order makes sums over them the same in any chunking.
    """
    coded = values.cast(pl.Categorical)
    distinct = coded.unique()
    spelled = distinct.cast(pl.String)
    order = spelled.arg_sort().to_numpy()
    codes = distinct.to_physical().to_numpy().astype(np.int64)
    place = np.zeros(int(codes.max()) + 1 if len(codes) else 1, np.int64)
    place[codes[order]] = np.arange(len(codes))
    return place[coded.to_physical().to_numpy().astype(np.int64)], spelled.gather(order)


def column(rows: pl.DataFrame, name: str) -> pa.Array:
    """One column of a frame as one Arrow array."""
    array = rows.get_column(name).to_arrow()
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def text_of(turns: Flat, name: str = "text") -> tuple[NDArray[np.uint8], Places]:
    """The bytes of all turns' texts or subtexts, and the offsets at which each begins; no copy; null is empty."""
    text = turns.field(name).cast(pa.large_string())
    if text.null_count:
        text = text.fill_null("")
    _, offsets, data = text.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[text.offset : text.offset + len(text) + 1]
    return np.frombuffer(data, dtype=np.uint8) if data else np.zeros(0, np.uint8), ends


def per_turn(turns: Flat, inner: Flat, flags: Flags) -> Flags:
    """Flag each turn of which an inner value (speaker, stage direction, emotion) is flagged."""
    return np.bincount(inner.row, weights=flags, minlength=len(turns.row)) > 0
