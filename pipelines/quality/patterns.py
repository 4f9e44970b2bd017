"""What is looked for in a turn's text: patterns, each with the sign without which no text matches it.

The one pass over the text (`words`) leaves a few signs on each turn: a digit, an @, a word that a pattern needs. Only
turns with a pattern's sign are shown to the pattern, so what is rare costs next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

AT, DIGIT, ODD, NUMBER, ASSISTANT_WORD, THREAT_WORD, SLUR_WORD = (1 << bit for bit in range(7))
"""Signs of a turn: an @, a digit, a byte that may be garbled, seven digits or more, and three kinds of words."""


@dataclass(frozen=True)
class Watched:
    """A pattern (of Rust's regex) and its sign; `words` give that sign, and every match holds one of them whole."""

    pattern: str
    sign: int
    words: tuple[str, ...] = ()


ASSISTANT = Watched(
    r"(?i)\bas an? (?:\w+ )?(?:ai|artificial intelligence|(?:ai |large )?language model)\b"
    r"(?: (?:language )?model| assistant)?,"
    r"|\bas an ai (?:language model|assistant)\b"
    r"|\bi['\x{2019}]?m sorry,? but i (?:cannot|can['\x{2019}]t|am unable to) (?:assist|help|comply|fulfil)"
    r"|\bals (?:ein )?(?:ki-)?sprachmodell(?:$|[^\w'\x{2019}])|\ben tant que modèle de langage\b"
    r"|\bcomo modelo de lenguaje\b",
    ASSISTANT_WORD,
    ("ai", "intelligence", "model", "sorry", "sprachmodell", "tant", "modelo"),
)
"""How a chat assistant speaks of itself; a robot on stage who says 'I am a machine' does not match."""

GARBLED = Watched(
    r"\x{FFFD}|[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\x{80}-\x{9F}]"
    r"|[ÃÂ](?:[\x{80}-\x{BF}]|\x{201E}|[\x{2020}-\x{2022}]|[\x{2030}\x{2039}\x{2122}\x{02C6}ŠŒŽœžŸš])"
    r"|â€[\x{80}-\x{BF}\x{2122}\x{02DC}\x{201C}\x{201D}œžš]",
    ODD,
)
"""Replacement and control characters, and UTF-8 that was read as Latin-1 or Windows-1252 and encoded again."""

EMAIL = Watched(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}", AT)
"""RFC 5321 mailboxes as people write them."""

DIGITS = Watched(r"\+?\(?\d(?:[\s().\-/]{0,2}\d){6,18}", NUMBER)
"""Seven digits or more in a row, with the separators of telephone and card numbers: looked at one by one."""

STREET = Watched(
    r"\b\d{1,5}[a-zA-Z]?,? (?:[A-Z][\w'\x{2019}-]+ ){1,3}(?:Street|St\.|Road|Rd\.|Avenue|Ave\.|Lane|Drive|Square|Court)"
    r"|\b[A-ZÄÖÜ][\wäöüß-]+(?:straße|strasse|gasse|allee|platz|weg) \d{1,4}[a-z]?\b",
    DIGIT,
)
"""A street with its number, English or German; fiction is full of them, so it is a flag."""

THREAT = Watched(
    r"(?i)\b(?:i(?:['\x{2019}]ll| will| am going to|['\x{2019}]m going to|['\x{2019}]m gonna)"
    r" (?:kill|murder|shoot|stab|strangle|burn|hurt|drown|bury) (?:you|him|her|them|your|his|their)"
    r"|ich (?:bring|werde|mach)\w* (?:dich|euch|ihn|sie) (?:um|töten|kalt)\b)",
    THREAT_WORD,
    ("kill", "murder", "shoot", "stab", "strangle", "burn", "hurt", "drown", "bury", "dich", "euch", "ihn", "sie"),
)
"""A threat spoken in the first person: drama lives on them, so it is a flag for people and no verdict."""
