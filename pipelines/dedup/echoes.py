"""Rows that repeat what was erased: the same rules by the same measures, so that no copy becomes the original."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.dedup.config import Config
from pipelines.dedup.evidence import Sheet, sheet_of
from pipelines.dedup.hashing import U64
from pipelines.dedup.lookup import B8
from pipelines.dedup.matches import take_match
from pipelines.dedup.rules import Line, Match, Rank, labels_line, rank_of, take_line, text_line
from pipelines.dedup.shelf import ORDER
from pipelines.dedup.tombs import Tombs, keyed_shingles
from pipelines.dedup.turns import Part

ERASED = "; that row was erased"
Heard = tuple[Rank, Line]


@dataclass(frozen=True)
class Echo:
    """What a row repeats of the erased: its best text and recording with their ranks, and one with other labels."""

    text: Heard | None
    take: Heard | None
    labels: Heard | None


def echoes(sheet: Sheet, wanted: B8, tombs: Tombs, config: Config) -> dict[int, Echo]:
    """Find, for each wanted row of the sheet, what it repeats of the erased rows."""
    rows = np.flatnonzero(wanted).astype(np.int64)
    ids = sheet.prints["submission_id"], tombs.rows["submission_id"]
    met: dict[int, list[int]] = {}
    for row, tomb in sorted({*tombs.near(sheet, rows), *tombs.alike(sheet, rows)}):
        if ids[0][row] != ids[1][tomb]:
            met.setdefault(row, []).append(tomb)
    listening = _Listening.of(sheet, tombs, met)
    found = {}
    for row, tombs_met in met.items():
        heard = [listening.listen(row, tomb, config) for tomb in tombs_met]
        found[row] = Echo(*(_best(of) for of in zip(*heard, strict=True)))
    return found


def _best(heard: Iterable[Heard | None]) -> Heard | None:
    return min((h for h in heard if h), key=lambda h: h[0], default=None)


@dataclass(frozen=True)
class _Listening:
    """The rows concerned and the tombstones in one small sheet, and where each stands in it."""

    sheet: Sheet
    tombs: Tombs
    small: Sheet
    place: dict[str, int]

    @classmethod
    def of(cls, sheet: Sheet, tombs: Tombs, met: Mapping[int, list[int]]) -> _Listening:
        beside = sheet.prints[sorted(met)]
        left = tombs.as_prints(beside, sorted({tomb for of in met.values() for tomb in of}))
        prints = pl.concat([beside, left]).sort(ORDER)
        return cls(sheet, tombs, sheet_of(prints), {r: n for n, r in enumerate(prints["row_id"])})

    def listen(self, row: int, tomb: int, config: Config) -> tuple[Heard | None, Heard | None, Heard | None]:
        """Judge a row beside a tombstone as beside the row that was: by text, by recording, by labels."""
        here = self.place[self.sheet.prints["row_id"][row]]
        there = self.place[self.tombs.rows["row_id"][tomb]]
        match, take = self._measured(row, tomb, here, there), take_match(self.small, here, there)
        agree, whole = self._agree(row, tomb), self._whole_turns(row, tomb)
        is_copy = match.is_equal or match.jaccard >= config.rejected.jaccard
        near = match.jaccard >= config.held.jaccard or match.containment >= config.held.containment
        text = by_take = labels = None
        if there < here and near:
            text = self._heard(row, match, text_line(self.small, match, agree, config, whole))
        if there < here and take.shared:
            by_take = self._heard(row, take, take_line(self.small, take, agree, whole))
        if agree is False and (is_copy or take.shared):
            line = labels_line(self.small, match if is_copy else take, "text" if is_copy else "take", whole)
            labels = self._heard(row, take, line)
        return text, by_take, labels

    def _heard(self, row: int, match: Match, line: Line) -> Heard:
        said = line | {"row": row, "evidence": line["evidence"] + ERASED}
        return rank_of(match, self.small.prints, line["modality"]), said

    def _measured(self, row: int, tomb: int, here: int, there: int) -> Match:
        """Count the shingles shared under the key, as exactly as between living rows."""
        words, _ = self.sheet.words.some(np.array([row]))
        mine, theirs = keyed_shingles(words, self.tombs.keys), self.tombs.rows["shingles"][tomb].to_numpy()
        shared = len(np.intersect1d(mine, theirs, assume_unique=True))
        text = self.tombs.keys.numbers("text", self.sheet.text_keys[[row]])[0]
        is_equal = bool(text and text == self.tombs.rows["text_key"][tomb])
        return Match(here, there, shared, max(1, len(mine)), max(1, len(theirs)), is_equal)

    def _turns(self, row: int, tomb: int) -> tuple[U64, U64, U64, U64]:
        """Give both sides' turns and labels under the key."""
        keys, labels = (np.array(part, np.uint64) for part in self.sheet.turns(row))
        made = self.tombs.keys.numbers
        left = (self.tombs.rows[name][tomb].to_numpy() for name in ("turn_keys", "turn_labels"))
        return made("turn", keys), made("label", labels), *left

    def _whole_turns(self, row: int, tomb: int) -> list[Part]:
        """List the turns that are whole turns of what was erased; shorter runs cannot be placed any more."""
        mine, _, theirs, _ = self._turns(row, tomb)
        whole = {key: n for n, key in reversed(list(enumerate(theirs.tolist()))) if key}
        return [Part(n, whole[key], 1.0) for n, key in enumerate(mine.tolist()) if key in whole]

    def _agree(self, row: int, tomb: int) -> bool | None:
        """Compare labels as `labels.compared` does, of whole turns."""
        keys, labels, their_keys, their_labels = (part.tolist() for part in self._turns(row, tomb))
        if not any(keys) or not any(their_keys):
            mine, theirs = [x for x in labels if x], [x for x in their_labels if x]
            return mine == theirs if mine and theirs else None
        said, others = _by_words(keys, labels), _by_words(their_keys, their_labels)
        both = [said[key] == others[key] for key in said.keys() & others.keys()]
        return all(both) if both else None


def _by_words(keys: list[int], labels: list[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for key, label in zip(keys, labels, strict=True):
        if key and label:
            found.setdefault(key, set()).add(label)
    return found
