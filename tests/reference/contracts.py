"""Steps 3 and 4: which version of a contract governs, whether it reaches the submission, and its own reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from tests.reference.contributors import Scene
from tests.reference.keys import KEYS
from tests.reference.revocations import in_force_on
from tests.reference.vocabulary import (
    APPLIES_TO,
    LAWFUL_BASES,
    OVERLAP_RULES,
    PAY_MODELS,
    SCOPE_KINDS,
    SIGNED,
    STATUSES,
)
from tests.reference.world import (
    FOREVER,
    Asked,
    Row,
    World,
    as_date,
    as_flag,
    as_instant,
    closed,
    is_known,
    structural_rows,
)

Reach = Literal["named", "all", "no"]


@dataclass(frozen=True)
class Contract:
    """A contract of one performer as this submission sees it."""

    contract_id: str
    governing: Row | None
    unreadable: bool
    reach: Reach
    width: int  # the narrowest scope that reaches: an index of SCOPE_KINDS

    @property
    def key(self) -> tuple[object, object]:
        """The (contract, version) whose child rows count."""
        return (self.contract_id, self.governing["version"] if self.governing else None)

    @property
    def rule(self) -> str | None:
        """The overlap rule; NULL = every such contract must allow."""
        return str(self.governing["overlap_rule"]) if self.governing and "overlap_rule" in self.governing else None


def contracts_of(world: World, asked: Asked, scene: Scene, performer: str) -> list[Contract]:
    """Every contract to which the performer is a party, as known."""
    parties = structural_rows(world, "contract_party", KEYS["contract_party"], asked.known_at)
    ids = sorted({str(row["contract_id"]) for row in parties if row.get("performer_id") == performer})
    return [read_contract(world, asked, scene, contract) for contract in ids]


def read_contract(world: World, asked: Asked, scene: Scene, contract_id: str) -> Contract:
    """The governing version, whether the contract can be read, and what of its scope reaches the submission."""
    versions = known_versions(world, asked, contract_id)
    governing = governing_version(world, asked, scene, versions)
    bad = [version for version in versions if not is_readable(world, version)]
    above = [version for version in bad if governing is None or version["version"] > governing["version"]]
    unreadable = bool(world.take("3.lower_unreadable_version_too", bad, above))
    if governing is not None:
        unreadable = unreadable or not are_terms_readable(world, governing)
    reach, width = scope_test(world, scene, contract_id, governing)
    return Contract(contract_id, governing, unreadable, reach, width)


def known_versions(world: World, asked: Asked, contract_id: str) -> list[Row]:
    """Versions known by known_at; one whose recorded_at cannot be read is never skipped."""
    rows = [row for row in world.rows("contract_version") if row.get("contract_id") == contract_id]
    known = [row for row in rows if is_known(world, row, asked.known_at, unreadable=True)]
    return world.take("3.known_by_known_at", known, rows)


def is_readable(world: World, version: Row) -> bool:
    """A known version whose status, applies_to, effective_from or recorded_at is unreadable is never skipped."""
    codes = closed(version.get("status"), STATUSES) and closed(version.get("applies_to"), APPLIES_TO)
    dates = as_date(version.get("effective_from")) and as_instant(version.get("recorded_at"))
    return world.take("3.unreadable_version_never_skipped", bool(codes and dates), True)


def are_terms_readable(world: World, governing: Row) -> bool:
    """The governing version's other cells: lawful_basis is required, the others may be NULL but not unreadable."""
    end, perpetual = governing.get("effective_to"), governing.get("perpetual")
    if (end is not None and as_date(end) is None) or (perpetual is not None and as_flag(perpetual) is None):
        return world.take("4.unreadable_end_is_not_null", False, True)
    basis = world.take("4.lawful_basis_required", closed(governing.get("lawful_basis"), LAWFUL_BASES), True)
    rule = governing.get("overlap_rule")
    return basis and world.take("4.overlap_rule_closed", rule is None or closed(rule, OVERLAP_RULES), True)


def governing_version(world: World, asked: Asked, scene: Scene, versions: list[Row]) -> Row | None:
    """The highest that is effective by as_of and reaches the submission day; the signed before the unsigned."""
    candidates = [row for row in versions if is_effective(world, asked, row) and applies(world, scene, row)]
    signed = [row for row in candidates if row.get("status") in SIGNED]
    signed = world.take("3.unsigned_never_displaces", signed, [])
    unsigned = [row for row in candidates if row not in signed]
    unsigned = [
        row for row in unsigned if world.take("readings.void_alone_not_executed", True, row.get("status") != "void")
    ]
    ranked = sorted(signed or unsigned, key=lambda row: int(row["version"]))
    if not ranked:
        return None
    return world.take("3.highest_version", ranked[-1], ranked[0])


def is_effective(world: World, asked: Asked, version: Row) -> bool:
    """Effective by as_of."""
    effective = as_date(version.get("effective_from"))
    by = effective is not None and world.take(
        "3.effective_on_its_day", effective <= asked.as_of, effective < asked.as_of
    )
    return by or (effective is not None and world.take("3.effective_by_as_of", False, True))


def applies(world: World, scene: Scene, version: Row) -> bool:
    """Retroactive, or submitted on or after effective_from; a terminated one governs every submission."""
    submitted, effective = as_date(scene.row.get("submitted_on")), as_date(version.get("effective_from"))
    if version.get("applies_to") == "retroactive" and world.take("3.retroactive", True, False):
        return True
    if version.get("status") == "terminated" and world.take("3.terminated_governs_every_submission", True, False):
        return True
    if submitted is None or effective is None:
        return False
    on_or_after = world.take("3.submitted_on_effective_from", submitted >= effective, submitted > effective)
    return world.take("3.submitted_before_effective_from", on_or_after, True)


def scope_test(world: World, scene: Scene, contract_id: str, governing: Row | None) -> tuple[Reach, int]:
    """Whether the governing version's scope reaches the submission, by naming it or through 'all' alone."""
    if governing is None:
        return "no", len(SCOPE_KINDS)
    rows = [row for row in world.rows("contract_scope") if row.get("contract_id") == contract_id]
    own = [row for row in rows if row.get("version") == governing["version"]]
    own = world.take("3.scope_of_governing_version", own, rows)
    kinds = {str(row["scope_kind"]) for row in own if in_scope(world, scene, row)}
    order = world.take("6.scope_order", SCOPE_KINDS, ("session", "submission", "all", "campaign"))
    width = min((order.index(kind) for kind in kinds), default=len(SCOPE_KINDS))
    if not kinds:
        return world.take("3.scope_test", "no", "named"), width
    return ("all" if kinds == {"all"} else "named"), width


def in_scope(world: World, scene: Scene, row: Row) -> bool:
    """Scope `campaign` refers to the session's or the submission's campaign."""
    campaigns = {
        scene.row.get("campaign_id"),
        world.take("readings.campaign_of_session", (scene.session or {}).get("campaign_id"), None),
    }
    of_kind: dict[str, set[Any]] = {
        "session": {scene.row.get("session_id")},
        "submission": {scene.submission_id},
        "campaign": campaigns,
    }
    kind = row.get("scope_kind")
    return kind == "all" or row.get("scope_id", "") in of_kind[str(kind)]


def is_candidate(world: World, scene: Scene, contract: Contract) -> bool:
    """An audition is reached only by a scope that names it; an unreadable contract is asked without a scope test."""
    if contract.unreadable:
        return world.take("readings.unreadable_without_scope_test", True, contract.reach == "named")
    if scene.row.get("kind") == "audition":
        return contract.reach == "named" or (contract.reach == "all" and world.take("3.audition_named", False, True))
    return contract.reach != "no"


def last_good_day(world: World, row: Row, column: str) -> date | None:
    """The last good day of a contract or a grant; None where it has expired: NULL without `perpetual` true."""
    if column in row:
        return as_date(row[column])
    perpetual = as_flag(row.get("perpetual")) is True
    return FOREVER if perpetual or world.take(f"feed.{column}_null_has_expired", False, True) else None


def is_live(asked: Asked, world: World, contract: Contract) -> bool:
    """Executed and in force on as_of."""
    if contract.unreadable or contract.governing is None or contract.governing.get("status") != "executed":
        return False
    return is_in_term(world, asked, contract.governing)


def is_in_term(world: World, asked: Asked, version: Row) -> bool:
    """An end is the last good day."""
    end = last_good_day(world, version, "effective_to")
    return end is not None and world.take("days.effective_to_last_good_day", asked.as_of <= end, asked.as_of < end)


def asked_contracts(world: World, asked: Asked, candidates: list[Contract]) -> list[Contract]:
    """If there is a live or an unreadable candidate, only those are asked; otherwise the others give their reasons."""
    live = [one for one in candidates if is_live(asked, world, one)]
    unreadable = [one for one in candidates if one.unreadable]
    unreadable = world.take("4.unreadable_is_asked", unreadable, [] if live else unreadable)
    first = live + unreadable
    return world.take("4.only_live_asked", first or candidates, candidates)


def contract_reason(world: World, asked: Asked, contract: Contract) -> str | None:
    """At most one reason a contract, in the order of step 4."""
    if contract.unreadable:
        return "CONTRACT_UNKNOWN_VALUE"
    version = contract.governing
    assert version is not None
    status = version.get("status")
    in_order = [
        "CONTRACT_NOT_EXECUTED" if status not in SIGNED else None,
        "CONTRACT_TERMINATED" if status == "terminated" else None,
        "CONTRACT_EXPIRED" if not is_in_term(world, asked, version) else None,
        contract_revocation(world, asked, contract),
        unpaid(world, contract),
    ]
    found = [reason for reason in in_order if reason]
    return world.take("4.in_this_order", found[0], found[-1]) if found else None


def contract_revocation(world: World, asked: Asked, contract: Contract) -> str | None:
    """REVOKED, or SUSPENDED, or ERASURE_REQUESTED: the first of them. It binds all, whatever performer it names."""
    effects = {
        str(row["effect"])
        for row in in_force_on(world, asked, "contract", contract.contract_id)
        if world.take("readings.contract_revocation_binds_all", True, "performer_id" not in row)
    }
    order = {"stop": "REVOKED", "suspend": "SUSPENDED", "erase": "ERASURE_REQUESTED"}
    found = [reason for effect, reason in order.items() if effect in effects]
    return world.take("4.revoked_before_suspended", found[0], found[-1]) if found else None


def unpaid(world: World, contract: Contract) -> str | None:
    """What cannot be paid is not shipped: a comp_term of this version with a known model."""
    terms = [row for row in world.rows("comp_term") if row.get("contract_id") == contract.contract_id]
    own = [row for row in terms if row.get("version") == contract.key[1]]
    own = world.take("4.comp_term_of_own_version", own, terms)
    payable = [row for row in own if world.take("4.comp_term_known_model", closed(row.get("model"), PAY_MODELS), True)]
    return None if payable else world.take("4.comp_term_required", "COMPENSATION_TERM_MISSING", None)
