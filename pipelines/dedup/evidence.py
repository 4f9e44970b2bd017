"""What a verdict stands on: who holds the same text or take, which turns were copied, whether their labels agree."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.dedup.hashing import I64, U64, text_keys
from pipelines.dedup.lookup import first_others
from pipelines.dedup.store import HeldWords

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


def copied_turns(sheet: Sheet, row: int, other: int) -> list[int]:
    """List the places of a row's turns whose words are the whole of some turn of the other row."""
    theirs = set(sheet.turns(other)[0]) - {0}
    return [place for place, key in enumerate(sheet.turns(row)[0]) if key in theirs]


def labels_agree(sheet: Sheet, row: int, other: int) -> bool | None:
    """Compare the labels of the turns that two rows share; of all turns in order where there are no words to go by.

    None where none can be compared, because one side says nothing.
    """
    (keys, labels), (other_keys, other_labels) = sheet.turns(row), sheet.turns(other)
    if not any(keys) or not any(other_keys):
        mine, theirs = [x for x in labels if x], [x for x in other_labels if x]
        return mine == theirs if mine and theirs else None
    said, theirs_said = _by_words(keys, labels), _by_words(other_keys, other_labels)
    both = [(said[key], theirs_said[key]) for key in said.keys() & theirs_said.keys()]
    return all(mine == theirs for mine, theirs in both) if both else None


def _by_words(keys: list[int], labels: list[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for key, label in zip(keys, labels, strict=True):
        if key and label:
            found.setdefault(key, set()).add(label)
    return found


def disagreeing(sheet: Sheet, row: int) -> tuple[int, str] | None:
    """Find the earliest later row of another submission with the same text or take (says which) but other labels.

    Looks at the earliest GROUP rows of each text or take.
    """
    groups = [("text", sheet.same_text.group(sheet.text_keys[row]))] if sheet.text_keys[row] else []
    prints = sheet.prints
    for take in {*prints["takes"][row], *prints["sounds"][row]}:
        groups.append(("take", sheet.same_take.group(np.uint64(key_of(take)))))
    found = []
    for modality, group in groups:
        first = group[:GROUP]
        others = first[(first > row) & (sheet.submissions[first] != sheet.submissions[row])]
        found += [(o, modality) for o in others.tolist() if labels_agree(sheet, row, o) is False][:1]
    return min(found, default=None)
