"""Step 0, second half: the seals and the control totals, as the contract system would write them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.reference.gate import Defect
from tests.reference.keys import KEYS
from tests.reference.world import Row, Tables, World, without_nulls

OURS = ("request", "seal", "control_total")
CHILDREN = ("contract_scope", "rights_grant", "prohibition", "comp_term")
WITHDRAWAL = ("withdrawn_on", "withdrawal_recorded_at")
LIFT = ("lifted_on", "lift_recorded_at")
LATER = {"consent": WITHDRAWAL, "revocation": LIFT}  # columns written after the row was sealed
ROW_SEALS = ("consent", "client", "performer", "session", "revocation", "exclusivity", "delivery_item")


def canonical(value: object) -> str:
    """Canonical JSON: sorted keys, no insignificant space."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: object) -> str:
    """The sha256 of canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def sealed_row(row: Row, left_out: Iterable[str] = ()) -> dict[str, Any]:
    """NULL and absent are the same: left out."""
    return {column: value for column, value in without_nulls(row).items() if column not in tuple(left_out)}


def sorted_rows(tables: Tables, table: str, wanted: Callable[[Row], bool]) -> list[dict[str, Any]]:
    """Rows of a table in the order of their canonical text."""
    return sorted((sealed_row(row) for row in tables.get(table, ()) if wanted(row)), key=canonical)


def key_of(table: str, row: Row) -> str:
    """The key of a row as a seal writes it."""
    return "/".join(str(row.get(column)) for column in KEYS[table])


def seal_rows(tables: Tables) -> list[dict[str, str]]:
    """One seal a sealed row, sorted."""
    seals = [*_version_seals(tables), *_submission_seals(tables), *_row_seals(tables)]
    return sorted(seals, key=canonical)


def _version_seals(tables: Tables) -> Iterator[dict[str, str]]:
    """The version row with its scope, party, grant, prohibition and comp_term rows."""
    for version in tables.get("contract_version", ()):
        contract, number = version.get("contract_id"), version.get("version")

        def own(row: Row, contract: object = contract, number: object = number) -> bool:
            return bool(row.get("contract_id") == contract and row.get("version") == number)

        def party(row: Row, contract: object = contract) -> bool:
            return bool(row.get("contract_id") == contract)

        body: dict[str, object] = {child: sorted_rows(tables, child, own) for child in CHILDREN}
        body["contract_party"] = sorted_rows(tables, "contract_party", party)
        body["contract_version"] = sealed_row(version)
        yield {"kind": "contract_version", "key": f"{contract}/{number}", "sha256": digest(body)}


def _submission_seals(tables: Tables) -> Iterator[dict[str, str]]:
    """A submission's row with its contribution rows."""
    for submission in tables.get("submission", ()):
        key = submission.get("submission_id")

        def own(row: Row, key: object = key) -> bool:
            return bool(row.get("submission_id") == key)

        body = {"submission": sealed_row(submission), "contribution": sorted_rows(tables, "contribution", own)}
        yield {"kind": "submission", "key": str(key), "sha256": digest(body)}


def _row_seals(tables: Tables) -> Iterator[dict[str, str]]:
    """A row alone; a consent without its withdrawal columns, a revocation without its lift columns."""
    for kind in ROW_SEALS:
        for row in tables.get(kind, ()):
            yield {"kind": kind, "key": key_of(kind, row), "sha256": digest(sealed_row(row, LATER.get(kind, ())))}


def control_totals(tables: Tables) -> list[dict[str, object]]:
    """Every table but request; rows that carry a withdrawal or a lift are counted apart."""
    names = sorted((set(KEYS) | set(tables)) - set(OURS))
    totals = [_total(name, name, tables.get(name, ())) for name in names]
    for table, columns in LATER.items():
        later = [row for row in tables.get(table, ()) if any(row.get(column) is not None for column in columns)]
        totals.append(_total(f"{table}/{columns[0]}", table, later))
    return totals


def _total(name: str, table: str, rows: Iterable[Row]) -> dict[str, object]:
    keys = sorted(key_of(table, row) if table in KEYS else canonical(sealed_row(row)) for row in rows)
    return {"table_name": name, "row_count": len(keys), "keys_sha256": digest(keys)}


def seal(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """The tables with their seals and control totals, computed from the rows as written."""
    bare = {name: [dict(row) for row in rows] for name, rows in tables.items() if name not in OURS[1:]}
    return {**bare, "seal": [dict(row) for row in seal_rows(bare)], "control_total": control_totals(bare)}


def broken_seals(world: World, *, required: bool = False) -> list[Defect]:
    """What the seals and the totals do not confirm: rows changed, lost, or never sealed."""
    tables = world.tables
    if not required and "seal" not in tables and "control_total" not in tables:
        return []
    missing = world.take("0.missing_seal_stops", True, False)
    return sorted({*_unlike_seals(world, missing=missing), *_unlike_totals(world, missing=missing)})


def _unlike_seals(world: World, *, missing: bool) -> Iterator[Defect]:
    """A row whose seal differs, and a seal whose row is lost."""
    given = {(row.get("kind"), row.get("key"), row.get("sha256")) for row in world.tables.get("seal", ())}
    made = {(row["kind"], row["key"], row["sha256"]) for row in seal_rows(world.tables)}
    sealed = {(kind, key) for kind, key, _ in given}
    for kind, key, _ in sorted(made - given):
        rule = world.take("0.seals_hold", "its seal does not hold", "")
        if rule and (missing or (kind, key) in sealed):
            yield Defect(kind, key, rule)
    for lost, name, _ in given - made:
        if rule := world.take("0.seals_hold", "a sealed row is lost or changed", ""):
            yield Defect(str(lost), str(name), rule)


def _unlike_totals(world: World, *, missing: bool) -> Iterator[Defect]:
    """A table whose rows are not those that were counted."""
    given = {
        (row.get("table_name"), row.get("row_count"), row.get("keys_sha256"))
        for row in world.tables.get("control_total", ())
    }
    counted = {name for name, _, _ in given}
    for total in control_totals(world.tables):
        name = str(total["table_name"])
        apart = world.take("0.withdrawals_counted_apart", False, "/" in name)
        if apart or (name, total["row_count"], total["keys_sha256"]) in given:
            continue
        rule = world.take("0.totals_hold", "the total does not hold", "")
        if rule and (missing or name in counted):
            yield Defect(name, "", rule)
