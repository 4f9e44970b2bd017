"""What the words of a turn must not, or should, hold: personal data, flags for people, subtext that is no echo."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.quality.turns import Flags, Flat, text_of
from pipelines.quality.words import shared_words

EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
"""RFC 5321 mailboxes as people write them."""
DIGITS = r"\+?\(?\d(?:[\s().\-/]{0,2}\d){6,18}"
"""Seven digits or more in a row, with the separators of telephone and card numbers: looked at one by one."""
STREET = (
    r"\b\d{1,5}[a-zA-Z]?,? (?:[A-Z][\w'\x{2019}-]+ ){1,3}(?:Street|St\.|Road|Rd\.|Avenue|Ave\.|Lane|Drive|Square|Court)"
    r"|\b[A-ZÄÖÜ][\wäöüß-]+(?:straße|strasse|gasse|allee|platz|weg) \d{1,4}[a-z]?\b"
)
"""A street with its number, English or German; fiction is full of them, so it is a flag."""
THREAT = (
    r"(?i)\b(?:i(?:['\x{2019}]ll| will| am going to|['\x{2019}]m going to|['\x{2019}]m gonna)"
    r" (?:kill|murder|shoot|stab|strangle|burn|hurt|drown|bury) (?:you|him|her|them|your|his|their)"
    r"|ich (?:bring|werde|mach)\w* (?:dich|euch|ihn|sie) (?:um|töten|kalt)\b)"
)
"""A threat spoken in the first person: drama lives on them, so it is a flag for people and no verdict."""


def flags_of(text: pl.Series) -> dict[str, Flags]:
    """Flag turns with personal data, a street address or a threat; text trimmed, no nulls."""
    numbers = np.flatnonzero(text.str.contains(DIGITS).to_numpy())
    private = text.str.contains(EMAIL).to_numpy().copy()
    private[numbers] |= np.array([_has_number(text[int(i)]) for i in numbers], dtype=np.bool_)
    return {
        "personal_data_turns": private,
        "address_turns": text.str.contains(STREET).to_numpy(),
        "threat_turns": text.str.contains(THREAT).to_numpy(),
    }


def _has_number(text: str) -> bool:
    """Look whether a text holds a payment card's number or a telephone number that could be dialled."""
    import phonenumbers  # noqa: PLC0415  (Google's numbering plans: 60 ms, and only for texts with seven digits)

    digits = ["".join(c for c in found if c.isdigit()) for found in pl.Series([text]).str.extract_all(DIGITS)[0]]
    if any(13 <= len(d) <= 19 and luhn(d) for d in digits):
        return True
    regions = ("US", "GB", "DE")
    return any(True for region in regions for _ in phonenumbers.PhoneNumberMatcher(text, region))


def luhn(digits: str) -> bool:
    """Check a payment card's number (ISO/IEC 7812-1, annex B); a row of one digit passes the sum and is no card."""
    doubled = [sum(divmod(2 * int(d), 10)) if place % 2 else int(d) for place, d in enumerate(reversed(digits))]
    return len(set(digits)) > 1 and sum(doubled) % 10 == 0


ECHO = 0.8
"""Share of the subtext's words that the line itself says, from which it is an echo; a bought subtext says otherwise."""
LEAST_ECHO = 3
"""Words a subtext needs to be called an echo: 'No.' under 'No.' may be the whole point."""


def subtext_flags(turns: Flat) -> dict[str, Flags]:
    """Flag turns with a subtext, and those whose subtext repeats the line."""
    said, ends = text_of(turns)
    under, under_ends = text_of(turns, "subtext")
    distinct, shared = shared_words(said, ends, under, under_ends)
    return {"subtexts": distinct > 0, "echoed_subtexts": (distinct >= LEAST_ECHO) & (shared >= ECHO * distinct)}
