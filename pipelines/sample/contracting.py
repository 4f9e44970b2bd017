"""Write a contract feed for the submissions of a landing folder: most granted, the rest each with one thing wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import yaml

from pipelines.landing import Landing
from pipelines.sample import papers, people
from pipelines.sample.denials import DATA_CONSENTS, GRANT_KINDS, PROHIBITIONS, REVOCATIONS, VOICE_CONSENTS, Days
from pipelines.sample.papers import Feed
from pipelines.sample.people import Census
from pipelines.sample.verdicts import AUDIO, TEXT, VOICE, Due, judge
from pipelines.sample.works import Reader, Work, works

Progress = Callable[[str, int], None]


def write_contracts(
    landing: Landing, seed: int, *, read: Reader | None = None, progress: Progress = lambda _what, _done: None
) -> Counter[str]:
    """Write contracts/, orders/ where there is none, and contract_fates.ndjson; counts what was decided.

    Two passes over the submissions, memory for their ids and performers alone. Rights are asked on the latest
    delivery's date. A fate is stated for the order that a work is made for (text, else audio; both where it is both and
    nothing was made for it), and for the voice order where a voice was licensed; every other pair of a work and an
    order is denied. Every row depends on the seed and on ids, never on the order of rows.
    """
    days = Days(landing.latest())
    found = people.census(_counted(works(landing, read), "counting", progress), seed, days)
    counts: Counter[str] = Counter()
    with papers.writing(landing.contracts) as feed, (landing.root / "contract_fates.ndjson").open("wb") as fates:
        papers.clients(feed)
        for who, known in sorted(found.people.items()):
            people.sign_up(feed, days, seed, who, known, found.flaws.get(who))
        sessions: dict[str, str | None] = {}
        for due in _judged(_counted(works(landing, read), "contracting", progress), found, seed):
            _put_on_record(feed, due.work, sessions)
            _bring_about(feed, days, due)
            for fate in _fates(due):
                counts[str(fate["order_id"]) + " " + str(fate["decision"])] += 1
                fates.write(msgspec.json.encode(fate) + b"\n")
        for session, campaign in sorted(sessions.items()):
            feed.add("session", {"session_id": session, "campaign_id": campaign})
    _write_orders(landing)
    return counts


def _counted(found: Iterator[Work], what: str, progress: Progress) -> Iterator[Work]:
    for number, work in enumerate(found, start=1):
        if number % 1000 == 0:
            progress(what, number)
        yield work


def _judged(found: Iterator[Work], census: Census, seed: int) -> Iterator[Due]:
    """Judge the highest revision of each submission, once."""
    for work in found:
        if census.revisions.get(work.submission_id) == work.revision:
            census.revisions[work.submission_id] = 0
            yield judge(work, census, seed)


def _put_on_record(feed: Feed, work: Work, sessions: dict[str, str | None]) -> None:
    """Write the platform's signed record of a work: session, submission, contributions."""
    if work.session is not None:
        sessions.setdefault(work.session, work.campaign)
    feed.add(
        "submission",
        {
            "submission_id": work.submission_id,
            "kind": work.kind,
            "session_id": work.session,
            "campaign_id": work.campaign,
            "submitted_on": work.submitted_at.date(),
            "performed_on": work.performed_on,
            "contributors_declared": work.contributors_declared,
            "third_party_ip": work.third_party_ip,
            "ai_assistance": work.ai_assistance,
        },
    )
    for hand in {h.performer_id: h for h in reversed(work.performers)}.values():
        feed.add("contribution", {"submission_id": work.submission_id, **msgspec.to_builtins(hand)})


def _bring_about(feed: Feed, days: Days, due: Due) -> None:
    """Write what makes a work's fate true beside the contracts over all work."""
    submission = due.work.submission_id
    if due.made in REVOCATIONS:
        papers.revocation(feed, days, "submission", submission, REVOCATIONS[due.made])
    elif due.made == "EXCLUSIVE_TO_OTHER":
        papers.exclusivity(feed, days, submission)
    elif due.made in {*GRANT_KINDS, *PROHIBITIONS, *DATA_CONSENTS, "COMPENSATION_TERM_MISSING"}:
        _replace(feed, days, due, due.made)
    if due.voice is not None:
        _license_voices(feed, days, due.work, due.voice)


def _replace(feed: Feed, days: Days, due: Due, made: str) -> None:
    """Write a contract over one submission that replaces the one over all work, with one thing wrong."""
    submission, asked = due.work.submission_id, due.asked
    who = next(h.performer_id for h in due.work.performers if asked.modality in (h.modalities or []))
    name = f"ctr-{submission}"
    wrong = GRANT_KINDS[made](days, asked) if made in GRANT_KINDS else {}
    basis = "consent" if made in DATA_CONSENTS else "contract"
    papers.contract(feed, days, name, [who], overlap_rule="replaces", lawful_basis=basis)
    papers.scope(feed, name, submission)
    papers.grant(feed, days, name, submission, asked, **wrong)
    if made != "COMPENSATION_TERM_MISSING":
        papers.term(feed, name)
    if made in PROHIBITIONS:
        every = {"purposes": ["*"], "modalities": ["*"], "territories": ["*"]}
        row = {"prohibition_id": f"prh-{submission}", "contract_id": name, "version": 1, "clause": "7.2"}
        feed.add("prohibition", row | every | PROHIBITIONS[made](asked))
    given = DATA_CONSENTS[made](days) if made in DATA_CONSENTS else None
    if given is not None:
        _consent(feed, days, due.work, who, "personal_data", **given)


def _license_voices(feed: Feed, days: Days, work: Work, answer: str) -> None:
    """License every voice of a work for a synthetic one, with one thing wrong in the first consent unless allowed."""
    for number, who in enumerate(dict.fromkeys(h.performer_id for h in work.performers)):
        name = f"ctr-{work.submission_id}-voice-{number}"
        papers.contract(feed, days, name, [who], overlap_rule="adds")
        papers.scope(feed, name, work.submission_id)
        papers.grant(feed, days, name, f"{work.submission_id}-voice-{number}", VOICE)
        papers.term(feed, name)
        wrong = VOICE_CONSENTS[answer](days) if number == 0 and answer in VOICE_CONSENTS else {}
        if wrong is not None:
            use = "A synthetic voice for the characters of this one scene."
            replica: dict[str, object] = {"purposes": [VOICE.purpose], "modalities": [VOICE.modality]}
            replica |= {"client_id": VOICE.client_id, "intended_use": use, "expires_on": days.away(365)}
            _consent(feed, days, work, who, "digital_replica", **(replica | wrong))


def _consent(feed: Feed, days: Days, work: Work, who: str, kind: str, **other: object) -> None:
    scope: dict[str, object] = {"scope_kind": "submission", "scope_id": work.submission_id}
    papers.consent(feed, days, who, kind, f"{work.submission_id}-{who}", **(scope | other))


def _fates(due: Due) -> Iterator[dict[str, object]]:
    stated = [(due.asked, due.reasons)]
    if due.reasons_of_audio is not None:
        stated.append((AUDIO, due.reasons_of_audio))
    if due.voice is not None:
        stated.append((VOICE, [] if due.voice == "allow" else [due.voice]))
    for asked, reasons in stated:
        decision = "deny" if reasons else "allow"
        fate = {"submission_id": due.work.submission_id, "order_id": asked.order_id}
        yield fate | {"decision": decision, "reasons": sorted(reasons)}


def _write_orders(landing: Landing) -> None:
    """Write the orders on which fates are stated, unless there is a folder of orders."""
    home: Path = landing.root / "orders"
    if home.is_dir():
        return
    home.mkdir(parents=True, exist_ok=True)
    for asked in (TEXT, AUDIO, VOICE):
        order = {
            "order_id": asked.order_id,
            "client_id": asked.client_id,
            "dataset": asked.order_id.removeprefix("generated-"),
            "purpose": asked.purpose,
            "modalities": [asked.modality],
            "territories": ["US"],
            "onward": "affiliates",
            "min_remaining_days": 30,
        }
        (home / f"{asked.order_id}.yaml").write_text(yaml.safe_dump(order, sort_keys=False), encoding="utf-8")
