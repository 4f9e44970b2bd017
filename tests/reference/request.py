"""Step 1: the request."""

from __future__ import annotations

from tests.reference.vocabulary import (
    LEAVES_OF,
    MODALITIES,
    ONWARD,
    PURPOSES,
    TERRITORIES,
    countries,
    full_expansion,
)
from tests.reference.world import (
    Asked,
    Row,
    World,
    as_codes,
    as_date,
    as_text,
    as_whole,
    closed,
    instant,
    structural_rows,
)


def read_request(world: World, request: Row) -> Asked | None:
    """Every request column is required and closed; None stands for REQUEST_UNKNOWN_VALUE."""
    as_of, known_at = as_date(request.get("as_of")), instant(world, request.get("known_at"))
    purpose, onward = request.get("purpose"), request.get("onward")
    modalities = as_codes(request.get("modalities"), MODALITIES)
    onward = world.take("1.every_column_required", onward, onward or "none")
    days = as_whole(request.get("min_remaining_days"))
    territories = _territories(world, request)
    if as_of is None or known_at is None or modalities is None or territories is None or days is None:
        return None
    if not closed(purpose, PURPOSES) or not closed(onward, ONWARD) or as_text(request.get("request_id")) is None:
        return None
    client = as_text(request.get("client_id"))
    if client is None or not _is_client(world, client, request):
        return None
    return Asked(
        client,
        _leaves(world, str(purpose)),
        world.take("1.every_modality", modalities, frozenset(sorted(modalities)[:1])),
        countries(territories),
        str(onward),
        as_of,
        known_at,
        days,
    )


def _territories(world: World, request: Row) -> frozenset[str] | None:
    """A territory is an ISO code or a region; an empty list is unknown, and so are 'UK', 'EL' and '~rest'."""
    asked = request.get("territories")
    codes = as_codes(asked, TERRITORIES)
    codes = world.take(
        "1.codes_closed",
        codes,
        codes or as_codes(["GB" if code == "UK" else code for code in asked or []], TERRITORIES),
    )
    return world.take("1.empty_list", codes, frozenset() if asked == [] else codes)


def _is_client(world: World, client: str, request: Row) -> bool:
    """An unknown client gives REQUEST_UNKNOWN_VALUE; so does one that is not known yet."""
    known_at = instant(world, request.get("known_at"))
    assert known_at is not None
    ids = {row.get("client_id") for row in structural_rows(world, "client", ("client_id",), known_at)}
    return world.take("1.unknown_client", client in ids, True)


def _leaves(world: World, purpose: str) -> frozenset[str]:
    """A purpose expands to its leaves, and every one of them must be covered."""
    every = full_expansion(frozenset({purpose}))
    some = LEAVES_OF.get(purpose, (purpose,))[1:2] if purpose in LEAVES_OF else (purpose,)
    return world.take("1.every_leaf", every, frozenset(some))
