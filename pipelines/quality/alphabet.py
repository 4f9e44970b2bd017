"""What each byte of a text is to the compiled pass: part of a letter, a mark, a sign; and how a word is hashed.

The tables are handed to the pass, not compiled into it: numba keeps compiled code by the file that it stands in, and
would not see that one of these changed.
"""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipelines.quality.patterns import AT, DIGIT, ODD

Alphabet: TypeAlias = tuple[
    NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]
]

SCRIPTS = ("latin", "greek", "cyrillic", "hebrew", "arabic", "indic", "thai", "kana", "han", "hangul")
"""Told apart by the first two bytes of a letter."""
MARKS = (".", ",", "!", "?", ";", ":", "dash", "ellipsis")
"""Punctuation counted in a voice; a long dash is a hyphen's kin and counts with it."""


def _numbers() -> NDArray[np.uint64]:
    """Give each byte its pinned random number; capitals of ASCII have their small letter's."""
    drawn = [int.from_bytes(hashlib.blake2b(bytes([b]), digest_size=8).digest(), "big") for b in range(256)]
    drawn[ord("A") : ord("Z") + 1] = drawn[ord("a") : ord("z") + 1]
    return np.array(drawn, np.uint64)


def _letters() -> NDArray[np.uint64]:
    """1 for letters and digits of ASCII."""
    return np.array([b < 128 and chr(b).isalnum() for b in range(256)], np.uint64)


def _classes() -> NDArray[np.uint8]:
    """What a byte is: 0 nothing, 1 part of a letter, 2 an apostrophe."""
    classes = _letters().astype(np.uint8)
    classes[0xC3:0xF0] = 1
    classes[0x27] = 2
    return classes


def _scripts() -> NDArray[np.uint8]:
    """Script of a UTF-8 sequence by its first byte; 0xE0 and 0xE3 hold two, told by the second byte."""
    lead = np.zeros(256, np.uint8)
    for first, last, script in ((0xCD, 0xCF, 1), (0xD0, 0xD3, 2), (0xD4, 0xD7, 3), (0xD8, 0xDB, 4), (0xE0, 0xE0, 5)):
        lead[first : last + 1] = script
    lead[0xE3:0xEA], lead[0xEA:0xEE] = 8, 9
    return lead


def _signs() -> NDArray[np.uint8]:
    """Signs of a byte; a first byte that begins digits of another script (Unicode's Nd) stands for a digit."""
    signs = np.zeros(256, np.uint8)
    signs[0x40] = AT
    signs[:32], signs[0x7F], signs[0xEF] = ODD, ODD, ODD
    signs[[9, 10, 13]] = 0
    signs[0x30:0x3A] = DIGIT
    signs[[0xD9, 0xDB, 0xDF, 0xE0, 0xE1, 0xEA, 0xEF, 0xF0]] |= DIGIT
    return signs


NUMBERS = _numbers()
ALPHABET: Alphabet = (
    NUMBERS,
    _letters(),
    _classes(),
    _scripts(),
    _signs(),
    np.frombuffer("".join(MARKS[:6]).encode() + b"-", np.uint8).copy(),
)
for _table in ALPHABET:
    _table.setflags(write=False)


def key_of(word: str) -> int:
    """Hash a word of lower case as the pass does: h = rotl(h, 11) + number of the byte."""
    key = 0
    for byte in word.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").encode():
        key = ((key << 11 | key >> 53) + int(NUMBERS[byte])) % 2**64
    return key
