"""What emotion labels and collective voices mean: versioned tables in expectations/vocabularies."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

HOME = Path(__file__).resolve().parents[2] / "expectations"
"""Where the reviewed judgement lies."""

BETWEEN = "\x1f"
"""Joins vocabulary and label into one key; the ASCII unit separator stands in no label."""


@cache
def emotions() -> pl.DataFrame:
    """List known label: vocabulary, label, key, ekman, plutchik (empty: the pivot has none), intensity 1 to 3."""
    rows = [
        {
            "vocabulary": vocabulary,
            "label": label,
            "key": vocabulary + BETWEEN + label,
            "ekman": meaning["ekman"],
            "plutchik": meaning["plutchik"],
            "intensity": meaning.get("intensity"),
        }
        for vocabulary, table in _read("emotions")["vocabularies"].items()
        for label, meaning in table["labels"].items()
    ]
    text, texts = pl.String(), pl.List(pl.String())
    schema = {"vocabulary": text, "label": text, "key": text, "ekman": texts, "plutchik": texts, "intensity": pl.Int8()}
    return pl.DataFrame(rows, schema=schema)


DEGREES = 3
"""Degrees of an emotion that a vocabulary tells apart, as Plutchik's cone does: 1 mild, 3 strong."""


@cache
def intensities() -> MappingProxyType[str, float]:
    """Intensity codes of feeds, each from 0 to 1."""
    return MappingProxyType(_read("intensities")["codes"])


@cache
def collective_voices() -> frozenset[str]:
    """Speakers who are nobody of the cast and yet known (ALL, BEIDE), in lower case."""
    return frozenset(_read("voices")["voices"])


def _read(name: str) -> MappingProxyType[str, Any]:
    return MappingProxyType(json.loads((HOME / "vocabularies" / f"{name}.json").read_text(encoding="utf-8")))


@cache
def small_words() -> MappingProxyType[str, list[str]]:
    """Frequent small words by language, by which a language is told."""
    return MappingProxyType({name: text.split() for name, text in _read("small_words")["languages"].items()})


@cache
def function_words() -> MappingProxyType[str, list[str]]:
    """Words of the closed classes by language, by which a voice is told; each once, class by class."""
    classes = _read("function_words")["classes"]
    return MappingProxyType({name: " ".join(of.values()).split() for name, of in classes.items()})
