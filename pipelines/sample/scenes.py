"""The troupe's scenes as they are written down for people: YAML, one file a scene, read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import msgspec
import yaml

from pipelines.errors import InputError

VOCABULARY = "promptbook/1"
"""The emotion words that the scenes use; expectations/vocabularies/emotions.json says what each means."""


class Line(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One turn: what is said, what is meant, what is felt, and what lies under it."""

    who: str | list[str]
    means: str
    feels: list[str]
    strength: float
    says: str = ""
    under: str | None = None
    stage: list[str] = []

    @property
    def speakers(self) -> list[str]:
        """Everybody who speaks the turn."""
        return [self.who] if isinstance(self.who, str) else self.who


class SceneBrief(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What the actors were asked for; one exchange is two turns."""

    text: str
    exchanges: int | None = None


class Script(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One scene as its file holds it."""

    title: str
    language: str
    brief: SceneBrief
    characters: dict[str, str]
    turns: list[Line]


@dataclass(frozen=True)
class Scene:
    """One scene of the troupe, and the name of its file."""

    name: str
    script: Script


def scenes() -> dict[str, Scene]:
    """Read every scene of the troupe, by name."""
    folder = files("pipelines.sample") / "troupe" / "scenes"
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return {name.removesuffix(".yaml"): _read(name) for name in found}


def resource(path: str) -> str:
    """Read one text file of the troupe."""
    found = files("pipelines.sample") / "troupe"
    for part in path.split("/"):
        found = found / part
    return found.read_text(encoding="utf-8")


def _read(name: str) -> Scene:
    try:
        return Scene(name.removesuffix(".yaml"), msgspec.convert(yaml.safe_load(resource(f"scenes/{name}")), Script))
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise InputError(
            f"scene {name}", f"it cannot be read: {error}", "Mend it in pipelines/sample/troupe."
        ) from error
