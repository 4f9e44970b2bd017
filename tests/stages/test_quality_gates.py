"""Gates: what is wrong with contracts stops the night before rights, what is wrong with a version before CURRENT."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl
import pytest

from pipelines.errors import GateClosed
from pipelines.quality import check_contracts, check_published
from pipelines.quality.gates import judge_table, load_many
from pipelines.tables import scenes as published
from pipelines.tables import turns as spoken

DAY = "2026-01-01"
CONTRACTS: dict[str, list[dict[str, Any]]] = {
    "client": [{"client_id": "cli_1"}],
    "performer": [{"performer_id": "prf_1"}],
    "contract_version": [
        {"contract_id": "c", "version": 1, "status": "executed", "applies_to": "prospective", "recorded_at": DAY}
    ],
    "contract_party": [{"contract_id": "c", "performer_id": "prf_1"}],
    "contract_scope": [{"contract_id": "c", "version": 1, "scope_kind": "all"}],
    "rights_grant": [
        {"grant_id": "g", "contract_id": "c", "version": 1, "ownership": "assignment", "onward": "none"},
    ],
    "prohibition": [
        {
            "prohibition_id": "p",
            "contract_id": "c",
            "version": 1,
            "purposes": ["*"],
            "modalities": ["*"],
            "territories": ["*"],
        }
    ],
    "consent": [{"consent_id": "o", "performer_id": "prf_1", "consent_type": "biometric"}],
    "revocation": [
        {"revocation_id": "r", "target_id": "c", "target_kind": "contract", "effect": "stop", "effective_on": DAY}
    ],
    "exclusivity": [{"excl_id": "e", "holder_client_id": "cli_1", "scope_kind": "all"}],
    "comp_term": [{"comp_id": "m", "contract_id": "c", "version": 1, "model": "flat"}],
}
SUITES, META = load_many("contracts")


def tables() -> dict[str, pl.DataFrame]:
    return {name: pl.DataFrame(found) for name, found in CONTRACTS.items()}


def test_a_whole_feed_passes() -> None:
    assert check_contracts(tables()) == []


def test_an_absent_table_closes_the_gate() -> None:
    with pytest.raises(GateClosed) as closed:
        check_contracts({})
    assert set(META["must_exist"]) == set(CONTRACTS)
    assert all(name in str(closed.value) for name in CONTRACTS)


def test_no_restriction_at_all_is_an_empty_table() -> None:
    none = dict.fromkeys(("prohibition", "consent", "revocation", "exclusivity"), pl.DataFrame())
    assert check_contracts(tables() | none) == []


def test_what_restricts_closes_the_gate_and_what_grants_is_reported() -> None:
    nobody = tables()["rights_grant"].with_columns(ownership=pl.lit("lease"))
    assert [f.rule for f in check_contracts(tables() | {"rights_grant": nobody})] == ["ownership_known"]
    nothing = tables()["revocation"].with_columns(effect=pl.lit("pause"))
    with pytest.raises(GateClosed, match="revocation_effect_known"):
        check_contracts(tables() | {"revocation": nothing})


@pytest.mark.parametrize("name", [n for n, s in SUITES.items() if any(r.scope == "batch" for r in s.rules)])
def test_an_empty_table_of_what_must_be_there_closes_the_gate(name: str) -> None:
    assert [f.severity for f in judge_table(tables()[name].clear(), SUITES[name])] == ["critical"]


CELLS = [(t, r.name, r.type, r.column, r.severity) for t, s in SUITES.items() for r in s.of("row").rules]


@pytest.mark.parametrize(("table", "rule", "kind", "column", "severity"), CELLS)
def test_an_unreadable_cell_breaks_its_rule_and_no_other(
    table: str, rule: str, kind: str, column: str, severity: str
) -> None:
    frame = tables()[table]
    junk = pl.lit(None) if "not_be_null" in kind else pl.lit("?")
    broken = frame.with_columns(junk.cast(frame.schema[column]).alias(column))
    found = {(f.rule, f.severity) for f in judge_table(broken, SUITES[table])}
    assert (rule, severity) in found
    assert len(found) == 1


def test_a_column_that_was_not_exported_closes_the_gate_and_is_no_crash() -> None:
    with pytest.raises(GateClosed, match="effective_on"):
        check_contracts(tables() | {"revocation": tables()["revocation"].drop("effective_on")})


# ── a staged version ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Select:
    languages: list[str] | None = None
    kinds: list[str] | None = None


@dataclass(frozen=True)
class Order:
    client_id: str = "cli_1"
    dataset: str = "drama"
    modalities: tuple[str, ...] = ("text",)
    select: Select = field(default_factory=Select)


SOMEBODY = [{"performer_id": "p", "role": "actor", "modalities": ["text"], "characters": []}]
RECORDED = [{"file": "t.wav", "sha256": "0", "bytes": 1, "duration_s": 1.0, "sample_rate_hz": 16_000, "channels": 1}]
PLAIN: dict[str, Any] = {"performers": SOMEBODY, "characters": [], "takes": []}
SCENES = pl.DataFrame(
    [
        {"scene_id": "a", "kind": "commissioned", "language": "en-GB", "turns": 2} | PLAIN,
        {"scene_id": "b", "kind": "commissioned", "language": "en", "turns": 1} | PLAIN,
    ],
    schema=published.SCENES.empty().schema,
)
TURNS = pl.DataFrame(
    [
        {"scene_id": "a", "position": 0, "speakers": ["MARA"], "text": "Stay.", "subtext": "go", "stage": []},
        {"scene_id": "a", "position": 1, "speakers": ["TOM"], "text": "", "subtext": None, "stage": ["He stays."]},
        {"scene_id": "b", "position": 0, "speakers": ["TOM"], "text": "Go.", "subtext": None, "stage": []},
    ],
    schema=spoken.TURNS.empty().schema,
)
TAKEN = pl.Series([RECORDED, RECORDED], dtype=SCENES.schema["takes"])
ORDER = Order(select=Select(["en"], ["commissioned"]))


def test_a_version_as_ordered_passes() -> None:
    assert check_published(SCENES, TURNS, ORDER) == []


VERSIONS: dict[str, tuple[pl.DataFrame, pl.DataFrame, Order]] = {
    "scenes_key_once": (pl.concat([SCENES, SCENES]), TURNS, ORDER),
    "scenes_columns_as_agreed": (SCENES.with_columns(stars=pl.lit(5)), TURNS, ORDER),
    "turns_key_once": (SCENES, pl.concat([TURNS, TURNS[:1]]), ORDER),
    "turns_speakers_present": (SCENES, TURNS.with_columns(speakers=pl.lit(None, pl.List(pl.String))), ORDER),
    "turns_all_there": (SCENES, TURNS.filter(pl.col("text") != ""), ORDER),
    "positions_in_order": (SCENES, TURNS.with_columns(position=pl.Series([0, 2, 0], dtype=pl.Int32)), ORDER),
    "only_what_was_ordered": (SCENES, TURNS, replace(ORDER, select=Select(["de"], None))),
    "no_text_without_licence": (SCENES, TURNS, replace(ORDER, modalities=("audio",))),
    "no_take_without_licence": (SCENES.with_columns(takes=TAKEN), TURNS, ORDER),
    "scene_has_content": (SCENES, TURNS.with_columns(text=pl.lit("")), ORDER),
    "scene_has_contributor": (
        SCENES.with_columns(performers=pl.Series([SOMEBODY, []], dtype=SCENES.schema["performers"])),
        TURNS,
        ORDER,
    ),
    "turn_belongs": (SCENES[:1], TURNS, ORDER),
}


@pytest.mark.parametrize("rule", VERSIONS)
def test_a_version_that_is_not_what_was_decided_is_not_shipped(rule: str) -> None:
    with pytest.raises(GateClosed, match=rule) as closed:
        check_published(*VERSIONS[rule])
    also = {"turns_all_there", "positions_in_order"} if rule == "turns_key_once" else set()
    assert set(re.findall(r"\.(\w+) \(critical\)", str(closed.value))) == {rule} | also, "a turn twice is one too many"


def test_every_rule_on_a_version_has_an_example_that_breaks_it() -> None:
    suites, _ = load_many("published")
    rules = {(r.name, r.severity) for s in suites.values() for r in s.rules}
    assert rules == {(r, "critical") for r in VERSIONS if r in {n for n, _ in rules}} | {
        ("published_text_not_garbled", "warning")
    }


def test_a_kind_that_is_null_is_not_selected() -> None:
    with pytest.raises(GateClosed, match="only_what_was_ordered"):
        check_published(SCENES.with_columns(kind=pl.lit(None, pl.String)), TURNS, ORDER)


def test_an_order_for_the_voice_alone_ships_turns_without_words() -> None:
    bare = TURNS.with_columns(text=pl.lit(None, pl.String), subtext=pl.lit(None, pl.String), stage=pl.lit(None))
    bare = bare.with_columns(pl.col("stage").cast(pl.List(pl.String)))
    voiced = SCENES.with_columns(takes=TAKEN)
    assert check_published(voiced, bare, replace(ORDER, modalities=("audio",))) == []


def test_garbled_text_is_reported_and_does_not_close_the_gate() -> None:
    found = check_published(SCENES, TURNS.with_columns(text=pl.lit("TÃ¼r")), ORDER)
    assert [(f.rule, f.count) for f in found] == [("published_text_not_garbled", 3)]
