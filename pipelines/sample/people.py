"""Performers of a generated contract feed: most have one good contract over all their work, some a flaw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from pipelines.sample.denials import PERFORMERS, Days
from pipelines.sample.invented import dice
from pipelines.sample.papers import Feed, consent, contract, grant, revocation, scope, term
from pipelines.sample.works import Work

DENIED = 0.08
"""One performer in twelve has something wrong that denies all of their work."""
MINORS = 0.04
"""One in 25 is a minor whose guardian consented: fit for everything but sensitive use."""
LARGEST = 0.02
"""Only a performer with at most this share of the work is denied whole, or one alone would upset the 70 %."""


@dataclass
class Known:
    """What one pass over the submissions tells of a performer."""

    works: int = 0
    last_performed_on: dt.date = dt.date.min


@dataclass
class Census:
    """What one pass over the submissions tells: performers, and the highest revision of each submission."""

    people: dict[str, Known] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    flaws: dict[str, str] = field(default_factory=dict)
    """Performers with something special: one of denials.PERFORMERS, or `MINOR`."""

    @cached_property
    def denied_share(self) -> float:
        """The share of all contributions that is denied through its performer."""
        denied = sum(self.people[p].works for p, flaw in self.flaws.items() if flaw != "MINOR")
        return denied / max(1, sum(known.works for known in self.people.values()))


def census(works: Iterable[Work], seed: int, days: Days) -> Census:
    """Count performers and revisions, then choose who has something wrong; the order of the works does not matter."""
    found = Census()
    for work in works:
        found.revisions[work.submission_id] = max(work.revision, found.revisions.get(work.submission_id, 0))
        for who in {hand.performer_id for hand in work.performers}:
            known = found.people.setdefault(who, Known())
            known.works += 1
            known.last_performed_on = max(known.last_performed_on, performed_on(work))
    limit = max(3, LARGEST * len(found.revisions))
    for who, known in sorted(found.people.items()):
        flaw = _flaw(who, known, seed, days) if known.works <= limit else None
        if flaw:
            found.flaws[who] = flaw
    return found


def performed_on(work: Work) -> dt.date:
    """The day of the performance; where the work claims none, the platform recorded the day of submission."""
    return work.performed_on or work.submitted_at.date()


def _flaw(who: str, known: Known, seed: int, days: Days) -> str | None:
    rnd = dice(seed, "performer", who)
    roll = rnd.random()
    if roll < DENIED:
        flaw = rnd.choice(PERFORMERS)
        grown_up = known.last_performed_on + dt.timedelta(days=2) < days.as_of
        return flaw if flaw != "MAJORITY_RECONSENT_MISSING" or grown_up else "NO_CONTRACT"
    return "MINOR" if roll < DENIED + MINORS else None


def sign_up(feed: Feed, days: Days, seed: int, who: str, known: Known, flaw: str | None) -> None:
    """Write a performer with the contract over all their work, and what is wrong with it."""
    rnd = dice(seed, "papers", who)
    born = {
        "AGE_UNKNOWN": None,
        "MINOR": days.away(-14 * 365),
        "GUARDIAN_CONSENT_MISSING": days.away(-14 * 365),
        "MAJORITY_RECONSENT_MISSING": _birthday(known.last_performed_on + dt.timedelta(days=1)),
    }.get(flaw or "", days.away(-rnd.randrange(20 * 365, 70 * 365)))
    feed.add("performer", {"performer_id": who, "legal_name": f"Performer {who}", "date_of_birth": born})
    feed.add("credit_preference", {"performer_id": who, "scope": "all", "mode": rnd.choice(("anonymous", "pseudonym"))})
    if flaw in {"MINOR", "MAJORITY_RECONSENT_MISSING"}:
        consent(feed, days, who, "guardian", f"guardian-{who}")
    if flaw == "REVOKED":
        revocation(feed, days, "performer", who, "stop")
    if flaw != "NO_CONTRACT":
        _master(feed, days, who, flaw, is_flat=rnd.random() < 0.2)


def _master(feed: Feed, days: Days, who: str, flaw: str | None, *, is_flat: bool) -> None:
    name = f"ctr-{who}"
    wrong: dict[str, dict[str, object]] = {
        "CONTRACT_NOT_EXECUTED": {"status": "sent"},
        "CONTRACT_EXPIRED": {"effective_to": days.away(-10)},
        "CONTRACT_UNKNOWN_VALUE": {"status": "agreed"},
    }
    contract(feed, days, name, [who], **wrong.get(flaw or "", {}))
    scope(feed, name)
    grant(feed, days, name, who)
    if flaw != "COMPENSATION_TERM_MISSING":
        term(feed, name, is_flat=is_flat)
    if flaw == "CONTRACT_TERMINATED":
        contract(feed, days, name, [], version=2, status="terminated", applies_to="retroactive")
        scope(feed, name, version=2)


def _birthday(eighteen_on: dt.date) -> str:
    """The birth of somebody who becomes 18 on a day; of 29 February, the day after."""
    leap = (eighteen_on.month, eighteen_on.day) == (2, 29)
    return (eighteen_on.replace(day=28) if leap else eighteen_on).replace(year=eighteen_on.year - 18).isoformat()
