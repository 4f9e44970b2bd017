"""A little world of contract tables as the reference reads it: cells, clocks, and the reading of each sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any, TypeVar

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]
T = TypeVar("T")

FOREVER = date.max


@dataclass(frozen=True)
class World:
    """Tables, and the one sentence (if any) that this reader takes wrongly."""

    tables: Tables
    wrong: str | None = None
    taken: set[str] = field(default_factory=set)
    read: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, table: str) -> list[Row]:
        """The rows of a table without exact doubles: a row written twice says nothing new."""
        if table not in self.read:
            distinct: list[Row] = []
            for row in map(without_nulls, self.tables.get(table, ())):
                if row not in distinct:
                    distinct.append(row)
            self.read[table] = distinct
        return self.read[table]

    def take(self, sentence: str, right: T, flipped: T) -> T:
        """Read one sentence rightly, or wrongly when the test asks for that sentence."""
        self.taken.add(sentence)
        return flipped if self.wrong == sentence else right


@dataclass(frozen=True)
class Asked:
    """A readable request: purposes expanded to leaves, territories to countries."""

    client_id: str
    leaves: frozenset[str]
    modalities: frozenset[str]
    countries: frozenset[str]
    onward: str
    as_of: date
    known_at: datetime
    min_remaining_days: int


def without_nulls(row: Row) -> dict[str, Any]:
    """NULL and absent are the same."""
    return {column: value for column, value in row.items() if value is not None}


def as_text(value: object) -> str | None:
    """A key or a code: any text that is not empty."""
    return value if isinstance(value, str) and value.strip() else None


def as_whole(value: object) -> int | None:
    """A whole number; True is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_flag(value: object) -> bool | None:
    """A truth value that says so itself."""
    return value if isinstance(value, bool) else None


def as_date(value: object) -> date | None:
    """A day, or None where it cannot be read."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def as_instant(value: object, zone: tzinfo = UTC) -> datetime | None:
    """An instant, or None where it cannot be read. Times without a zone are UTC."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if read is None:
        return None
    return read.replace(tzinfo=zone) if read.tzinfo is None else read.astimezone(UTC)


def as_codes(value: object, known: Iterable[str]) -> frozenset[str] | None:
    """A list of codes; None where it is NULL, empty, or holds a NULL or an unknown code."""
    if not isinstance(value, list) or not value:
        return None
    allowed = frozenset(known)
    return frozenset(value) if all(isinstance(code, str) and code in allowed for code in value) else None


def as_names(value: object) -> frozenset[str] | None:
    """A list of keys, possibly empty; None where it is no list or holds a NULL."""
    if not isinstance(value, list) or not all(as_text(name) for name in value):
        return None
    return frozenset(value)


def closed(value: object, codes: Iterable[str]) -> bool:
    """Whether a cell holds one of the closed codes."""
    return isinstance(value, str) and value in frozenset(codes)


def instant(world: World, value: object) -> datetime | None:
    """An instant as this reader takes it: without a zone it is UTC."""
    return as_instant(value, world.take("readings.times_without_zone_utc", UTC, timezone(timedelta(hours=2))))


def is_known(world: World, row: Row, known_at: datetime, *, unreadable: bool) -> bool:
    """Whether a row was recorded by known_at; `unreadable` says what an unreadable recorded_at counts as."""
    recorded = instant(world, row.get("recorded_at"))
    return unreadable if recorded is None else recorded <= known_at


def in_force(world: World, rows: Iterable[Row], keys: Sequence[str], known_at: datetime) -> list[Row]:
    """A correction is a new row with the same key: the latest known wins. Unreadable times are not looked at here.

    Different rows of one key and one instant are all returned: the gate or the reader says what that means.
    """
    known = [(recorded, row) for row in rows if (recorded := instant(world, row.get("recorded_at"))) is not None]
    latest: dict[tuple[object, ...], datetime] = {}
    for recorded, row in known:
        key = key_of(row, keys)
        if recorded <= known_at:
            latest[key] = max(recorded, latest.get(key, recorded))
    return [row for recorded, row in known if latest.get(key_of(row, keys)) == recorded]


def key_of(row: Row, keys: Sequence[str]) -> tuple[object, ...]:
    """The key of a row."""
    return tuple(row.get(column) for column in keys)


def restricting_rows(world: World, table: str, key: str, known_at: datetime) -> list[Row]:
    """Corrected rows of a restricting table: an unreadable recorded_at counts as seen."""
    rows = world.rows(table)
    unreadable = [row for row in rows if as_instant(row.get("recorded_at")) is None]
    current = in_force(world, rows, (key,), known_at)
    current = world.take(
        "feed.correction_latest_known_wins",
        current,
        [row for row in rows if is_known(world, row, known_at, unreadable=False)],
    )
    return current + world.take("feed.unreadable_recorded_at_restricts", unreadable, [])


def granting_rows(world: World, table: str, key: str, known_at: datetime) -> list[Row]:
    """Corrected rows of a granting table: a row whose recorded_at is unreadable grants nothing, and displaces."""
    rows = world.rows(table)
    unreadable = {row.get(key) for row in rows if as_instant(row.get("recorded_at")) is None}
    current = [row for row in in_force(world, rows, (key,), known_at) if row.get(key) not in unreadable]
    return current + world.take(
        "feed.unreadable_recorded_at_grants_nothing",
        [],
        [row for row in rows if as_instant(row.get("recorded_at")) is None],
    )


def structural_rows(world: World, table: str, keys: Sequence[str], known_at: datetime) -> list[Row]:
    """Corrected rows of performer, client, session, submission, contribution and party.

    Without a recorded_at they are known from the beginning.
    """
    beginning = datetime.min.replace(tzinfo=UTC).isoformat()
    rows: list[Row] = [{"recorded_at": beginning, **row} for row in world.rows(table)]
    rows = world.take("feed.structural_known_from_beginning", rows, world.rows(table))
    later = world.take("feed.structural_own_clock", known_at, datetime.max.replace(tzinfo=UTC))
    return in_force(world, rows, keys, later)


def one_row(world: World, table: str, key: str, name: object, known_at: datetime) -> Row | None:
    """The one row of a performer, session or submission, as known; None where there is none.

    What two rows of one instant say differently, or a row of unreadable time leaves open, nobody can read: that cell
    is NULL.
    """
    mine = [row for row in world.rows(table) if row.get(key) == name and name is not None]
    if any("recorded_at" in row and instant(world, row["recorded_at"]) is None for row in mine):
        return {key: name}
    latest = [{**row, "recorded_at": ""} for row in structural_rows(world, table, (key,), known_at) if row[key] == name]
    if not latest:
        return None
    first = latest[0]
    return {column: value for column, value in first.items() if all(row.get(column) == value for row in latest)}
