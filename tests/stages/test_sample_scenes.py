"""The scenes: what a brief asks for is there, every turn says what it feels and means, and none is a copy."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest

from pipelines.sample.scenes import VOCABULARY, Scene, scenes

SCENES = scenes()
WHOLE = {name: s for name, s in SCENES.items() if name not in {"the-referee", "the-ferry-queue"}}
"""All but the audition piece and the scene that breaks off on purpose."""
EACH = [pytest.param(scene, id=name) for name, scene in SCENES.items()]
EMOTIONS = Path(__file__).parents[2] / "expectations" / "vocabularies" / "emotions.json"


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def shingles(scene: Scene) -> set[tuple[str, ...]]:
    said = words(" ".join(line.says for line in scene.script.turns))
    return set(zip(*(said[i:] for i in range(5)), strict=False))


def test_there_are_twelve_scenes_of_10_20_and_30_exchanges() -> None:
    lengths = [s.script.brief.exchanges for s in WHOLE.values()]
    assert len(lengths) == 12
    assert set(lengths) == {10, 20, 30}


@pytest.mark.parametrize("scene", [pytest.param(s, id=n) for n, s in WHOLE.items()])
def test_a_scene_has_the_exchanges_that_its_brief_asks_for(scene: Scene) -> None:
    assert len(scene.script.turns) == 2 * (scene.script.brief.exchanges or 0)


@pytest.mark.parametrize("scene", EACH)
def test_every_character_speaks_and_every_speaker_is_a_character(scene: Scene) -> None:
    speaking = {who for line in scene.script.turns for who in line.speakers}
    assert speaking == set(scene.script.characters)
    assert len(speaking) >= 2
    assert all(len(description) > 40 for description in scene.script.characters.values())


@pytest.mark.parametrize("scene", EACH)
def test_every_turn_has_words_or_a_stage_direction_an_emotion_and_a_strength(scene: Scene) -> None:
    known = json.loads(EMOTIONS.read_text(encoding="utf-8"))["vocabularies"][VOCABULARY]["labels"]
    for line in scene.script.turns:
        assert line.says.strip() or line.stage
        assert line.feels
        assert {*line.feels, *([line.under] if line.under else [])} <= set(known), line
        assert line.under not in line.feels
        assert 0 < line.strength <= 1


@pytest.mark.parametrize("scene", EACH)
def test_subtext_says_something_else_than_the_surface(scene: Scene) -> None:
    for line in scene.script.turns:
        said, meant = set(words(line.says)), set(words(line.means))
        assert meant
        assert len(said & meant) / len(said | meant) < 0.5, line


@pytest.mark.parametrize("scene", EACH)
def test_a_scene_has_stage_directions_undertones_and_compound_emotions(scene: Scene) -> None:
    lines = scene.script.turns
    assert sum(bool(line.under) for line in lines) >= len(lines) / 3
    if scene.name in WHOLE:
        assert any(len(line.feels) > 1 for line in lines)
        assert any(line.stage for line in lines)
        assert len({label for line in lines for label in line.feels}) >= 8


def test_no_two_scenes_share_so_much_as_a_line() -> None:
    for one, other in itertools.combinations(SCENES.values(), 2):
        assert len(shingles(one) & shingles(other)) <= 2, (one.name, other.name)


def test_one_scene_is_german_one_turn_is_spoken_together_and_one_is_silent() -> None:
    assert {s.script.language.split("-")[0] for s in SCENES.values()} == {"en", "de"}
    lines = [line for s in SCENES.values() for line in s.script.turns]
    assert any(len(line.speakers) > 1 for line in lines)
    assert any(not line.says for line in lines)
