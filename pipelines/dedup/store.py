"""The word hashes of many texts, of which only the few that are measured are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pipelines.dedup.hashing import I64, U32


class Words(Protocol):
    """Gives the word hashes of some texts."""

    def reach(self, rows: I64) -> tuple[U32, I64, I64]:
        """Give words where rows, which are sorted, stand; where each row ends in them; and each row's number there."""

    def some(self, rows: I64) -> tuple[U32, I64]:
        """Copy the word hashes of some rows, one after another, and say where each ends (rows + 1)."""


@dataclass(frozen=True)
class HeldWords:
    """Texts in memory, or mapped into it; row r holds words[ends[r]:ends[r + 1]]."""

    words: U32
    ends: I64

    def reach(self, rows: I64) -> tuple[U32, I64, I64]:
        """Give all the words: nothing is copied."""
        return self.words, self.ends, rows

    def some(self, rows: I64) -> tuple[U32, I64]:
        """Copy the word hashes of some rows, one after another, and say where each ends (rows + 1)."""
        lengths = self.ends[rows + 1] - self.ends[rows]
        ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
        places = np.repeat(self.ends[rows] - ends[:-1], lengths) + np.arange(ends[-1])
        return self.words[places], ends
