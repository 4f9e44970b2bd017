"""Step 5: how far a contract's grants reach in each cell (leaf x modality x country)."""

from __future__ import annotations

from datetime import date

from tests.reference.contracts import Contract, last_good_day
from tests.reference.revocations import in_force_on
from tests.reference.vocabulary import (
    ALLOWED,
    CELL_STAGES,
    MODALITIES,
    ONWARD,
    OWNERSHIP,
    PURPOSES,
    TERRITORIES,
    countries,
    full_expansion,
    ordinary_expansion,
)
from tests.reference.world import (
    Asked,
    Row,
    World,
    as_codes,
    as_date,
    as_flag,
    as_names,
    as_text,
    as_whole,
    closed,
    restricting_rows,
)

Cell = tuple[str, str, str]  # leaf, modality, country


def grants_of(world: World, contract: Contract) -> list[Row]:
    """Grants count only inside their own (contract, version)."""
    if contract.governing is None:
        return []
    rows = [row for row in world.rows("rights_grant") if row.get("contract_id") == contract.contract_id]
    own = [row for row in rows if row.get("version") == contract.key[1]]
    return world.take("3.grants_of_own_version", own, rows)


def is_readable(world: World, grant: Row) -> bool:
    """A grant with an unknown code or an unreadable list grants nothing at all, not even its readable codes."""
    lists = (("purposes", PURPOSES), ("modalities", MODALITIES), ("territories", TERRITORIES))
    required = all(as_codes(grant.get(column), codes) for column, codes in lists)
    excluded = grant.get("excluded_territories")
    optional = excluded is None or excluded == [] or bool(as_codes(excluded, TERRITORIES))
    clients = grant.get("client_ids") is None or as_names(grant["client_ids"]) is not None
    codes = closed(grant.get("ownership"), OWNERSHIP) and closed(grant.get("onward"), ONWARD)
    dates = as_date(grant.get("valid_from")) is not None
    dates = dates and _null_or(grant, "embargo_until", as_date) and _null_or(grant, "valid_to", as_date)
    whole = _null_or(grant, "max_deliveries", as_whole) and _null_or(grant, "perpetual", as_flag)
    key = as_text(grant.get("grant_id")) is not None
    return bool(required and optional and clients and codes and dates and whole and key)


def _null_or(grant: Row, column: str, read: object) -> bool:
    return column not in grant or (callable(read) and read(grant[column]) is not None)


def grant_stage(world: World, asked: Asked, contract: Contract, grant: Row, cell: Cell) -> int:
    """The furthest stage one grant reaches in one cell; ALLOWED when it covers it."""
    if any(grant.get(column) == [] for column in ("purposes", "modalities", "territories")):
        return world.take("readings.empty_grant_list", CELL_STAGES.index("CONTRACT_UNKNOWN_VALUE"), 0)
    if not is_readable(world, grant):
        return world.take("5.unreadable_grant_grants_nothing", CELL_STAGES.index("CONTRACT_UNKNOWN_VALUE"), ALLOWED)
    passed = [
        covers_purpose(world, grant, cell[0]),
        covers_modality(world, grant, cell[1]),
        covers_country(world, grant, cell[2]),
        has_started(world, asked, grant),
        is_in_term(world, asked, grant),
        lasts_long_enough(world, asked, contract, grant),
        is_free(world, asked, grant),
        lists_client(world, asked, grant),
        allows_onward(world, asked, grant),
        not is_revoked(world, asked, grant),
        has_deliveries_left(world, asked, grant),
    ]
    first = passed.index(False) if False in passed else ALLOWED
    last = len(passed) - 1 - passed[::-1].index(False) if False in passed else ALLOWED
    return world.take("5.stages_in_order", first, last)


def covers_purpose(world: World, grant: Row, leaf: str) -> bool:
    """A parent covers its ordinary leaves only; ownership never allows anything by itself."""
    named = frozenset(grant["purposes"])
    covered = world.take("1.grant_parent_covers_ordinary", ordinary_expansion(named), named)
    covered = world.take("1.grant_sensitive_named", covered, full_expansion(named))
    owned = grant["ownership"] == "work_for_hire" and world.take("rule.ownership_never_allows", False, True)
    return leaf in covered or owned


def covers_modality(world: World, grant: Row, modality: str) -> bool:
    """The modality is named."""
    return world.take("5.modality", modality in grant["modalities"], True)


def covers_country(world: World, grant: Row, country: str) -> bool:
    """Excluded regions expand and are subtracted."""
    excluded = frozenset(grant.get("excluded_territories", ()))
    without = world.take("feed.excluded_regions_expand", countries(excluded), excluded)
    without = world.take("feed.excluded_is_subtracted", without, frozenset())
    return country in countries(frozenset(grant["territories"])) - without


def has_started(world: World, asked: Asked, grant: Row) -> bool:
    """valid_from is the first good day."""
    start = as_date(grant["valid_from"])
    assert start is not None
    return world.take("days.valid_from_first_good_day", start <= asked.as_of, start < asked.as_of)


def is_in_term(world: World, asked: Asked, grant: Row) -> bool:
    """valid_to is the last good day; NULL has expired unless perpetual."""
    end = last_good_day(world, grant, "valid_to")
    return end is not None and world.take("days.valid_to_last_good_day", asked.as_of <= end, asked.as_of < end)


def end_under(world: World, contract: Contract, grant: Row) -> date | None:
    """min(grant end, contract end)."""
    assert contract.governing is not None
    mine, whole = last_good_day(world, grant, "valid_to"), last_good_day(world, contract.governing, "effective_to")
    if mine is None or whole is None:
        return None
    return world.take("5.term_ends_with_contract", min(mine, whole), mine)


def lasts_long_enough(world: World, asked: Asked, contract: Contract, grant: Row) -> bool:
    """min(grant end, contract end) - as_of is not less than min_remaining_days."""
    end = end_under(world, contract, grant)
    left = (end - asked.as_of).days if end else -1
    return world.take("5.term_exactly_enough", left >= asked.min_remaining_days, left > asked.min_remaining_days)


def is_free(world: World, asked: Asked, grant: Row) -> bool:
    """embargo_until is the first free day."""
    until = as_date(grant.get("embargo_until"))
    return until is None or world.take("days.embargo_first_free_day", until <= asked.as_of, until < asked.as_of)


def lists_client(world: World, asked: Asked, grant: Row) -> bool:
    """client_ids NULL = any client; [] lists nobody; an allow-list names one client exactly."""
    listed = grant.get("client_ids")
    if listed is None:
        return world.take("feed.grant_client_ids_null_any", True, False)
    if listed == []:
        return world.take("readings.empty_allow_list", False, True)
    named = asked.client_id in listed
    parents = {row.get("client_id"): row.get("parent_client_id") for row in world.rows("client")}
    return world.take("6.allow_list_names_exactly", named, named or parents.get(asked.client_id) in listed)


def allows_onward(world: World, asked: Asked, grant: Row) -> bool:
    """None < affiliates < service_providers < sublicensees."""
    ours, theirs = ONWARD.index(asked.onward), ONWARD.index(str(grant["onward"]))
    return world.take("5.onward_ordered", ours <= theirs, ours == theirs)


def is_revoked(world: World, asked: Asked, grant: Row) -> bool:
    """On a grant always REVOKED; a performer_id on it is ignored."""
    rows = in_force_on(world, asked, "grant", str(grant["grant_id"]))
    rows = [row for row in rows if world.take("readings.grant_revocation_binds_all", True, "performer_id" not in row)]
    return bool([row for row in rows if world.take("8.grant_always_revoked", True, row["effect"] == "stop")])


def has_deliveries_left(world: World, asked: Asked, grant: Row) -> bool:
    """Fewer than max_deliveries distinct deliveries under the grant, to anyone; NULL = no limit."""
    limit = as_whole(grant.get("max_deliveries"))
    if limit is None:
        return world.take("feed.max_deliveries_null_no_limit", True, False)
    deliveries = restricting_rows(world, "delivery", "delivery_id", asked.known_at)
    counted = [row for row in deliveries if _counts(world, asked, row)]
    known = {row["delivery_id"] for row in counted if "delivery_id" in row}
    items = [row for row in world.rows("delivery_item") if grant["grant_id"] in row["grant_ids"]]
    under = [row["delivery_id"] for row in items if row["delivery_id"] in known]
    return world.take("5.distinct_deliveries", len(set(under)), len(under)) < limit


def _counts(world: World, asked: Asked, delivery: Row) -> bool:
    """To anyone; recorded by known_at counts though dated later."""
    theirs = world.take("5.deliveries_to_anyone", True, delivery.get("client_id") == asked.client_id)
    day = as_date(delivery.get("delivered_on"))
    return theirs and world.take("readings.delivery_dated_later_counts", True, day is None or day <= asked.as_of)


def cell_stage(world: World, asked: Asked, contract: Contract, cell: Cell) -> int:
    """The furthest stage that any grant of the contract reached; with no grant at all the purpose is not granted."""
    stages = [grant_stage(world, asked, contract, grant, cell) for grant in grants_of(world, contract)]
    stages = world.take("5.other_grants_stand", stages, _all_or_nothing(stages))
    return world.take("5.furthest_stage", max(stages, default=0), min(stages, default=0))


def _all_or_nothing(stages: list[int]) -> list[int]:
    unknown = CELL_STAGES.index("CONTRACT_UNKNOWN_VALUE")
    return [unknown] if unknown in stages else stages


def pair_stage(world: World, asked: Asked, contract: Contract, leaf: str, modality: str) -> int:
    """A (leaf, modality) shows the least stage of its countries: every one of them must be covered."""
    stages = [cell_stage(world, asked, contract, (leaf, modality, country)) for country in sorted(asked.countries)]
    if not stages:
        return ALLOWED
    least = world.take("1.every_country", min(stages), max(stages))
    denied = [stage for stage in stages if stage != ALLOWED]
    return world.take("5.least_stage_of_countries", least, max(denied, default=ALLOWED))
