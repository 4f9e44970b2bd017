"""The six real sets' feeds, on records of their shape: what is mapped, what stays in extra, and no claim made up.

The gerdracor record is an excerpt (CC0; Fischer et al. 2019, doi:10.5281/zenodo.4284002); the others are written here
in the shape of their sets, whose licences do not let them lie in this repository.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipelines.ingest.decode import decoder
from pipelines.ingest.feeds import load_feed
from pipelines.ingest.lines import Line
from pipelines.schemas.submission import Submission

FEEDS = Path(__file__).resolve().parents[1] / "feeds"
BASE = {
    "submission_id": "sub_1",
    "submitted_at": "2026-05-13T03:00:41Z",
    "project": "prj",
    "brief": "b",
    "language": "en",
}
RECORDS: dict[str, dict[str, Any]] = {
    "topical_chat": {
        "performer_id": "prf_a",
        "modality": "text",
        "characters": [{"name": "agent_1", "performer_id": "prf_a"}, {"name": "agent_2", "performer_id": "prf_b"}],
        "turns": [
            {"turn": 0, "speaker": "agent_1", "text": " Hi? \n", "emotion": "Curious to dive deeper", "rating": ""},
            {"turn": 1, "speaker": "agent_2", "text": "Ho.", "emotion": "Neutral", "knowledge_source": ["FS1"]},
        ],
        "ratings": {"agent_1": "Good"},
    },
    "crd3": {
        "performer_id": "prf_sam",
        "modality": "text",
        "characters": [],
        "turns": [
            {
                "turn": 0,
                "speaker": "SAM & LAURA",
                "performers": ["prf_sam", "prf_laura"],
                "text": "Ha!",
                "native_turn": 7,
            }
        ],
    },
    "gerdracor": {
        "performer_id": "prf_gerdracor_ludwig-anzengruber",
        "language": "de",
        "modality": "text",
        "characters": [{"name": "Knechte", "id": "knechte", "sex": "MALE"}, {"name": "Mägde"}],
        "turns": [
            {"turn": 0, "speaker": "Knechte & Mägde", "text": "Jujujuheh!", "emotion": None, "stage": ["Jodler."]},
            {"turn": 1, "speaker": "Knechte", "text": "", "emotion": None, "stage": ["Ausklingend."]},
        ],
    },
    "crema_d": {
        "performer_id": "prf_1001",
        "modality": "audio",
        "characters": [],
        "turns": [{"turn": 0, "speaker": "1001", "text": "It's late.", "emotion": "NEU", "intensity": "XX"}],
        "takes": [{"uri": "a.wav", "sha256": "ab" * 32, "bytes": 5}],
        "ratings": {"VoiceVote": "A:D"},
    },
    "fsdd": {
        "performer_id": "prf_george",
        "modality": "audio",
        "characters": [],
        "turns": [{"turn": 0, "speaker": "george", "text": "zero", "emotion": None}],
        "takes": [{"uri": "0.wav", "duration_s": 0.3, "sample_rate_hz": 8000, "channels": 1, "subtype": "PCM_16"}],
    },
    "moby_shakespeare": {
        "performer_id": "prf_m",
        "modality": "text",
        "characters": [{"name": "DUKE"}],
        "turns": [{"turn": 0, "speaker": "DUKE ", "text": "So.", "emotion": None}],
        "scene_heading": "SCENE I.",
    },
}


def read(feed: str) -> Submission:
    line = Line(1, 0, json.dumps(BASE | RECORDS[feed]).encode())
    submission = decoder(load_feed(FEEDS / f"{feed}.yaml"))(line)
    assert isinstance(submission, Submission), submission
    return submission


@pytest.mark.parametrize("feed", sorted(RECORDS))
def test_no_feed_makes_a_claim_up(feed: str) -> None:
    found = read(feed)
    claims = (found.kind, found.performed_on, found.contributors_declared, found.third_party_ip, found.ai_assistance)
    assert claims == (None,) * 5


@pytest.mark.parametrize("feed", sorted(RECORDS))
def test_every_value_of_a_record_is_mapped_or_in_extra(feed: str) -> None:
    found = json.dumps(json.loads(repr_of(read(feed))), ensure_ascii=False)
    for value in values_of(RECORDS[feed]):
        assert value in found, f"{value} is lost"


def repr_of(submission: Submission) -> str:
    return msgspec.json.encode(submission).decode()


def values_of(item: Any) -> list[str]:
    """The texts of a record, trimmed and parted as its feed may."""
    if isinstance(item, dict):
        return [v for value in item.values() for v in values_of(value)]
    if isinstance(item, list):
        return [v for value in item for v in values_of(value)]
    return [part.strip() for part in item.split(" & ")] if isinstance(item, str) and item.strip() else []


def test_ensemble_work_names_all_its_performers() -> None:
    found = read("crd3")
    assert [p.performer_id for p in found.performers] == ["prf_sam", "prf_laura"]
    assert found.turns[0].speakers == ["prf_sam", "prf_laura"]


def test_text_is_trimmed_and_an_emotion_has_its_vocabulary() -> None:
    turn = read("topical_chat").turns[0]
    assert (turn.text, turn.emotions[0].label, turn.emotions[0].vocabulary) == (
        "Hi?",
        "Curious to dive deeper",
        "topical_chat/1",
    )


def test_a_joint_turn_has_two_speakers_and_a_stage_direction_may_stand_alone() -> None:
    first, second = read("gerdracor").turns
    assert (first.speakers, first.stage) == (["Knechte", "Mägde"], ["Jodler."])
    assert (second.text, second.stage) == ("", ["Ausklingend."])


@pytest.mark.parametrize(("feed", "performer"), [("crema_d", "prf_1001"), ("fsdd", "prf_george")])
def test_a_speaker_who_is_the_person_is_named_by_id(feed: str, performer: str) -> None:
    assert read(feed).turns[0].speakers == [performer]
