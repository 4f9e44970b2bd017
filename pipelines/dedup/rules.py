"""The rules of dedup: what a match of a row with an earlier one means, by measure and by whose work it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.dedup.config import Config
from pipelines.dedup.evidence import Sheet, copied_turns, labels_agree

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
    "published_text": "A person checks the rights in the published work, or the performer delivers own text.",
}
"""Every rule of the table `duplicates`, and what releases a row that it held."""

Line = dict[str, Any]


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


def text_line(sheet: Sheet, match: Match, config: Config) -> Line:
    """Judge a text that repeats an earlier one."""
    agree = labels_agree(sheet, match.row, match.other)
    action = "held"
    if match.jaccard < config.rejected.jaccard:
        rule = "same_family" if match.jaccard >= config.held.jaccard else "partial_copy"
    elif agree is False:
        rule = "labels_disagree"
    elif _is_retake(sheet, match):
        rule = "retake"
    else:
        whose = "own" if _is_own(sheet, match) else "other"
        rule, action = f"{whose}_copy" if match.is_equal else f"{whose}_near_copy", "rejected"
    measures = {"jaccard": match.jaccard, "containment": match.containment, "shared": match.shared}
    evidence = f"Jaccard {match.jaccard:.4f}, containment {match.containment:.4f}, {match.shared} shared shingles"
    line = _line(sheet, match, rule, evidence)
    return line | measures | {"action": action, "modality": "text", "labels_agree": agree}


def take_line(sheet: Sheet, match: Match) -> Line:
    """Judge a recording that an earlier row holds already; `match` counts takes."""
    agree = labels_agree(sheet, match.row, match.other)
    rule = "labels_disagree" if agree is False else "same_take"
    action = "rejected" if rule == "same_take" and match.shared == match.mine else "held"
    line = _line(sheet, match, rule, f"{match.shared} of {match.mine} takes are the same recording")
    return line | {"shared": match.shared, "action": action, "modality": "take", "labels_agree": agree}


def published_line(sheet: Sheet, match: Match, name: str) -> Line:
    """Judge a text that stands in a published work."""
    row, prints = match.row, sheet.prints
    evidence = f"{name}: containment {match.containment:.4f}, {match.shared} shared shingles"
    return {
        "row": row,
        **{c: prints[c][row] for c in ("row_id", "submission_id", "revision")},
        "rule": "published_text",
        "evidence": evidence,
        "remedy": REMEDIES["published_text"],
        "action": "held",
        "modality": "reference",
        "matched_submission_id": name,
        "identity": "published",
        "jaccard": match.jaccard,
        "containment": match.containment,
        "shared": match.shared,
        "copied_turns": [],
    }


def first_line(sheet: Sheet, row: int, later: int, modality: str) -> Line:
    """Judge the first of a family whose labels disagree: it is not kept blindly."""
    match = Match(row, later, 0, 1, 1)
    line = _line(sheet, match, "labels_disagree", f"a later row has the same {modality} and other labels")
    shared = len(line["copied_turns"]) if modality == "text" else 1
    return line | {"shared": shared, "action": "held", "modality": modality, "labels_agree": False}


def _line(sheet: Sheet, match: Match, rule: str, evidence: str) -> Line:
    prints, row, other = sheet.prints, match.row, match.other
    matched, revision = prints["submission_id"][other], prints["revision"][other]
    return {
        "row": row,
        "row_id": prints["row_id"][row],
        "submission_id": prints["submission_id"][row],
        "revision": prints["revision"][row],
        "rule": rule,
        "evidence": f"{matched} revision {revision}: {evidence}",
        "remedy": REMEDIES[rule],
        "matched_row_id": prints["row_id"][other],
        "matched_submission_id": matched,
        "matched_revision": revision,
        "identity": "own" if _is_own(sheet, match) else "other",
        "jaccard": None,
        "containment": None,
        "copied_turns": copied_turns(sheet, row, other),
    }


def _is_retake(sheet: Sheet, match: Match) -> bool:
    """Say whether a performer recorded an own text again: both rows hold takes, and none of them is the same."""
    prints = sheet.prints
    mine, theirs = set(prints["takes"][match.row]), set(prints["takes"][match.other])
    return bool(_is_own(sheet, match) and mine and theirs and not mine & theirs)


def _is_own(sheet: Sheet, match: Match) -> bool:
    """Say whether some performer of the row had a part in the earlier one."""
    performers = sheet.prints["performers"]
    return bool(set(performers[match.row]) & set(performers[match.other]))


def strongest(lines: Iterator[Line]) -> Line | None:
    """Choose the line that counts: a rejection before a hold; a recording, a text, then a published work."""
    order = ("take", "text", "reference")
    return min(lines, key=lambda line: (line["action"] != "rejected", order.index(line["modality"])), default=None)
