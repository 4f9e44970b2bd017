"""The reviewed thresholds of expectations/dedup.json, and the table that turns edit rates into Jaccard."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pipelines.errors import InputError

CONFIG = Path(__file__).parents[2] / "expectations" / "dedup.json"


class Band(msgspec.Struct, frozen=True):
    """From which measure on a row is rejected, or held for a person."""

    why: str
    jaccard: float = 1.0
    containment: float = 1.0
    shingles: int = 1
    """Fewer shared shingles than this prove nothing."""


class Recording(msgspec.Struct, frozen=True):
    """Up to which share of differing bits two recordings are one."""

    why: str
    errors: float
    """Share of the bits of aligned acoustic fingerprints that differ."""
    items: int
    """Shorter fingerprints prove nothing; eight are a second, beginning with the third."""
    overlap: float
    """How much of the longer recording must lie in the other."""


class Config(msgspec.Struct, frozen=True):
    """What counts as the same work."""

    rejected: Band
    held: Band
    published: Band
    recording: Recording
    boilerplate: dict[str, list[str]] = {}
    """By feed: stock texts (intros, sign-offs) that are nobody's performance and are removed before comparing."""

    @property
    def floor(self) -> float:
        """The least containment that any band can ask for: what candidates are searched for."""
        jaccard = min(self.rejected.jaccard, self.held.jaccard)
        return min(2 * jaccard / (1 + jaccard), self.held.containment)


def load(path: Path = CONFIG) -> Config:
    """Read the reviewed thresholds; InputError where the file is not what it should be."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Config)
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(f"thresholds {path.name}", f"they cannot be read ({error})", "Restore the file.") from error
    if not 0 < found.held.jaccard <= found.rejected.jaccard <= 1 or not 0 < found.held.containment <= 1:
        rule = "0 < held.jaccard <= rejected.jaccard <= 1 and 0 < held.containment <= 1 must hold"
        raise InputError(f"thresholds {path.name}", rule, "Correct the numbers.")
    return found


def jaccard_at(rate: float) -> float:
    """Tell which Jaccard is left, on average, when `rate` of the words are edited."""
    left: float = (1 - rate) ** 5
    return left / (2 - left)


def rate_at(jaccard: float) -> float:
    """Tell which share of the words may be edited until Jaccard falls to `jaccard`."""
    left: float = 2 * jaccard / (1 + jaccard)
    return 1.0 - float(left**0.2)
