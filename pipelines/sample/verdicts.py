"""What is due to one work: a denial by its claims, its performers or one thing made up for it, or a grant."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from pipelines.sample.denials import CLAIMS, VOICE_CONSENTS, WORKS, Asked
from pipelines.sample.invented import dice
from pipelines.sample.people import Census, performed_on
from pipelines.sample.works import Hand, Work

GRANTED = 0.7
MODALITIES = frozenset({"text", "audio", "video", "image", "motion"})
HIDDEN_BY_AUDITION = frozenset(
    {"CONTRACT_NOT_EXECUTED", "CONTRACT_TERMINATED", "CONTRACT_EXPIRED", "COMPENSATION_TERM_MISSING"}
)
"""A contract over all work never reaches an audition, so what is wrong with the contract is not asked."""
AGES = frozenset({"GUARDIAN_CONSENT_MISSING", "MAJORITY_RECONSENT_MISSING"})
"""What a birthday says, where the day of the performance is known."""

TEXT = Asked("generated-text", "cl-almanac", "text_finetune", "text")
AUDIO = Asked("generated-audio", "cl-almanac", "asr_train", "audio")
VOICE = Asked("generated-voice", "cl-voxhall", "voice_replica", "audio")


@dataclass(frozen=True)
class Due:
    """The fate of a work under the order that its kind of work is made for."""

    work: Work
    """With the claims that the platform has on record."""
    asked: Asked
    reasons: list[str]
    made: str | None = None
    """What the contracts must bring about for this work alone; None where nothing."""
    voice: str | None = None
    """How the voice order is answered: `allow` or a reason; None where nobody licensed this voice."""
    reasons_of_audio: list[str] | None = None
    """How the audio order is answered, where a work has words and voices and nothing was made for it."""


def judge(work: Work, census: Census, seed: int) -> Due:
    """Say what is due to a work; the answer depends on the seed, its id and its performers alone."""
    speaks = _speaks(work)
    work = work if speaks else _recorded(work)
    asked = _asked(work)
    reasons = _own_reasons(work, asked) | _performers_reasons(work, asked, census)
    rnd = dice(seed, "work", work.submission_id)
    denied = 1 - GRANTED / max(GRANTED, 1 - census.denied_share)
    if not reasons and rnd.random() < denied:
        made = rnd.choice((*WORKS, *(CLAIMS if not speaks else ())))
        work = work if made not in CLAIMS else msgspec.structs.replace(work, **_overlay(work, made))
        return Due(work, asked, [made], made)
    audio = _own_reasons(work, AUDIO) | _performers_reasons(work, AUDIO, census)
    is_both = asked is TEXT and any("audio" in (h.modalities or []) for h in work.performers)
    can_speak = not reasons and bool(work.takes) and all("audio" in (h.modalities or []) for h in work.performers)
    voice = None
    if can_speak and rnd.random() < 0.3:
        voice = _voice(work, census, rnd.random(), rnd.choice(sorted(VOICE_CONSENTS)))
    return Due(work, asked, sorted(reasons), None, voice, sorted(audio) if is_both else None)


def _speaks(work: Work) -> bool:
    """Tell whether a work makes any claim; one that does is taken at its word, with its gaps."""
    claims = (work.kind, work.performed_on, work.contributors_declared, work.third_party_ip, work.ai_assistance)
    return any(claim is not None for claim in claims)


def _recorded(work: Work) -> Work:
    """Make the claims that the platform has on record for a work that makes none."""
    stated = ["audio"] if work.takes else ["text"]
    hands = [h if h.modalities else msgspec.structs.replace(h, modalities=stated) for h in work.performers]
    return msgspec.structs.replace(
        work,
        kind="commissioned",
        performed_on=performed_on(work),
        contributors_declared=len({h.performer_id for h in hands}),
        third_party_ip="none",
        ai_assistance="none",
        campaign=work.campaign or "cam-unnamed",
        session=work.session or f"ses-{work.campaign or 'unnamed'}-{work.submitted_at.date()}",
        performers=hands,
    )


def _overlay(work: Work, made: str) -> dict[str, object]:
    return CLAIMS[made](work.submitted_at.date())


def _asked(work: Work) -> Asked:
    claimed = {m for hand in work.performers for m in hand.modalities or []}
    return AUDIO if "audio" in claimed and "text" not in claimed else TEXT


def _is_known(hand: Hand) -> bool:
    return bool(hand.modalities) and MODALITIES.issuperset(hand.modalities or [])


def _own_reasons(work: Work, asked: Asked) -> set[str]:
    """What a work's own claims forbid."""
    people = {h.performer_id for h in work.performers}
    day = work.submitted_at.date()
    complete = None not in (work.session, work.campaign, work.performed_on) and work.kind in {
        "commissioned",
        "audition",
    }
    broken = {
        "NO_CONTRIBUTOR": not people,
        "CONTRIBUTOR_COUNT_MISMATCH": bool(people) and work.contributors_declared != len(people),
        "FOOTPRINT_UNKNOWN": not all(map(_is_known, work.performers)),
        "MODALITY_UNATTRIBUTED": bool(people) and not any(_is_asked(h, asked) for h in work.performers),
        "THIRD_PARTY_IP": work.third_party_ip != "none",
        "HUMAN_ATTESTATION_MISSING": work.ai_assistance not in {"none", "disclosed"},
        "SUBMISSION_INCOMPLETE": not complete or (work.performed_on or day) > day,
    }
    return {reason for reason, is_broken in broken.items() if is_broken}


def _is_asked(hand: Hand, asked: Asked) -> bool:
    return _is_known(hand) and asked.modality in (hand.modalities or [])


def _performers_reasons(work: Work, asked: Asked, census: Census) -> set[str]:
    """What stands against its performers, each by themselves."""
    reasons: set[str] = set()
    for hand in work.performers:
        flaw = census.flaws.get(hand.performer_id, "MINOR")
        if flaw == "REVOKED":
            reasons.add(flaw)
        if _is_asked(hand, asked):
            reasons |= _of_contract(work, flaw)
    return reasons - {"MINOR"}


def _of_contract(work: Work, flaw: str) -> set[str]:
    """What a performer's one contract, over all work, says to this work."""
    reasons = {flaw}
    if work.kind == "audition" and flaw not in {"NO_CONTRACT", "CONTRACT_UNKNOWN_VALUE"}:
        reasons = {"AUDITION_NOT_LICENSED"} | (reasons - HIDDEN_BY_AUDITION)
    if work.performed_on is None:
        reasons = (reasons - AGES) | {"AGE_UNKNOWN"}
    return reasons


def _voice(work: Work, census: Census, roll: float, kind: str) -> str:
    if any(h.performer_id in census.flaws for h in work.performers):
        return "MINOR_SENSITIVE_USE"
    return "allow" if roll < 0.5 else kind
