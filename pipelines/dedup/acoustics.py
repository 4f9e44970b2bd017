"""Acoustic fingerprints of recordings by Chromaprint (Debian: libchromaprint1), where it is installed.

A fingerprint is a row of 32-bit numbers, one each eighth of a second from the third second on, that describe how the
energy of the musical pitches moves: it outlives re-encoding, other loudness and other sample rates. The library takes
the samples that were decoded for the sound's own hash: 2 ms a recording of five seconds. The program fpcalc
of the same project costs twenty times that a file, nearly all of it in starting.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from functools import cache

import numpy as np

from pipelines.dedup.hashing import U32

ALGORITHM = 1
"""CHROMAPRINT_ALGORITHM_TEST2, the library's default: pinned, because fingerprints are compared for ever."""

INNER_RATE = 11025
"""What the library works at. It cuts a short recording of a lower rate, whose samples are given several times instead:
what that adds lies above half the rate, and the library listens below 3,520 Hz."""

ABSENT = "absent: recordings are compared by bytes and samples alone (Debian's libchromaprint1 is not installed)"
_NUMBERS = ctypes.POINTER(ctypes.c_uint32)
_ARGUMENTS = {
    "new": [ctypes.c_int],
    "start": [ctypes.c_void_p, ctypes.c_int, ctypes.c_int],
    "feed": [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int],
    "finish": [ctypes.c_void_p],
    "get_raw_fingerprint": [ctypes.c_void_p, ctypes.POINTER(_NUMBERS), ctypes.POINTER(ctypes.c_int)],
    "dealloc": [ctypes.c_void_p],
    "free": [ctypes.c_void_p],
}


@cache
def _library() -> ctypes.CDLL | None:
    name = ctypes.util.find_library("chromaprint")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    for function, arguments in _ARGUMENTS.items():
        getattr(library, f"chromaprint_{function}").argtypes = arguments
    library.chromaprint_new.restype = ctypes.c_void_p
    library.chromaprint_get_version.restype = ctypes.c_char_p
    return library


def version() -> str:
    """Say by what recordings are heard, for receipts: the library's version, or that it is absent."""
    library = _library()
    return ABSENT if library is None else f"chromaprint {library.chromaprint_get_version().decode()}"


class Listener:
    """Hears one recording block by block; hears nothing where the library is absent."""

    def __init__(self, rate: int, channels: int) -> None:
        self._library = _library()
        self._context: int | None = None
        if self._library is not None:
            self._times = -(-INNER_RATE // rate)
            self._context = self._library.chromaprint_new(ALGORITHM)
            self._library.chromaprint_start(self._context, rate * self._times, channels)

    def feed(self, samples: np.ndarray) -> None:
        """Hear samples as 32-bit integers, (frames, channels)."""
        if self._library is not None and self._context is not None:
            short = np.repeat((samples >> 16).astype(np.int16), self._times, axis=0)
            self._library.chromaprint_feed(self._context, short.ctypes.data, short.size)

    def __del__(self) -> None:
        """Let go of a recording that could not be decoded to its end."""
        if self._library is not None and self._context is not None:
            self._library.chromaprint_free(self._context)

    def items(self) -> U32:
        """End the recording and give its fingerprint; empty below three seconds, and where nothing was heard."""
        library, context = self._library, self._context
        if library is None or context is None:
            return np.empty(0, np.uint32)
        found, count = _NUMBERS(), ctypes.c_int()
        library.chromaprint_finish(context)
        library.chromaprint_get_raw_fingerprint(context, ctypes.byref(found), ctypes.byref(count))
        items = (
            np.ctypeslib.as_array(found, (count.value,)).astype(np.uint32) if count.value else np.empty(0, np.uint32)
        )
        library.chromaprint_dealloc(found)
        library.chromaprint_free(context)
        self._context = None
        return items
