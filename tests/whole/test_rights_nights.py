"""Whole nights that somebody tries to trick: late, out of order, with the feed changed in between."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import shutil
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines import flow, settle
from pipelines.errors import InputError
from pipelines.logs import INGEST
from pipelines.night import Night
from pipelines.rights import claims
from pipelines.sample.plan import NIGHTS
from pipelines.tables.pay import PAY_HELD
from pipelines.tables.rights_feed import FEED, FeedColumn
from tests.whole import fates
from tests.whole.test_deliveries import rewrite, rows
from tests.whole.test_laws import published
from tests.whole.test_sample_nights import settings_of

TYPES = {
    "day": pa.date32(),
    "instant": pa.timestamp("us", tz="Europe/Berlin"),
    "yes": pa.bool_(),
    "whole": pa.int64(),
    "decimal": pa.decimal128(18, 6),
    "codes": pa.list_(pa.string()),
    "text": pa.string(),
}
"""What a careful contract system writes into Parquet for each way in which a cell is read."""
REVOKED = {"revocation_id": "REV9", "filed_on": "2026-11-21", "effective_on": "2026-11-21", "effect": "stop"}
REVOKED |= {"basis": "contract", "recorded_at": "2026-11-21T08:00:00"}
LATE = {"recorded_at": "2026-11-25T10:00:00Z"}
"""After the night and after every other stamp of the feed: the night is built late."""


@pytest.fixture
def night(judged: Path, tmp_path: Path) -> Night:
    root = tmp_path / "copy"
    shutil.copytree(judged, root)
    return flow.open_night(NIGHTS[1], settings=settings_of(root))


def add(night: Night, table: str, *lines: dict[str, Any]) -> None:
    """Append rows to a table of the feed, and seal it."""
    there = (night.landing.contracts / f"{table}.ndjson").exists()
    rewrite(night, table, [*(rows(night, table) if there else []), *lines])


def one(night: Night, table: str, **key: str) -> dict[str, Any]:
    """Take the one row of a table with these cells."""
    [row] = [row for row in rows(night, table) if key.items() <= row.items()]
    return row


def fate(night: Night, scene: str, order: str) -> object:
    """Build the night and say what became of a scene in an order."""
    flow.build(night)
    said = fates.rows(night)[scene]["orders"]
    assert isinstance(said, dict)
    return said[order]


def test_a_birth_date_corrected_after_the_night_binds_a_night_built_late(night: Night) -> None:
    add(night, "performer", one(night, "performer", performer_id="prf-otto") | {"date_of_birth": "2012-01-01"} | LATE)
    assert fate(night, "sub-otto-small-change@1", "almanac-text") == ["GUARDIAN_CONSENT_MISSING"]


def test_a_parent_recorded_after_the_night_is_blocked_in_a_night_built_late(night: Night) -> None:
    add(night, "client", one(night, "client", client_id="cl-almanac") | {"parent_client_id": "cl-meridian"} | LATE)
    assert fate(night, "sub-the-interpreter@1", "almanac-text") == ["CLIENT_BLOCKED"]


def test_a_stamp_beyond_the_calendar_is_unreadable_and_no_traceback(night: Night) -> None:
    version = one(night, "contract_version", contract_id="ctr-otto") | {"recorded_at": "9999-12-31T23:30:00-05:00"}
    others = [row for row in rows(night, "contract_version") if row["contract_id"] != "ctr-otto"]
    rewrite(night, "contract_version", [*others, version])
    assert fate(night, "sub-otto-small-change@1", "almanac-text") == ["CONTRACT_UNKNOWN_VALUE"]


def test_an_instant_in_another_zone_pays_as_it_permits(night: Night) -> None:
    flow.build(night)
    paid, held = night.receipt("settle"), rows(night, "contract_version")
    rewrite(night, "contract_version", (v | {"recorded_at": v["recorded_at"].replace("Z", "+01:00")} for v in held))
    shutil.rmtree(night.lake.root / "pay_entry")
    flow.build(night)
    assert paid is not None
    assert night.receipt("settle") == msgspec.structs.replace(paid, inputs=ANY)


def as_parquet(night: Night) -> None:
    """Hand the feed over as Parquet with typed columns instead, under the seals that it has."""
    for path in sorted(night.landing.contracts.glob("*.ndjson")):
        lines = rows(night, path.stem)
        there = [column for column in FEED[path.stem] if any(column.name in line for line in lines)]
        arrays = [pa.array([_typed(c, line.get(c.name)) for line in lines], TYPES[c.reads_as]) for c in there]
        pq.write_table(pa.table(arrays, [c.name for c in there]), path.with_suffix(".parquet"))
        path.unlink()


def _typed(column: FeedColumn, cell: Any) -> object:
    match column.reads_as:
        case "day" if cell:
            return dt.date.fromisoformat(cell)
        case "instant" if cell:
            return dt.datetime.fromisoformat(cell)
        case "decimal" if cell is not None:
            return Decimal(str(cell))
    return cell


def test_a_typed_parquet_feed_comes_out_as_the_same_feed_in_lines(night: Night) -> None:
    rewrite(night, "comp_term", (term | {"rate": 0.1, "multiplier": 1} for term in rows(night, "comp_term")))
    flow.build(night)
    found, paid = (fates.rows(night), published(night)), night.receipt("settle")
    as_parquet(night)
    shutil.rmtree(night.lake.root / "pay_entry")
    flow.build(night)
    assert (fates.rows(night), published(night)) == found
    assert paid is not None
    assert night.receipt("settle") == msgspec.structs.replace(paid, inputs=ANY)


def claimed(night: Night, scene: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a scene claims of itself, as the platform would record it: the submission, and who contributed."""
    said = night.rows(night.state(INGEST), list(claims.READS)).filter(submission_id=scene)
    return claims.claimed_submissions(said).to_dicts()[0], claims.claimed_contributions(said).to_dicts()


def test_a_claim_is_held_against_the_record_as_corrected(night: Night) -> None:
    record, contributions = claimed(night, "sub-uebergabe")
    add(night, "submission", record | {"kind": "audition"}, record | LATE)
    add(
        night,
        "contribution",
        *(c | {"modalities": ["audio"]} for c in contributions),
        *(c | LATE for c in contributions),
    )
    assert fate(night, "sub-uebergabe@1", "almanac-text") == "ships"


def test_a_record_that_was_corrected_away_from_the_claim_is_a_dispute(night: Night) -> None:
    record, contributions = claimed(night, "sub-night-dough")
    add(night, "submission", record)
    add(night, "contribution", *contributions, *(c | {"modalities": ["text"]} | LATE for c in contributions))
    assert fate(night, "sub-night-dough@1", "almanac-text") == ["SUBMISSION_INCOMPLETE"]


def deliver(night: Night, scene: str, on: dt.date, **changes: Any) -> Night:
    """Deliver a scene of the sample again with some of its fields changed; returns the night of that day."""
    with gzip.open(night.landing.root / "submissions" / "troupe" / "2026-11-21" / "scenes.ndjson.gz") as lines:
        [found] = [row for row in map(json.loads, lines) if row["submission_id"] == scene]
    folder = night.landing.root / "submissions" / "late" / on.isoformat()
    folder.mkdir(parents=True)
    (folder / "scenes.ndjson").write_text(json.dumps(found | changes) + "\n")
    return flow.open_night(on, settings=night.settings)


def test_a_session_that_a_revision_left_may_still_be_named_by_the_contracts(night: Night) -> None:
    scope = {"contract_id": "ctr-ruben", "version": 1, "scope_kind": "session", "scope_id": "ses-uebergabe"}
    add(night, "contract_scope", scope)
    later = deliver(night, "sub-uebergabe", NIGHTS[2], revision=2, session="ses-elsewhere")
    assert fate(later, "sub-night-dough@1", "almanac-text") == "ships"


def test_a_night_built_again_does_not_stumble_over_what_later_nights_brought(night: Night) -> None:
    later = deliver(night, "sub-uebergabe", NIGHTS[2], submission_id="sub-new", session="ses-new", campaign="cam-new")
    add(night, "revocation", REVOKED | {"target_kind": "submission", "target_id": "sub-new"})
    for kind, name in (("session", "ses-new"), ("campaign", "cam-new")):
        consent = one(night, "consent", consent_id=rows(night, "consent")[0]["consent_id"])
        add(night, "consent", consent | {"consent_id": f"con-{kind}", "scope_kind": kind, "scope_id": name})
    flow.run_stage("ingest", later)
    assert fate(night, "sub-uebergabe@1", "almanac-text") == "ships"


def test_a_decision_that_waited_while_another_night_delivered_is_not_published(night: Night) -> None:
    """The one delivery that the grants allow is brandt's on the first night, and almanac's on the second."""
    rewrite(night, "rights_grant", (grant | {"max_deliveries": 1} for grant in rows(night, "rights_grant")))
    alone = one(night, "exclusivity") | {"scope_kind": "all", "holder_client_id": "cl-brandt", "purposes": ["*"]}
    add(night, "exclusivity", alone | {"excl_id": "EXC9", "valid_from": "2026-01-01", "valid_to": "2026-11-21"})
    flow.run_stage("rights", night)
    later = flow.open_night(NIGHTS[2], settings=night.settings)
    assert fate(later, "sub-night-dough@1", "almanac-text") == "ships"
    with pytest.raises(InputError, match="deliveries of other nights changed since rights were decided"):
        flow.publish(night, "brandt-text")


@pytest.mark.parametrize(("uris", "given"), [((".wav",), []), ((".wav", ".png"), [".png"])])
def test_a_licence_for_the_image_carries_no_voice(night: Night, uris: tuple[str, ...], given: list[str]) -> None:
    rewrite(night, "rights_grant", (g | {"modalities": ["text", "image"]} for g in rows(night, "rights_grant")))
    order = night.landing.root / "orders" / "almanac-text.yaml"
    text = order.read_text().replace("[text]", "[text, image]").replace("[troupe, guests]", "[late]")
    order.write_text(text)
    takes = night.landing.root / "takes"
    shutil.copytree(takes / "troupe", takes / "late")
    shutil.copy(takes / "late" / "night-dough.wav", takes / "late" / "night-dough.png")
    [performer] = night.rows(night.state(INGEST), ["submission_id", "performers"]).filter(
        submission_id="sub-night-dough"
    )["performers"][0]
    changes = {"revision": 2, "takes": [{"uri": f"night-dough{suffix}"} for suffix in uris]}
    changes |= {"performers": [performer | {"modalities": ["text", "audio", "image"]}]}
    later = deliver(night, "sub-night-dough", NIGHTS[2], **changes)
    assert fate(later, "sub-night-dough@2", "almanac-text") == ("ships" if given else "take_missing")
    shipped = sorted((later.lake.root / "clients" / "cl-almanac" / "scenes").glob("versions/*/takes/*"))
    assert [path.suffix for path in shipped] == given


def test_two_nights_that_settle_at_once_pay_once(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    later = flow.open_night(NIGHTS[2], settings=night.settings)
    for one_night in (night, later):
        for stage in flow.BEFORE_PUBLISH:
            flow.run_stage(stage, one_night)
    other = threading.Thread(target=flow.run_stage, args=("settle", later))
    record = settle._record

    def let_the_other_in_first(at: Night, entries: pl.DataFrame) -> None:
        if other.ident is None:
            other.start()
            other.join(timeout=3)
        record(at, entries)

    monkeypatch.setattr(settle, "_record", let_the_other_in_first)
    flow.run_stage("settle", night)
    other.join()
    assert settle.paid(night)["entry_id"].is_unique().all()


def test_a_spent_grant_gives_nothing_to_an_order_that_was_delivered_under_another(night: Night) -> None:
    """Both orders hold the scene; only brandt holds it for pretraining, and that grant allows one delivery."""
    mara = one(night, "rights_grant", grant_id="grt-mara-text") | {"purposes": ["text_finetune"]}
    others = [grant for grant in rows(night, "rights_grant") if grant["grant_id"] != "grt-mara-text"]
    once = mara | {"grant_id": "grt-once", "purposes": ["text_pretrain"], "max_deliveries": 1}
    rewrite(night, "rights_grant", [*others, mara, once])
    orders = [night.landing.root / "orders" / f"{name}.yaml" for name in ("brandt-text", "almanac-text")]
    for path, built in zip(orders, (night, flow.open_night(NIGHTS[2], settings=night.settings)), strict=True):
        path.write_text(path.read_text().replace("text_finetune", "text_pretrain"))
        assert fate(built, "sub-night-dough@1", "brandt-text") == "ships"
    assert fate(built, "sub-night-dough@1", "almanac-text") == ["MAX_DELIVERIES_REACHED"]


def amounts(night: Night, contract: str) -> list[tuple[str, str, int]]:
    """Build a night and say what was paid under a contract: model, performer, amount."""
    flow.build(night)
    paid = settle.paid(night).filter(contract_id=contract)
    return sorted(paid.select("model", "performer_id", "amount_minor").iter_rows())


def test_an_acceptance_that_was_paid_is_not_paid_again_under_an_amended_model(night: Night) -> None:
    before = amounts(night, "ctr-ruben")
    for table in ("contract_scope", "rights_grant"):
        add(night, table, *(r | {"version": 2} for r in rows(night, table) if r["contract_id"] == "ctr-ruben"))
    term = one(night, "comp_term", contract_id="ctr-ruben") | {"version": 2, "comp_id": "cmp-2", "model": "flat"}
    add(night, "comp_term", term)
    add(night, "contract_version", one(night, "contract_version", contract_id="ctr-ruben") | {"version": 2} | LATE)
    assert amounts(flow.open_night(NIGHTS[2], settings=night.settings), "ctr-ruben") == before


def test_a_party_that_comes_after_a_flat_sum_was_paid_is_not_paid_on_top(night: Night) -> None:
    others = [term for term in rows(night, "comp_term") if term["contract_id"] not in ("ctr-ruben", "ctr-otto")]
    flat = one(night, "comp_term", contract_id="ctr-ruben") | {"model": "flat", "amount_minor": 9000, "split": "equal"}
    rewrite(night, "comp_term", [*others, flat])
    assert amounts(night, "ctr-ruben") == [("flat", "prf-ruben", 9000)]
    add(night, "contract_party", {"contract_id": "ctr-ruben", "performer_id": "prf-otto"})
    scope = {"scope_kind": "submission", "scope_id": "sub-otto-small-change"}
    add(night, "contract_scope", {"contract_id": "ctr-ruben", "version": 1} | scope)
    assert amounts(night, "ctr-ruben") == [("flat", "prf-ruben", 9000)]
    assert night.read(PAY_HELD).filter(performer_id="prf-otto")["rule"].to_list() == ["split_changed"]
