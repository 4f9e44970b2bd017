"""A world under construction: the dice, the calendar of the request, and the tables drawn so far."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
Drawn = dict[str, Any]

CLIENTS: tuple[tuple[str, str | None], ...] = (
    ("labA", None),
    ("labA_eu", "labA"),
    ("labA_eu_fr", "labA_eu"),
    ("labB", None),
    ("labB_us", "labB"),
)


@dataclass
class Draft:
    """Tables drawn so far, all days measured from the request's as_of."""

    dice: random.Random
    as_of: date
    tables: dict[str, list[Drawn]] = field(default_factory=dict)
    counter: int = 0

    def add(self, table: str, **row: Any) -> Drawn:
        """Put one row on file."""
        drawn = dict(row)
        self.tables.setdefault(table, []).append(drawn)
        return drawn

    def rows(self, table: str) -> list[Drawn]:
        """The rows drawn so far."""
        return self.tables.get(table, [])

    def name(self, prefix: str) -> str:
        """A fresh key."""
        self.counter += 1
        return f"{prefix}{self.counter}"

    def day(self, offset: int) -> str:
        """The day so many days after as_of."""
        return (self.as_of + timedelta(days=offset)).isoformat()

    def instant(self, offset: int, clock: str = "00:00:00") -> str:
        """An instant of that day."""
        return f"{self.day(offset)}T{clock}"

    def happens(self, chance: float) -> bool:
        """Whether something of this chance happens."""
        return self.dice.random() < chance

    def pick(self, choices: Sequence[T]) -> T:
        """One of several, all alike."""
        return self.dice.choice(choices)

    def weigh(self, weights: Mapping[Any, float]) -> Any:
        """One of several, some likelier than others."""
        return self.dice.choices(list(weights), list(weights.values()))[0]

    def some(self, choices: Sequence[T], least: int, most: int) -> list[T]:
        """Between least and most of several, in any order."""
        count = self.dice.randint(least, min(most, len(choices)))
        return self.dice.sample(list(choices), count)

    @property
    def request(self) -> Drawn:
        """The one request R."""
        return self.tables["request"][0]

    @property
    def submission(self) -> Drawn:
        """The one submission S1 that is decided."""
        return self.tables["submission"][0]
