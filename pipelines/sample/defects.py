"""Lines that cannot be read, work that is not good enough, claims that forbid: each breaks one rule and no other."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Callable

import msgspec

from pipelines.schemas.submission import Emotion, Submission, Take, Turn

replace = msgspec.structs.replace


def take(name: str, number: int) -> Take:
    """Declare a recording; its file is not there, as with a delivery whose audio comes later."""
    digest = hashlib.sha256(f"{name}:{number}".encode()).hexdigest()
    return Take(f"{name}.wav", digest, 96_044 + number % 1000, 1.0 + number % 60, 48_000, 1)


def bad_line(row: Submission, rnd: random.Random) -> tuple[str, bytes]:
    """Break a line; returns the rule of its dead letter."""
    line = msgspec.json.encode(row)
    broken: tuple[tuple[str, bytes], ...] = (
        ("not_json", line[: len(line) // 2]),
        ("not_json", line.replace(b"turns", b"t\xff\xferns", 1)),
        ("not_submission_v1", line.replace(b'"performers":', b'"performer":', 1)),
        ("not_submission_v1", line.replace(b'"revision":1', b'"revision":"one"', 1)),
        ("uri_leaves_folder", msgspec.json.encode(replace(row, takes=[Take("../../orders/x.yaml")]))),
    )
    return rnd.choice(broken)


def bad_work(row: Submission, rnd: random.Random) -> tuple[str, Submission]:
    """Spoil a scene; returns the rule of quality that must hold it."""
    rule = rnd.choice(sorted(BAD_WORK))
    return rule, BAD_WORK[rule](_words_alone(row), rnd.randrange(2, len(row.turns) - 2))


def bad_claim(row: Submission, rnd: random.Random) -> tuple[list[str], Submission]:
    """Spoil a claim; returns the reasons for which rights must deny the row to an order for text."""
    reason = rnd.choice(sorted(BAD_CLAIMS))
    alone = "FOOTPRINT_UNKNOWN"
    return [reason, "MODALITY_UNATTRIBUTED"] if reason == alone else [reason], BAD_CLAIMS[reason](_words_alone(row))


def _words_alone(row: Submission) -> Submission:
    return _footprint(replace(row, takes=[]), ["text"])


def _footprint(row: Submission, modalities: list[str]) -> Submission:
    return replace(row, performers=[replace(p, modalities=modalities) for p in row.performers])


def _with_turn(row: Submission, at: int, **changes: object) -> Submission:
    turn: Turn = replace(row.turns[at], **changes)
    return replace(row, turns=[*row.turns[:at], turn, *row.turns[at + 1 :]])


def _swapped(row: Submission, at: int) -> Submission:
    return replace(row, turns=[*row.turns[:at], row.turns[at + 1], row.turns[at], *row.turns[at + 2 :]])


BAD_WORK: dict[str, Callable[[Submission, int], Submission]] = {
    "turns_near_brief": lambda row, at: replace(row, turns=row.turns[: len(row.turns) * 6 // 10]),
    "no_turn_missing": lambda row, at: replace(row, turns=[*row.turns[:at], *row.turns[at + 1 :]]),
    "turns_in_order": _swapped,
    "no_empty_turn": lambda row, at: _with_turn(row, at, text="", stage=[]),
    "every_line_has_a_speaker": lambda row, at: _with_turn(row, at, speakers=[]),
    "speakers_are_cast": lambda row, at: _with_turn(row, at, speakers=["A stranger"]),
    "language_declared": lambda row, at: replace(row, language=None),
    "language_readable": lambda row, at: replace(row, language="English, mostly"),
    "emotions_known": lambda row, at: _with_turn(row, at, emotions=[Emotion("saudade", "promptbook/1")]),
    "no_assistant_speaks": lambda row, at: _with_turn(row, at, text="As an AI language model, I cannot be angry."),
    "text_not_garbled": lambda row, at: _with_turn(row, at, text="The caf\ufffd was shut."),
    "claims_have_content": lambda row, at: _footprint(row, ["text", "audio"]),
    "content_is_claimed": lambda row, at: replace(row, takes=[take(row.submission_id, at)]),
}
"""By rule of quality: spoil a row of words alone, at one turn where the rule is about turns."""

BAD_CLAIMS: dict[str, Callable[[Submission], Submission]] = {
    "AUDITION_NOT_LICENSED": lambda row: replace(row, kind="audition"),
    "CONTRIBUTOR_COUNT_MISMATCH": lambda row: replace(row, contributors_declared=len(row.performers) + 1),
    "FOOTPRINT_UNKNOWN": lambda row: _footprint(row, ["text", "hologram"]),
    "HUMAN_ATTESTATION_MISSING": lambda row: replace(row, ai_assistance=None),
    "SUBMISSION_INCOMPLETE": lambda row: replace(row, performed_on=row.submitted_at.date() + dt.timedelta(days=1)),
    "THIRD_PARTY_IP": lambda row: replace(row, third_party_ip="unlicensed"),
}
"""By reason of rights; all but the first hold for every order."""
