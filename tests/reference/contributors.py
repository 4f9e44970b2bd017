"""Step 2: the contributors of a submission, and the modalities each of them must clear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.reference.keys import KEYS
from tests.reference.vocabulary import MODALITIES
from tests.reference.world import Asked, Row, World, as_codes, as_whole, instant, one_row, structural_rows


@dataclass(frozen=True)
class Scene:
    """One submission as known: its row, the campaign of its session, and who contributed what."""

    submission_id: str
    row: Row
    session: Row | None
    footprints: Mapping[str, frozenset[str] | None]  # performer → modalities; None where one of the lists is unknown
    contributions: int = 0


def read_scene(world: World, asked: Asked, submission_id: str) -> Scene:
    """The submission, its session and its contributors as known by known_at."""
    row: Row = one_row(world, "submission", "submission_id", submission_id, asked.known_at) or {}
    session = one_row(world, "session", "session_id", row.get("session_id"), asked.known_at)
    contributions = len([one for one in world.rows("contribution") if one.get("submission_id") == submission_id])
    return Scene(submission_id, row, session, footprints(world, asked, submission_id), contributions)


def footprints(world: World, asked: Asked, submission_id: str) -> dict[str, frozenset[str] | None]:
    """A performer's footprint: the modalities of all that performer's contributions; unknown where any is unknown.

    A contribution of unreadable time counts as seen where it restricts: somebody, with an unknown footprint.
    """
    read: dict[str, list[frozenset[str] | None]] = {}
    for row in structural_rows(world, "contribution", KEYS["contribution"], asked.known_at):
        if row.get("submission_id") == submission_id:
            read.setdefault(str(row["performer_id"]), []).append(as_codes(row.get("modalities"), MODALITIES))
    for row in world.rows("contribution"):
        unreadable = "recorded_at" in row and instant(world, row["recorded_at"]) is None
        if unreadable and row.get("submission_id") == submission_id:
            read.setdefault(str(row["performer_id"]), []).append(None)
    return {performer: _union(lists) for performer, lists in read.items()}


def _union(lists: list[frozenset[str] | None]) -> frozenset[str] | None:
    known = [one for one in lists if one is not None]
    return frozenset().union(*known) if len(known) == len(lists) else None


def contributor_reasons(world: World, asked: Asked, scene: Scene) -> set[str]:
    """Declared count, attribution and footprints; NO_CONTRIBUTOR stands for all of this step."""
    reasons: set[str] = set()
    if not scene.footprints:
        reasons |= world.take("2.at_least_one", {"NO_CONTRIBUTOR"}, set[str]())
        if world.take("2.no_contributor_stands_for_all", True, False):
            return reasons
    declared = as_whole(scene.row.get("contributors_declared"))
    found = world.take("2.distinct_performers", len(scene.footprints), scene.contributions)
    missing = world.take("2.declared_required", declared is None, False)
    if missing or (declared is not None and world.take("2.declared_exactly", declared != found, declared > found)):
        reasons.add("CONTRIBUTOR_COUNT_MISMATCH")
    claimed = frozenset().union(*(one for one in scene.footprints.values() if one))
    if world.take("2.modality_attributed", not asked.modalities <= claimed, False):
        reasons.add("MODALITY_UNATTRIBUTED")
    if world.take("2.footprint_known", None in scene.footprints.values(), False):
        reasons.add("FOOTPRINT_UNKNOWN")
    return reasons


def to_clear(world: World, asked: Asked, footprint: frozenset[str] | None) -> frozenset[str]:
    """Each contributor clears the requested modalities in the footprint. An unknown footprint claims nothing."""
    if footprint is None:
        return world.take("readings.unknown_footprint_claims_nothing", frozenset(), asked.modalities)
    return world.take("2.each_for_own_modalities", asked.modalities & footprint, asked.modalities)


def who_must_clear(world: World, asked: Asked, scene: Scene) -> dict[str, frozenset[str]]:
    """All contributors must clear; one with none of the requested modalities needs no contract and no consent."""
    clearing = {performer: to_clear(world, asked, footprint) for performer, footprint in scene.footprints.items()}
    some = {performer: modalities for performer, modalities in clearing.items() if modalities}
    first = dict(sorted(some.items())[:1])
    return world.take("2.all_contributors_must_clear", some, first)
