"""The emotional register: labels looked up in their vocabularies, counted in Ekman's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.quality import vocabulary
from pipelines.quality.turns import Flags, Flat, Places, distinct, lay_flat, numbered
from pipelines.tables.measures import EKMAN


@dataclass(frozen=True)
class Labels:
    """One element for each emotion or undertone: its `turn`, its `code`; each code's meaning in `known` and `ekman`."""

    turn: Places
    code: Places
    under: Flags
    """Is an undertone, no emotion."""
    known: Flags
    ekman: np.ndarray[Any, np.dtype[np.bool_]]
    """One line a code, one column for each of EKMAN."""
    degree: np.ndarray[Any, np.dtype[np.float64]]
    """How strong each code is, 1 to vocabulary.DEGREES; nan where its vocabulary does not say."""

    def of_turns(self, turns: Flat, which: Flags) -> Flags:
        """Flag the turns that have a label of the given elements."""
        flags = np.zeros(len(turns.row), dtype=np.bool_)
        flags[self.turn[which]] = True
        return flags


def labels_of(turns: Flat) -> Labels:
    """Read the emotions and undertones of turns; a label without a vocabulary is known by nobody."""
    listed, under = lay_flat(turns.field("emotions")), turns.field("undertone")
    keys = pl.concat([_keys(listed.values), _keys(under)])
    is_label = np.concatenate([np.ones(len(listed.row), np.bool_), under.is_valid().to_numpy(zero_copy_only=False)])
    is_label &= (keys != _NOTHING).to_numpy()
    turn = np.concatenate([listed.row, np.arange(len(turns.row))])[is_label]
    codes, distinct = numbered(keys.filter(pl.Series(is_label)))
    spelled = pl.DataFrame({"key": distinct})
    meaning = spelled.join(vocabulary.emotions(), on="key", how="left", maintain_order="left")
    ekman = [meaning["ekman"].list.contains(e).fill_null(value=False).to_numpy() for e in EKMAN]
    return Labels(
        turn,
        codes,
        (np.arange(len(keys)) >= len(listed.row))[is_label],
        meaning["label"].is_not_null().to_numpy(),
        np.stack(ekman, axis=1) if len(spelled) else np.zeros((0, len(EKMAN)), np.bool_),
        meaning["intensity"].cast(pl.Float64).fill_null(float("nan")).to_numpy(),
    )


_NOTHING = vocabulary.BETWEEN
"""The key of a label and a vocabulary that are both absent."""


def _keys(emotions: Any) -> pl.Series:
    frame = pl.DataFrame(
        {name: pl.Series(emotions.field(name), dtype=pl.String) for name in ("vocabulary", "label")}
    ).fill_null("")
    return frame.select(pl.concat_str("vocabulary", "label", separator=vocabulary.BETWEEN)).to_series()


def unknown_labels(labels: Labels, turns: Flat) -> Flags:
    """Flag turns with a label that its vocabulary does not hold."""
    return labels.of_turns(turns, ~labels.known[labels.code])


LEAST_NOTES = 4
"""Labelled turns from which one label throughout is a register that does not move; a single take has but one."""


def register(labels: Labels, turns: Flat, performed: Flags) -> list[pl.Series]:
    """Measure the register of each row: distinct labels, share labelled, compound share, entropy, Ekman's turns."""
    rows, width = turns.rows, max(len(labels.known), 1)
    row = turns.row[labels.turn]
    keys, _, count = distinct(row * width + labels.code, rows * width)
    of = keys // width
    share = count / np.bincount(of, weights=count, minlength=rows)[of]
    labelled = labels.of_turns(turns, np.ones(len(labels.turn), np.bool_)) & performed
    several = np.bincount(labels.turn, minlength=len(turns.row)) > 1
    spoken = np.maximum(turns.per_row(performed), 1)
    different, carrying = np.bincount(of, minlength=rows), turns.per_row(labelled)
    found = [
        pl.Series("emotions", different),
        pl.Series("one_note_turns", np.where((different == 1) & (carrying >= LEAST_NOTES), carrying, 0)),
        pl.Series("emotion_entropy", np.bincount(of, weights=-share * np.log2(share), minlength=rows)),
        pl.Series("labelled_turns", carrying / spoken),
        pl.Series("compound_turns", turns.per_row(several & performed) / spoken),
    ]
    for place, emotion in enumerate(EKMAN):
        flags = labels.of_turns(turns, labels.ekman[labels.code, place])
        found.append(pl.Series(f"{emotion}_turns", turns.per_row(flags)))
    return found
