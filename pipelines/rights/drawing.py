"""Draw a case by what is otherwise in it than in the plain world, the first case, in which everything is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pipelines.rights.cases import Case
from pipelines.rights.feed import Row, as_text
from pipelines.tables.rights_feed import FEED

World = Mapping[str, list[Row]]


def world_drawn(world: World) -> list[str]:
    """Lay a whole world out as a Markdown table, one line a row of the feed."""
    lines = ["| table | row |", "|---|---|"]
    lines += [f"| {name} | {_escaped(_cells(row))} |" for name in FEED for row in world.get(name, [])]
    return [*lines, ""]


def cases_drawn(cases: Iterable[Case], plain: World) -> list[str]:
    """Lay cases out as a Markdown table: what is otherwise than in the plain world, and what is decided then."""
    lines = ["| case | otherwise than in the plain world | decided |", "|---|---|---|"]
    for case in cases:
        said = _escaped("<br>".join(differences(plain, case.tables)) or "nothing")
        lines.append(f"| {_escaped(case.title)} ({case.number}) | {said} | {_decided(case)} |")
    return [*lines, ""]


def differences(plain: World, world: World) -> Iterator[str]:
    """Name the rows that are missing, changed and more, table by table; rows are the same that share a key."""
    for name in FEED:
        mine, theirs = list(plain.get(name, [])), list(world.get(name, []))
        if mine and not theirs:
            yield f"no {name}"
            continue
        for row in theirs:
            twin = next((m for m in mine if _key(name, m) == _key(name, row)), None)
            if twin is None:
                yield f"and {name}: {_cells(_own(name, row, plain))}"
            else:
                mine.remove(twin)
                if changed := {c: row.get(c) for c in {**twin, **row} if row.get(c) != twin.get(c)}:
                    yield f"{name}: {_cells(changed, nulls=True)}"
        yield from (f"no {name} {' '.join(_key(name, row))}" for row in mine)


def _own(name: str, row: Row, plain: World) -> Row:
    """Leave out what a row more has in common with the plain world's first row of that table, but for its key."""
    first = next(iter(plain.get(name, [])), {})
    return {c: v for c, v in row.items() if c in FEED[name].key or v != first.get(c)}


def _key(name: str, row: Row) -> list[str]:
    return [str(row.get(c)) for c in FEED[name].key]


def _cells(row: Row, *, nulls: bool = False) -> str:
    return ", ".join(f"{c} `{_shown(v)}`" for c, v in row.items() if nulls or v is not None)


def _shown(value: object) -> str:
    return "NULL" if value is None else as_text(value) or "''"


def _decided(case: Case) -> str:
    if case.decision == "stop":
        return f"stop: {case.defect}" if case.defect else "stop"
    return "allow" if case.decision == "allow" else ", ".join(case.reasons)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
