"""Step 8, first half: revocations in force on an id."""

from __future__ import annotations

from tests.reference.contributors import Scene
from tests.reference.world import Asked, Row, World, as_date, instant, restricting_rows

REASON_OF = {"stop": "REVOKED", "suspend": "SUSPENDED", "erase": "ERASURE_REQUESTED"}


def in_force_on(world: World, asked: Asked, kind: str, target: str) -> list[Row]:
    """Known revocations of one target that bite on as_of and are not lifted."""
    rows = restricting_rows(world, "revocation", "revocation_id", asked.known_at)
    mine = [row for row in rows if row["target_kind"] == kind and row["target_id"] == target]
    return [row for row in mine if has_begun(world, asked, row) and not is_lifted(world, asked, row)]


def has_begun(world: World, asked: Asked, row: Row) -> bool:
    """A revocation bites on its day."""
    effective = as_date(row.get("effective_on"))
    return effective is None or world.take(
        "days.revocation_bites_on_its_day", effective <= asked.as_of, effective < asked.as_of
    )


def is_lifted(world: World, asked: Asked, row: Row) -> bool:
    """lifted_on is the first free day; a lift recorded after known_at is not known."""
    lifted, recorded = as_date(row.get("lifted_on")), instant(world, row.get("lift_recorded_at"))
    if lifted is None or recorded is None:
        return False
    free = world.take("days.lifted_on_first_free_day", lifted <= asked.as_of, lifted < asked.as_of)
    return free and world.take("feed.lift_own_clock", recorded <= asked.known_at, True)


def revocation_reasons(world: World, asked: Asked, scene: Scene) -> set[str]:
    """On performer, session and submission; a performer_id limits one to that performer, if that one contributed."""
    targets = [
        ("submission", world.take("8.on_submission", scene.submission_id, "")),
        ("session", world.take("8.on_session", str(scene.row.get("session_id", "")), "")),
        *(("performer", world.take("8.on_performer", one, "")) for one in _bound(world, asked, scene)),
    ]
    rows = [row for kind, target in targets for row in in_force_on(world, asked, kind, target)]
    binding = [
        row
        for row in rows
        if row.get("performer_id") is None
        or world.take("8.performer_id_limits", row["performer_id"] in scene.footprints, True)
    ]
    effects = [str(row["effect"]) for row in binding if row.get("effect") in REASON_OF]
    return {world.take("8.effect_gives_reason", REASON_OF[effect], "REVOKED") for effect in effects}


def _bound(world: World, asked: Asked, scene: Scene) -> list[str]:
    """Every contributor's revocations bind, also of one with none of the requested modalities."""
    asked_only = [name for name, footprint in scene.footprints.items() if footprint and footprint & asked.modalities]
    return world.take("2.revocations_bind_everyone", list(scene.footprints), asked_only)
