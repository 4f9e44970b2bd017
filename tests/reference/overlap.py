"""Step 6, first half: several contracts on one (leaf, modality)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.reference.contracts import Contract
from tests.reference.world import World


@dataclass(frozen=True)
class Standing:
    """What one contract says about one (leaf, modality): None where it allows."""

    contract: Contract
    reason: str | None


def overlap_reasons(world: World, standings: Sequence[Standing]) -> set[str]:
    """Every base contract must allow, or one `adds` contract allows; an unreadable contract is never skipped."""
    rest = not_silenced(world, [one for one in standings if not one.contract.unreadable])
    unreadable = not_silenced_unreadable(world, standings)
    adds = [one for one in rest if one.contract.rule == "adds"]
    adds = world.take("6.adds_need_not_allow", adds, [])
    base = [one for one in rest if one not in adds]
    if not unreadable and _allows(world, base, adds):
        return set()
    denied = [*unreadable, *base] or world.take("6.no_base_reasons_of_adds", adds, [])
    denied = world.take("6.reasons_of_base", denied, [*base, *adds])
    return {one.reason for one in denied if one.reason}


def not_silenced_unreadable(world: World, standings: Sequence[Standing]) -> list[Standing]:
    """An unreadable contract counts as a base contract that denies: no `replaces` silences it, no `adds` helps it."""
    unreadable = [one for one in standings if one.contract.unreadable]
    silenced = any(one.contract.rule == "replaces" and not one.contract.unreadable for one in standings)
    return world.take("readings.replaces_never_silences_unreadable", unreadable, [] if silenced else unreadable)


def _allows(world: World, base: Sequence[Standing], adds: Sequence[Standing]) -> bool:
    """Every base contract must allow, or one `adds` contract allows."""
    every = bool(base) and all(one.reason is None for one in base)
    some = any(one.reason is None for one in base)
    one_adds = any(one.reason is None for one in adds)
    one_adds = world.take("6.one_adds_allows", one_adds, bool(adds) and all(one.reason is None for one in adds))
    beside = world.take("readings.adds_beside_revoked_base", True, not _revoked(base))
    return world.take("6.every_base_must_allow", every, some) or (one_adds and beside)


def _revoked(base: Sequence[Standing]) -> bool:
    return any(one.reason in ("REVOKED", "SUSPENDED", "ERASURE_REQUESTED") for one in base)


def not_silenced(world: World, standings: Sequence[Standing]) -> list[Standing]:
    """A `replaces` contract silences those of equal or wider scope; of several with the narrowest, all must allow."""
    replacing = [one for one in standings if one.contract.rule == "replaces"]
    replacing = world.take("6.replaces_silences", replacing, [])
    if not replacing:
        return list(standings)
    narrowest = min(one.contract.width for one in replacing)
    narrowest = world.take("6.only_equal_or_wider", narrowest, -1)
    winners = [one for one in replacing if one.contract.width <= max(narrowest, 0)] or replacing
    winners = world.take("6.narrowest_replaces", winners, replacing)
    winners = world.take("6.of_several_all_must_allow", winners, winners[:1])
    equal = [one for one in standings if one.contract.width == narrowest and one not in winners]
    narrower = [one for one in standings if one.contract.width < narrowest and one not in winners]
    own = [one for one in standings if one.contract.width > narrowest and one.reason in ("REVOKED", "SUSPENDED")]
    kept = [*winners, *narrower, *world.take("6.equal_is_silenced", [], equal)]
    return [*kept, *world.take("readings.replaces_silences_own_reasons", [], own)]
