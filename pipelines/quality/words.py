"""One compiled pass over the bytes of all turns and their subtexts: everything that is counted word by word.

Small words by language, letters by script, a profile for each voice, words shared with the subtext, phrases of six
words, and signs by which `patterns` are looked for. Words are runs of letters in lower case (ASCII, Latin-1, Cyrillic),
an apostrophe inside included; anything beyond ASCII that is no punctuation counts as a letter. A word is looked up by
its hash.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.quality.alphabet import ALPHABET, SCRIPTS
from pipelines.quality.lexicon import lexicon
from pipelines.quality.scan import Bytes, Counts, Keys, Places, Text, scan


@dataclass(frozen=True)
class Counted:
    """What the pass found: hits a row and language, letters a row and script, words a row; features a voice."""

    hits: Counts
    letters: Counts
    words: Counts
    features: NDArray[np.float32]
    spoken: Counts
    """Words a voice."""
    signs: Bytes
    """Bits a turn, as in `patterns`."""
    distinct: Counts
    """Distinct words of each turn's subtext."""
    shared: Counts
    """Those of them that the line itself says."""
    phrases: Keys
    """Hashes of phrases not above the limit; they lie in the turns `phrase_turns`."""
    phrase_turns: Places


def count(
    said: Text, under: Text, row: Places, coarse: Counts, voice: Places, tongue: Places, limit: int = 0
) -> Counted:
    """Count in one pass over the turns, said and meant.

    `row` and `voice`: of each turn, voice -1 is nobody's; `coarse`: of each row, the bit of its language in `slurs`;
    `tongue`: of each voice, the line of its language in the lexicon, or -1; `limit`: the highest hash of a phrase that
    is kept.
    """
    lex, turns, rows = lexicon(), len(row), len(coarse)
    room = len(said[0]) // 2 + 1 if limit else 0
    found = Counted(
        np.zeros((rows, len(lex.languages)), np.int32),
        np.zeros((rows, len(SCRIPTS)), np.int32),
        np.zeros(rows, np.int32),
        np.zeros((len(tongue), lex.size), np.float32),
        np.zeros(len(tongue), np.int32),
        np.zeros(turns, np.uint8),
        np.zeros(turns, np.int32),
        np.zeros(turns, np.int32),
        np.empty(room, np.uint64),
        np.empty(room, np.int64),
    )
    out = (found.hits, found.letters, found.words, found.features, found.spoken, found.signs)
    longest = max(int(np.diff(ends).max(initial=0)) for _, ends in (said, under))
    more = (found.distinct, found.shared, found.phrases, found.phrase_turns, np.empty(longest + 2, np.uint64))
    kept = scan(said, under, (row, voice, tongue, coarse), (ALPHABET, lex.table), np.uint64(limit), out, more)
    return Counted(*out, found.distinct, found.shared, found.phrases[:kept].copy(), found.phrase_turns[:kept].copy())
