"""Restrictions and consents of a random world: most often they miss what is asked, by one column."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.reference.draft import Draft, Drawn
from tests.reference.vocabulary import LEAVES_OF, SENSITIVE, full_expansion

FAR_LEAVES = ("eval_safety", "tts_foundation")


def prohibition(draft: Draft, contract: str, version: int) -> Drawn:
    """A prohibition that catches, but for the one column that lets the request through (or none)."""
    purpose = draft.request["purpose"]
    family = [parent for parent, leaves in LEAVES_OF.items() if purpose in leaves]
    row = draft.add(
        "prohibition",
        prohibition_id=draft.name("PB"),
        contract_id=contract,
        version=version,
        purposes=draft.pick((["*"], [purpose], [*family, purpose, "demo_marketing"])),
        modalities=draft.pick((["*"], list(draft.request["modalities"]))),
        territories=draft.pick((["*"], ["WORLD"], list(draft.request["territories"]))),
        clause="7.2",
    )
    misses: dict[str, Any] = {
        "purposes": [one for one in FAR_LEAVES if one not in full_expansion(frozenset({purpose}))],
        "modalities": ["motion"],
        "territories": ["JP"],
        "client_ids": ["labB_us"] if draft.request["client_id"] != "labB" else ["labA_eu_fr"],
    }
    column = draft.weigh({"purposes": 20.0, "modalities": 20.0, "territories": 20.0, "client_ids": 20.0, "": 20.0})
    if column and misses[column]:
        row[column] = misses[column]
    elif draft.happens(0.6):
        row["client_ids"] = draft.some(("labA", "labA_eu", "labA_eu_fr", "labB"), 1, 2)
    return row


def draw_revocation(draft: Draft) -> Drawn:
    """A revocation of any target and effect that is future, lifted, unknown, elsewhere (or in force)."""
    targets = {
        "performer": [row["performer_id"] for row in draft.rows("performer")],
        "contract": [row["contract_id"] for row in draft.rows("contract_version")],
        "grant": [row["grant_id"] for row in draft.rows("rights_grant")],
        "session": ["SE1", "SE9"],
        "submission": ["S1", "S2"],
    }
    kind = draft.pick([kind for kind, names in targets.items() if names])
    row = draft.add(
        "revocation",
        revocation_id=draft.name("V"),
        target_kind=kind,
        target_id=draft.pick(targets[kind]),
        effect=draft.pick(("stop", "suspend", "erase")),
        effective_on=draft.day(draft.pick((-30, -1, 0))),
        recorded_at=draft.instant(-40),
        basis=draft.pick((None, "contract", "strike")),
    )
    way_out = draft.weigh({"future": 35.0, "lifted": 30.0, "unknown": 15.0, "none": 20.0})
    if way_out == "future":
        row["effective_on"] = draft.day(draft.pick((1, 30)))
    if way_out == "lifted":
        row.update(lifted_on=draft.day(draft.pick((0, -1))), lift_recorded_at=draft.instant(-1))
    if way_out == "unknown":
        row["recorded_at"] = draft.pick((draft.instant(0, "02:00:01"), draft.instant(14)))
    if kind in ("session", "submission", "contract", "grant") and draft.happens(0.3):
        row["performer_id"] = draft.pick(("P1", "P9"))
    return row


def draw_exclusivity(draft: Draft) -> Drawn:
    """An exclusivity that is the client's own, its family's, over, elsewhere, of another purpose (or bites)."""
    purpose = draft.request["purpose"]
    family = [parent for parent, leaves in LEAVES_OF.items() if purpose in leaves]
    kind, name = draft.pick((("session", "SE1"), ("campaign", "CA1"), ("submission", "S1"), ("all", None)))
    row = draft.add(
        "exclusivity",
        excl_id=draft.name("E"),
        scope_kind=kind,
        scope_id=name,
        holder_client_id=draft.pick(("labA", "labA_eu", "labA_eu_fr", "labB")),
        include_affiliates=draft.happens(0.6),
        purposes=draft.pick((["*"], [purpose], [*family, purpose])),
        valid_from=draft.day(-100),
        valid_to=draft.day(draft.pick((0, 100))),
        recorded_at=draft.instant(-100),
    )
    way_out = draft.weigh(
        {"over": 20.0, "later": 20.0, "elsewhere": 20.0, "purpose": 15.0, "unknown": 10.0, "none": 15.0}
    )
    misses: dict[str, dict[str, Any]] = {
        "over": {"valid_to": draft.day(-1)},
        "later": {"valid_from": draft.day(draft.pick((1, 40))), "valid_to": draft.day(100)},
        "elsewhere": {"scope_kind": "session", "scope_id": "SE9"},
        "purpose": {"purposes": ["retrieval_grounding"]},
        "unknown": {"recorded_at": draft.instant(14)},
    }
    row.update(misses.get(way_out, {}))
    return row


def draw_needed_consents(draft: Draft, performer: Drawn, use: str) -> None:
    """digital_replica for sensitive leaves, personal_data where a contract rests on consent, guardian for a minor."""
    name, request = performer["performer_id"], draft.request
    sensitive = sorted(full_expansion(frozenset({request["purpose"]})) & SENSITIVE)
    if sensitive:
        groups = [sensitive] if draft.happens(0.7) else [[leaf] for leaf in sensitive]
        for group in groups:
            replica = consent(draft, name, "digital_replica")
            replica.update(
                purposes=[*group, *draft.some(("replica", "demo_marketing"), 0, 1)], client_id=request["client_id"]
            )
            replica.update(modalities=list(request["modalities"]), intended_use=use, expires_on=draft.day(200))
    if any(row["lawful_basis"] == "consent" for row in draft.rows("contract_version")) and draft.happens(0.9):
        data = consent(draft, name, "personal_data")
        if draft.happens(0.4):
            data["purposes"] = [*sensitive, request["purpose"]]
    born = date.fromisoformat(performer["date_of_birth"])
    if born.year > 2000:
        consent(draft, name, "guardian")
        leap = (born.month, born.day) == (2, 29)
        of_age = date(2026, 3, 1) if leap else born.replace(year=born.year + 18)
        if of_age <= draft.as_of:
            given = max(of_age, of_age + timedelta(days=draft.pick((0, 3))))
            consent(draft, name, "majority_reaffirmation").update(
                given_on=given.isoformat(), recorded_at=f"{given.isoformat()}T00:00:00"
            )
    if draft.happens(0.15):
        draw_withdrawn(draft, name)


def consent(draft: Draft, performer: str, kind: str) -> Drawn:
    """A consent that holds for this submission."""
    scope, name = draft.pick((("all", None), ("session", "SE1"), ("campaign", "CA1"), ("submission", "S1")))
    return draft.add(
        "consent",
        consent_id=draft.name("X"),
        performer_id=performer,
        consent_type=kind,
        scope_kind=scope,
        scope_id=name,
        client_id=None if draft.happens(0.7) else draft.request["client_id"],
        given_on=draft.day(-95),
        expires_on=None if draft.happens(0.6) else draft.day(draft.pick((0, 300))),
        recorded_at=draft.instant(-95),
    )


def draw_withdrawn(draft: Draft, performer: str) -> None:
    """A consent that was withdrawn: earlier than the others were given, for another client, of another type."""
    row = consent(draft, performer, draft.pick(("digital_replica", "personal_data", "guardian", "biometric")))
    row.update(purposes=["voice_replica"], modalities=["audio"], client_id=draft.pick((None, "labA", "labB")))
    row.update(withdrawn_on=draft.day(-96), withdrawal_recorded_at=draft.instant(-90))
    if draft.happens(0.3):
        row["withdrawn_on"] = draft.day(draft.pick((-95, -20, 0, 1)))
    if draft.happens(0.2):
        row["withdrawal_recorded_at"] = draft.instant(14)
    row["given_on"] = draft.day(-120)
