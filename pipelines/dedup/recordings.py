"""The same recording in other bytes: exact bit errors of acoustic fingerprints, aligned, of all likely pairs.

Two fingerprints are likely the same where they share ENOUGH 16-bit halves of their numbers: at 10 % of bits in error a
half is whole once in five. Each likely pair is laid over each other at every shift that leaves `overlap` of the longer
one, and the least share of differing bits is its measure. History is read a night at a time and looked up among
tonight's recordings: linear in the history, 12 CPU seconds a million recordings of five seconds beside 20,000 of
tonight's.
"""

# mypy: disable-error-code="assignment,no-any-return,return-value,call-overload,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from pipelines.dedup.config import Recording
from pipelines.dedup.evidence import flat
from pipelines.dedup.hashing import I64, U32

HALVES = 1 << 17
ENOUGH = 3
"""Distinct halves shared by a likely pair."""

COMMON = 1024
"""A half held by more of tonight's recordings is silence or hum, and tells nothing."""

MARK = "~"
"""Parts, among a row's sounds, the file that a recording sounds like from the share of bits that differ."""


@dataclass(frozen=True)
class Tonight:
    """Tonight's recordings that are long enough, and which of them hold each half."""

    ids: pl.Series
    items: U32
    ends: I64
    starts: I64
    holders: I64

    @classmethod
    def of(cls, takes: pl.DataFrame, rule: Recording) -> Tonight:
        """Index recordings: sha256, items."""
        takes = takes.filter(pl.col("items").list.len() >= rule.items).unique("sha256").sort("sha256")
        items, ends = flat(takes["items"])
        take = np.repeat(np.arange(takes.height), np.diff(ends))
        pairs = np.unique(np.concatenate((halves_of(items, 0) << 32 | take, halves_of(items, 1) << 32 | take)))
        starts = np.searchsorted(pairs >> 32, np.arange(HALVES + 1)).astype(np.int64)
        return cls(takes["sha256"], items.astype(np.uint32), ends, starts, pairs & 0xFFFFFFFF)

    def same(self, others: pl.DataFrame, rule: Recording) -> pl.DataFrame:
        """Find which of tonight's recordings are others (sha256, items): sha256, other, errors; never itself."""
        others = others.filter(pl.col("items").list.len() >= rule.items)
        items, ends = flat(others["items"])
        items = items.astype(np.uint32)
        who, whom = likely_pairs(items, ends, self.starts, self.holders, len(self.ids))
        errors = bit_errors(whom, who, self.items, self.ends, items, ends, rule.overlap)
        found = pl.DataFrame(
            {"sha256": self.ids.gather(whom), "other": others["sha256"].gather(who), "errors": pl.Series(errors)}
        )
        return found.filter((pl.col("errors") <= rule.errors) & (pl.col("sha256") != pl.col("other")))


def halves_of(items: U32, side: int) -> I64:
    """Number the upper (1) or lower (0) halves of items, apart from each other."""
    half = items >> np.uint32(16) if side else items & np.uint32(0xFFFF)
    return half.astype(np.int64) | side << 16


def echoes_of(fresh: pl.DataFrame, history: Iterable[pl.DataFrame], rule: Recording) -> pl.DataFrame:
    """Name, for each of tonight's recordings (row_id, sha256, items), the recordings that it is: row_id, heard.

    `heard` are the others' sha256, by which rows are tied as by equal bytes, and sha256~errors, the measure. Of two
    recordings of one night the one with the greater hash names the other.
    """
    tonight = Tonight.of(fresh.select("sha256", "items"), rule)
    parts = [pl.DataFrame(schema={"sha256": pl.String, "other": pl.String, "errors": pl.Float64})]
    if len(tonight.ids):
        parts += [tonight.same(others.select("sha256", "items"), rule) for others in history]
        mine = tonight.same(fresh.select("sha256", "items").unique("sha256"), rule)
        parts.append(mine.filter(pl.col("sha256") > pl.col("other")))
    found = pl.concat(parts).unique().sort("sha256", "other")
    said = pl.concat_list("other", pl.format("{}" + MARK + "{}", "other", pl.col("errors").round(4)))
    named = fresh.select("row_id", "sha256").join(found.with_columns(heard=said), on="sha256").explode("heard")
    return named.group_by("row_id", maintain_order=True).agg(pl.col("heard").unique().sort())


@njit(cache=True, nogil=True)
def likely_pairs(items: U32, ends: I64, starts: I64, holders: I64, count: int) -> tuple[I64, I64]:  # pragma: no cover
    """Pair recordings with tonight's that share ENOUGH distinct halves: (which, which of tonight's)."""
    shared = np.zeros(count, np.int64)
    last = np.full(len(starts), -1, np.int64)
    met = np.empty(count, np.int64)
    who = np.empty(1024, np.int64)
    whom = np.empty(1024, np.int64)
    found = 0
    for r in range(len(ends) - 1):
        many = 0
        for i in range(ends[r], ends[r + 1]):
            for side in range(2):
                half = np.int64((items[i] >> np.uint32(16)) if side else (items[i] & np.uint32(0xFFFF))) | side << 16
                if last[half] == r or starts[half + 1] - starts[half] > COMMON:
                    continue
                last[half] = r
                for e in range(starts[half], starts[half + 1]):
                    if shared[holders[e]] == 0:
                        met[many] = holders[e]
                        many += 1
                    shared[holders[e]] += 1
        if found + many > len(who):
            who = np.concatenate((who, np.empty(len(who) + many, np.int64)))
            whom = np.concatenate((whom, np.empty(len(whom) + many, np.int64)))
        for m in range(many):
            if shared[met[m]] >= ENOUGH:
                who[found] = r
                whom[found] = met[m]
                found += 1
            shared[met[m]] = 0
    return who[:found].copy(), whom[:found].copy()


@njit(cache=True, nogil=True)
def bit_errors(
    who: I64, whom: I64, items: U32, ends: I64, others: U32, other_ends: I64, overlap: float
) -> NDArray[np.float64]:  # pragma: no cover  (compiled)
    """Measure pairs: the least share of differing bits at any shift that leaves `overlap` of the longer; else 1."""
    out = np.ones(len(who), np.float64)
    for p in range(len(who)):
        a = items[ends[who[p]] : ends[who[p] + 1]]
        b = others[other_ends[whom[p]] : other_ends[whom[p] + 1]]
        least = overlap * max(len(a), len(b))
        for shift in range(-len(b) + 1, len(a)):
            i = max(0, shift)
            j = max(0, -shift)
            both = min(len(a) - i, len(b) - j)
            if both < least:
                continue
            differ = 0
            for k in range(both):
                x = a[i + k] ^ b[j + k]
                x -= (x >> np.uint32(1)) & np.uint32(0x55555555)
                x = (x & np.uint32(0x33333333)) + ((x >> np.uint32(2)) & np.uint32(0x33333333))
                x = (x + (x >> np.uint32(4))) & np.uint32(0x0F0F0F0F)
                differ += np.int64((x * np.uint32(0x01010101)) >> np.uint32(24)) & 0xFF
            out[p] = min(out[p], differ / (32 * both))
    return out
