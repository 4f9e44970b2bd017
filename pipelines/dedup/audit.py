"""What the chosen threshold finds in the user's own texts: edits of known rates planted, beside an exact join."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.dedup.config import jaccard_at
from pipelines.dedup.pairs import near_pairs, thinned
from pipelines.dedup.words import hash_texts, words_of
from pipelines.errors import InputError

RATES = (0.01, 0.02, 0.03, 0.05, 0.08, 0.10, 0.15, 0.20)
NEVER = 1.1
"""A containment that no pair has: only Jaccard counts."""

Shingles = frozenset[tuple[str, ...]]
Ties = set[tuple[int, int]]


@dataclass(frozen=True)
class Planted:
    """Copies with `rate` of their words edited: how many there are, reach the threshold exactly, and were found."""

    rate: float
    copies: int
    expected_jaccard: float
    mean_jaccard: float
    due: int
    found: int


@dataclass(frozen=True)
class Audit:
    """The recall curve, and the engine beside an exact prefix-filter join of the sample and its planted copies."""

    jaccard: float
    planted: tuple[Planted, ...]
    exact_pairs: int
    found_pairs: int
    invented_pairs: int


def audit_file(source: Path, text_column: str, *, jaccard: float, sample: int, seed: int) -> Audit:
    """Audit a sample of a Parquet file's texts; InputError where the file or its column cannot be read."""
    try:
        column = pq.read_table(source, columns=[text_column])[text_column]
    except (OSError, pa.ArrowInvalid, KeyError) as error:
        raise InputError(
            f"file {source}", f"its column {text_column} cannot be read ({error})", "Name both."
        ) from error
    chosen = random.Random(seed)  # noqa: S311  (a sample, not a secret)
    places = sorted(chosen.sample(range(len(column)), min(sample, len(column))))
    texts = [text for p in places if (text := column[p].as_py())]
    return audit(texts, jaccard=jaccard, seed=seed)


def audit(texts: Sequence[str], *, jaccard: float, seed: int, rates: Sequence[float] = RATES) -> Audit:
    """Plant one copy of each text, with the rates in turn, and see which pairs the engine ties."""
    chosen = random.Random(seed)  # noqa: S311
    pool = [word for text in texts for word in words_of(text)]
    words = [words_of(text) for text in texts]
    copies = [edited(own, rates[i % len(rates)], pool, chosen) for i, own in enumerate(words)]
    everything = [" ".join(w) for w in (*words, *copies)]
    found = _engine(everything, jaccard)
    shingles = [_shingles(text) for text in everything]
    due = exact_join(shingles, jaccard)
    curve = []
    for rate in rates:
        rows = [i for i in range(len(texts)) if rates[i % len(rates)] == rate and words[i]]
        ties = {(len(texts) + i, i) for i in rows}
        measures = [_jaccard(shingles[a], shingles[b]) for a, b in ties]
        mean = sum(measures) / max(1, len(measures))
        curve.append(Planted(rate, len(rows), jaccard_at(rate), mean, len(ties & due), len(ties & found)))
    return Audit(jaccard, tuple(curve), len(due), len(due & found), len(found - due))


def edited(words: Sequence[str], rate: float, pool: Sequence[str], chosen: random.Random) -> list[str]:
    """Substitute (most), delete, insert or swap `rate` of the words at random places."""
    out = list(words)
    for place in sorted(chosen.sample(range(len(out)), max(1, round(rate * len(out))) if out else 0), reverse=True):
        kind = chosen.random()
        if kind < 0.7:
            out[place] = chosen.choice(pool)
        elif kind < 0.8:
            del out[place]
        elif kind < 0.9 or place + 1 == len(out):
            out.insert(place, chosen.choice(pool))
        else:
            out[place], out[place + 1] = out[place + 1], out[place]
    return out


def exact_join(texts: Sequence[Shingles], jaccard: float) -> Ties:
    """Find every pair at least so near, by prefix filtering (Chaudhuri, Ganti, Kaushik 2006): nothing is estimated."""
    often = Counter(shingle for text in texts for shingle in text)
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    ties: Ties = set()
    for row, text in enumerate(texts):
        ordered = sorted(text, key=lambda s: (often[s], s))
        prefix = ordered[: len(ordered) - _least(jaccard, len(ordered)) + 1]
        near = {other for shingle in prefix for other in holders[shingle]}
        ties |= {(row, other) for other in near if _jaccard(text, texts[other]) >= jaccard}
        for shingle in prefix:
            holders[shingle].append(row)
    return ties


def _least(jaccard: float, size: int) -> int:
    return max(1, -int(-jaccard * size // 1))


def _engine(texts: Sequence[str], jaccard: float) -> Ties:
    words = hash_texts(pa.array(texts, pa.large_string()))
    pairs, _ = near_pairs(thinned(words.words, words.ends), jaccard=jaccard, containment=NEVER)
    return set(zip(pairs.row.tolist(), pairs.earlier.tolist(), strict=True))


def _shingles(text: str) -> Shingles:
    words = text.split()
    return frozenset(tuple(words[i : i + 5]) for i in range(max(1, len(words) - 4))) if words else frozenset()


def _jaccard(one: Shingles, other: Shingles) -> float:
    both = len(one | other)
    return len(one & other) / both if both else 0.0
