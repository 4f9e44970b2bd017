"""Rows of the contract feed, one function a kind of paper, and the folder that they are written to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from pipelines.sample.denials import Asked, Days, Row

TABLES = (
    "client",
    "client_disclosure",
    "performer",
    "session",
    "submission",
    "contribution",
    "contract_party",
    "contract_version",
    "contract_scope",
    "rights_grant",
    "prohibition",
    "consent",
    "revocation",
    "exclusivity",
    "comp_term",
    "credit_preference",
)
"""What the contract system hands over; a table without rows is an empty file, never an absent one."""

TEXT_USES = ["text_finetune", "text_preference", "eval_benchmark"]
AUDIO_USES = ["asr_train", "speech_understanding"]
START = -3650
"""Contracts begin ten years before the night, so that they cover every submission of the real sets."""
CONSENTED = -40
"""Consents are given forty days before the night, after every withdrawal that denials.py makes."""


class Feed:
    """The contract feed being written."""

    def __init__(self, files: dict[str, BinaryIO]) -> None:
        self._files = files
        self._encode = msgspec.json.Encoder().encode

    def add(self, table: str, *rows: Row) -> None:
        """Append rows to a table."""
        for row in rows:
            self._files[table].write(self._encode(row) + b"\n")


@contextmanager
def writing(folder: Path) -> Iterator[Feed]:
    """Open a contract feed to be written anew."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        yield Feed({t: stack.enter_context((folder / f"{t}.ndjson").open("wb")) for t in TABLES})


def clients(feed: Feed) -> None:
    """Write three clients and the subsidiary of one."""
    feed.add(
        "client",
        {"client_id": "cl-almanac", "legal_name": "Almanac Models Inc.", "pseudonym": "Client Juniper"},
        {"client_id": "cl-voxhall", "legal_name": "Voxhall Speech Ltd.", "pseudonym": "Client Rowan"},
        {"client_id": "cl-meridian", "legal_name": "Meridian Holdings plc", "pseudonym": "Client Alder"},
        {
            "client_id": "cl-brandt",
            "legal_name": "Brandt Interactive GmbH",
            "parent_client_id": "cl-meridian",
            "pseudonym": "Client Alder",
        },
    )
    for client in ("cl-almanac", "cl-voxhall", "cl-meridian", "cl-brandt"):
        feed.add("client_disclosure", {"client_id": client, "audience": "performer", "level": "pseudonym"})


def contract(feed: Feed, days: Days, contract_id: str, performers: list[str], **version: object) -> None:
    """Write one signed version of a contract with its parties; `version` overrides its columns."""
    row: Row = {
        "contract_id": contract_id,
        "version": 1,
        "status": "executed",
        "signed_on": days.away(START),
        "effective_from": days.away(START),
        "effective_to": days.away(1095),
        "applies_to": "prospective",
        "lawful_basis": "contract",
        "recorded_at": days.at(START),
    }
    feed.add("contract_version", row | version)
    for performer in performers:
        feed.add("contract_party", {"contract_id": contract_id, "performer_id": performer, "represented_by": "none"})


def scope(feed: Feed, contract_id: str, submission_id: str | None = None, version: int = 1) -> None:
    """Write what a version reaches: all work, or one submission."""
    kind: Row = {"scope_kind": "submission", "scope_id": submission_id} if submission_id else {"scope_kind": "all"}
    feed.add("contract_scope", {"contract_id": contract_id, "version": version} | kind)


def grant(feed: Feed, days: Days, contract_id: str, name: str, asked: Asked | None = None, **other: object) -> None:
    """Write one grant: for one use, or for all ordinary uses of text and of audio; `other` overrides its columns."""
    row: Row = {
        "grant_id": f"grt-{name}",
        "contract_id": contract_id,
        "version": 1,
        "ownership": "nonexclusive_licence",
        "purposes": [asked.purpose] if asked else [*TEXT_USES, *AUDIO_USES],
        "modalities": [asked.modality] if asked else ["text", "audio"],
        "territories": ["US", "EU"],
        "valid_from": days.away(START),
        "valid_to": days.away(1095),
        "onward": "affiliates",
    }
    feed.add("rights_grant", row | other)


def term(feed: Feed, contract_id: str, *, is_flat: bool = False) -> None:
    """Write what a contract pays."""
    model, amount = ("flat", 45_000) if is_flat else ("per_accepted_submission", 7_500)
    row: Row = {"comp_id": f"cmp-{contract_id}", "contract_id": contract_id, "version": 1, "model": model}
    feed.add("comp_term", row | {"amount_minor": amount, "currency": "USD", "trigger": "acceptance"})


def consent(feed: Feed, days: Days, performer: str, kind: str, key: str, **other: object) -> None:
    """Write one consent, to everything of the performer's unless `other` gives it a scope."""
    row: Row = {
        "consent_id": f"cns-{key}",
        "performer_id": performer,
        "consent_type": kind,
        "scope_kind": "all",
        "given_on": days.away(CONSENTED),
        "recorded_at": days.at(CONSENTED),
    }
    feed.add("consent", row | other)


def revocation(feed: Feed, days: Days, kind: str, target: str, effect: str) -> None:
    """Write a revocation that has been in force for three weeks."""
    row: Row = {"revocation_id": f"rev-{target}", "target_kind": kind, "target_id": target, "effect": effect}
    feed.add(
        "revocation",
        row
        | {
            "filed_on": days.away(-21),
            "effective_on": days.away(-21),
            "basis": "contract",
            "recorded_at": days.at(-21),
        },
    )


def exclusivity(feed: Feed, days: Days, submission_id: str) -> None:
    """Promise one submission to a client that never orders here."""
    feed.add(
        "exclusivity",
        {
            "excl_id": f"exc-{submission_id}",
            "scope_kind": "submission",
            "scope_id": submission_id,
            "holder_client_id": "cl-meridian",
            "include_affiliates": True,
            "purposes": ["*"],
            "valid_from": days.away(-30),
            "valid_to": days.away(335),
            "source": "contract",
            "recorded_at": days.at(-30),
        },
    )
