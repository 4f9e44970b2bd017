"""Do people perceive what was intended: Krippendorff's alpha and the crowd's vote, from counts of labels."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Counts: TypeAlias = NDArray[np.number[Any]]


def alpha(counts: Counts) -> float:
    """Krippendorff's alpha for nominal labels; `counts`: one line a unit, one column a label, raters counted.

    1 is perfect agreement, 0 what chance gives. Units with fewer than two votes say nothing and are left out; nan where
    nothing is left or only one label was ever given. (Krippendorff, Content Analysis, 4th ed. 2019, chapter 12.)
    """
    votes = np.asarray(counts, dtype=np.float64)
    votes = votes[votes.sum(axis=1) >= 2]
    if not len(votes):
        return float("nan")
    size = votes.sum(axis=1)
    total, of_label = votes.sum(), votes.sum(axis=0)
    observed = ((size**2 - (votes**2).sum(axis=1)) / (size - 1)).sum() / total
    expected = (total**2 - (of_label**2).sum()) / (total * (total - 1))
    return float(1 - observed / expected) if expected else float("nan")


def vote(counts: Counts) -> NDArray[np.int64]:
    """The crowd's label of each unit: its column, or -1 where two lead together or nobody voted."""
    votes = np.asarray(counts)
    best = votes.argmax(axis=1).astype(np.int64)
    lead = votes.max(axis=1)
    tied = (votes == lead[:, None]).sum(axis=1) > 1
    return np.where(tied | (lead == 0), -1, best)


def recognised(counts: Counts, intended: NDArray[np.int64]) -> dict[str, float]:
    """How often the crowd sees what was intended: share of single votes, share of units, share of ties, alpha."""
    votes, crowd = np.asarray(counts), vote(counts)
    rows = np.arange(len(votes))
    return {
        "votes_right": float(votes[rows, intended].sum() / votes.sum()),
        "crowd_right": float((crowd == intended).mean()),
        "ties": float((crowd < 0).mean()),
        "alpha": alpha(votes),
    }
