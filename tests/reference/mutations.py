"""Break a sealed world after sealing: one or two cells or rows, as a bad disk, a bad export or a bad actor would."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.reference.twists import POOLS

Sealed = dict[str, list[dict[str, Any]]]
JUNK = "\N{BLACK SQUARE}junk"
QUESTION = "request"  # it is asked, not fed: blanked and junked, but never turned into another readable question
OPEN = {"delivery"}  # sealed by key alone: another readable cell in it is seen by nobody, by the rules
LATER = {"withdrawn_on", "withdrawal_recorded_at", "lifted_on", "lift_recorded_at"}  # outside the seals, by the rules


def mutants(sealed: Sealed, dice: random.Random, count: int) -> Iterator[tuple[str, Sealed]]:
    """So many broken copies of one sealed world, each with what was broken."""
    kinds: list[Callable[[Sealed, random.Random], str]] = [
        blank,
        junk,
        lose_row,
        lose_element,
        redraw,
        repeat,
        lose_table,
    ]
    weights = [26, 22, 18, 10, 14, 5, 5]
    for _ in range(count):
        broken = {name: [dict(row) for row in rows] for name, rows in sealed.items()}
        times = 1 if dice.random() < 0.75 else 2
        what = "; ".join(dice.choices(kinds, weights)[0](broken, dice) for _ in range(times))
        yield what, broken


def _cell(broken: Sealed, dice: random.Random) -> tuple[str, dict[str, Any], str]:
    table = dice.choice([name for name, rows in broken.items() if any(rows)])
    row = dice.choice([row for row in broken[table] if row])
    return table, row, dice.choice(sorted(row))


def blank(broken: Sealed, dice: random.Random) -> str:
    """A cell that is NULL now; a list that is empty now."""
    table, row, column = _cell(broken, dice)
    row[column] = [] if isinstance(row[column], list) and dice.random() < 0.4 else None
    return f"{table}.{column} = {row[column]}"


def junk(broken: Sealed, dice: random.Random) -> str:
    """A cell that nobody can read, or a list with one such code."""
    table, row, column = _cell(broken, dice)
    held = row[column]
    row[column] = [*held, JUNK] if isinstance(held, list) and dice.random() < 0.5 else JUNK
    return f"{table}.{column} = {row[column]}"


def lose_row(broken: Sealed, dice: random.Random) -> str:
    """A row that is gone, sometimes together with its seal."""
    table, row, _ = _cell(broken, dice)
    broken[table].remove(row)
    sealed = broken.get("seal", [])
    if dice.random() < 0.3 and sealed:
        gone = [one for one in sealed if one.get("kind") == table and str(one.get("key")) in map(str, row.values())]
        broken["seal"] = [one for one in sealed if one not in gone]
    return f"a row of {table} is lost"


def lose_element(broken: Sealed, dice: random.Random) -> str:
    """A list that holds one element less."""
    table, row, column = _cell(broken, dice)
    if table == QUESTION or not isinstance(row[column], list) or not row[column]:
        return blank(broken, dice)
    row[column] = row[column][1:] if dice.random() < 0.5 else row[column][:-1]
    return f"{table}.{column} = {row[column]}"


def redraw(broken: Sealed, dice: random.Random) -> str:
    """A sealed cell that holds another readable value now."""
    table, row, column = _cell(broken, dice)
    pool = POOLS.get(table, {})
    if table == QUESTION or table in OPEN or column in LATER or column not in pool:
        return junk(broken, dice)
    row[column] = dice.choice(pool[column])
    return f"{table}.{column} = {row[column]}"


def repeat(broken: Sealed, dice: random.Random) -> str:
    """A row twice, the second with a readable cell of another row of its table."""
    table, row, column = _cell(broken, dice)
    if table == QUESTION:
        return blank(broken, dice)
    other = dice.choice(broken[table])
    broken[table].append({**row, column: other.get(column)})
    return f"a row of {table} twice, the second with another {column}"


def lose_table(broken: Sealed, dice: random.Random) -> str:
    """A whole file that is not there, be it the seals or the totals."""
    table = dice.choice([name for name in broken if name != QUESTION])
    del broken[table]
    return f"the table {table} is lost"
