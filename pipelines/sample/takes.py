"""Recordings for the sample, made on the spot: a murmur in the rhythm of speech, the same bytes on every machine."""

from __future__ import annotations

import hashlib
import io
import math
import wave
from array import array
from dataclasses import dataclass
from functools import cache

RATE_HZ = 48_000
SECONDS = 4
_SINE = tuple(round(8192 * math.sin(2 * math.pi * i / 1024)) for i in range(1024))
"""One period in whole numbers: what follows is integer arithmetic, so no machine rounds differently."""


@dataclass(frozen=True)
class Recording:
    """One take: where it lies below takes/<feed>/, its facts, and its bytes."""

    uri: str
    data: bytes
    sample_rate_hz: int = RATE_HZ
    duration_s: float = float(SECONDS)

    @property
    def sha256(self) -> str:
        """The hash that the submission declares."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def bytes(self) -> int:
        """The file's size."""
        return len(self.data)


def recording(uri: str) -> Recording:
    """Make the take that belongs to a file name: 48 kHz, mono, 16 bit, four seconds, never clipping."""
    return Recording(uri, _wav(int.from_bytes(hashlib.sha256(uri.encode()).digest()[:8], "big")))


@cache
def _wav(seed: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        samples = array("h", _murmur(seed))
        file.writeframes(samples.tobytes())
    return out.getvalue()


def _murmur(seed: int) -> list[int]:
    """Three harmonics under an envelope of about four syllables a second, and a little breath."""
    pitch = 90 + seed % 120
    syllable = 3 + (seed >> 8) % 3
    noise = seed & 0x7FFFFFFF | 1
    samples = []
    for n in range(RATE_HZ * SECONDS):
        phase = n * pitch * 1024 // RATE_HZ
        voice = 2 * _SINE[phase % 1024] + _SINE[2 * phase % 1024] + _SINE[5 * phase % 1024] // 2
        envelope = 8192 - _SINE[n * syllable * 1024 // RATE_HZ % 1024]
        noise = (1103515245 * noise + 12345) % 2**31
        samples.append(voice * envelope // 49152 + (noise >> 22) - 256)
    return samples
