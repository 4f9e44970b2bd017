"""The language that is written, against the one that is declared: by script, then by small words. Offline."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipelines.quality.alphabet import SCRIPTS
from pipelines.quality.lexicon import lexicon
from pipelines.quality.words import Counted

LEAST_WORDS = 20
"""Below, eight small words decide, and a scene in dialect or of names is called foreign."""
LEAST_SHARE = 0.15
"""Share of the words that must be the found language's small words; prose has 0.3 to 0.5."""
CLEARLY = 1.5
"""How many times the declared language's hits the found one must have; sister languages share most small words."""
BY_SCRIPT = {
    "greek": ("el",),
    "hebrew": ("he", "yi"),
    "arabic": ("ar", "fa", "ur", "ps", "ckb"),
    "indic": ("hi", "mr", "ne", "bn", "pa", "gu", "ta", "te", "kn", "ml", "si"),
    "thai": ("th", "lo"),
    "kana": ("ja",),
    "han": ("zh", "ja", "yue", "cmn"),
    "hangul": ("ko",),
    "cyrillic": ("ru", "uk", "bg", "sr", "mk", "be", "kk", "mn"),
}
"""Scripts and the languages written in them; one that is not listed is taken to be written in Latin letters."""


SAME = {"no": "nb", "nn": "nb", "cmn": "zh"}
"""Codes that are read as another's."""


def written(counted: Counted, declared: pl.Series) -> list[pl.Series]:
    """Tell, for each row, `language_written` ('' where it cannot be told) and `language_doubt` ('' where none).

    The doubt names the language that was found instead of the declared one. `declared`: first subtags, lower case.
    """
    names = np.array(lexicon().languages, dtype=object)
    told = declared.fill_null("").replace(SAME)
    best = counted.hits.argmax(axis=1)
    most = counted.hits[np.arange(len(best)), best]
    known = told.replace_strict({n: i for i, n in enumerate(names)}, default=-1, return_dtype=pl.Int64).to_numpy()
    theirs = np.where(known >= 0, counted.hits[np.arange(len(best)), np.maximum(known, 0)], 0)
    enough = (counted.words >= LEAST_WORDS) & (most >= LEAST_SHARE * counted.words)
    by_words = np.where(enough, names[best], "")
    script, is_told = _script(counted)
    own = told.replace_strict(_SCRIPT_OF, default="latin").to_numpy()
    foreign = is_told & (script != own) & ~((script == "han") & (own == "kana"))
    by_script = np.array([BY_SCRIPT.get(s, ("",))[0] for s in script], dtype=object)
    found = np.where(foreign & (by_script != ""), by_script, by_words)
    found = np.where(is_told & ~foreign & (own != "latin") & (found == ""), told.to_numpy(), found)
    doubtful = enough & (known >= 0) & (most >= CLEARLY * np.maximum(theirs, 1))
    doubt = np.where(foreign, np.where(found == "", script, found), np.where(doubtful, by_words, ""))
    return [pl.Series("language_written", found, dtype=pl.String), pl.Series("language_doubt", doubt, dtype=pl.String)]


_SCRIPT_OF = {language: script for script, languages in reversed(BY_SCRIPT.items()) for language in languages}


def _script(counted: Counted) -> tuple[np.ndarray[Any, np.dtype[np.object_]], np.ndarray[Any, np.dtype[np.bool_]]]:
    """Name the script of most letters of each row, and whether it is told: 60 % of at least twenty letters."""
    total = counted.letters.sum(axis=1)
    best = counted.letters.argmax(axis=1)
    most = counted.letters[np.arange(len(best)), best]
    return np.array(SCRIPTS, dtype=object)[best], (total >= LEAST_WORDS) & (most >= 0.6 * total)
