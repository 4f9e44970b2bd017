"""What the measures are worth on real sets: python -m tests.bench.quality_proofs DATA prints every figure.

DATA is a folder with crema_d, topical_chat, gerdracor and moby_shakespeare as their sources publish them, each with
submissions.ndjson in the words of tests/feeds.
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
from pipelines.quality.voice import _shapes, _usual
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
    for name, language in (("gerdracor", "de"), ("moby_shakespeare", "en")):
        for least in (30, 50, 100):
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
    """Tell the same character from another of its scene by halves: AUC, and that of 200 shuffles of who says what."""
    frame = rows(*(_scene(r, language, None) for r in _raw(data, name)))
    reading = form.read(frame)
    said, cast = text_of(reading.turns), reading.cast
    nothing = (said[0][:0], np.zeros_like(said[1]))
    row = cast.key // reading.speech.width

    def auc(half: NDArray[np.int64]) -> tuple[float, int, int]:
        counted = count(said, nothing, reading.turns.row, np.zeros(len(frame), np.int32), half, cast.tongue)
        long = counted.spoken >= least
        measured = long[0::2] & long[1::2]
        shape = _shapes(counted.features, counted.spoken, cast.tongue, _usual(), measured)
        same, other = _pairs(shape, row, measured)
        return _auc(same, other), len(same), len(other)

    true, same, other = auc(cast.half)
    dice = np.random.default_rng(1)
    chance = np.array([auc(_shuffled(dice, cast.half, reading.turns.row))[0] for _ in range(SHUFFLES)])
    p = (1 + (chance >= true).sum()) / (1 + SHUFFLES)
    return {
        "same": same,
        "other": other,
        "auc": round(true, 3),
        "chance": f"{chance.mean():.3f} ± {chance.std():.3f}",
        "p": round(float(p), 4),
    }


def _shuffled(dice: np.random.Generator, half: NDArray[np.int64], row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Deal the turns of each scene out anew: everybody keeps as many turns, and who says which is chance."""
    order = np.lexsort((dice.random(len(row)), row))
    dealt = np.empty_like(half)
    dealt[np.argsort(row, kind="stable")] = half[order]
    return dealt


def _pairs(shape: NDArray[np.float32], row: NDArray[np.int64], measured: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    same: list[float] = []
    other: list[float] = []
    for scene_row in np.unique(row[measured]):
        who = np.flatnonzero((row == scene_row) & measured)
        if len(who) > 1:
            likeness = shape[2 * who] @ shape[2 * who + 1].T
            same.extend(np.diag(likeness))
            other.extend(likeness[~np.eye(len(who), dtype=bool)])
    return np.array(same), np.array(other)


def _auc(same: Numbers, other: Numbers) -> float:
    """Chance that a pair of the same character is more alike than a pair of two (Mann-Whitney)."""
    ranks = np.concatenate([same, other]).argsort().argsort() + 1
    return float((ranks[: len(same)].sum() - len(same) * (len(same) + 1) / 2) / (len(same) * len(other)))


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
