"""Fingerprints → tombstones, and which rows repeat what was erased: the same measures, taken under the key."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.dedup.evidence import Sheet, sheet_of
from pipelines.dedup.hashing import I64, SHINGLE, U32, U64, shingle_at, sketch_rows, text_keys
from pipelines.dedup.keyed import Keys
from pipelines.dedup.shelf import ORDER
from pipelines.errors import SettingsError
from pipelines.tables.fingerprints import FINGERPRINTS
from pipelines.tables.tombstones import TOMBSTONES

NUMBERS = ("turn_keys", "turn_labels")
KIND = {"performers": "performers", "takes": "takes", "sounds": "takes"}
"""By which kind of key the strings of a column are made: a file may stand among another row's sounds."""
STRINGS = tuple(KIND)


@dataclass(frozen=True)
class Tombs:
    """What is left of erased rows, in order of `earlier`, and the keys by which it was made."""

    rows: pl.DataFrame
    keys: Keys
    sketch: U64
    owner: I64
    """Whose each key of `sketch` is; both sorted by key."""

    @classmethod
    def of(cls, rows: pl.DataFrame, keys: Keys) -> Tombs:
        """Open tombstones (columns of TOMBSTONES); SettingsError where they were made by another key."""
        others = rows.filter(pl.col("key_id") != keys.key_id)["key_id"].unique()
        if len(others):
            rule = f"tombstones were made by the keys {sorted(others)}, and this is {keys.key_id}"
            raise SettingsError("PROMPTBOOK_PSEUDONYM_KEY", rule, "Set the key by which they were made.")
        rows = rows.sort(ORDER)
        numbered = rows.with_row_index("owner").select("owner", "sketch").explode("sketch").drop_nulls().sort("sketch")
        return cls(rows, keys, numbered["sketch"].to_numpy(), numbered["owner"].cast(pl.Int64).to_numpy())

    def near(self, sheet: Sheet, rows: I64) -> list[tuple[int, int]]:
        """Pair rows of the sheet with tombstones that share a sketch key."""
        words, ends = sheet.words.some(rows)
        keys, key_ends = sketch_rows(words, ends, SHINGLE)
        made = self.keys.numbers("shingle", keys)
        who = np.repeat(np.arange(len(rows)), np.diff(key_ends))
        low, high = np.searchsorted(self.sketch, made), np.searchsorted(self.sketch, made, side="right")
        hits = np.flatnonzero(high > low).tolist()
        return sorted({(int(rows[who[i]]), int(t)) for i in hits for t in self.owner[low[i] : high[i]]})

    def alike(self, sheet: Sheet, rows: I64) -> list[tuple[int, int]]:
        """Pair rows of the sheet with tombstones that hold a recording of theirs."""
        both = pl.concat_list("takes", "sounds").list.unique()
        left = self.rows.with_row_index("tomb").select("tomb", made=both).explode("made").drop_nulls()
        mine = sheet.prints[rows].select(row=pl.Series(rows), here=both).explode("here").drop_nulls()
        if not left.height or not mine.height:
            return []
        made = pl.Series(self.keys.strings("takes", mine["here"]), dtype=pl.String)
        found = mine.with_columns(made=made).join(left, on="made").select("row", "tomb")
        return sorted({(int(row), int(tomb)) for row, tomb in found.iter_rows()})

    def as_prints(self, beside: pl.DataFrame, chosen: list[int]) -> pl.DataFrame:
        """See tombstones as fingerprints without words; what rows `beside` them share with them is named openly."""
        rows = self.rows[chosen]
        holds = {"performers": beside["performers"], "takes": pl.concat([beside["takes"], beside["sounds"]])}
        there = {kind: of.explode().drop_nulls().unique().to_list() for kind, of in holds.items()}
        names = {kind: dict(zip(self.keys.strings(kind, of), of, strict=True)) for kind, of in there.items()}
        open_names = {kind: names[KIND[kind]] for kind in STRINGS}
        shown = [
            pl.Series(k, [[n.get(v, v) for v in vs] for vs in rows[k]], pl.List(pl.String))
            for k, n in open_names.items()
        ]
        empty = [pl.lit([], FINGERPRINTS.empty().schema[c]).alias(c) for c in ("words", "turn_words", "turn_labels")]
        filled = rows.with_columns(*empty, *shown, brief_text_unknown=pl.lit(value=False))
        return filled.select(FINGERPRINTS.empty().columns)


def entombed(prints: pl.DataFrame, keys: Keys, **said: object) -> pl.DataFrame:
    """Turn fingerprints into tombstones; `said`: erased_at, because."""
    sheet = sheet_of(prints)
    columns: dict[str, list[object]] = {c: [] for c in ("text_key", "shingles", "sketch", *NUMBERS, *STRINGS)}
    for row in range(sheet.rows):
        words, ends = sheet.words.some(np.array([row]))
        turn_keys, turn_labels = sheet.turns(row)
        columns["text_key"].append(int(keys.numbers("text", text_keys(words, ends))[0]))
        columns["shingles"].append(keyed_shingles(words, keys).tolist())
        columns["sketch"].append(np.sort(keys.numbers("shingle", sketch_rows(words, ends, SHINGLE)[0])).tolist())
        columns["turn_keys"].append(keys.numbers("turn", np.array(turn_keys, np.uint64)).tolist())
        columns["turn_labels"].append(keys.numbers("label", np.array(turn_labels, np.uint64)).tolist())
        for kind in STRINGS:
            columns[kind].append(sorted(keys.strings(KIND[kind], prints[kind][row])))
    schema = TOMBSTONES.empty().schema
    made = [pl.Series(name, values, schema[name]) for name, values in columns.items()]
    plain = prints.select("row_id", "submission_id", "revision", "submitted_at", "is_text")
    said = {"key_id": keys.key_id, **said}
    literal = [pl.lit(value, schema[name]).alias(name) for name, value in said.items()]
    return plain.with_columns(*made, *literal).select(schema.names())


def keyed_shingles(words: U32, keys: Keys) -> U64:
    """Key a text's distinct shingles, sorted; one where it is shorter than a shingle, none where it is empty."""
    size = min(SHINGLE, len(words))
    there = [shingle_at(words, i, size) for i in range(len(words) - size + 1)] if size else []
    return np.unique(keys.numbers("shingle", np.unique(np.array(there, np.uint64))))
