"""submission/v1: one delivered piece of a performer's work, as every feed is mapped to it.

Claims (kind, third_party_ip, ai_assistance, contributors_declared, modalities, performed_on) default to null, and
null never means yes (semantics 7). Codes stay open strings: an unknown one loads and is then held or denied by name.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import msgspec

Int32 = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]
Count = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
Size = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Emotion(msgspec.Struct, forbid_unknown_fields=True):
    """One label in the words of one vocabulary, e.g. `ANG` of `crema_d/1`."""

    label: str
    vocabulary: str | None = None


class Intensity(msgspec.Struct, forbid_unknown_fields=True):
    """How strong the emotion is: the feed's own code, a value from 0 to 1, or both."""

    code: str | None = None
    value: float | None = None


class Turn(msgspec.Struct, forbid_unknown_fields=True):
    """One turn of a scene; `text` may be empty where `stage` is not."""

    turn: Int32
    speakers: list[str] = []
    text: str = ""
    subtext: str | None = None
    emotions: list[Emotion] = []
    undertone: Emotion | None = None
    """What lies under the emotion: grief in `anger with an undertone of grief`."""
    intensity: Intensity | None = None
    stage: list[str] = []
    rating: str | None = None


class Take(msgspec.Struct, forbid_unknown_fields=True):
    """One recording; `uri` is relative to landing/takes/<feed>/ and may not leave it."""

    uri: str
    sha256: str | None = None
    bytes: Size | None = None
    duration_s: float | None = None
    sample_rate_hz: Count | None = None
    channels: Count | None = None


class Performer(msgspec.Struct, forbid_unknown_fields=True):
    """One contributor: role {actor, writer, director}, what modalities of theirs are in it, their share from 0 to 1."""

    performer_id: Id
    role: str | None = None
    modalities: list[str] | None = None
    characters: list[str] = []
    share: float | None = None


class Brief(msgspec.Struct, forbid_unknown_fields=True):
    """What was asked; its text is not the performer's. `exchanges`: how many (10, 20 or 30), where the brief asks."""

    id: str | None = None
    text: str | None = None
    exchanges: Count | None = None


class Character(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody in the scene."""

    name: str
    description: str | None = None


class Submission(msgspec.Struct, forbid_unknown_fields=True):
    """One revision of one piece of work, the row that the whole house judges."""

    submission_id: Id
    submitted_at: dt.datetime
    """When the platform stamped this revision, UTC; without a zone it is read as UTC."""
    performers: list[Performer]
    turns: list[Turn]
    revision: Annotated[int, msgspec.Meta(ge=1, lt=2**31)] = 1
    kind: str | None = None
    campaign: str | None = None
    session: str | None = None
    brief: Brief | None = None
    contributors_declared: Count | None = None
    performed_on: dt.date | None = None
    language: str | None = None
    dialect: str | None = None
    third_party_ip: str | None = None
    ai_assistance: str | None = None
    characters: list[Character] = []
    takes: list[Take] = []
    source: dict[str, Any] | None = None
    extra: dict[str, Any] | None = None
    """What the feed does not map, kept as it came."""
