"""What a verdict stands on: who holds the same text or take, which words each turn has."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.dedup.hashing import I64, U64, text_keys
from pipelines.dedup.store import HeldWords
from pipelines.dedup.touch import first_others

GROUP = 1000
"""Of rows with one and the same text or take, the earliest so many are looked at for other labels."""


@dataclass(frozen=True)
class Alike:
    """Who holds the same thing: (key, row) sorted, and the earliest row of another submission that holds it."""

    keys: U64
    rows: I64
    first: I64

    @classmethod
    def of(cls, keys: U64, rows: I64, submissions: U64) -> Alike:
        """Group rows by key; key 0 is nothing and is left out."""
        keys, rows = keys[keys != 0], rows[keys != 0]
        order = np.lexsort((rows, keys))
        keys, rows = keys[order], rows[order]
        return cls(keys, rows, first_others(keys, rows, submissions))

    def group(self, key: np.uint64) -> I64:
        """List the rows that hold a key, earliest first."""
        low, high = np.searchsorted(self.keys, key), np.searchsorted(self.keys, key, side="right")
        return self.rows[low:high]


@dataclass(frozen=True)
class Sheet:
    """Fingerprints in order of `earlier`, as arrays; row i is line i of `prints`."""

    prints: pl.DataFrame
    submissions: U64
    words: HeldWords
    text_keys: U64
    turn_keys: U64
    turn_labels: U64
    turn_ends: I64
    same_text: Alike
    same_take: Alike

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.prints.height

    def turns(self, row: int) -> tuple[list[int], list[int]]:
        """Give a row's turns as keys of their words (0: no word) and hashes of their labels (0: none)."""
        low, high = self.turn_ends[row], self.turn_ends[row + 1]
        return self.turn_keys[low:high].tolist(), self.turn_labels[low:high].tolist()


def sheet_of(prints: pl.DataFrame) -> Sheet:
    """Lay fingerprints out as arrays; `prints` stands in order of `earlier`."""
    words, ends = flat(prints["words"])
    counts, turn_ends = flat(prints["turn_words"])
    labels, _ = flat(prints["turn_labels"])
    word_ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)))
    submissions = np.array([key_of(s) for s in prints["submission_id"]], np.uint64)
    keys = text_keys(words, ends)
    rows = np.arange(prints.height, dtype=np.int64)
    take_keys, take_rows = _take_keys(prints)
    return Sheet(
        prints,
        submissions,
        HeldWords(words, ends),
        keys,
        text_keys(words, word_ends),
        labels,
        turn_ends,
        Alike.of(keys, rows, submissions),
        Alike.of(take_keys, take_rows, submissions),
    )


def same_keys(prints: pl.DataFrame, texts: U64) -> tuple[U64, I64]:
    """Name everything that two rows may have the same: (key, row) of whole texts, which are given, and of takes."""
    takes, rows = _take_keys(prints)
    there = np.flatnonzero(texts)
    return np.concatenate((texts[there], takes)), np.concatenate((there, rows))


def _take_keys(prints: pl.DataFrame) -> tuple[U64, I64]:
    takes = prints.select(found=pl.concat_list("takes", "sounds").list.unique()).with_row_index("row").explode("found")
    takes = takes.drop_nulls("found")
    keys = np.array([key_of(t) for t in takes["found"]], np.uint64)
    return keys, takes["row"].cast(pl.Int64).to_numpy()


def flat(lists: pl.Series) -> tuple[np.ndarray, I64]:
    """See a list column as one array of values and the places where each row ends."""
    ends = np.zeros(len(lists) + 1, np.int64)
    np.cumsum(lists.list.len().fill_null(0).to_numpy(), out=ends[1:])
    values = lists.explode(empty_as_null=False, keep_nulls=False).to_numpy()
    values.setflags(write=False)
    return values, ends


def key_of(text: str) -> int:
    """Name a string in 64 bits, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") | 1
