"""Keyed hashes of what was erased: they can be compared by whoever holds the key, and read by nobody.

Numbers go through SipHash-2-4 (Aumasson and Bernstein 2012), a keyed function made for short inputs: 10 ns each, where
an HMAC takes a microsecond. Strings go through HMAC-SHA256. Each kind of thing has a key of its own, derived by HKDF
from PROMPTBOOK_PSEUDONYM_KEY with an information string that no pseudonym uses.
"""

# mypy: disable-error-code="assignment,no-any-return,return-value,call-overload,operator,arg-type,index"
# (numba infers the types of a kernel; mypy sees numpy scalars where numba sees machine integers)

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

import numpy as np
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numba import njit
from pydantic import SecretStr

from pipelines.dedup.hashing import U64
from pipelines.errors import SettingsError

SHORTEST_KEY = 16
"""Characters of the secret below which guessing it is no work."""


class Keys:
    """The keys of tombstones."""

    def __init__(self, secret: SecretStr | None) -> None:
        self._secret = secret.get_secret_value().encode() if secret else b""
        if len(self._secret) < SHORTEST_KEY:
            rule = f"without {SHORTEST_KEY} characters of secret what was erased cannot be recognised"
            raise SettingsError("PROMPTBOOK_PSEUDONYM_KEY", rule, "Set it as it was when tombstones were made.")
        self.key_id = hashlib.sha256(b"key id\0" + self._derived("id")).hexdigest()[:16]
        """Tells whether two tombstones share their key; says nothing about it."""

    def _derived(self, kind: str) -> bytes:
        info = b"promptbook/tombstone/v1/" + kind.encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._secret)

    def numbers(self, kind: str, values: U64) -> U64:
        """Key numbers of a kind; 0, which stands for nothing, stays 0."""
        key = np.frombuffer(self._derived(kind)[:16], "<u8")
        made: U64 = sip_hashes(np.ascontiguousarray(values, np.uint64), key[0], key[1])
        made[values == 0] = 0
        return made

    def strings(self, kind: str, values: Iterable[str]) -> list[str]:
        """Key strings of a kind, in their order."""
        key = self._derived(kind)
        return [hmac.digest(key, v.encode("utf-8", "surrogatepass"), "sha256").hex()[:32] for v in values]


@njit(cache=True, nogil=True, inline="always")
def rotated(x: np.uint64, by: int) -> np.uint64:  # pragma: no cover  (compiled)
    """Rotate 64 bits to the left."""
    return (x << np.uint64(by)) | (x >> np.uint64(64 - by))


@njit(cache=True, nogil=True)
def sip_hashes(values: U64, k0: np.uint64, k1: np.uint64) -> U64:  # pragma: no cover  (compiled)
    """Hash each number, as eight bytes from the lowest on, by SipHash-2-4 under the key (k0, k1)."""
    out = np.empty(len(values), np.uint64)
    last = np.uint64(8) << np.uint64(56)
    for i in range(len(values)):
        v0 = k0 ^ np.uint64(0x736F6D6570736575)
        v1 = k1 ^ np.uint64(0x646F72616E646F6D)
        v2 = k0 ^ np.uint64(0x6C7967656E657261)
        v3 = (k1 ^ np.uint64(0x7465646279746573)) ^ values[i]
        for r in range(8):
            if r == 2:
                v0 ^= values[i]
                v3 ^= last
            elif r == 4:
                v0 ^= last
                v2 ^= np.uint64(0xFF)
            v0 += v1
            v1 = rotated(v1, 13) ^ v0
            v0 = rotated(v0, 32)
            v2 += v3
            v3 = rotated(v3, 16) ^ v2
            v0 += v3
            v3 = rotated(v3, 21) ^ v0
            v2 += v1
            v1 = rotated(v1, 17) ^ v2
            v2 = rotated(v2, 32)
        out[i] = v0 ^ v1 ^ v2 ^ v3
    return out
