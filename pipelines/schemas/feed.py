"""feed/v1: how one source system's rows become submission/v1, in YAML and without code.

A path names where a value lies: `brief`, `source.record`, `turns[].performers[]` (every element), `.` (the element
itself), `/modality` (from the record's root while inside `each`). There is no way to write a default: what the source
does not say stays null (semantics 7). What no path touches is kept in `extra`.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Field(msgspec.Struct, forbid_unknown_fields=True):
    """One value: where it lies and how its text is read. A bare string in the YAML is a path alone."""

    path: str
    split: str | None = None
    """Parts a text into a list: `Knechte & Mägde`, or a tie of votes `A:D`."""
    trim: bool = False
    vocabulary: str | None = None
    """The versioned vocabulary in which the words are spoken, e.g. `crema_d/1`."""
    words: dict[str, str] = {}
    """The source's word → the vocabulary's; a word that is not listed is carried as it came."""


Fields = dict[str, str | Field]


class Feed(msgspec.Struct, forbid_unknown_fields=True):
    """One source system: its name, the version of this reading of it, and where each field lies."""

    schema: Literal["feed/v1"]
    feed: str
    version: int
    fields: Fields
    performers: list[Fields]
    turns: Fields
    about: str | None = None
    characters: Fields = {}
    takes: Fields = {}
