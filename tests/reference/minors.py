"""Step 7, second half: a minor at the performance."""

from __future__ import annotations

from datetime import date

from tests.reference.consents import best_stage, consents_of
from tests.reference.contributors import Scene
from tests.reference.vocabulary import CONSENTED, SENSITIVE
from tests.reference.world import Asked, Row, World, as_date, one_row


def eighteenth_birthday(world: World, born: date) -> date:
    """29 February: 1 March."""
    leap = (born.month, born.day) == (2, 29)
    if leap:
        return world.take("7.leap_birthday", date(born.year + 18, 3, 1), date(born.year + 18, 2, 28))
    return born.replace(year=born.year + 18)


def minor_reasons(world: World, asked: Asked, scene: Scene, performer: str, modalities: frozenset[str]) -> set[str]:
    """A guardian's consent always, an own reaffirmation later, and never a sensitive use. Unknown age denies."""
    row: Row = one_row(world, "performer", "performer_id", performer, asked.known_at) or {}
    born, performed = as_date(row.get("date_of_birth")), as_date(scene.row.get("performed_on"))
    if born is None or performed is None:
        return world.take("7.unknown_age_denies", {"AGE_UNKNOWN"}, set[str]())
    of_age = eighteenth_birthday(world, born)
    on_birthday = world.take("readings.of_age_on_birthday", performed < of_age, performed <= of_age)
    if not world.take("7.minor_at_the_performance", on_birthday, asked.as_of < of_age):
        return set()
    reasons = guardian_reasons(world, asked, scene, performer, modalities)
    reasons = world.take("7.guardian_also_later", reasons, reasons if asked.as_of <= of_age else set())
    past = world.take("7.past_it_strictly", asked.as_of > of_age, asked.as_of >= of_age)
    if world.take("7.past_the_birthday", past, True):
        reasons |= majority_reasons(world, asked, scene, performer, modalities, of_age)
    if bool(asked.leaves & SENSITIVE) and world.take("7.never_sensitive_later_either", True, asked.as_of <= of_age):
        reasons.add("MINOR_SENSITIVE_USE")
    return reasons


def guardian_reasons(world: World, asked: Asked, scene: Scene, performer: str, modalities: frozenset[str]) -> set[str]:
    """A guardian's consent always."""
    rows = consents_of(world, asked, scene, performer, "guardian")
    given = all_covered(world, asked, rows, modalities)
    return set() if world.take("7.guardian_always", given, True) else {"GUARDIAN_CONSENT_MISSING"}


def majority_reasons(
    world: World, asked: Asked, scene: Scene, performer: str, modalities: frozenset[str], of_age: date
) -> set[str]:
    """Own reaffirmation given on or after the 18th birthday."""
    rows = consents_of(world, asked, scene, performer, "majority_reaffirmation")
    own = [row for row in rows if _given_of_age(world, row, of_age)]
    given = all_covered(world, asked, own, modalities)
    return set() if world.take("7.reaffirmation_required", given, True) else {"MAJORITY_RECONSENT_MISSING"}


def _given_of_age(world: World, row: Row, of_age: date) -> bool:
    given = as_date(row["given_on"])
    assert given is not None
    on_or_after = world.take("7.reaffirmed_on_birthday", given >= of_age, given > of_age)
    return world.take("7.reaffirmed_of_age", on_or_after, True)


def all_covered(world: World, asked: Asked, rows: list[Row], modalities: frozenset[str]) -> bool:
    """Some consent covers every asked leaf and modality."""
    pairs = [(leaf, modality) for leaf in sorted(asked.leaves) for modality in sorted(modalities)]
    return all(best_stage(world, asked, rows, leaf, modality) == CONSENTED for leaf, modality in pairs)
