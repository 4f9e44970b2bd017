"""What is planted where: of every hundred scenes some are copies, revisions, broken lines or bad work.

A block of a hundred is planned by itself, so a generator of any size needs no memory of what it wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pipelines.sample.invented import dice

BLOCK = 100
PLANTED = {
    "exact_copy_of_another": 2,
    "exact_copy_of_own": 1,
    "near_copy": 3,
    "family": 1,
    "partial_copy": 1,
    "retake": 1,
    "revised": 2,
    "conflict": 1,
    "redelivered": 1,
    "bad_line": 2,
    "bad_work": 4,
    "bad_claim": 2,
}
"""How many of a hundred; the rest are plain. A copy for which there is no earlier scene in its block is plain too."""
COPIES = frozenset({"exact_copy_of_another", "exact_copy_of_own", "near_copy", "family", "partial_copy", "retake"})


@dataclass(frozen=True)
class Slot:
    """What one number of a block stands for."""

    planted: str
    original: int | None = None
    """The number that a copy repeats."""
    is_retaken: bool = False
    """Whether a later number records this scene again, so that it must have a recording itself."""


def slot_of(seed: int, number: int) -> Slot:
    """Say what is planted at a number."""
    block, place = divmod(number, BLOCK)
    return _block(seed, block)[place]


@lru_cache(maxsize=64)
def _block(seed: int, block: int) -> tuple[Slot, ...]:
    rnd = dice(seed, "block", block)
    roles = [role for role, count in PLANTED.items() for _ in range(count)]
    roles += ["plain"] * (BLOCK - len(roles))
    rnd.shuffle(roles)
    free: list[int] = []
    slots: list[Slot] = []
    retaken: set[int] = set()
    for place, role in enumerate(roles):
        if role in COPIES and free:
            original = free.pop(rnd.randrange(len(free)))
            retaken |= {original} if role == "retake" else set()
            slots.append(Slot(role, block * BLOCK + original))
        else:
            slots.append(Slot("plain" if role in COPIES else role))
            if slots[-1].planted == "plain":
                free.append(place)
    return tuple(Slot(s.planted, s.original, place in retaken) for place, s in enumerate(slots))
