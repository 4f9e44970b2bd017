"""Random little worlds in the shape of the acceptance cases: mostly near-allow, with zero to three twists each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.reference.bystanders import draw_exclusivity, draw_needed_consents, draw_revocation, prohibition
from tests.reference.draft import CLIENTS, Draft, Drawn
from tests.reference.gate import CORRECTED
from tests.reference.keys import KEYS
from tests.reference.twists import twist
from tests.reference.vocabulary import MODALITIES, ONWARD, SENSITIVE, countries, full_expansion
from tests.reference.world import as_instant

USE = "Synthetic voice of the character Mara in the titles of the client"
PURPOSES = {
    "text_finetune": 30.0,
    "text_model": 14.0,
    "eval_benchmark": 6.0,
    "evaluation": 6.0,
    "asr_train": 5.0,
    "speech_model": 5.0,
    "voice_replica": 14.0,
    "replica": 5.0,
    "synthetic_data_gen": 5.0,
    "retrieval_grounding": 5.0,
    "demo_marketing": 5.0,
}
TERRITORIES: dict[tuple[str, ...], float] = {
    ("US",): 40.0,
    ("US", "GB"): 15.0,
    ("FR",): 15.0,
    ("EU",): 12.0,
    ("EEA",): 5.0,
    ("NO", "DE"): 9.0,
    ("WORLD",): 4.0,
}
COVERING = {"US": ("US",), "GB": ("GB",), "FR": ("FR", "EU", "EEA"), "NO": ("NO", "EEA"), "DE": ("EU", "EEA")}
BIRTHDAYS = {"1990-01-01": 130.0, "2008-02-29": 7.0, "2008-04-15": 7.0, "2009-01-01": 7.0, "2008-06-01": 4.0}


def worlds(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """So many worlds {case, title, tables}: the same seed and number give the same world, whatever the count."""
    for number in range(count):
        yield one_world(seed, number)


def one_world(seed: int, number: int) -> dict[str, Any]:
    """One world, near-allow, with its twists named in its title."""
    dice = random.Random(f"{seed}/{number}")  # noqa: S311  (a reproducible draw, no secret)
    draft = Draft(dice, date(2026, 6, 1))
    draw_clients(draft)
    draw_request(draft)
    draw_submission(draft)
    for performer in draw_performers(draft):
        draw_contracts(draft, performer)
        draw_needed_consents(draft, performer, USE)
    draw_deliveries(draft)
    draw_bystanders(draft)
    twists = [twist(draft) for _ in range(draft.weigh({0: 20.0, 1: 34.0, 2: 26.0, 3: 20.0}))]
    part_twins(draft)
    for rows in draft.tables.values():
        dice.shuffle(rows)
    title = "; ".join(twists) or "no twist"
    return {"case": f"{seed}/{number}", "title": title, "tables": draft.tables}


def part_twins(draft: Draft) -> None:
    """Two different rows of one key recorded at one instant have no latest: the later drawn goes."""
    for table, rows in draft.tables.items():
        seen: dict[str, Drawn] = {}
        for row in [row for row in rows if table in CORRECTED]:
            first = seen.setdefault(
                f"{[row.get(key) for key in KEYS[table]]} {as_instant(row.get('recorded_at'))}", row
            )
            if first != row:
                rows.remove(row)


def draw_clients(draft: Draft) -> None:
    """Two families, one of them three generations deep."""
    for client, parent in CLIENTS:
        draft.add("client", client_id=client, legal_name=client, parent_client_id=parent, pseudonym="Client 7")


def draw_request(draft: Draft) -> None:
    """What is asked: a leaf or a parent, one to three modalities, a country or a region."""
    modalities = draft.some(("text", "audio", "video"), 1, 2)
    draft.add(
        "request",
        request_id="R",
        client_id=draft.weigh({"labA": 70.0, "labA_eu": 20.0, "labB": 10.0}),
        purpose=draft.weigh(PURPOSES),
        modalities=modalities,
        territories=list(draft.weigh(TERRITORIES)),
        onward=draft.weigh({"none": 70.0, "affiliates": 20.0, "service_providers": 10.0}),
        as_of=draft.day(0),
        known_at=draft.instant(0, "02:00:00"),
        min_remaining_days=draft.weigh({0: 60.0, 30: 25.0, 180: 15.0}),
    )


def draw_submission(draft: Draft) -> None:
    """One submission S1 to decide, and sessions and submissions beside it for scopes to name."""
    for session, campaign in (("SE1", "CA1"), ("SE8", "CA2"), ("SE9", "CA1")):
        draft.add("session", session_id=session, campaign_id=campaign)
    for submission, kind in (("S1", draft.weigh({"commissioned": 80.0, "audition": 20.0})), ("S2", "commissioned")):
        draft.add(
            "submission",
            submission_id=submission,
            kind=kind,
            session_id="SE1",
            campaign_id="CA1",
            submitted_on=draft.day(-92),
            performed_on=draft.day(draft.pick((-92, -92, -100))),
            contributors_declared=0 if submission == "S2" else 1,
            third_party_ip="none",
            ai_assistance=draft.weigh({"none": 85.0, "disclosed": 15.0}),
        )


def draw_performers(draft: Draft) -> list[Drawn]:
    """One to three contributors; the first claims every asked modality."""
    count = draft.weigh({1: 60.0, 2: 30.0, 3: 10.0})
    draft.submission["contributors_declared"] = count
    performers = []
    for number in range(1, count + 1):
        born = draft.weigh(BIRTHDAYS)
        performer = draft.add("performer", performer_id=f"P{number}", date_of_birth=born)
        first = sorted({*draft.request["modalities"], *draft.some(sorted(MODALITIES), 0, 1)})
        footprint = first if number == 1 else draft.some(("text", "audio", "video"), 1, 3)
        roles = draft.weigh({("actor",): 80.0, (None,): 15.0, ("actor", "writer"): 5.0})
        for role in roles:
            draft.add("contribution", submission_id="S1", performer_id=f"P{number}", role=role, modalities=footprint)
        if set(footprint) & set(draft.request["modalities"]) or draft.happens(0.5):
            performers.append(performer)
    draft.add("performer", performer_id="P9", date_of_birth="1985-05-05")
    return performers


def draw_contracts(draft: Draft, performer: Drawn) -> None:
    """A framework that covers what is asked, and sometimes riders beside it."""
    rules: list[str | None] = [draft.weigh({None: 70.0, "replaces": 15.0, "adds": 15.0})]
    riders = draft.weigh({0: 60.0, 1: 28.0, 2: 12.0})
    rules += [draft.weigh({None: 30.0, "replaces": 30.0, "adds": 40.0}) for _ in range(riders)]
    for position, rule in enumerate(rules):
        contract = draft.name("C")
        draft.add("contract_party", contract_id=contract, performer_id=performer["performer_id"])
        draw_version(draft, contract, 1, rule, rider=position > 0)
        if draft.happens(0.3):
            draw_amendment(draft, contract, rule, rider=position > 0)


def draw_version(draft: Draft, contract: str, version: int, rule: str | None, *, rider: bool) -> Drawn:
    """A version in force that covers what is asked; a rider may cover less or be out of force."""
    drawn = draft.add(
        "contract_version",
        contract_id=contract,
        version=version,
        status=draft.weigh({"executed": 85.0, "sent": 6.0, "terminated": 5.0, "void": 4.0}) if rider else "executed",
        effective_from=draft.day(-150),
        effective_to=draft.weigh({draft.day(900): 70.0, draft.day(200): 20.0, None: 10.0}),
        applies_to=draft.weigh({"prospective": 75.0, "retroactive": 25.0}),
        overlap_rule=rule,
        lawful_basis=draft.weigh({"contract": 88.0, "consent": 12.0}),
        recorded_at=draft.instant(-150),
    )
    drawn["perpetual"] = True if drawn["effective_to"] is None else draft.pick((None, False))
    draw_scope(draft, contract, version, rider=rider)
    draft.add("comp_term", comp_id=draft.name("K"), contract_id=contract, version=version, model="flat")
    draw_grants(draft, contract, version, rider=rider)
    if draft.happens(0.12):
        prohibition(draft, contract, version)
    return drawn


def draw_amendment(draft: Draft, contract: str, rule: str | None, *, rider: bool) -> None:
    """A second version: of any status, before or after the submission, known or not."""
    version = draw_version(draft, contract, 2, rule, rider=rider)
    version["status"] = draft.weigh({"executed": 60.0, "draft": 10.0, "sent": 10.0, "void": 10.0, "terminated": 10.0})
    version["effective_from"] = draft.day(draft.pick((-93, -92, -91, -10, 0, 1, 30)))
    version["recorded_at"] = draft.pick((draft.instant(-60), draft.instant(0, "02:00:00"), draft.instant(14)))


def draw_scope(draft: Draft, contract: str, version: int, *, rider: bool) -> None:
    """Of every kind; an audition is named, a rider is narrower and sometimes elsewhere."""
    named = [("campaign", "CA1"), ("session", "SE1"), ("submission", "S1")]
    elsewhere = [("campaign", "CA2"), ("session", "SE9"), ("submission", "S2")]
    audition = draft.submission["kind"] == "audition"
    everywhere: list[tuple[str, str | None]] = [("all", None)]
    choices = everywhere * (int(draft.happens(0.2)) if audition else 4) + named + (elsewhere + named if rider else [])
    drawn = draft.some(choices, 1, 1) + (draft.some(named + elsewhere, 1, 1) if draft.happens(0.2) else [])
    for kind, name in drawn:
        draft.add("contract_scope", contract_id=contract, version=version, scope_kind=kind, scope_id=name)


def draw_grants(draft: Draft, contract: str, version: int, *, rider: bool) -> None:
    """Grants that cover every asked cell, in one row or a row a modality; a rider's may miss something."""
    modalities = draft.request["modalities"]
    parts = [modalities] if draft.happens(0.7) else [[one] for one in modalities]
    if rider and draft.happens(0.35):
        parts = parts[1:]
    for part in parts:
        draw_grant(draft, contract, version, part)
    if draft.happens(0.2):
        extra = draw_grant(draft, contract, version, draft.some(("text", "audio"), 1, 2))
        extra.update(draft.pick(({"purposes": ["eval_safety"]}, {"valid_to": draft.day(-1)}, {"territories": ["JP"]})))


def draw_grant(draft: Draft, contract: str, version: int, modalities: list[str]) -> Drawn:
    """One grant, generous enough for the request."""
    request = draft.request
    end = draft.weigh({draft.day(600): 60.0, draft.day(180): 15.0, draft.day(400): 15.0, None: 10.0})
    grant = draft.add(
        "rights_grant",
        grant_id=draft.name("G"),
        contract_id=contract,
        version=version,
        ownership=draft.weigh({"nonexclusive_licence": 70.0, "work_for_hire": 20.0, "assignment": 10.0}),
        purposes=covering_purposes(draft),
        modalities=sorted({*modalities, *draft.some(("text", "image"), 0, 1)}),
        territories=covering_territories(draft),
        valid_from=draft.day(-150),
        valid_to=end,
        perpetual=end is None or None,
        onward=request["onward"] if draft.happens(0.7) else draft.pick(ONWARD[ONWARD.index(request["onward"]) :]),
    )
    if draft.happens(0.15):
        grant["excluded_territories"] = draft.pick((["JP"], ["CH", "BR"], []))
    if draft.happens(0.15):
        grant["client_ids"] = [request["client_id"], "labB"]
    if draft.happens(0.15):
        grant["max_deliveries"] = draft.pick((2, 3))
    if draft.happens(0.1):
        grant["embargo_until"] = draft.pick((draft.day(0), draft.day(-20)))
    return grant


def covering_purposes(draft: Draft) -> list[str]:
    """Every asked leaf by name, or the parent where all of its leaves are ordinary; a little more besides."""
    purpose = draft.request["purpose"]
    leaves = sorted(full_expansion(frozenset({purpose})))
    parent = [purpose] if draft.happens(0.5) and not set(leaves) & SENSITIVE else leaves
    return [*parent, *draft.some(("eval_safety", "asr_train", "speech_model", "replica"), 0, 1)]


def covering_territories(draft: Draft) -> list[str]:
    """Every asked country, one by one, by region, or by WORLD."""
    asked = draft.request["territories"]
    if draft.happens(0.2) or "WORLD" in asked:
        return ["WORLD"]
    if draft.happens(0.3):
        return sorted(countries(frozenset(asked)) | {"JP"})
    return sorted({draft.pick(COVERING.get(code, (code,))) for code in asked})


def draw_deliveries(draft: Draft) -> None:
    """One or two deliveries on our ledger, of this submission or another, under some grant."""
    if not draft.happens(0.3) or not draft.rows("rights_grant"):
        return
    for _ in range(draft.pick((1, 1, 2))):
        delivery = draft.name("D")
        recorded = draft.weigh({draft.instant(-60): 80.0, draft.instant(14): 20.0})
        client = draft.pick(("labA", "labB"))
        draft.add("delivery", delivery_id=delivery, client_id=client, delivered_on=recorded[:10], recorded_at=recorded)
        for submission in draft.some(("S1", "S2"), 1, 2):
            grants = [row["grant_id"] for row in draft.some(draft.rows("rights_grant"), 1, 2)]
            draft.add("delivery_item", delivery_id=delivery, submission_id=submission, grant_ids=grants)


def draw_bystanders(draft: Draft) -> None:
    """Revocations and exclusivities that most often miss what is asked."""
    if draft.happens(0.25):
        draw_revocation(draft)
    if draft.happens(0.2):
        draw_exclusivity(draft)
