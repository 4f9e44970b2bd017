"""Step 6, second half, and step 8: prohibitions, exclusivities, and which clients are one party."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tests.reference.contracts import Contract, in_scope, known_versions
from tests.reference.contributors import Scene
from tests.reference.keys import KEYS
from tests.reference.vocabulary import MODALITIES, SIGNED, countries, full_expansion
from tests.reference.world import Asked, Row, World, as_date, restricting_rows, structural_rows


def topmost(world: World, client: str, known_at: datetime) -> str:
    """The topmost parent of a client, as known."""
    rows = structural_rows(world, "client", KEYS["client"], known_at)
    parents = {str(row["client_id"]): row.get("parent_client_id") for row in rows}
    above = parents.get(client)
    while above is not None:
        client, above = str(above), parents.get(str(above))
    return client


def one_party(world: World, asked: Asked, other: str) -> bool:
    """A client family (same topmost parent) is one party in a block."""
    parents = {row.get("client_id"): row.get("parent_client_id") for row in world.rows("client")}
    parent_or_child = asked.client_id in (other, parents.get(other)) or parents.get(asked.client_id) == other
    same = topmost(world, asked.client_id, asked.known_at) == topmost(world, other, asked.known_at)
    return world.take("6.family_is_topmost", same, parent_or_child)


def prohibition_reasons(
    world: World, asked: Asked, scene: Scene, contracts: Iterable[Contract], modalities: frozenset[str]
) -> set[str]:
    """Prohibitions of every signed contract that passes the scope test bind, live or not."""
    reasons: set[str] = set()
    for contract in contracts:
        for row in binding_prohibitions(world, asked, scene, contract):
            if catches(world, asked, row, modalities):
                reasons |= blocked(world, asked, row)
    return reasons


def binding_prohibitions(world: World, asked: Asked, scene: Scene, contract: Contract) -> list[Row]:
    """In the governing version only, auditions through scope `all` as well; all of an unreadable contract's bind."""
    rows = [row for row in world.rows("prohibition") if row["contract_id"] == contract.contract_id]
    known = {row.get("version") for row in known_versions(world, asked, contract.contract_id)}
    if contract.unreadable and world.take("readings.unreadable_all_prohibitions_bind", True, False):
        return [row for row in rows if world.take("feed.children_share_its_clock", row["version"] in known, True)]
    if contract.governing is None or contract.governing.get("status") not in world.take(
        "6.prohibitions_of_signed", SIGNED, SIGNED | {"draft", "sent"}
    ):
        return []
    executed_only = contract.governing.get("status") == "executed"
    if not world.take("6.prohibitions_live_or_not", True, executed_only):
        return []
    reached = contract.reach != "no"
    if scene.row.get("kind") == "audition":
        reached = world.take("readings.prohibitions_bind_auditions", reached, contract.reach == "named")
    own = [row for row in rows if row["version"] == contract.key[1]]
    own = world.take("readings.prohibitions_of_governing_version", own, rows)
    return own if world.take("6.prohibitions_in_scope", reached, True) else []


def catches(world: World, asked: Asked, row: Row, modalities: frozenset[str]) -> bool:
    """Any of the asked cells: '*' = all; a parent means every leaf; a region its countries."""
    named = frozenset(row["purposes"])
    leaves = world.take("1.prohibition_parent_every_leaf", full_expansion(named), named)
    forbidden = MODALITIES if "*" in row["modalities"] else frozenset(row["modalities"])
    of_modality = world.take("6.prohibition_modality", bool(modalities & forbidden), True)
    there = bool(asked.countries & countries(frozenset(row.get("territories", ()))))
    return bool(asked.leaves & leaves) and of_modality and world.take("6.prohibition_territory", there, True)


def blocked(world: World, asked: Asked, row: Row) -> set[str]:
    """PROHIBITED; CLIENT_BLOCKED where it names clients; NULL = every client."""
    if "client_ids" not in row:
        return world.take("feed.prohibition_client_ids_null_every", {"PROHIBITED"}, set[str]())
    family = [client for client in row["client_ids"] if one_party(world, asked, client)]
    named = asked.client_id in row["client_ids"]
    return {"CLIENT_BLOCKED"} if world.take("6.family_is_one_party", bool(family), named) else set()


def exclusive_to_other(world: World, asked: Asked, scene: Scene) -> bool:
    """Whether a known exclusivity of another client holds on as_of for any asked leaf."""
    return any(holds_on(world, asked, row) for row in exclusivities_of_others(world, asked, scene))


def exclusivities_of_others(world: World, asked: Asked, scene: Scene) -> list[Row]:
    """Known exclusivities in scope, on an asked leaf, of a holder who does not let this client through."""
    rows = restricting_rows(world, "exclusivity", "excl_id", asked.known_at)
    return [
        row
        for row in rows
        if world.take("8.exclusivity_in_scope", in_scope(world, scene, row), True)
        and on_asked_leaf(world, asked, row)
        and not lets_through(world, asked, row)
    ]


def on_asked_leaf(world: World, asked: Asked, row: Row) -> bool:
    """In an exclusivity a parent means every leaf, '*' any purpose."""
    named = frozenset(row["purposes"])
    leaves = world.take("1.exclusivity_parent_every_leaf", full_expansion(named), named - {"*"})
    return world.take("8.exclusivity_purpose", bool(asked.leaves & leaves), True)


def lets_through(world: World, asked: Asked, row: Row) -> bool:
    """The holder itself; with include_affiliates the holder's family."""
    holder = str(row["holder_client_id"])
    family = row["include_affiliates"] and one_party(world, asked, holder)
    family = world.take("6.affiliates_through_exclusivity", family, one_party(world, asked, holder))
    return asked.client_id == holder or bool(world.take("6.affiliates_let_family", family, False))


def holds_on(world: World, asked: Asked, row: Row) -> bool:
    """From valid_from, valid_to being the last day."""
    start, end = as_date(row.get("valid_from")), as_date(row.get("valid_to"))
    begun = start is None or world.take("days.exclusivity_from", start <= asked.as_of, start < asked.as_of)
    begun = world.take("8.exclusivity_begun", begun, True)
    return begun and (end is None or world.take("days.exclusivity_to", asked.as_of <= end, asked.as_of < end))
