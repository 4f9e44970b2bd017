"""Step 8, second half: what the submission itself must say."""

from __future__ import annotations

from tests.reference.contributors import Scene
from tests.reference.vocabulary import SUBMISSION_KINDS
from tests.reference.world import World, as_date, as_text


def submission_reasons(world: World, scene: Scene) -> set[str]:
    """Third-party IP, the attestation on AI, and completeness."""
    reasons: set[str] = set()
    ip, ai = scene.row.get("third_party_ip"), scene.row.get("ai_assistance")
    if world.take("8.third_party_ip_unless_none", ip != "none", ip == "unlicensed"):
        reasons.add("THIRD_PARTY_IP")
    attested = world.take("8.attestation_none_or_disclosed", ai in ("none", "disclosed"), ai == "none")
    if not world.take("8.attestation_required", attested, True):
        reasons.add("HUMAN_ATTESTATION_MISSING")
    if not all(holds for holds in completeness(world, scene)):
        reasons.add("SUBMISSION_INCOMPLETE")
    return reasons


def completeness(world: World, scene: Scene) -> list[bool]:
    """Kind, session, campaign and both dates known; the session's campaign is the same; performed, then submitted."""
    row, session = scene.row, scene.session or {}
    performed, submitted = as_date(row.get("performed_on")), as_date(row.get("submitted_on"))
    dated = performed is not None and submitted is not None
    ordered = performed is None or submitted is None or performed <= submitted
    campaign = as_text(row.get("campaign_id")) is not None
    same = row.get("campaign_id") == session.get("campaign_id") or not campaign or scene.session is None
    return [
        world.take("8.kind_known", row.get("kind") in SUBMISSION_KINDS, True),
        world.take("8.session_known", scene.session is not None, True),
        world.take("8.campaign_known", campaign, True),
        world.take("8.dates_known", dated, True),
        world.take("8.campaign_of_session_same", same, True),
        world.take("8.performed_before_submitted", ordered, True),
    ]
