"""The rules of dedup: what a match of a row with an earlier one means, by measure and by whose work it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.dedup.config import Config
from pipelines.dedup.evidence import Sheet
from pipelines.dedup.hashing import U32
from pipelines.dedup.recordings import MARK
from pipelines.dedup.shelf import ORDER
from pipelines.dedup.turns import Part, copied_parts, parts_of_work

COPY = "A person may release it where the earlier row was the copy, or where the edits are new work."
PLAGIARISM = "It repeats another performer's work: look at it for plagiarism; the first submitted wins. "
COMPARE = "A person compares the two and releases it, or rejects it."
REMEDIES = {
    "own_copy": COPY,
    "own_near_copy": COPY,
    "other_copy": PLAGIARISM + COPY,
    "other_near_copy": PLAGIARISM + COPY,
    "same_family": COMPARE,
    "partial_copy": COMPARE,
    "retake": "A person says whether the new recording of the same text was asked for.",
    "same_take": "Deliver the recording that was made for this row; a person may release it.",
    "labels_disagree": "A person settles the labels of the whole family and releases one row of it.",
    "erased": "None: its performer had it erased; new work is a new submission.",
    "published_text": "A person checks the rights in the published work, or the performer delivers own text.",
}
"""Every rule of the table `duplicates`, and what releases a row that it held."""

Line = dict[str, Any]
Rank = tuple[Any, ...]


@dataclass(frozen=True)
class Match:
    """A row beside an earlier one: shared shingles (or takes), those of each, and whether the texts are equal."""

    row: int
    other: int
    shared: int
    mine: int
    theirs: int
    is_equal: bool = False

    @property
    def jaccard(self) -> float:
        """Shared shingles over those of both."""
        return self.shared / (self.mine + self.theirs - self.shared)

    @property
    def containment(self) -> float:
        """Shared shingles over those of the shorter."""
        return self.shared / min(self.mine, self.theirs)


def rank_of(match: Match, prints: pl.DataFrame, modality: str) -> Rank:
    """Order matches of one row: an equal text, else the nearest; most recordings shared; the earliest of several."""
    earlier = prints.select(ORDER).row(match.other)
    if modality == "take":
        return (-match.shared, *earlier)
    return (not match.is_equal, *((0, 0) if match.is_equal else (-match.jaccard, -match.containment)), *earlier)


def text_line(sheet: Sheet, match: Match, agree: bool | None, config: Config, parts: list[Part] | None = None) -> Line:
    """Judge a text that repeats an earlier one; `agree`: whether their labels do, None where none can be compared.

    `parts`: the turns copied, where they are known.
    """
    action = "held"
    if match.jaccard < config.rejected.jaccard:
        rule = "same_family" if match.jaccard >= config.held.jaccard else "partial_copy"
    elif _is_retake(sheet, match):
        rule = "retake"
    else:
        whose = "own" if _is_own(sheet, match) else "other"
        rule, action = f"{whose}_copy" if match.is_equal else f"{whose}_near_copy", "rejected"
    return _line(sheet, match, rule, "text", parts) | {"action": action, "labels_agree": agree}


def take_line(sheet: Sheet, match: Match, agree: bool | None, parts: list[Part] | None = None) -> Line:
    """Judge a recording that an earlier row holds already; `match` counts takes."""
    action = "rejected" if match.shared == match.mine else "held"
    return _line(sheet, match, "same_take", "take", parts) | {"action": action, "labels_agree": agree}


def labels_line(sheet: Sheet, match: Match, modality: str, parts: list[Part] | None = None) -> Line:
    """Judge a row that has a copy with other labels, earlier or later: neither is kept blindly."""
    line = _line(sheet, match, "labels_disagree", modality, parts)
    line["evidence"] += "; its labels are others"
    return line | {"action": "held", "labels_agree": False}


def published_line(sheet: Sheet, match: Match, name: str, work: U32) -> Line:
    """Judge a text that stands in a published work, given by its name and words."""
    prints, row = sheet.prints, match.row
    parts = parts_of_work(sheet, row, work)
    return {
        "row": row,
        **{c: prints[c][row] for c in ("row_id", "submission_id", "revision")},
        "rule": "published_text",
        "evidence": f"{name}: containment {match.containment:.4f}, {match.shared} shared shingles{_counted(parts)}",
        "remedy": REMEDIES["published_text"],
        "action": "held",
        "modality": "reference",
        "matched_submission_id": name,
        "identity": "published",
        **_measures(match),
        **_turns(parts),
    }


def erased_line(row: int, ids: Line) -> Line:
    """Judge a row that was erased and is still, or again, in landing; `ids`: row_id, submission_id, revision."""
    return {
        "row": row,
        **ids,
        "rule": "erased",
        "evidence": "a tombstone names it",
        "remedy": REMEDIES["erased"],
        "action": "rejected",
        "modality": "tombstone",
        "matched_submission_id": ids["submission_id"],
        "identity": "own",
        "shared": 0,
        **_turns([]),
    }


def _line(sheet: Sheet, match: Match, rule: str, modality: str, parts: list[Part] | None = None) -> Line:
    prints, row, other = sheet.prints, match.row, match.other
    matched, revision = prints["submission_id"][other], prints["revision"][other]
    parts = copied_parts(sheet, row, other) if parts is None else parts
    if modality == "text":
        evidence = f"Jaccard {match.jaccard:.4f}, containment {match.containment:.4f}, {match.shared} shared shingles"
        evidence += _counted(parts)
    else:
        evidence = f"{match.shared} of {match.mine} takes are the same recording{_heard(sheet, match)}"
    return {
        "row": row,
        "row_id": prints["row_id"][row],
        "submission_id": prints["submission_id"][row],
        "revision": prints["revision"][row],
        "rule": rule,
        "evidence": f"{matched} revision {revision}: {evidence}",
        "remedy": REMEDIES[rule],
        "modality": modality,
        "matched_row_id": prints["row_id"][other],
        "matched_submission_id": matched,
        "matched_revision": revision,
        "identity": "own" if _is_own(sheet, match) else "other",
        **(_measures(match) if modality == "text" else {"shared": match.shared}),
        **_turns(parts),
    }


def _heard(sheet: Sheet, match: Match) -> str:
    """Tell by what share of bits they differ, where two recordings are the same by ear alone."""
    prints = sheet.prints
    holds = {r: {*prints["takes"][r], *prints["sounds"][r]} for r in (match.row, match.other)}
    shared = {key for key in holds[match.row] & holds[match.other] if MARK not in key}
    said = [key.split(MARK) for of in holds.values() for key in of if MARK in key]
    rates = sorted(float(rate) for file, rate in said if file in shared)
    own = {r: set(prints["takes"][r]) for r in holds}
    by_bytes = own[match.row] & own[match.other]
    return f" by ear ({rates[0]:.1%} of their bits differ)" if rates and not by_bytes else ""


def _measures(match: Match) -> Line:
    return {"jaccard": match.jaccard, "containment": match.containment, "shared": match.shared}


def _turns(parts: list[Part]) -> Line:
    return {
        "copied_turns": [p.turn for p in parts if p.share == 1],
        "copied_parts": [p._asdict() for p in parts],
    }


def _counted(parts: list[Part]) -> str:
    whole = sum(p.share == 1 for p in parts)
    return f", {whole} turns copied whole and {len(parts) - whole} in part"


def _is_retake(sheet: Sheet, match: Match) -> bool:
    """Say whether a performer recorded an own text again: both rows hold takes, and none of them is the same."""
    prints = sheet.prints
    mine, theirs = set(prints["takes"][match.row]), set(prints["takes"][match.other])
    return bool(_is_own(sheet, match) and mine and theirs and not mine & theirs)


def _is_own(sheet: Sheet, match: Match) -> bool:
    """Say whether some performer of the row had a part in the earlier one."""
    performers = sheet.prints["performers"]
    return bool(set(performers[match.row]) & set(performers[match.other]))


def strongest(lines: Iterable[Line]) -> Line:
    """Choose the line that counts: a rejection before a hold; a recording, a text, then a published work."""
    order = ("take", "text", "reference")
    return min(lines, key=lambda line: (line["action"] != "rejected", order.index(line["modality"])))
