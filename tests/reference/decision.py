"""The decision: steps 0 to 8 in their order, and nothing that suppresses another step but what the rules name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.reference.cells import pair_stage
from tests.reference.consents import consents_of, replica_reasons, stage_reasons
from tests.reference.contracts import (
    Contract,
    asked_contracts,
    contract_reason,
    contracts_of,
    is_candidate,
    is_live,
    known_versions,
)
from tests.reference.contributors import Scene, contributor_reasons, read_scene, who_must_clear
from tests.reference.gate import Defect, defects
from tests.reference.minors import minor_reasons
from tests.reference.overlap import Standing, overlap_reasons
from tests.reference.request import read_request
from tests.reference.restrictions import exclusive_to_other, prohibition_reasons
from tests.reference.revocations import revocation_reasons
from tests.reference.seals import broken_seals
from tests.reference.submission import submission_reasons
from tests.reference.vocabulary import ALLOWED, CELL_STAGES
from tests.reference.world import Asked, Row, Tables, World, without_nulls


@dataclass(frozen=True)
class Decision:
    """Allow only when no reason was produced."""

    decision: Literal["allow", "deny"]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Stop:
    """Neither allow nor deny: the rows that stop the build."""

    defects: tuple[Defect, ...]
    decision: Literal["stop"] = "stop"
    reasons: tuple[str, ...] = ()


def decide(tables: Tables, request: Row, submission_id: str, *, wrong: str | None = None) -> Decision | Stop:
    """May this submission be put to this use, for this client, on this day? Seals and totals are checked if present."""
    world = World(tables, wrong)
    found = [*defects(world), *broken_seals(world)]
    return Stop(tuple(found)) if found else decide_in(world, request, submission_id)


def decide_in(world: World, request: Row, submission_id: str) -> Decision:
    """The decision in a world whose gate is open."""
    asked = read_request(world, without_nulls(request))
    if asked is None:
        alone = frozenset({"REQUEST_UNKNOWN_VALUE"})
        return verdict(
            world.take("1.alone", alone, alone | submission_reasons(world, Scene(submission_id, {}, None, {})))
        )
    scene = read_scene(world, asked, submission_id)
    of_contributors = contributor_reasons(world, asked, scene)
    if bool(of_contributors) and world.take("days.no_step_suppresses_another", False, True):
        return verdict(of_contributors)
    return verdict(
        of_contributors
        | clearing_reasons(world, asked, scene)
        | revocation_reasons(world, asked, scene)
        | ({"EXCLUSIVE_TO_OTHER"} if exclusive_to_other(world, asked, scene) else set())
        | submission_reasons(world, scene)
    )


def verdict(reasons: set[str] | frozenset[str]) -> Decision:
    """The distinct union, sorted."""
    return Decision("deny" if reasons else "allow", tuple(sorted(reasons)))


def clearing_reasons(world: World, asked: Asked, scene: Scene) -> set[str]:
    """All contributors must clear: the union over performers."""
    clearing = who_must_clear(world, asked, scene)
    each = [performer_reasons(world, asked, scene, name, modalities) for name, modalities in clearing.items()]
    others = [
        minor_reasons(world, asked, scene, name, frozenset()) for name in scene.footprints if name not in clearing
    ]
    return set().union(*each, *world.take("readings.age_not_asked_without_modality", [], others))


def performer_reasons(world: World, asked: Asked, scene: Scene, performer: str, modalities: frozenset[str]) -> set[str]:
    """Contracts, prohibitions, consents and age of one performer. No step suppresses another."""
    contracts = contracts_of(world, asked, scene, performer)
    candidates = [one for one in contracts if is_candidate(world, scene, one)]
    inquired = asked_contracts(world, asked, candidates)
    return (
        (contract_reasons(world, asked, inquired, modalities) if candidates else no_contract(world, scene, contracts))
        | prohibition_reasons(world, asked, scene, contracts, modalities)
        | replica_reasons(world, asked, scene, performer, modalities)
        | lawful_basis_reasons(world, asked, scene, performer, inquired, modalities)
        | minor_reasons(world, asked, scene, performer, modalities)
    )


def no_contract(world: World, scene: Scene, contracts: list[Contract]) -> set[str]:
    """NO_CONTRACT, or AUDITION_NOT_LICENSED where only scope `all` reaches an audition."""
    only_all = scene.row.get("kind") == "audition" and any(one.reach == "all" for one in contracts)
    reason = world.take("3.audition_only_all", "AUDITION_NOT_LICENSED", "NO_CONTRACT") if only_all else "NO_CONTRACT"
    return {world.take("3.none_is_no_contract", reason, "PURPOSE_NOT_GRANTED" if contracts else reason)}


def contract_reasons(world: World, asked: Asked, inquired: list[Contract], modalities: frozenset[str]) -> set[str]:
    """With a live or an unreadable contract, the overlap of those; otherwise every other one gives its reason."""
    own = {one.contract_id: contract_reason(world, asked, one) for one in inquired}
    if not any(is_live(asked, world, one) or one.unreadable for one in inquired):
        reasons = {reason for reason in own.values() if reason}
        return world.take("readings.every_other_gives_reason", reasons, set(sorted(reasons)[:1]))
    reasons = set()
    for leaf in sorted(asked.leaves):
        for modality in sorted(modalities):
            standings = [standing(world, asked, one, own[one.contract_id], (leaf, modality)) for one in inquired]
            reasons |= overlap_reasons(world, standings)
    return reasons


def standing(world: World, asked: Asked, contract: Contract, own: str | None, pair: tuple[str, str]) -> Standing:
    """What one contract says about one (leaf, modality): its own reason, and then its cells are not looked at."""
    stage = pair_stage(world, asked, contract, *pair)
    cell = None if stage == ALLOWED else CELL_STAGES[stage]
    return Standing(contract, world.take("4.cells_not_looked_at", own or cell, cell or own))


def rests_on_consent(world: World, asked: Asked, contract: Contract) -> bool:
    """By its governing version; where no version governs an unreadable contract, by its highest known one."""
    known = known_versions(world, asked, contract.contract_id)
    highest = max(known, key=lambda version: int(version["version"]), default=None)
    version = contract.governing or highest
    return version is not None and version.get("lawful_basis") == "consent"


def lawful_basis_reasons(
    world: World, asked: Asked, scene: Scene, performer: str, inquired: list[Contract], modalities: frozenset[str]
) -> set[str]:
    """lawful_basis = consent in any asked contract needs a personal_data consent."""
    bases = [rests_on_consent(world, asked, one) for one in inquired]
    needed = world.take("7.lawful_basis_any_asked", any(bases), bool(bases) and all(bases))
    if not world.take("7.lawful_basis_consent", needed, False):
        return set()
    rows = consents_of(world, asked, scene, performer, "personal_data")
    return stage_reasons(world, asked, rows, asked.leaves, modalities)
