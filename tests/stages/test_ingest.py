"""Ingest: what is read, what is a dead letter, and which revision goes on."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines import ingest
from pipelines.ingest.lines import LINE_LIMIT
from pipelines.tables.dead_letters import DEAD_LETTERS
from pipelines.tables.set_aside import SET_ASIDE
from pipelines.tables.submissions import SUBMISSIONS
from pipelines.tables.takes import TAKES
from tests.landings import NIGHT, deliver, night_over, submission

NEXT = NIGHT + dt.timedelta(days=1)


def going_on(root: Path, date: dt.date = NIGHT) -> dict[str, int]:
    night = night_over(root, date)
    rows = night.rows(night.state(ingest.LOG), ["submission_id", "revision"])
    return dict(rows.sort("submission_id").iter_rows())


@pytest.mark.parametrize("name", ["a.ndjson", "a.ndjson.gz", "a.ndjson.zst"])
def test_every_packing_reads_the_same(tmp_path: Path, name: str) -> None:
    deliver(tmp_path / "landing", [submission("S1"), submission("S2")], name=name)
    receipt = ingest.run(night_over(tmp_path))
    assert (receipt.came, receipt.went_on, receipt.held_back) == (2, 2, {})


def test_parquet_reads_the_same_as_ndjson(tmp_path: Path) -> None:
    folder = deliver(tmp_path / "landing", [submission("S1")], name="a.ndjson").parent
    pq.write_table(pa.Table.from_pylist([submission("S1")]), folder / "c.parquet")
    receipt = ingest.run(night_over(tmp_path))
    assert (receipt.came, receipt.went_on, receipt.held_back) == (2, 1, {"redelivered": 1})


BAD_LINES = [
    # line                                                        rule
    (b'{"submission_id": "S1"', "not_json"),
    (b"\xff\xfe\x00", "not_json"),
    (b"[1, 2]", "not_submission_v1"),
    (json.dumps(submission(turns=None)).encode(), "not_submission_v1"),
    (json.dumps(submission(revision="two")).encode(), "not_submission_v1"),
    (json.dumps(submission(revision=0)).encode(), "not_submission_v1"),
    (json.dumps(submission(revision=2**40)).encode(), "not_submission_v1"),
    (json.dumps(submission(submission_id="")).encode(), "not_submission_v1"),
    (json.dumps(submission(submitted_at="yesterday")).encode(), "not_submission_v1"),
    (json.dumps(submission(colour="red")).encode(), "not_submission_v1"),
    (
        b'{"submission_id": "\\ud800", "submitted_at": "2026-11-20T10:00:00Z", "performers": [], "turns": []}',
        "not_json",
    ),
    (b'{"extra": {"a": ' + b"[" * 100_000, "not_json"),
    (json.dumps(submission(takes=[{"uri": "../../secret.wav"}])).encode(), "uri_leaves_folder"),
    (json.dumps(submission(takes=[{"uri": "/etc/passwd"}])).encode(), "uri_leaves_folder"),
    (json.dumps(submission(takes=[{"uri": "http://elsewhere/x.wav"}])).encode(), "uri_leaves_folder"),
    (json.dumps(submission(takes=[{"uri": "a\\..\\b.wav"}])).encode(), "uri_leaves_folder"),
    (json.dumps(submission(takes=[{"uri": ""}])).encode(), "uri_leaves_folder"),
    (b'"' + b"x" * (LINE_LIMIT + 10) + b'"', "line_too_long"),
]


@pytest.mark.parametrize(("line", "rule"), BAD_LINES, ids=[f"{i}-{rule}" for i, (_, rule) in enumerate(BAD_LINES)])
def test_a_bad_line_is_a_dead_letter_with_its_place_and_its_rule(tmp_path: Path, line: bytes, rule: str) -> None:
    good = json.dumps(submission("S2")).encode()
    deliver(tmp_path / "landing", [good, b"", line, submission("S3")])
    night = night_over(tmp_path)
    receipt = ingest.run(night)
    assert (receipt.came, receipt.went_on, receipt.held_back) == (3, 2, {rule: 1})
    letter = night.lake.read(DEAD_LETTERS, night.lake.manifests(DEAD_LETTERS)).row(0, named=True)
    assert (letter["line"], letter["byte_offset"], letter["length"]) == (3, len(good) + 2, len(line) + 1)
    assert letter["head"] == (line + b"\n")[: 64 * 1024]


def test_a_file_that_breaks_off_keeps_the_lines_before_the_break(tmp_path: Path) -> None:
    path = deliver(tmp_path / "landing", [submission(f"S{i}") for i in range(2000)], name="a.ndjson.gz")
    path.write_bytes(path.read_bytes()[:-2000])
    receipt = ingest.run(night_over(tmp_path))
    assert receipt.went_on > 0
    assert receipt.held_back["file_breaks_off"] == 1


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        ("a.csv", b"submission_id\nS1\n", "unknown_suffix"),
        ("a.parquet", b"PAR1 not really", "not_parquet"),
        ("a.ndjson.gz", b"not gzip at all", "file_breaks_off"),
        ("a.ndjson.zst", b"not zstd at all", "file_breaks_off"),
        ("a.ndjson.gz", gzip.compress(b" " * (200 * 1024 * 1024), 1), "decompression_bomb"),
    ],
    ids=["csv", "parquet", "gzip", "zstd", "bomb"],
)
def test_a_file_that_cannot_be_read_is_one_dead_letter_and_the_night_goes_on(
    tmp_path: Path, name: str, data: bytes, rule: str
) -> None:
    deliver(tmp_path / "landing", [submission("S1")], name="good.ndjson")
    deliver(tmp_path / "landing", [], name=name).write_bytes(data)
    receipt = ingest.run(night_over(tmp_path))
    assert (receipt.came, receipt.went_on, receipt.held_back) == (2, 1, {rule: 1})


def test_an_unreadable_feed_refuses_its_files_only(tmp_path: Path) -> None:
    deliver(tmp_path / "landing", [submission("S1")])
    deliver(tmp_path / "landing", [submission("S2")], feed="odd")
    (tmp_path / "landing" / "feeds").mkdir()
    feed = "schema: feed/v1\nfeed: odd\ndefaults: {kind: commissioned}"
    (tmp_path / "landing" / "feeds" / "odd.yaml").write_text(feed)
    receipt = ingest.run(night_over(tmp_path))
    assert (receipt.went_on, receipt.held_back) == (1, {"feed_unreadable": 1})


REVISIONS = [
    # delivered (date, revision, text)                                                 goes on   held
    ([(NIGHT, 1, "a"), (NIGHT, 2, "b")], 2, ["superseded"]),
    ([(NIGHT, 2, "b"), (NEXT, 1, "a")], 2, ["superseded"]),
    ([(NIGHT, 1, "a"), (NEXT, 1, "b")], 1, ["revision_conflict"]),
    ([(NIGHT, 1, "a"), (NIGHT, 1, "b")], None, ["revision_conflict", "revision_conflict"]),
    (
        [(NIGHT, 1, "a"), (NIGHT, 2, "b"), (NIGHT, 2, "c")],
        None,
        ["revision_conflict", "revision_conflict", "superseded"],
    ),
    ([(NIGHT, None, "a"), (NEXT, 2, "b"), (NEXT, 3, "c")], 3, ["superseded", "superseded"]),
]


@pytest.mark.parametrize(("delivered", "on", "held"), REVISIONS)
@pytest.mark.parametrize("nightly", [True, False], ids=["night by night", "all at once"])
def test_the_highest_revision_goes_on_and_one_key_has_one_content(
    tmp_path: Path, delivered: list[tuple[dt.date, int | None, str]], on: int | None, held: list[str], nightly: bool
) -> None:
    for i, (date, revision, text) in enumerate(delivered):
        record = submission("S1", revision=revision, turns=[{"turn": 0, "text": text}])
        deliver(tmp_path / "landing", [record], on=date, name=f"{i}.ndjson")
    if nightly:
        ingest.run(night_over(tmp_path, NIGHT))
    ingest.run(night_over(tmp_path, NEXT))
    assert going_on(tmp_path, NEXT) == ({"S1": on} if on else {})
    night = night_over(tmp_path, NEXT)
    log = pl.concat(night.lake.read(SET_ASIDE, [m]) for m in night.lake.manifests(SET_ASIDE))
    assert sorted(log.unique("row_id", keep="last")["rule"]) == held


def test_a_row_that_is_superseded_later_is_judged_again_on_a_line_of_its_own(tmp_path: Path) -> None:
    deliver(tmp_path / "landing", [submission("S1")], on=NIGHT)
    deliver(tmp_path / "landing", [submission("S1", revision=2)], on=NEXT)
    ingest.run(night_over(tmp_path, NIGHT))
    receipt = ingest.run(night_over(tmp_path, NEXT))
    assert (receipt.came, receipt.went_on, receipt.judged_again) == (1, 1, {"superseded": 1})
    assert going_on(tmp_path, NIGHT) == {"S1": 1}


def test_the_same_file_twice_loads_once(tmp_path: Path) -> None:
    deliver(tmp_path / "landing", [submission("S1")], name="a.ndjson")
    deliver(tmp_path / "landing", [submission("S1")], name="b.ndjson")
    deliver(tmp_path / "landing", [submission("S1")], on=NEXT)
    assert ingest.run(night_over(tmp_path)).held_back == {"redelivered": 1}
    receipt = ingest.run(night_over(tmp_path, NEXT))
    assert (receipt.came, receipt.went_on, receipt.held_back) == (1, 0, {"redelivered": 1})
    assert going_on(tmp_path, NEXT) == {"S1": 1}


def test_a_night_sees_deliveries_up_to_its_date_and_no_other_clock(tmp_path: Path) -> None:
    deliver(tmp_path / "landing", [submission("S1", submitted_at="2027-01-01T00:00:00Z")], on=NIGHT)
    deliver(tmp_path / "landing", [submission("S2", submitted_at="2020-01-01T00:00:00Z")], on=NEXT)
    ingest.run(night_over(tmp_path, NEXT))
    ingest.run(night_over(tmp_path, NIGHT))
    assert (going_on(tmp_path, NIGHT), going_on(tmp_path, NEXT)) == ({"S1": 1}, {"S1": 1, "S2": 1})


def test_a_late_file_in_an_older_folder_is_taken_in_by_the_next_night(tmp_path: Path) -> None:
    deliver(tmp_path / "landing", [submission("S1")], on=NIGHT)
    ingest.run(night_over(tmp_path, NIGHT))
    deliver(tmp_path / "landing", [submission("S2")], on=NIGHT, name="late.ndjson")
    receipt = ingest.run(night_over(tmp_path, NEXT))
    assert (receipt.came, receipt.went_on) == (1, 1)
    assert going_on(tmp_path, NEXT) == {"S1": 1, "S2": 1}


def test_a_delivered_file_that_changes_is_refused_and_what_was_read_stays(tmp_path: Path) -> None:
    deliver(tmp_path / "landing", [submission("S1")])
    ingest.run(night_over(tmp_path))
    deliver(tmp_path / "landing", [submission("S2"), submission("S3")])
    for _ in range(2):
        receipt = ingest.run(night_over(tmp_path, NEXT))
        assert (receipt.went_on, receipt.held_back) == (0, {"file_changed": 1})
    assert going_on(tmp_path, NEXT) == {"S1": 1}


def test_running_twice_changes_nothing(tmp_path: Path) -> None:
    deliver(tmp_path / "landing", [submission("S1"), b"broken"])
    first = ingest.run(night_over(tmp_path))
    before = {p: p.read_bytes() for p in (tmp_path / "lake").rglob("*") if p.is_file()}
    assert ingest.run(night_over(tmp_path)) == first
    assert {p: p.read_bytes() for p in (tmp_path / "lake").rglob("*") if p.is_file()} == before


def test_takes_are_looked_up_again_until_they_are_there(tmp_path: Path) -> None:
    takes = [{"uri": "ok.wav"}, {"uri": "late.wav"}, {"uri": "other.wav", "bytes": 99}, {"uri": "link.wav"}]
    deliver(tmp_path / "landing", [submission("S1", takes=takes)])
    folder = tmp_path / "landing" / "takes" / "portal"
    folder.mkdir(parents=True)
    for name in ("ok.wav", "other.wav"):
        (folder / name).write_bytes(b"RIFF")
    (tmp_path / "outside.wav").write_bytes(b"RIFF")
    (folder / "link.wav").symlink_to(tmp_path / "outside.wav")
    night = night_over(tmp_path)
    ingest.run(night)
    status = dict(night.read(TAKES, ["uri", "status"]).iter_rows())
    assert status == {"ok.wav": "present", "late.wav": "missing", "other.wav": "differs", "link.wav": "missing"}
    (folder / "late.wav").write_bytes(b"RIFF")
    later = night_over(tmp_path, NEXT)
    ingest.run(later)
    assert dict(later.read(TAKES, ["uri", "status"]).iter_rows())["late.wav"] == "present"


def test_unread_fields_are_kept_in_extra_and_claims_are_never_made_up(tmp_path: Path) -> None:
    feed = """
schema: feed/v1
feed: odd
version: 1
fields: {submission_id: id, submitted_at: at, brief.id: job.number}
performers: [{performer_id: who, modalities: how}, {each: "lines[].by[]", performer_id: .}]
turns: {each: lines, turn: n, speakers: {path: says, split: " & "}, text: {path: words, trim: true},
        emotions: {path: mood, split: "/", vocabulary: odd/1, words: {cross: anger}}}
"""
    record = {"id": "S9", "at": "2026-11-20T10:00:00", "who": "P1", "how": "text", "job": {"number": "J1", "rate": 3}}
    lines = [{"n": 0, "says": "A & B", "words": " hi \n", "mood": "cross/glad", "by": ["P1", "P2"], "note": "x"}]
    deliver(tmp_path / "landing", [record | {"lines": lines, "mystery": True}], feed="odd")
    (tmp_path / "landing" / "feeds").mkdir()
    (tmp_path / "landing" / "feeds" / "odd.yaml").write_text(feed)
    night = night_over(tmp_path)
    ingest.run(night)
    row = night.lake.read(SUBMISSIONS, night.lake.manifests(SUBMISSIONS)).row(0, named=True)
    assert [p["performer_id"] for p in row["performers"]] == ["P1", "P2"]
    assert row["turns"][0]["speakers"] == ["A", "B"]
    assert row["turns"][0]["text"] == "hi"
    assert row["turns"][0]["emotions"] == [
        {"label": "anger", "vocabulary": "odd/1"},
        {"label": "glad", "vocabulary": "odd/1"},
    ]
    assert json.loads(row["extra"]) == {"mystery": True, "job": {"rate": 3}, "lines": {"0": {"note": "x"}}}
    claims = ("kind", "performed_on", "contributors_declared", "third_party_ip", "ai_assistance")
    assert [row[c] for c in claims] == [None] * 5


def test_what_lies_in_no_delivery_folder_is_named_and_not_read(tmp_path: Path) -> None:
    deliver(tmp_path / "landing", [submission("S1")])
    for place in ("portal/2026-13-45/a.ndjson", "portal/tomorrow/a.ndjson", "portal/loose.ndjson", "loose.ndjson"):
        path = tmp_path / "landing" / "submissions" / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(submission("S2")))
    receipt = ingest.run(night_over(tmp_path))
    assert receipt.came == 1
    assert receipt.notes["misfiled"] == "loose.ndjson, portal/2026-13-45, portal/loose.ndjson, portal/tomorrow"
