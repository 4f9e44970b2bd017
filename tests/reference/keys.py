"""The key of each table: what a control total counts and a correction repeats."""

from __future__ import annotations

KEYS: dict[str, tuple[str, ...]] = {
    "performer": ("performer_id",),
    "session": ("session_id",),
    "submission": ("submission_id",),
    "contribution": ("submission_id", "performer_id", "role"),
    "client": ("client_id",),
    "contract_party": ("contract_id", "performer_id"),
    "contract_version": ("contract_id", "version"),
    "contract_scope": ("contract_id", "version", "scope_kind", "scope_id"),
    "rights_grant": ("grant_id", "contract_id", "version"),
    "prohibition": ("prohibition_id", "contract_id", "version"),
    "comp_term": ("comp_id", "contract_id", "version"),
    "consent": ("consent_id",),
    "revocation": ("revocation_id",),
    "exclusivity": ("excl_id",),
    "delivery": ("delivery_id",),
    "delivery_item": ("delivery_id", "submission_id"),
}
