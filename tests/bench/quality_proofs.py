"""What the measures are worth on real sets: python -m tests.bench.quality_proofs DATA prints every figure.

DATA is a folder with crema_d, crd3, topical_chat, gerdracor and moby_shakespeare as their sources publish them, each
with submissions.ndjson in the words of tests/feeds.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from pipelines.quality import form
from pipelines.quality.agreement import recognised
from pipelines.quality.measure import measures
from pipelines.quality.turns import text_of
from pipelines.quality.voice import enough, shapes
from pipelines.quality.words import count
from tests.stages.quality_scenes import rows, scene

EMOTIONS = ("A", "D", "F", "H", "N", "S")
CODES = {"ANG": "A", "DIS": "D", "FEA": "F", "HAP": "H", "NEU": "N", "SAD": "S"}
CHANNELS = {"1": "voice", "2": "face", "3": "both"}
SHUFFLES = 200
Numbers: TypeAlias = NDArray[np.float64]


def main(data: Path) -> None:
    for name, said in (("crema_d", crema_d(data)), ("topical_chat", topical_chat(data))):
        print(name, json.dumps(said, indent=1))  # noqa: T201
    for name, language in (("gerdracor", "de"), ("moby_shakespeare", "en"), ("crd3", "en")):
        for least in (10, 20, 30, 50, 75, 100):
            print(name, least, json.dumps(voices(data, name, language, least)))  # noqa: T201


def crema_d(data: Path) -> dict[str, Any]:
    """Agreement of the intended emotion with the raw votes, by voice, by face, by both."""
    with (data / "crema_d/raw/tabulatedVotes.csv").open(encoding="utf-8") as lines:
        table = list(csv.DictReader(lines))
    found: dict[str, Any] = {"rows": len(table)}
    for number, channel in CHANNELS.items():
        of = [line for line in table if _channel(line) == number]
        votes = np.array([[int(float(line[e])) for e in EMOTIONS] for line in of])
        intended = np.array([EMOTIONS.index(CODES[line["fileName"].split("_")[2]]) for line in of])
        found[channel] = {"clips": len(of)} | {k: round(v, 4) for k, v in recognised(votes, intended).items()}
    return found


def _channel(line: dict[str, str]) -> str:
    """The first column counts rows by channel: 100001… voice, 200001… face, 300001… both."""
    return line[""][0]


def topical_chat(data: Path) -> dict[str, Any]:
    """Rank correlation of each measure with the partners' mean turn rating, reported whatever it is."""
    words = {"Poor": 1, "Not Good": 2, "Passable": 3, "Good": 4, "Excellent": 5}
    raw = _raw(data, "topical_chat")
    given = [[float(words[t["rating"]]) for t in r["turns"] if t["rating"] in words] for r in raw]
    rated = [np.mean(one or [np.nan]) for one in given]
    measured = measures(rows(*(_scene(r, "en", "topical_chat/1") for r in raw)))
    order = measured["submission_id"].to_list()
    of = dict(zip((r["submission_id"] for r in raw), rated, strict=True))
    rating = np.array([of[name] for name in order])
    keep = ~np.isnan(rating)
    found = {}
    for name in (
        "turns",
        "words",
        "longest_turn_chars",
        "emotions",
        "emotion_entropy",
        "joy_turns",
        "voice_distinctness",
    ):
        rho, p = spearmanr(measured[name].to_numpy()[keep], rating[keep])
        found[name] = {"rho": round(float(rho), 3), "p": float(f"{p:.2g}")}
    return {"conversations": int(keep.sum())} | found


def voices(data: Path, name: str, language: str, least: int) -> dict[str, Any]:
    """Tell the same character from another of its scene by halves: AUC within scenes, over plays, against chance.

    Nothing in the measure is fitted to a corpus, so every play is held out; `without one play` is the range of the AUC
    when each play in turn is left out, `plays` that of the plays alone with eight scenes or more, `interval` the middle
    95 % of 500 draws of plays with replacement, `chance` 200 shuffles of who says what within scenes.
    """
    raw = _raw(data, name)
    frame = rows(*(_scene(r, language, None) for r in raw))
    play = np.array([_play(r) for r in raw])
    reading = form.read(frame)
    said, cast = text_of(reading.turns), reading.cast
    nothing = (said[0][:0], np.zeros_like(said[1]))
    row, coarse = cast.key // reading.speech.width, np.zeros(len(frame), np.int32)

    def by_scene(half: NDArray[np.int64]) -> tuple[NDArray[np.int64], Numbers, int]:
        counted = count(said, nothing, reading.turns.row, coarse, half, cast.tongue)
        measured = enough(counted.spoken, cast.tongue, row, least)
        shape = shapes(counted.features, counted.spoken, row, measured)
        scenes = np.unique(row[measured])
        return scenes, np.array([_auc(shape, np.flatnonzero(measured & (row == s))) for s in scenes]), measured.sum()

    scenes, auc, many = by_scene(cast.half)
    of, dice = play[scenes], np.random.default_rng(1)
    names = np.unique(of)
    drawn = [np.concatenate([auc[of == n] for n in dice.choice(names, len(names))]).mean() for _ in range(500)]
    alone = [auc[of == n].mean() for n in names if (of == n).sum() >= 8]
    shuffled = (_shuffled(dice, cast.half, reading.turns.row) for _ in range(SHUFFLES))
    chance = np.array([auc.mean() for auc in (by_scene(half)[1] for half in shuffled) if len(auc)])
    p = (1 + (chance >= auc.mean()).sum()) / (1 + SHUFFLES)
    return {
        "plays": len(names),
        "scenes": len(scenes),
        "voices": int(many),
        "auc": round(float(auc.mean()), 3),
        "interval": [round(float(q), 3) for q in np.quantile(drawn, [0.025, 0.975])],
        "without one play": _range([auc[of != n].mean() for n in names if (of != n).any()]),
        "plays alone": _range(alone),
        "chance": f"{chance.mean():.3f} ± {chance.std():.3f}",
        "p": round(float(p), 4),
    }


def _range(values: list[Any]) -> list[float]:
    return [round(float(v), 3) for v in (min(values), max(values))] if values else []


def _play(raw: dict[str, Any]) -> str:
    """The play, or the episode, that a scene is of.

    Of `Comedy/allswellthatendswell/allswell.1.1.html` allswell, in either edition; of `C1E001:0` C1E001.
    """
    record = str(raw["source"]["record"])
    return record.rsplit("/", 1)[-1].split(".", maxsplit=1)[0].split(":", maxsplit=1)[0]


def _shuffled(dice: np.random.Generator, half: NDArray[np.int64], row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Deal the turns of each scene out anew: everybody keeps as many turns, and who says which is chance."""
    order = np.lexsort((dice.random(len(row)), row))
    dealt = np.empty_like(half)
    dealt[np.argsort(row, kind="stable")] = half[order]
    return dealt


def _auc(shape: NDArray[np.float32], who: NDArray[np.int64]) -> float:
    """Chance that in a scene a pair of the same character's halves is more alike than a pair of two (Mann-Whitney)."""
    likeness = shape[2 * who] @ shape[2 * who + 1].T
    same, other = np.diag(likeness)[:, None], likeness[~np.eye(len(who), dtype=bool)][None, :]
    return float(((same > other) + 0.5 * (same == other)).mean())


def _raw(data: Path, name: str) -> list[dict[str, Any]]:
    with (data / name / "submissions.ndjson").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _scene(raw: dict[str, Any], language: str, vocabulary: str | None) -> dict[str, Any]:
    turns = [
        {
            "turn": t["turn"],
            "speakers": [s for s in (t["speaker"] or "").split(" & ") if s],
            "text": (t["text"] or "").strip(),
            "emotions": [{"label": t["emotion"], "vocabulary": vocabulary}] if t.get("emotion") else [],
            "stage": t.get("stage") or [],
        }
        for t in raw["turns"]
    ]
    return scene(raw["submission_id"], turns=turns, language=language, characters=[], brief=None)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
