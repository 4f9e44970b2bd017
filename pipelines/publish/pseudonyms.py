"""Pseudonyms of one client: keyed, so that nobody can join two clients' data by them (semantics 11)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping

import polars as pl
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from pipelines.errors import SettingsError

SHORTEST_KEY = 16
"""Characters of PROMPTBOOK_PSEUDONYM_KEY below which guessing it is no work."""


class Pseudonyms:
    """Names for one client's eyes: HMAC-SHA256, cut to 128 bits, under HKDF(secret, client_id)."""

    def __init__(self, secret: SecretStr | None, client_id: str) -> None:
        text = secret.get_secret_value() if secret else ""
        if len(text) < SHORTEST_KEY:
            rule = f"without {SHORTEST_KEY} characters of secret nothing is published"
            raise SettingsError("PROMPTBOOK_PSEUDONYM_KEY", rule, "Set it, and keep it: ids change with it.")
        info = b"promptbook/pseudonym/v1/" + client_id.encode()
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(text.encode())
        mark = "sample-" if "sample" in text else ""  # everybody knows the key of the sample
        self.key_id = mark + hashlib.sha256(b"key id\0" + self._key).hexdigest()[:16]
        """Tells whether two versions share their key; says nothing about it, and is each client's own."""

    def of(self, kind: str, value: str) -> str:
        """Name one thing: `scn` a scene, `prf` a performer, `ses` a session, `cmp` a campaign, `brf` a brief."""
        made = hmac.digest(self._key, f"{kind}\0{value}".encode(), "sha256")
        return f"{kind}_{made.hex()[:32]}"

    def names(self, kind: str, values: Iterable[str | None]) -> dict[str, str]:
        """Map many ids to their pseudonyms."""
        return {v: self.of(kind, v) for v in values if v is not None}

    def column(self, kind: str, values: pl.Series) -> pl.Series:
        """Name a column of ids; null stays null."""
        unique = values.drop_nulls().unique()
        return values.replace_strict(
            unique, pl.Series([self.of(kind, v) for v in unique], dtype=pl.String), default=None
        )


def person(name: str) -> str:
    """Bring a name to the form by which a speaker is compared with people."""
    return " ".join(name.split()).casefold()


def people(performers: pl.DataFrame, ids: Iterable[str]) -> dict[str, str]:
    """Map every name that is a person's, compared form, to a performer_id; one that several share to itself.

    `performers`: performer_id, legal_name, stage_name (the contract feed's table; no rows where there is none).
    """
    found = {person(i): i for i in ids}
    for performer_id, *names in performers.select("performer_id", "legal_name", "stage_name").iter_rows():
        for name in (performer_id, *names):
            if name is None or not person(name):
                continue
            known = found.setdefault(person(name), performer_id)
            if known != performer_id:
                found[person(name)] = person(name)
    return found


def speakers_named(speakers: Iterable[str], persons: Mapping[str, str], pseudonyms: Pseudonyms) -> dict[str, str]:
    """Map those speakers that name a person to that person's pseudonym; characters are not in it."""
    return {s: pseudonyms.of("prf", persons[person(s)]) for s in speakers if person(s) in persons}
