"""Step 0: every restricting or structural row has its keys, closed codes, dates and references, or the build stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.reference.keys import KEYS
from tests.reference.references import References, optional, optional_codes, optional_date
from tests.reference.vocabulary import (
    BASES,
    CONSENT_TYPES,
    EFFECTS,
    EXCLUSIVITY_SOURCES,
    MODALITIES,
    PURPOSES,
    REPRESENTED_BY,
    TERRITORIES,
)
from tests.reference.world import (
    Row,
    World,
    as_codes,
    as_date,
    as_flag,
    as_instant,
    as_names,
    as_text,
    as_whole,
    closed,
)


@dataclass(frozen=True, order=True)
class Defect:
    """A row that stops the build, named by its table and key."""

    table: str
    key: str
    rule: str


Check = Callable[["References", Row], Iterator[str]]


def check_prohibition(known: References, row: Row) -> Iterator[str]:
    """NULL or empty in purposes, modalities or territories does not mean all: '*' does."""
    take = known.world.take
    if not as_text(row.get("prohibition_id")):
        yield take("0.keys", "it has no key", "")
    if (row.get("contract_id"), row.get("version")) not in known.versions:
        yield take("0.references", "its contract version does not exist", "")
    for column, codes in (("purposes", PURPOSES), ("modalities", MODALITIES), ("territories", TERRITORIES)):
        if not as_codes(row.get(column), codes | {"*"}):
            yield take("0.prohibition_lists_required", f"{column} cannot be read", "")
    clients = row.get("client_ids")
    if clients == []:
        yield take("readings.empty_block_list", "client_ids names nobody", "")
    elif clients is not None and not (as_names(clients) or frozenset({""})) <= known.clients:
        yield take("0.references", "client_ids cannot be read", "")


def check_revocation(known: References, row: Row) -> Iterator[str]:
    """A revocation has its key, target, effect and days; a lift says when it was recorded."""
    take = known.world.take
    if not as_text(row.get("revocation_id")):
        yield take("0.keys", "it has no key", "")
    if not known.target(row) or not optional(row, "performer_id", known.performers.__contains__):
        yield take("0.references", "its target does not exist", "")
    if not closed(row.get("effect"), EFFECTS) or not optional(row, "basis", BASES.__contains__):
        yield take("0.closed_codes", "effect or basis is unknown", "")
    if row.get("performer_id") is None:
        yield take("readings.revocation_performer_null", "", "it names no performer")
    if not as_date(row.get("effective_on")):
        yield take("0.dates", "effective_on cannot be read", "")
    if not optional_date(row, "filed_on") or not optional_date(row, "lifted_on"):
        yield "a day cannot be read"
    if _half(row, "lifted_on", "lift_recorded_at"):
        yield take("0.both_or_neither_lift", "a lift and its recorded_at: both or neither", "")


def check_exclusivity(known: References, row: Row) -> Iterator[str]:
    """An exclusivity has its key, scope, holder, purposes and both its days; NULL valid_to stops the build."""
    take = known.world.take
    if not as_text(row.get("excl_id")):
        yield take("0.keys", "it has no key", "")
    if not known.in_scope(row) or row.get("holder_client_id") not in known.clients:
        yield take("0.references", "its scope or holder does not exist", "")
    if as_flag(row.get("include_affiliates")) is None or not optional(row, "source", EXCLUSIVITY_SOURCES.__contains__):
        yield take("0.closed_codes", "include_affiliates or source cannot be read", "")
    if not as_codes(row.get("purposes"), PURPOSES | {"*"}):
        yield take("0.closed_codes", "purposes cannot be read", "")
    if not as_date(row.get("valid_from")):
        yield take("0.dates", "valid_from cannot be read", "")
    if not as_date(row.get("valid_to")):
        yield take("readings.exclusivity_without_end", "valid_to cannot be read", "")


def check_consent(known: References, row: Row) -> Iterator[str]:
    """A consent has its key, performer, type, scope and day; a digital replica's lists are required too."""
    take = known.world.take
    if not as_text(row.get("consent_id")):
        yield take("0.keys", "it has no key", "")
    named = row.get("performer_id") in known.performers and optional(row, "client_id", known.clients.__contains__)
    if not named or not known.in_scope(row):
        yield take("0.references", "its performer, client or scope does not exist", "")
    if not closed(row.get("consent_type"), CONSENT_TYPES):
        yield take("0.closed_codes", "consent_type is unknown", "")
    lists = (("purposes", PURPOSES), ("modalities", MODALITIES))
    replica = row.get("consent_type") == "digital_replica"
    if any(not optional_codes(row, column, codes) or (replica and column not in row) for column, codes in lists):
        yield take("0.closed_codes", "purposes or modalities cannot be read", "")
    if not as_date(row.get("given_on")):
        yield take("0.dates", "given_on cannot be read", "")
    if not all(optional_date(row, column) for column in ("expires_on", "withdrawn_on")):
        yield "a day cannot be read"
    if _half(row, "withdrawn_on", "withdrawal_recorded_at"):
        yield take("0.both_or_neither_withdrawal", "a withdrawal and its recorded_at: both or neither", "")


def _half(row: Row, day: str, recorded: str) -> bool:
    """Both or neither; one that is there and cannot be read counts as seen or unseen, by what it does."""
    return (row.get(day) is None) != (row.get(recorded) is None)


def check_scope(known: References, row: Row) -> Iterator[str]:
    """A scope row belongs to a version and names something."""
    if (row.get("contract_id"), row.get("version")) not in known.versions:
        yield known.world.take("0.references", "its contract version does not exist", "")
    if not known.in_scope(row):
        yield known.world.take("0.references", "its scope cannot be read", "")


def check_party(known: References, row: Row) -> Iterator[str]:
    """A party row joins a contract and a performer, both on file."""
    if row.get("contract_id") not in known.contracts or row.get("performer_id") not in known.performers:
        yield known.world.take("0.references", "its contract or performer does not exist", "")
    if row.get("guardian_id") is None:
        yield known.world.take("readings.guardian_id_null", "", "it names no guardian")
    if not optional(row, "represented_by", REPRESENTED_BY.__contains__):
        yield known.world.take("0.closed_codes", "represented_by is unknown", "")
    if not optional(row, "recorded_at", as_instant):
        yield "recorded_at cannot be read"


def check_client(known: References, row: Row) -> Iterator[str]:
    """A client has its key, and a parent that exists and is not its own descendant."""
    if not as_text(row.get("client_id")):
        yield known.world.take("0.keys", "it has no key", "")
    if not optional(row, "parent_client_id", known.clients.__contains__):
        yield known.world.take("0.references", "its parent does not exist", "")
    if not optional(row, "recorded_at", as_instant):
        yield "recorded_at cannot be read"
    if _is_own_ancestor(known.world, str(row.get("client_id"))):
        yield "its family has no topmost parent"


def _is_own_ancestor(world: World, client: str) -> bool:
    """Whether the parents on file, corrected or not, ever lead back to the client itself."""
    above: set[str] = set()
    rows = world.rows("client")
    reached = {client}
    while reached:
        parents = {
            str(row["parent_client_id"])
            for row in rows
            if row.get("client_id") in reached and "parent_client_id" in row
        }
        reached = parents - above
        above |= parents
    return client in above


def check_delivery_item(known: References, row: Row) -> Iterator[str]:
    """A delivered row refers to a delivery, a submission and at least one grant."""
    grants = as_names(row.get("grant_ids"))
    if row.get("delivery_id") not in known.deliveries or row.get("submission_id") not in known.submissions:
        yield known.world.take("0.references", "its delivery or submission does not exist", "")
    if not grants:
        yield known.world.take("readings.empty_grant_ids", "grant_ids is empty or cannot be read", "")
    elif not grants <= known.grants:
        yield known.world.take("0.references", "a grant does not exist", "")
    if not optional_date(row, "use_by"):
        yield "use_by cannot be read"


def check_delivery(known: References, row: Row) -> Iterator[str]:
    """A delivery counts against a grant: it has its key and its client; its day is read where it has one."""
    if not as_text(row.get("delivery_id")):
        yield known.world.take("0.keys", "it has no key", "")
    if row.get("client_id") not in known.clients:
        yield known.world.take("0.references", "its client does not exist", "")
    if not optional_date(row, "delivered_on"):
        yield known.world.take("0.dates", "delivered_on cannot be read", "")


def check_keyed(table: str) -> Check:
    """A performer, a session or a submission without its key cannot be corrected, sealed or referred to."""

    def check(known: References, row: Row) -> Iterator[str]:
        if not all(as_text(row.get(column)) for column in KEYS[table]):
            yield known.world.take("0.keys", "it has no key", "")

    return check


def check_contribution(known: References, row: Row) -> Iterator[str]:
    """Every contribution refers to a submission and a performer."""
    if row.get("submission_id") not in known.submissions or row.get("performer_id") not in known.performers:
        yield known.world.take("0.contribution_references", "its submission or performer does not exist", "")


CHECKS: dict[str, Check] = {
    "prohibition": check_prohibition,
    "revocation": check_revocation,
    "exclusivity": check_exclusivity,
    "consent": check_consent,
    "contract_scope": check_scope,
    "contract_party": check_party,
    "client": check_client,
    "delivery": check_delivery,
    "delivery_item": check_delivery_item,
    "contribution": check_contribution,
    "performer": check_keyed("performer"),
    "session": check_keyed("session"),
    "submission": check_keyed("submission"),
}


def rows_in_order(world: World) -> Iterator[Defect]:
    """Each row of the tables above against its check."""
    known = References(world)
    for table, check in CHECKS.items():
        for row in world.rows(table):
            key = "/".join(str(row.get(column)) for column in KEYS[table])
            yield from (Defect(table, key, rule) for rule in check(known, row) if rule)


def versions_in_order(world: World) -> Iterator[Defect]:
    """Versions of a contract are 1..n without gap or double; every version has a scope row, every contract a party."""
    rows = list(world.tables.get("contract_version", ()))
    scoped = {(row.get("contract_id"), row.get("version")) for row in world.rows("contract_scope")}
    parties = {row.get("contract_id") for row in world.rows("contract_party")}
    for contract in {row.get("contract_id") for row in rows}:
        mine = [row.get("version") for row in rows if row.get("contract_id") == contract]
        numbers = [number for number in map(as_whole, mine) if number is not None]
        if not as_text(contract) or len(numbers) < len(mine):
            yield Defect("contract_version", str(contract), world.take("0.keys", "a version has no key", ""))
        if len(set(numbers)) < len(numbers):
            yield Defect("contract_version", str(contract), world.take("0.version_double", "a version twice", ""))
        if set(numbers) != set(range(1, len(set(numbers)) + 1)):
            yield Defect("contract_version", str(contract), world.take("0.version_gap", "a version is missing", ""))
        for number in set(numbers):
            if (contract, number) not in scoped:
                rule = world.take("0.every_version_scoped", "a version without scope", "")
                yield Defect("contract_scope", f"{contract}/{number}", rule)
        if contract not in parties:
            yield Defect("contract_party", str(contract), world.take("0.every_contract_a_party", "no party", ""))


RESTRICTING = ("consent", "revocation", "exclusivity", "delivery")  # unreadable recorded_at counts as seen: both bind
CORRECTED = ("client", *RESTRICTING)


def one_row_at_a_time(world: World) -> Iterator[Defect]:
    """Two different rows of one key recorded at one instant: nobody could say which of them is the latest."""
    for table in CORRECTED:
        seen: set[tuple[object, ...]] = set()
        for row in world.rows(table):
            key = tuple(row.get(column) for column in KEYS[table])
            recorded = as_instant(row.get("recorded_at"))
            if recorded is None and table in RESTRICTING:
                continue
            at = (*key, recorded)
            if at in seen:
                yield Defect(table, "/".join(map(str, key)), "two rows at one instant")
            seen.add(at)


def defects(world: World) -> list[Defect]:
    """Every row that stops the build, sorted."""
    found = [*rows_in_order(world), *versions_in_order(world), *one_row_at_a_time(world)]
    return sorted({defect for defect in found if defect.rule})
