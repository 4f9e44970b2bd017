"""What the words of a turn must not, or should, hold: personal data, flags for people, subtext that is no echo."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.quality.patterns import ASSISTANT, DIGITS, EMAIL, GARBLED, SLUR_WORD, STREET, THREAT, Watched
from pipelines.quality.turns import Flags
from pipelines.quality.words import Counted

REGIONS = ("US", "GB", "DE")
"""Where a telephone number without its country's code is looked for."""


def flags_of(text: pl.Series, counted: Counted) -> dict[str, Flags]:
    """Flag turns by what they say: text without nulls, and what the pass over it found."""
    private = _matches(text, counted, EMAIL)
    numbers = np.flatnonzero(_matches(text, counted, DIGITS))
    private[numbers] |= _have_numbers(text.gather(numbers))
    return {
        "assistant_turns": _matches(text, counted, ASSISTANT),
        "garbled_turns": _matches(text, counted, GARBLED),
        "personal_data_turns": private,
        "address_turns": _matches(text, counted, STREET),
        "threat_turns": _matches(text, counted, THREAT),
        "slur_turns": (counted.signs & SLUR_WORD) > 0,
        "subtexts": counted.distinct > 0,
        "echoed_subtexts": (counted.distinct >= LEAST_ECHO) & (counted.shared >= ECHO * counted.distinct),
    }


def _matches(text: pl.Series, counted: Counted, watched: Watched) -> Flags:
    """Flag the texts that a pattern matches; those without its sign are not shown to it."""
    at = np.flatnonzero(counted.signs & watched.sign)
    found = np.zeros(len(text), np.bool_)
    found[at] = text.gather(at).str.contains(watched.pattern).to_numpy()
    return found


def _have_numbers(text: pl.Series) -> Flags:
    """Look which texts hold a payment card's number or a telephone number; equal texts are looked at once."""
    seen = {t: _has_number(t, runs) for t, runs in _runs(text.unique())}
    return np.array([seen[t] for t in text], dtype=np.bool_)


def _runs(text: pl.Series) -> list[tuple[str, list[str]]]:
    """Each text with its runs of seven digits or more, separators left out."""
    runs = text.str.extract_all(DIGITS.pattern).list.eval(pl.element().str.replace_all(r"\D", ""))
    return list(zip(text, runs.to_list(), strict=True))


def _has_number(text: str, runs: list[str]) -> bool:
    import phonenumbers  # noqa: PLC0415  (Google's numbering plans: 60 ms, and only for texts with seven digits)

    if any(13 <= len(d) <= 19 and luhn(d) for d in runs):
        return True
    return any(True for region in REGIONS for _ in phonenumbers.PhoneNumberMatcher(text, region))


def luhn(digits: str) -> bool:
    """Check a payment card's number (ISO/IEC 7812-1, annex B); a row of one digit passes the sum and is no card."""
    doubled = [sum(divmod(2 * int(d), 10)) if place % 2 else int(d) for place, d in enumerate(reversed(digits))]
    return len(set(digits)) > 1 and sum(doubled) % 10 == 0


ECHO = 0.8
"""Share of the subtext's words that the line itself says, from which it is an echo; a bought subtext says otherwise."""
LEAST_ECHO = 3
"""Words a subtext needs to be called an echo: 'No.' under 'No.' may be the whole point."""
