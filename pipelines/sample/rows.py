"""From a scene and the plan of its delivery to a row of submission/v1."""

from __future__ import annotations

import re

from pipelines.sample.plan import Delivered
from pipelines.sample.scenes import VOCABULARY, Line, Scene
from pipelines.sample.takes import Recording
from pipelines.schemas.submission import Brief, Character, Emotion, Intensity, Performer, Submission, Take, Turn


def submission_row(row: Delivered, scene: Scene, recording: Recording | None) -> Submission:
    """Write a scene as one delivered row, with every claim that its performers make."""
    script = scene.script
    return Submission(
        submission_id=row.submission,
        revision=row.revision,
        kind=row.kind,
        campaign=row.campaign,
        session=row.session,
        brief=Brief(id=f"brief-{scene.name}", exchanges=script.brief.exchanges),
        performers=_performers(row),
        contributors_declared=len(row.cast),
        submitted_at=row.submitted_at,
        performed_on=row.performed_on,
        language=script.language,
        third_party_ip="none",
        ai_assistance="none",
        characters=[Character(name=n, description=d) for n, d in script.characters.items()],
        turns=[_turn(i, line, row.changes) for i, line in enumerate(script.turns[: row.first_turns])],
        takes=[] if recording is None else [_take(recording)],
        source={"title": script.title},
    )


def _performers(row: Delivered) -> list[Performer]:
    modalities = ["text", "audio"] if row.voice else ["text"]
    share = round(1 / len(row.cast), 6)
    return [
        Performer(performer_id=who, role="actor", modalities=modalities, characters=parts, share=share)
        for who, parts in row.cast.items()
    ]


def _turn(number: int, line: Line, changes: dict[str, str]) -> Turn:
    return Turn(
        turn=number,
        speakers=line.speakers,
        text=_changed(line.says, changes),
        subtext=line.means,
        emotions=[Emotion(label=label, vocabulary=VOCABULARY) for label in line.feels],
        undertone=None if line.under is None else Emotion(label=line.under, vocabulary=VOCABULARY),
        intensity=Intensity(value=line.strength),
        stage=line.stage,
    )


def _take(recording: Recording) -> Take:
    return Take(
        uri=recording.uri,
        sha256=recording.sha256,
        bytes=recording.bytes,
        duration_s=recording.duration_s,
        sample_rate_hz=recording.sample_rate_hz,
        channels=1,
    )


def _changed(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        text = re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, text)
    return text
