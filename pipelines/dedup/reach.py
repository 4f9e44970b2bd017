"""What a night must look at: its own rows, those of recent nights, and the few of the shelf that they meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.dedup import lookup
from pipelines.dedup.evidence import Alike, flat, key_of, same_keys
from pipelines.dedup.hashing import I64, SHINGLE, U32, U64, sketch_rows, text_keys
from pipelines.dedup.lookup import B8
from pipelines.dedup.measure import Keys, likely
from pipelines.dedup.pairs import NOBODY, Texts, texts_of
from pipelines.dedup.shelf import NO_ROWS, ORDER, Shelf
from pipelines.dedup.touch import touched_alike, touched_near


@dataclass(frozen=True)
class Reach:
    """The rows that a night's verdicts stand on, in order; which are judged; and the pairs worth measuring."""

    prints: pl.DataFrame
    wanted: B8
    is_come: B8
    row: I64
    earlier: I64
    refused: int
    texts: Texts
    """The sketches of the rows in memory, `here`."""
    ranks: I64
    """How many of the shelf's rows are earlier than each of those."""


def reach(
    here: pl.DataFrame, is_fresh: B8, is_come: B8, shelf: Shelf | None, floor: float, come_there: I64 = NO_ROWS
) -> Reach:
    """Find what a night must judge and look at.

    `here`: fingerprints of tonight and of recent nights, in order; `is_fresh` marks tonight's, `is_come` those to
    judge; `come_there`: rows of the shelf to judge.
    """
    side = _Side.of(here, shelf)
    known = shelf.take(shelf.like(_keys(here.filter(pl.Series(is_fresh))))) if shelf else None
    fresh = side.search(side.entries_of(is_fresh))
    again_here, again_there = _touched(side, fresh, is_fresh, here, known)
    wanted_here, again_there = is_come | again_here, np.union1d(again_there, come_there)
    visitors = shelf.take(again_there) if shelf and len(again_there) else None
    probed = wanted_here | is_fresh
    probes = _Probes.of(side, fresh, probed & ~is_fresh, visitors)
    who, whom, refused = probes.candidates(side, shelf, floor)
    met = np.unique(whom[whom >= side.rows]) - side.rows
    frames = [here.with_columns(shelf_row=pl.lit(None, pl.Int64))]
    if shelf:
        judged = pl.concat([here.filter(pl.Series(probed)), shelf.take(again_there).select(here.columns)])
        frames.append(shelf.take(np.union1d(np.union1d(met, again_there), shelf.like(_keys(judged)))))
    prints = pl.concat(frames, how="diagonal").unique("row_id", keep="first", maintain_order=True).sort(ORDER)
    places = _Places.of(prints, here)
    wanted, come = np.zeros(prints.height, np.bool_), np.zeros(prints.height, np.bool_)
    wanted[places.here[wanted_here]] = True
    wanted[places.there(again_there)] = True
    come[places.here[is_come]] = True
    come[places.there(come_there)] = True
    row = np.concatenate((places.here, places.there(again_there)))[who]
    is_here = whom < side.rows
    earlier = np.empty(len(whom), np.int64)
    earlier[is_here] = places.here[whom[is_here]]
    earlier[~is_here] = places.there(whom[~is_here] - side.rows)
    order = np.lexsort((earlier, row))
    return Reach(prints.drop("shelf_row"), wanted, come, row[order], earlier[order], refused, side.texts, side.ranks)


@dataclass(frozen=True)
class _Places:
    """Where each row in memory, and each row of the shelf that was fetched, stands among the night's rows."""

    here: I64
    shelf_rows: I64
    shelf_places: I64

    @classmethod
    def of(cls, prints: pl.DataFrame, here: pl.DataFrame) -> _Places:
        numbered = prints.select("row_id", "shelf_row").with_row_index("place")
        mine = here.select("row_id").join(numbered, on="row_id", maintain_order="left")["place"]
        fetched = numbered.drop_nulls("shelf_row").sort("shelf_row")
        there = fetched["shelf_row"].to_numpy(), fetched["place"].cast(pl.Int64).to_numpy()
        return cls(mine.cast(pl.Int64).to_numpy(), *there)

    def there(self, shelf_rows: I64) -> I64:
        """Find the places of rows of the shelf, all of which were fetched."""
        found: I64 = self.shelf_places[np.searchsorted(self.shelf_rows, shelf_rows)]
        return found


def _keys(prints: pl.DataFrame) -> U64:
    words, ends = flat(prints["words"])
    return same_keys(prints, text_keys(words, ends))[0]


@dataclass(frozen=True)
class _Found:
    """Entries that were looked up, sorted, and where their keys stand in memory and on the shelf: (2, entries) each."""

    entries: U64
    here: U32
    there: U32

    def and_also(self, other: _Found) -> _Found:
        """Put two together."""
        if not len(other.entries):
            return self
        entries = np.concatenate((self.entries, other.entries))
        order = np.argsort(entries, kind="stable")
        here, there = (np.concatenate(x, axis=1) for x in ((self.here, other.here), (self.there, other.there)))
        return _Found(entries[order], here[:, order], there[:, order])


@dataclass(frozen=True)
class _Side:
    """The rows in memory with their sketches, and how many of the shelf's rows are earlier than each."""

    texts: Texts
    ranks: I64
    shelf_entries: U64

    @property
    def rows(self) -> int:
        return self.texts.rows

    @classmethod
    def of(cls, here: pl.DataFrame, shelf: Shelf | None) -> _Side:
        ranks = shelf.ranks(here) if shelf else np.zeros(here.height, np.int64)
        return cls(texts_of(*flat(here["words"])), ranks, shelf.entries if shelf else NOBODY)

    def search(self, probes: U64) -> _Found:
        """Find each probe's key among the rows in memory, and on the shelf; a long history makes it dear, so: once."""
        found = np.zeros((2, 2, len(probes)), np.uint32)
        lookup.ranges(probes, self.texts.entries, found[0, 0], found[0, 1])
        if len(self.shelf_entries):
            lookup.ranges(probes, self.shelf_entries, found[1, 0], found[1, 1])
        return _Found(probes, found[0], found[1])

    def entries_of(self, mask: B8) -> U64:
        entries = self.texts.entries
        return entries[mask[(entries & np.uint64(lookup.ROW_MASK)).astype(np.int64)]]


def _touched(
    side: _Side, looked_up: _Found, is_fresh: B8, here: pl.DataFrame, known: pl.DataFrame | None
) -> tuple[B8, I64]:
    """Find the rows, in memory and on the shelf, whose verdict a fresh row may change."""
    again = np.zeros(side.rows, np.bool_)
    if not is_fresh.any() or (is_fresh.all() and not len(side.shelf_entries)):
        return again, NO_ROWS
    f = looked_up
    there = touched_near(f.entries, side.texts.entries, f.here, side.shelf_entries, f.there, side.ranks, again)
    both = here.with_columns(shelf_row=pl.lit(-1, pl.Int64), fresh=pl.Series(is_fresh)).with_row_index("here")
    if known is not None:
        both = pl.concat([both, known.with_columns(fresh=pl.lit(value=False))], how="diagonal").sort(ORDER)
    fresh, alike = both["fresh"].to_numpy(), np.zeros(both.height, np.bool_)
    words, ends = flat(both["words"])
    submissions = np.array([key_of(s) for s in both["submission_id"]], np.uint64)
    groups = Alike.of(*same_keys(both, text_keys(words, ends)), submissions)
    touched_alike(groups.keys, groups.rows, submissions, fresh, alike)
    changed = both.filter(pl.Series(alike))
    again[changed["here"].drop_nulls().to_numpy()] = True
    on_shelf = changed.filter(pl.col("shelf_row") >= 0)["shelf_row"].to_numpy()
    return again & ~is_fresh, np.unique(np.concatenate((there, on_shelf)))


@dataclass(frozen=True)
class _Probes:
    """The rows to judge: those in memory by their own numbers, after them the visitors from the shelf."""

    keys: Keys
    key_ends: I64
    word_ends: I64
    found: _Found
    rank: I64

    @classmethod
    def of(cls, side: _Side, fresh: _Found, more: B8, visitors: pl.DataFrame | None) -> _Probes:
        """Join the fresh rows, which are looked up already, with `more` of those in memory and with visitors."""
        t = side.texts
        rank = np.stack((np.arange(t.rows, dtype=np.int64), side.ranks))
        if visitors is None:
            found = fresh.and_also(side.search(side.entries_of(more)))
            return cls(t.keys, t.key_ends, t.word_ends, found, rank)
        words, ends = flat(visitors["words"])
        keys, key_ends = sketch_rows(words, ends, SHINGLE)
        entries = np.empty(len(keys), np.uint64)
        lookup.fill_entries(keys, key_ends, entries)
        entries = np.concatenate((side.entries_of(more), entries + np.uint64(t.rows)))
        numbers = visitors["shelf_row"].to_numpy()
        before = np.searchsorted(side.ranks, numbers, side="right")
        return cls(
            np.concatenate((t.keys, keys)),
            np.concatenate((t.key_ends, key_ends[1:] + t.key_ends[-1])),
            np.concatenate((t.word_ends, ends[1:] + t.word_ends[-1])),
            fresh.and_also(side.search(np.sort(entries))),
            np.concatenate((rank, np.stack((before, numbers))), axis=1),
        )

    def candidates(self, side: _Side, shelf: Shelf | None, floor: float) -> tuple[I64, I64, int]:
        """Find the pairs worth measuring: (probe, row in memory, or the number of those + row of the shelf)."""
        t = side.texts
        f = self.found
        found = lookup.other_holders(f.entries, t.entries, f.here, side.shelf_entries, f.there, self.rank)
        ends, low_a, count_a, low_b, count_b = found
        who, whom, refused = lookup.candidates(
            self.key_ends, ends, t.entries, low_a, count_a, side.shelf_entries, low_b, count_b, side.ranks
        )
        good = np.zeros(len(who), np.bool_)
        near = whom < t.rows
        good[near] = self._likely(who[near], whom[near], t.keys, t.key_ends, t.word_ends, floor)
        if shelf:
            rows = whom[~near] - np.uint32(t.rows)
            good[~near] = self._likely(who[~near], rows, shelf.keys, shelf.key_ends, shelf.word_ends, floor)
        return who[good].astype(np.int64), whom[good].astype(np.int64), refused

    def _likely(self, who: U32, whom: U32, keys: Keys, key_ends: I64, word_ends: I64, floor: float) -> B8:
        good: B8 = likely(who, whom, self.keys, self.key_ends, self.word_ends, keys, key_ends, word_ends, floor)
        return good
