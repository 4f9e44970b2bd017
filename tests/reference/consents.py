"""Step 7, first half: consents, how far each of them reaches, and what a withdrawal defeats."""

from __future__ import annotations

from datetime import date

from tests.reference.contracts import in_scope
from tests.reference.contributors import Scene
from tests.reference.vocabulary import CONSENT_STAGES, CONSENTED, SENSITIVE, full_expansion, ordinary_expansion
from tests.reference.world import (
    FOREVER,
    Asked,
    Row,
    World,
    as_date,
    granting_rows,
    instant,
    is_known,
    restricting_rows,
)

SPECIFIC = 20  # characters of intended use, trimmed


def consents_of(world: World, asked: Asked, scene: Scene, performer: str, kind: str) -> list[Row]:
    """Consents of one performer and type: known, given by as_of, in scope."""
    return [
        row
        for row in granting_rows(world, "consent", "consent_id", asked.known_at)
        if world.take("7.consent_of_performer", row["performer_id"] == performer, True)
        and world.take("7.consent_type", row["consent_type"] == kind, True)
        and is_given(world, asked, row)
        and world.take("7.consent_in_scope", in_scope(world, scene, row), True)
    ]


def is_given(world: World, asked: Asked, row: Row) -> bool:
    """Given by as_of."""
    given = as_date(row["given_on"])
    return given is not None and world.take("7.given_by_as_of", given <= asked.as_of, True)


def consent_stage(world: World, asked: Asked, row: Row, leaf: str, modality: str) -> int:
    """The furthest stage one consent reaches for one leaf and modality; CONSENTED when it covers them."""
    passed = [
        names(world, row, leaf, modality),
        is_unexpired(world, asked, row),
        is_for_client(world, asked, row),
        is_specific(world, row),
        not is_withdrawn(world, asked, row),
    ]
    first = passed.index(False) if False in passed else CONSENTED
    last = len(passed) - 1 - passed[::-1].index(False) if False in passed else CONSENTED
    return world.take("7.consent_stages_in_order", first, last)


def names(world: World, row: Row, leaf: str, modality: str) -> bool:
    """It names leaf and modality; other types than digital_replica bind only where they name something."""
    named = frozenset(row["purposes"]) if "purposes" in row else None
    modal = "modalities" not in row or modality in row["modalities"]
    modal = world.take("7.consent_names_modality", modal, True)
    if named is None:
        return modal and world.take("readings.consent_lists_null_harmless", True, False)
    covered = world.take("1.consent_parent_covers_ordinary", ordinary_expansion(named), named)
    covered = world.take("1.consent_sensitive_named", covered, full_expansion(named))
    return modal and world.take("7.consent_names_leaf", leaf in covered, True)


def consent_end(world: World, row: Row) -> date | None:
    """The last good day; NULL has expired for digital_replica and is no end for the others."""
    if "expires_on" in row:
        return as_date(row["expires_on"])
    if row["consent_type"] == "digital_replica":
        return world.take("feed.replica_expires_null_has_expired", None, FOREVER)
    return world.take("readings.consent_expires_null_harmless", FOREVER, None)


def is_unexpired(world: World, asked: Asked, row: Row) -> bool:
    """expires_on is the last good day."""
    end = consent_end(world, row)
    return end is not None and world.take("days.expires_on_last_good_day", asked.as_of <= end, asked.as_of < end)


def is_for_client(world: World, asked: Asked, row: Row) -> bool:
    """A consent names one client exactly; only a digital_replica must name one."""
    if "client_id" not in row:
        if row["consent_type"] == "digital_replica":
            return world.take("readings.replica_without_client", False, True)
        return world.take("feed.consent_client_null_any", True, False)
    parents = {one.get("client_id"): one.get("parent_client_id") for one in world.rows("client")}
    exactly = bool(row["client_id"] == asked.client_id)
    return world.take("6.consent_names_exactly", exactly, exactly or parents.get(asked.client_id) == row["client_id"])


def is_specific(world: World, row: Row) -> bool:
    """A digital_replica consent states at least 20 characters of intended use, trimmed."""
    if row["consent_type"] != "digital_replica":
        return True
    use = row.get("intended_use")
    text = use if isinstance(use, str) else ""
    length = world.take("7.intended_use_trimmed", len(text.strip()), len(text))
    return world.take("7.intended_use_twenty", length >= SPECIFIC, length > SPECIFIC)


def is_withdrawn(world: World, asked: Asked, row: Row) -> bool:
    """Whether any known withdrawal of that performer, type and client defeats it."""
    rows = restricting_rows(world, "consent", "consent_id", asked.known_at)
    return any(defeats(world, asked, withdrawn, row) for withdrawn in rows)


def defeats(world: World, asked: Asked, withdrawn: Row, row: Row) -> bool:
    """Every consent of that performer, type and client given on or before its day; a later consent restores."""
    day, given = as_date(withdrawn.get("withdrawn_on")), as_date(row["given_on"])
    if day is None or given is None or not _bites(world, asked, withdrawn, day):
        return False
    own = withdrawn["consent_id"] == row["consent_id"]
    performer = world.take("7.withdrawal_of_performer", withdrawn["performer_id"] == row["performer_id"], True)
    kind = world.take("7.withdrawal_of_type", withdrawn["consent_type"] == row["consent_type"], True)
    before = world.take("7.withdrawal_on_or_before", given <= day, given < day)
    before = world.take("7.later_consent_restores", before, True)
    same = performer and kind and _of_client(world, asked, withdrawn, row)
    return world.take("7.withdrawal_defeats_every", same, own) and before


def _bites(world: World, asked: Asked, withdrawn: Row, day: date) -> bool:
    """A withdrawal bites on its day, and has a clock of its own."""
    recorded = instant(world, withdrawn.get("withdrawal_recorded_at"))
    known = recorded is None or recorded <= asked.known_at  # unreadable counts as seen where it restricts
    known = world.take("feed.withdrawal_own_clock", known, is_known(world, withdrawn, asked.known_at, unreadable=True))
    return known and world.take("days.withdrawal_bites_on_its_day", day <= asked.as_of, day < asked.as_of)


def _of_client(world: World, asked: Asked, withdrawn: Row, row: Row) -> bool:
    """All clients, where the withdrawn one names none; for its client, also a consent that names none."""
    if "client_id" not in withdrawn:
        return world.take("7.withdrawal_all_clients", True, "client_id" not in row)
    if "client_id" not in row:
        return world.take(
            "readings.withdrawal_defeats_nameless", bool(withdrawn["client_id"] == asked.client_id), False
        )
    return world.take("7.withdrawal_of_client", bool(withdrawn["client_id"] == row["client_id"]), True)


def best_stage(world: World, asked: Asked, rows: list[Row], leaf: str, modality: str) -> int:
    """The furthest stage of several consents."""
    stages = [consent_stage(world, asked, row, leaf, modality) for row in rows]
    return world.take("7.furthest_consent_stage", max(stages, default=0), min(stages, default=0))


def replica_reasons(world: World, asked: Asked, scene: Scene, performer: str, modalities: frozenset[str]) -> set[str]:
    """Per sensitive leaf x modality a digital_replica consent."""
    rows = consents_of(world, asked, scene, performer, "digital_replica")
    sensitive = world.take("7.consent_per_sensitive_leaf", asked.leaves & SENSITIVE, frozenset())
    return stage_reasons(world, asked, rows, sensitive, modalities)


def stage_reasons(
    world: World, asked: Asked, rows: list[Row], leaves: frozenset[str], modalities: frozenset[str]
) -> set[str]:
    """The reason of each leaf and modality that no consent covers."""
    pairs = sorted((leaf, modality) for leaf in leaves for modality in modalities)
    pairs = world.take("7.consent_per_pair", pairs, pairs[:1])
    stages = {best_stage(world, asked, rows, leaf, modality) for leaf, modality in pairs}
    return {CONSENT_STAGES[stage] for stage in stages if stage != CONSENTED}
