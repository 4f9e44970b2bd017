"""What the keys of the feed may refer to, and what an optional cell may hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.reference.vocabulary import SCOPE_KINDS, TARGET_KINDS
from tests.reference.world import Row, World, as_codes, as_date, as_text, closed


class References:
    """What a key may refer to: everything on file, whenever it was recorded."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clients = self._keys("client", "client_id")
        self.performers = self._keys("performer", "performer_id")
        self.contracts = self._keys("contract_version", "contract_id")
        self.deliveries = self._keys("delivery", "delivery_id")
        self.grants = self._keys("rights_grant", "grant_id")
        self.sessions = self._keys("session", "session_id")
        self.submissions = self._keys("submission", "submission_id")
        self.campaigns = self._keys("session", "campaign_id") | self._keys("submission", "campaign_id")
        self.versions = {(row.get("contract_id"), row.get("version")) for row in world.rows("contract_version")}

    def _keys(self, table: str, column: str) -> frozenset[str]:
        return frozenset(key for row in self.world.rows(table) if (key := as_text(row.get(column))))

    def in_scope(self, row: Row) -> bool:
        """A scope kind is closed, and its id refers to something unless the kind is 'all'."""
        named = {"session": self.sessions, "submission": self.submissions, "campaign": self.campaigns}
        kind = row.get("scope_kind")
        return kind == "all" or (closed(kind, SCOPE_KINDS) and row.get("scope_id") in named[str(kind)])

    def target(self, row: Row) -> bool:
        """A revocation's target exists."""
        named = {
            "performer": self.performers,
            "contract": self.contracts,
            "grant": self.grants,
            "session": self.sessions,
            "submission": self.submissions,
        }
        return closed(row.get("target_kind"), TARGET_KINDS) and row.get("target_id") in named[str(row["target_kind"])]


def optional(row: Row, column: str, read: Callable[[Any], object]) -> bool:
    """An optional cell is NULL or readable."""
    return row.get(column) is None or bool(read(row[column]))


def optional_date(row: Row, column: str) -> bool:
    """An optional day is NULL or a day."""
    return optional(row, column, as_date)


def optional_codes(row: Row, column: str, codes: frozenset[str]) -> bool:
    """An optional list of codes is NULL or holds known codes only."""
    return optional(row, column, lambda value: as_codes(value, codes))
