"""From a number to the delivered lines of its scene, each with the fate that is due to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import msgspec

from pipelines.sample import copies, defects
from pipelines.sample.blocks import slot_of
from pipelines.sample.invented import Invented, dice, invent
from pipelines.schemas.submission import Brief, Character, Performer, Submission

BEGIN = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)
"""When scene 0 was submitted; the others are stamped after it in their order, over DAYS days."""
DAYS = 200

encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Spread:
    """What a generated landing is made from: the seed, and how many scenes share their performers."""

    seed: int
    scenes: int

    @property
    def people(self) -> int:
        """One performer for 25 scenes, at least eight."""
        return max(8, self.scenes // 25)

    def submission_id(self, number: int) -> str:
        """Name the submission of a number."""
        return f"gen-{self.seed}-{number:08d}"

    def submitted_at(self, number: int) -> dt.datetime:
        """Stamp a number; a later number is never stamped earlier."""
        return BEGIN + dt.timedelta(seconds=number * DAYS * 86_400 // self.scenes)


@dataclass(frozen=True)
class Delivered:
    """One line of a delivered file, and what must become of it."""

    line: bytes
    submission_id: str | None
    revision: int | None
    planted: str
    stage: str
    """The stage that holds it, or `rights` where it goes on to be decided."""
    rule: str | None = None
    matched: str | None = None
    reasons: list[str] = field(default_factory=list)
    """Why rights must deny it to an order for text, whatever its contracts say: a claim of its own."""


def deliver(spread: Spread, number: int) -> list[Delivered]:
    """Write the lines that a number stands for: one, or two where a key comes twice."""
    slot = slot_of(spread.seed, number)
    if slot.original is not None:
        return [_copy(spread, number, slot.planted, slot.original)]
    row = _own(spread, number)
    if slot.planted == "revised":
        first = msgspec.structs.replace(row, turns=copies.edited(row.turns, 1, dice(spread.seed, "first", number)))
        last = msgspec.structs.replace(row, revision=2)
        return [_line(first, slot.planted, "ingest", "superseded"), _line(last, slot.planted)]
    if slot.planted == "conflict":
        other = msgspec.structs.replace(row, turns=copies.edited(row.turns, 1, dice(spread.seed, "other", number)))
        return [_line(r, slot.planted, "ingest", "revision_conflict") for r in (row, other)]
    if slot.planted == "redelivered":
        return [_line(row, slot.planted), _line(row, slot.planted, "ingest", "redelivered")]
    return [_defective(spread, number, slot.planted, row)]


def _defective(spread: Spread, number: int, planted: str, row: Submission) -> Delivered:
    rnd = dice(spread.seed, "defect", number)
    if planted == "bad_line":
        rule, line = defects.bad_line(row, rnd)
        return Delivered(line, None, None, planted, "ingest", rule)
    if planted == "bad_work":
        rule, bad = defects.bad_work(row, rnd)
        return _line(bad, planted, "quality", rule)
    if planted == "bad_claim":
        reasons, bad = defects.bad_claim(row, rnd)
        return Delivered(encode(bad), bad.submission_id, 1, planted, "rights", reasons=reasons)
    return _line(row, planted)


def _copy(spread: Spread, number: int, planted: str, original: int) -> Delivered:
    """Write a copy of an earlier number; only a re-take brings a recording, only an own copy keeps the cast."""
    rnd = dice(spread.seed, "copy", number)
    scene = _scene(spread, original)
    is_own = planted in {"exact_copy_of_own", "retake"}
    scene.is_voiced = planted == "retake"
    if not is_own:
        scene.performers = [(scene.performers[0] + 1 + rnd.randrange(spread.people - 1)) % spread.people]
    rule, scene.turns = copies.copied(planted, scene.turns, rnd)
    row = _row(spread, number, scene)
    return _line(row, planted, "dedup", rule, spread.submission_id(original))


def _line(
    row: Submission, planted: str, stage: str = "rights", rule: str | None = None, matched: str | None = None
) -> Delivered:
    return Delivered(encode(row), row.submission_id, row.revision, planted, stage, rule, matched)


def _own(spread: Spread, number: int) -> Submission:
    return _row(spread, number, _scene(spread, number))


def _scene(spread: Spread, number: int) -> Invented:
    scene = invent(spread.seed, number, spread.people)
    scene.is_voiced = scene.is_voiced or slot_of(spread.seed, number).is_retaken
    return scene


def _row(spread: Spread, number: int, scene: Invented) -> Submission:
    at = spread.submitted_at(number)
    modalities = ["text", "audio"] if scene.is_voiced else ["text"]
    share = round(1 / len(scene.performers), 6)
    session = number // 4
    return Submission(
        submission_id=spread.submission_id(number),
        kind="commissioned",
        campaign=f"cam-{session % 5}",
        session=f"ses-{session:07d}",
        brief=Brief(id=f"brief-{scene.exchanges}", exchanges=scene.exchanges),
        performers=[Performer(f"prf-{p:06d}", "actor", modalities, share=share) for p in scene.performers],
        contributors_declared=len(scene.performers),
        submitted_at=at,
        performed_on=at.date() - dt.timedelta(days=number % 3),
        language="en-GB" if number % 3 else "en-US",
        third_party_ip="none",
        ai_assistance="disclosed" if number % 20 == 0 else "none",
        characters=[Character(name) for name in scene.characters],
        turns=scene.turns,
        takes=[defects.take(spread.submission_id(number), number)] if scene.is_voiced else [],
        source={"generator": "promptbook/1", "seed": spread.seed, "number": number},
    )
