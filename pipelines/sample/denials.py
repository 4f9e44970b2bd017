"""The kinds of denial that the contracts generator makes, each by the one thing that is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

Row = dict[str, object]


@dataclass(frozen=True)
class Days:
    """The days around the night on which rights are asked."""

    as_of: dt.date

    def away(self, days: int) -> str:
        """Name a day so many days after as_of, before where negative."""
        return (self.as_of + dt.timedelta(days=days)).isoformat()

    def at(self, days: int) -> str:
        """Name an instant on such a day."""
        return f"{self.away(days)}T09:00:00Z"


@dataclass(frozen=True)
class Asked:
    """The order on which a work's fate is stated."""

    order_id: str
    client_id: str
    purpose: str
    modality: str


GRANT_KINDS: dict[str, Callable[[Days, Asked], Row]] = {
    "PURPOSE_NOT_GRANTED": lambda d, a: {"purposes": ["eval_safety"]},
    "MODALITY_NOT_GRANTED": lambda d, a: {"modalities": ["video"]},
    "TERRITORY_NOT_GRANTED": lambda d, a: {"territories": ["JP"]},
    "GRANT_NOT_STARTED": lambda d, a: {"valid_from": d.away(30)},
    "GRANT_EXPIRED": lambda d, a: {"valid_to": d.away(-10)},
    "TERM_TOO_SHORT": lambda d, a: {"valid_to": d.away(10)},
    "EMBARGOED": lambda d, a: {"embargo_until": d.away(60)},
    "CLIENT_NOT_LISTED": lambda d, a: {"client_ids": ["cl-meridian"]},
    "ONWARD_NOT_GRANTED": lambda d, a: {"onward": "none"},
    "MAX_DELIVERIES_REACHED": lambda d, a: {"max_deliveries": 0},
    "CONTRACT_UNKNOWN_VALUE": lambda d, a: {"purposes": [a.purpose, "anything"]},
}
"""What is wrong with the one grant of a contract that replaces the others for this submission."""

PROHIBITIONS: dict[str, Callable[[Asked], Row]] = {
    "PROHIBITED": lambda a: {},
    "CLIENT_BLOCKED": lambda a: {"client_ids": [a.client_id]},
}
"""What such a contract forbids, though it grants."""

DATA_CONSENTS: dict[str, Callable[[Days], Row | None]] = {
    "CONSENT_MISSING": lambda d: None,
    "CONSENT_EXPIRED": lambda d: {"expires_on": d.away(-5)},
    "CONSENT_OTHER_CLIENT": lambda d: {"client_id": "cl-meridian"},
}
"""Which personal_data consent such a contract has, where its lawful basis is consent."""

REVOCATIONS = {"REVOKED": "stop", "SUSPENDED": "suspend", "ERASURE_REQUESTED": "erase"}
"""The effect of a revocation of the submission."""

CLAIMS: dict[str, Callable[[dt.date], Row]] = {
    "THIRD_PARTY_IP": lambda day: {"third_party_ip": "unlicensed"},
    "HUMAN_ATTESTATION_MISSING": lambda day: {"ai_assistance": None},
    "CONTRIBUTOR_COUNT_MISMATCH": lambda day: {"contributors_declared": 99},
    "SUBMISSION_INCOMPLETE": lambda day: {"performed_on": (day + dt.timedelta(days=1)).isoformat()},
    "AUDITION_NOT_LICENSED": lambda day: {"kind": "audition"},
}
"""What the platform's record says where the submission itself makes no claim."""

VOICE_CONSENTS: dict[str, Callable[[Days], Row | None]] = {
    "CONSENT_MISSING": lambda d: None,
    "CONSENT_EXPIRED": lambda d: {"expires_on": d.away(-5)},
    "CONSENT_OTHER_CLIENT": lambda d: {"client_id": "cl-almanac"},
    "CONSENT_NOT_SPECIFIC": lambda d: {"intended_use": "AI use"},
    "CONSENT_WITHDRAWN": lambda d: {
        "given_on": d.away(-60),
        "recorded_at": d.at(-60),
        "withdrawn_on": d.away(-50),
        "withdrawal_recorded_at": d.at(-50),
    },
}
"""What is wrong with the digital_replica consent; others are given after day -50, so this withdrawal spares them."""

PERFORMERS = (
    "NO_CONTRACT",
    "CONTRACT_NOT_EXECUTED",
    "CONTRACT_TERMINATED",
    "CONTRACT_EXPIRED",
    "CONTRACT_UNKNOWN_VALUE",
    "COMPENSATION_TERM_MISSING",
    "AGE_UNKNOWN",
    "GUARDIAN_CONSENT_MISSING",
    "MAJORITY_RECONSENT_MISSING",
    "REVOKED",
)
"""What is wrong with all the work of one performer."""

WORKS = (
    *GRANT_KINDS,
    *PROHIBITIONS,
    *DATA_CONSENTS,
    *REVOCATIONS,
    "COMPENSATION_TERM_MISSING",
    "EXCLUSIVE_TO_OTHER",
)
"""What is wrong with one submission."""
