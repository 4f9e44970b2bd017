"""One twist of a random world: a cell redrawn from what its column may hold, a row lost, corrected or written twice."""

from __future__ import annotations

from typing import Any

from tests.reference.bystanders import draw_exclusivity, draw_revocation, prohibition
from tests.reference.draft import Draft, Drawn
from tests.reference.keys import KEYS
from tests.reference.vocabulary import ONWARD, TARGET_KINDS

UNKNOWN = "ai_stuff"
DAYS = (-400, -150, -93, -92, -91, -31, -30, -1, 0, 1, 29, 30, 31, 179, 180, 181, 400)
DAY_COLUMNS = {
    "submission": ("submitted_on", "performed_on"),
    "contract_version": ("effective_from", "effective_to"),
    "rights_grant": ("valid_from", "valid_to", "embargo_until"),
    "consent": ("given_on", "expires_on", "expires_on"),
    "revocation": ("effective_on",),
    "exclusivity": ("valid_from", "valid_to"),
}
PURPOSE_LISTS: tuple[Any, ...] = (
    ["text_finetune"],
    ["text_model"],
    ["text_pretrain", "text_finetune", "text_preference"],
    ["replica"],
    ["voice_replica"],
    ["voice_replica", "avatar_likeness"],
    ["evaluation", "eval_safety"],
    ["speech_model"],
)
MODALITY_LISTS: tuple[Any, ...] = (["text"], ["audio"], ["text", "audio"], ["video"], ["image", "motion"])
TERRITORY_LISTS: tuple[Any, ...] = (["US"], ["US", "GB"], ["EU"], ["EEA"], ["WORLD"], ["FR", "US"], ["GB"], ["JP"])
BAD_LISTS: tuple[Any, ...] = (None, [], [UNKNOWN], ["text", None])
CLIENT_LISTS: tuple[Any, ...] = (["labA"], ["labB"], ["labA_eu"], ["labA_eu_fr", "labB"], ["labA", "labA_eu"])
POOLS: dict[str, dict[str, tuple[Any, ...]]] = {
    "request": {
        "client_id": ("labA", "labA_eu", "labA_eu_fr", "labB", "labB_us", "labZ", None),
        "purpose": ("text_finetune", "text_model", "replica", "voice_replica", "demo_marketing", UNKNOWN, None),
        "modalities": (*MODALITY_LISTS, None, []),
        "territories": (*TERRITORY_LISTS, ["UK"], ["~rest"], []),
        "onward": (*ONWARD, None, "anyone"),
        "min_remaining_days": (0, 30, 179, 180, 181, 600, None),
    },
    "submission": {
        "kind": ("audition", "commissioned", "rehearsal", None),
        "session_id": ("SE1", "SE8", "SE9", "SE404", None),
        "campaign_id": ("CA1", "CA2", None),
        "contributors_declared": (0, 1, 2, 3, None),
        "third_party_ip": ("none", "client_owned", "unlicensed", None, UNKNOWN),
        "ai_assistance": ("none", "disclosed", None, UNKNOWN),
    },
    "session": {"campaign_id": ("CA1", "CA2", None)},
    "performer": {
        "date_of_birth": ("1990-01-01", "2008-02-29", "2008-03-01", "2008-03-02", "2008-06-01", "2009-05-05", None)
    },
    "contribution": {"modalities": (*MODALITY_LISTS, None, [UNKNOWN], ["text", UNKNOWN], ["text", None])},
    "client": {"parent_client_id": ("labA", "labB", None)},
    "contract_version": {
        "status": ("draft", "sent", "executed", "terminated", "void", "agreed", None),
        "perpetual": (True, False, None),
        "applies_to": ("prospective", "retroactive", None, UNKNOWN),
        "overlap_rule": ("replaces", "adds", None, "wins"),
        "lawful_basis": ("contract", "consent", None, UNKNOWN),
    },
    "rights_grant": {
        "ownership": ("work_for_hire", "exclusive_licence", None, UNKNOWN),
        "purposes": (*PURPOSE_LISTS, *BAD_LISTS, ["text_finetune", UNKNOWN], ["voice_replica", None]),
        "modalities": (*MODALITY_LISTS, *BAD_LISTS),
        "territories": (*TERRITORY_LISTS, None, [], ["US", "UK"], ["US", None]),
        "excluded_territories": (["US"], ["EU"], ["EEA"], ["FR", "GB"], ["UK"], [None], []),
        "client_ids": (*CLIENT_LISTS, []),
        "onward": (*ONWARD, None, UNKNOWN),
        "max_deliveries": (0, 1, 2, None),
        "perpetual": (True, False, None),
        "version": (1, 2),
    },
    "comp_term": {"model": ("exposure", None, "per_turn"), "version": (1, 2)},
    "consent": {
        "consent_type": ("digital_replica", "personal_data", "biometric", "guardian", "majority_reaffirmation", "oral"),
        "purposes": (*PURPOSE_LISTS, None, [UNKNOWN]),
        "modalities": (*MODALITY_LISTS, None),
        "client_id": ("labA", "labA_eu", "labB", None, "labZ"),
        "intended_use": ("AI use", "  nineteen characters ", "exactly 20 characters", "twenty characters it", None),
        "performer_id": ("P1", "P9"),
    },
    "revocation": {
        "effect": ("stop", "suspend", "erase", UNKNOWN),
        "performer_id": ("P1", "P9", None),
        "target_kind": (*sorted(TARGET_KINDS), UNKNOWN),
    },
    "exclusivity": {
        "holder_client_id": ("labA", "labA_eu", "labB", "labB_us", "labZ"),
        "include_affiliates": (True, False),
        "purposes": (*PURPOSE_LISTS, ["*"], ["*", "replica"], [UNKNOWN]),
    },
    "prohibition": {
        "purposes": (*PURPOSE_LISTS, ["*"], None, []),
        "modalities": (*MODALITY_LISTS, ["*"], ["text", None]),
        "territories": (*TERRITORY_LISTS, ["*"], ["UK"]),
        "client_ids": (*CLIENT_LISTS, None, [], ["labZ"]),
        "version": (1, 2, 9),
    },
    "contract_party": {"performer_id": ("P1", "P9")},
    "delivery_item": {"submission_id": ("S1", "S2"), "grant_ids": ([], ["G404"])},
    "delivery": {"client_id": ("labA", "labB")},
}
LIKELIER = (
    ("rights_grant",) * 8 + ("consent",) * 4 + ("contract_version",) * 3 + ("revocation", "prohibition", "exclusivity")
)
SCOPES = (("all", None), ("campaign", "CA1"), ("campaign", "CA2"), ("session", "SE1"), ("session", "SE9"),
          ("submission", "S1"), ("submission", "S2"))  # fmt: skip
SCOPED = ("contract_scope", "consent", "exclusivity")
RECORDED = ("contract_version", "consent", "revocation", "exclusivity", "delivery", "contract_party", "contribution",
            "performer", "submission", "session", "client")  # fmt: skip
CORRECTED = ("consent", "revocation", "exclusivity", "performer", "session", "client")
WRITTEN_TWICE = tuple(table for table in KEYS if table != "contract_version")


def twist(draft: Draft) -> str:
    """Change one thing, and say what."""
    kinds = {
        redraw_cell: 56.0,
        redraw_day: 20.0,
        redraw_scope: 5.0,
        redraw_recorded: 6.0,
        lose_row: 4.0,
        correct_row: 3.0,
        write_twice: 2.0,
        withdraw_or_lift: 3.0,
        restrict: 5.0,
    }
    return str(draft.weigh(kinds)(draft))


def _row(draft: Draft, tables: tuple[str, ...]) -> tuple[str, Drawn] | None:
    present = [table for table in tables if draft.rows(table)]
    if not present:
        return None
    table = draft.pick(present)
    return table, draft.pick(draft.rows(table))


def redraw_cell(draft: Draft) -> str:
    """Any cell but a day or a clock, from what its column may hold."""
    found = _row(draft, (*POOLS, *LIKELIER))
    assert found is not None
    table, row = found
    if table == "submission":
        row = draft.submission
    column = draft.pick(sorted(POOLS[table]))
    row[column] = draft.pick(POOLS[table][column])
    return f"{table}.{column} = {row[column]}"


def redraw_day(draft: Draft) -> str:
    """Any day, near the days that matter; NULL at times."""
    found = _row(draft, (*DAY_COLUMNS, "rights_grant", "rights_grant", "consent", "contract_version"))
    assert found is not None
    table, row = found
    column = draft.pick(DAY_COLUMNS[table])
    row[column] = None if draft.happens(0.12) else draft.day(draft.pick(DAYS))
    return f"{table}.{column} = {row[column]}"


def redraw_scope(draft: Draft) -> str:
    """Another scope."""
    found = _row(draft, SCOPED)
    if found is None:
        return "no scope to redraw"
    table, row = found
    row["scope_kind"], row["scope_id"] = draft.pick(SCOPES)
    return f"{table} scope = {row['scope_kind']} {row['scope_id']}"


def redraw_recorded(draft: Draft) -> str:
    """Recorded a second before, at, or a second after known_at, in another zone, or unreadable."""
    found = _row(draft, RECORDED)
    assert found is not None
    table, row = found
    clocks = ("T01:59:59", "T02:00:00", "T02:00:01", "T04:00:00+02:00", "T02:00:00Z", "T00:30:00-02:00")
    row["recorded_at"] = draft.pick((*(draft.day(0) + clock for clock in clocks), None, draft.instant(14)))
    return f"{table}.recorded_at = {row['recorded_at']}"


def lose_row(draft: Draft) -> str:
    """A row that was never written."""
    tables = tuple(table for table in KEYS if table not in ("submission", "performer", "session", "client"))
    found = _row(draft, tables)
    assert found is not None
    table, row = found
    draft.tables[table].remove(row)
    return f"a row of {table} was never written"


def correct_row(draft: Draft) -> str:
    """A new row with the same key, recorded before or after known_at, with one other cell."""
    found = _row(draft, CORRECTED)
    assert found is not None
    table, row = found
    corrected = dict(row)
    column = draft.pick(sorted(POOLS[table]))
    corrected[column] = draft.pick(POOLS[table][column])
    corrected["recorded_at"] = draft.pick((draft.instant(-7), draft.instant(0, "02:00:00"), draft.instant(14)))
    draft.add(table, **corrected)
    return f"a {table} corrected: {column} = {corrected[column]}"


def write_twice(draft: Draft) -> str:
    """The same row twice says nothing new."""
    found = _row(draft, WRITTEN_TWICE)
    assert found is not None
    table, row = found
    draft.add(table, **row)
    return f"a row of {table} twice"


def withdraw_or_lift(draft: Draft) -> str:
    """A withdrawal of a consent, or a lift of a revocation, around as_of and known_at."""
    found = _row(draft, ("consent", "revocation"))
    if found is None:
        return "nothing to withdraw"
    table, row = found
    day, recorded = (
        ("withdrawn_on", "withdrawal_recorded_at") if table == "consent" else ("lifted_on", "lift_recorded_at")
    )
    row[day] = draft.day(draft.pick((-96, -95, -20, -1, 0, 1)))
    row[recorded] = draft.pick((draft.instant(-1), draft.instant(0, "02:00:00"), draft.instant(0, "02:00:01"), None))
    return f"{table}.{day} = {row[day]} recorded {row[recorded]}"


def restrict(draft: Draft) -> str:
    """A restriction more, drawn as the others are."""
    kind = draft.pick(("revocation", "exclusivity", "prohibition"))
    versions = draft.rows("contract_version")
    if kind == "prohibition" and versions:
        version = draft.pick(versions)
        row = prohibition(draft, version["contract_id"], version["version"])
    else:
        row = draw_revocation(draft) if kind == "revocation" else draw_exclusivity(draft)
    return f"a restriction more: {row}"
