"""Who says which turn, and who is in the cast, as numbers: names are compared once and counted as integers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.quality import vocabulary
from pipelines.quality.turns import Flags, Flat, Places, column, distinct, lay_flat, numbered


@dataclass(frozen=True)
class Speech:
    """One element for each (turn, named speaker): `turn`, `key`; `cast`: keys of the characters. key = row, name."""

    turns: Flat
    turn: Places
    key: Places
    cast: Places
    name_of: pl.Series
    """The name of a key's lower part."""

    @property
    def width(self) -> int:
        """By which a key is divided to give its row."""
        return max(len(self.name_of), 1)

    @cached_property
    def voices(self) -> tuple[Places, Places, Places]:
        """Distinct keys in order, the place of each element among them, and how many elements each has."""
        return distinct(self.key, self.turns.rows * self.width)

    def names(self, keys: Places) -> pl.Series:
        """Spell keys out."""
        return self.name_of.gather(keys % self.width)


def speech_of(rows: pl.DataFrame, turns: Flat) -> Speech:
    """Number the speakers of turns and the characters of rows; blank names are nobody."""
    speakers, characters = lay_flat(turns.field("speakers")), lay_flat(column(rows, "characters"))
    said, listed = speakers.strings(), characters.strings("name")
    numbers, name_of = numbered(pl.concat([said, listed]))
    named, cast_named = (said != "").to_numpy(), (listed != "").to_numpy()
    width = max(len(name_of), 1)
    turn, numbers_said, numbers_cast = (
        speakers.row[named],
        numbers[: len(said)][named],
        numbers[len(said) :][cast_named],
    )
    cast = np.unique(characters.row[cast_named] * width + numbers_cast)
    return Speech(turns, turn, turns.row[turn] * width + numbers_said, cast, name_of)


def unknown_speakers(speech: Speech) -> Flags:
    """Flag turns with a speaker outside `characters`, in work that lists any; collective voices are known."""
    lists_cast = np.zeros(speech.turns.rows, dtype=np.bool_)
    lists_cast[speech.cast // speech.width] = True
    keys, place, _ = speech.voices
    collective = speech.name_of.str.to_lowercase().is_in(sorted(vocabulary.collective_voices())).to_numpy()
    strange = lists_cast[keys // speech.width] & ~np.isin(keys, speech.cast) & ~collective[keys % speech.width]
    flags = np.zeros(len(speech.turns.row), dtype=np.bool_)
    flags[speech.turn[strange[place]]] = True
    return flags


def casting(speech: Speech) -> list[pl.Series]:
    """How many speak, how evenly, and how much of the cast: voices, turn_balance, cast_used."""
    keys, _, count = speech.voices
    rows, row = speech.turns.rows, keys // speech.width
    many = np.bincount(row, minlength=rows)
    share = count / np.bincount(row, weights=count, minlength=rows)[row]
    entropy = np.bincount(row, weights=-share * np.log(share), minlength=rows)
    balance = np.where(many > 1, entropy / np.log(np.maximum(many, 2)), 1.0)
    cast_row = speech.cast // speech.width
    size = np.bincount(cast_row, minlength=rows)
    used = np.bincount(cast_row, weights=np.isin(speech.cast, keys), minlength=rows)
    return [
        pl.Series("voices", many),
        pl.Series("turn_balance", balance),
        pl.Series("cast_used", np.where(size > 0, used / np.maximum(size, 1), 1.0)),
    ]
