"""The contract feed: every table and column that the contract system hands over, stated once.

A feed cell is loaded as text whatever it holds, so that an unreadable value survives loading and is judged by the
gate or by the decision; `reads_as` says how sql/rights/ reads it. Source: the contract feed, section 1 of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

ReadsAs = Literal["text", "whole", "yes", "day", "instant", "codes", "decimal"]


@dataclass(frozen=True)
class FeedColumn:
    """One column of the feed and how its text is read."""

    name: str
    reads_as: ReadsAs = "text"


@dataclass(frozen=True)
class FeedTable:
    """One table of the feed; `key` are the columns that its control total hashes."""

    name: str
    key: tuple[str, ...]
    columns: tuple[FeedColumn, ...]
    schema: str = "feed"
    """Performers' personal data lies in a schema of its own."""
    is_ours: bool = False
    """Written by Promptbook's own ledger, not by the contract system."""
    has_total: bool = True

    def __iter__(self) -> Iterator[FeedColumn]:
        return iter(self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in the order of the contract."""
        return tuple(c.name for c in self.columns)

    @property
    def address(self) -> str:
        """The table's name with its schema."""
        return f"{self.schema}.{self.name}"


_KINDS: dict[str, ReadsAs] = {
    "#": "whole",
    "?": "yes",
    "@": "instant",
    "~": "day",
    "*": "codes",
    "%": "decimal",
}


def _columns(spec: str) -> tuple[FeedColumn, ...]:
    """Read names; a suffix says how a cell is read: # whole, ? yes or no, ~ day, @ instant, * codes, % decimal."""
    return tuple(FeedColumn(w.rstrip("#?@~*%"), _KINDS.get(w[-1], "text")) for w in spec.split())


FEED: dict[str, FeedTable] = {
    t.name: t
    for t in (
        FeedTable(
            "client",
            ("client_id",),
            _columns("client_id legal_name parent_client_id pseudonym sector established_in recorded_at@"),
        ),
        FeedTable("client_disclosure", ("client_id", "audience", "level"), _columns("client_id audience level until~")),
        FeedTable(
            "performer",
            ("performer_id",),
            _columns(
                "performer_id legal_name stage_name date_of_birth~ residence isni union_membership "
                "payee_ref recorded_at@"
            ),
            schema="personal",
        ),
        FeedTable("session", ("session_id",), _columns("session_id campaign_id recorded_at@")),
        FeedTable(
            "submission",
            ("submission_id",),
            _columns(
                "submission_id kind session_id campaign_id submitted_on~ performed_on~ contributors_declared# "
                "third_party_ip ai_assistance content_sha256 recorded_at@"
            ),
        ),
        FeedTable(
            "contribution",
            ("submission_id", "performer_id", "role"),
            _columns("submission_id performer_id role modalities* turns# seconds% share% recorded_at@"),
        ),
        FeedTable(
            "contract_party",
            ("contract_id", "performer_id"),
            _columns("contract_id performer_id represented_by guardian_id recorded_at@"),
        ),
        FeedTable(
            "contract_version",
            ("contract_id", "version"),
            _columns(
                "contract_id version# status signed_on~ effective_from~ effective_to~ perpetual? applies_to "
                "overlap_rule lawful_basis governing_law document_sha256 terms_sha256 recorded_at@"
            ),
        ),
        FeedTable(
            "contract_scope",
            ("contract_id", "version", "scope_kind", "scope_id"),
            _columns("contract_id version# scope_kind scope_id"),
        ),
        FeedTable(
            "rights_grant",
            ("contract_id", "version", "grant_id"),
            _columns(
                "grant_id contract_id version# ownership purposes* modalities* territories* excluded_territories* "
                "media* valid_from~ valid_to~ perpetual? embargo_until~ client_ids* onward approval_required? "
                "retention_days# max_deliveries#"
            ),
        ),
        FeedTable(
            "prohibition",
            ("contract_id", "version", "prohibition_id"),
            _columns(
                "prohibition_id contract_id version# purposes* modalities* territories* client_ids* categories* clause"
            ),
        ),
        FeedTable(
            "consent",
            ("consent_id",),
            _columns(
                "consent_id performer_id consent_type scope_kind scope_id purposes* modalities* client_id intended_use "
                "disclosed_at@ given_on~ expires_on~ withdrawn_on~ evidence_sha256 recorded_at@ withdrawal_recorded_at@"
            ),
        ),
        FeedTable(
            "revocation",
            ("revocation_id",),
            _columns(
                "revocation_id target_kind target_id performer_id filed_on~ notice_days# effective_on~ lifted_on~ "
                "lift_recorded_at@ effect basis recorded_at@"
            ),
        ),
        FeedTable(
            "revocation_ack",
            ("revocation_id", "client_id"),
            _columns("revocation_id client_id sent_at@ acknowledged_at@ attested_deleted_at@"),
        ),
        FeedTable(
            "exclusivity",
            ("excl_id",),
            _columns(
                "excl_id scope_kind scope_id holder_client_id include_affiliates? purposes* valid_from~ valid_to~ "
                "source recorded_at@"
            ),
        ),
        FeedTable(
            "comp_term",
            ("contract_id", "version", "comp_id"),
            _columns(
                "comp_id contract_id version# model amount_minor# currency rate% multiplier% use_kind trigger "
                "recoupable? cap_minor# split"
            ),
        ),
        FeedTable(
            "pay_entry",
            ("entry_id",),
            _columns("entry_id comp_id performer_id amount_minor# currency period reverses_entry"),
            is_ours=True,
        ),
        FeedTable(
            "credit_preference",
            ("performer_id", "scope", "valid_from"),
            _columns("performer_id scope mode display_name moral_objection? valid_from~"),
        ),
        FeedTable(
            "delivery",
            ("delivery_id",),
            _columns("delivery_id client_id dataset dataset_version delivered_on~ recorded_at@"),
            is_ours=True,
        ),
        FeedTable(
            "delivery_item",
            ("delivery_id", "submission_id"),
            _columns("delivery_id submission_id content_sha256 grant_ids* use_by~"),
            is_ours=True,
        ),
        FeedTable("policy", ("policy_id",), _columns("policy_id kind territory valid_from~ valid_to~ recorded_at@")),
        FeedTable("approval", ("approval_id",), _columns("approval_id grant_id request_id deliver_on~ recorded_at@")),
        FeedTable(
            "performer_notice",
            ("notice_id",),
            _columns("notice_id performer_id client_id purposes* sent_on~ recorded_at@"),
        ),
        FeedTable("seal", ("kind", "key", "sha256"), _columns("kind key sha256 recorded_at@")),
        FeedTable(
            "control_total",
            ("table_name",),
            _columns("table_name row_count# keys_sha256 recorded_at@"),
            has_total=False,
        ),
        FeedTable(
            "request",
            ("request_id",),
            _columns(
                "request_id client_id purpose modalities* territories* onward as_of~ known_at@ min_remaining_days# "
                "media* categories*"
            ),
            has_total=False,
        ),
    )
}
"""The tables of the feed by name, in the order of the rules."""

CLOSED: dict[tuple[str, str], tuple[str, ...]] = {
    ("contract_version", "status"): ("draft", "sent", "executed", "terminated", "void"),
    ("contract_version", "applies_to"): ("prospective", "retroactive"),
    ("contract_scope", "scope_kind"): ("all", "campaign", "session", "submission"),
    ("rights_grant", "ownership"): ("work_for_hire", "assignment", "exclusive_licence", "nonexclusive_licence"),
    ("rights_grant", "onward"): ("none", "affiliates", "service_providers", "sublicensees"),
    ("consent", "consent_type"): (
        "digital_replica",
        "personal_data",
        "biometric",
        "guardian",
        "majority_reaffirmation",
    ),
    ("revocation", "target_kind"): ("performer", "contract", "grant", "session", "submission"),
    ("revocation", "effect"): ("stop", "suspend", "erase"),
    ("exclusivity", "scope_kind"): ("all", "campaign", "session", "submission"),
    ("comp_term", "model"): (
        *("flat", "per_scene", "per_minute", "per_turn", "per_accepted_submission"),
        *("residual_per_delivery", "revenue_share", "min_guarantee"),
    ),
}
"""(table, column) → its closed set, which the suites of contracts and the rulebook both judge by."""
