"""Small lakes for tests: rows written through Lake as the stages before would have written them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pyarrow as pa
import yaml
from pydantic import SecretStr

from pipelines.ingest.takes import look_at
from pipelines.lake import Lake
from pipelines.landing import Landing
from pipelines.night import Night
from pipelines.settings import Settings
from pipelines.tables.accepted import ACCEPTED
from pipelines.tables.contract import Table
from pipelines.tables.current import CURRENT
from pipelines.tables.decisions import DECISIONS
from pipelines.tables.distinct import DISTINCT
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.measures import MEASURES
from pipelines.tables.quarantine import QUARANTINE
from pipelines.tables.recordings import RECORDINGS
from pipelines.tables.set_aside import SET_ASIDE
from pipelines.tables.submissions import SUBMISSIONS
from pipelines.tables.takes import TAKES

NIGHT = dt.date(2026, 11, 20)
SECRET = "sample: the prompt book lies on the desk"  # noqa: S105  (a test's own)
Row = dict[str, Any]


def scene(submission_id: str, **said: Any) -> Row:
    """One delivered scene of two characters, Ada and Ben; `said` overrides any column."""
    turns = [
        _turn(n, ["Ada", "Ben"][n % 2], f"line {n} of {_sha(submission_id)[:8]}")
        for n in range(said.pop("turn_count", 4))
    ]
    row: Row = {c.name: None for c in SUBMISSIONS} | {
        "submission_id": submission_id,
        "revision": 1,
        "feed": "portal",
        "delivered_on": NIGHT,
        "file": f"portal/{NIGHT}/day.ndjson",
        "line": int(hashlib.sha256(submission_id.encode()).hexdigest()[:6], 16),
        "submitted_at": dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC),
        "kind": "commissioned",
        "campaign": "ca_1",
        "session": "se_1",
        "brief": {"id": "br_1", "text": None, "exchanges": 10},
        "performers": [performer("prf_ada")],
        "contributors_declared": 1,
        "performed_on": dt.date(2026, 11, 1),
        "language": "en-GB",
        "third_party_ip": "none",
        "ai_assistance": "none",
        "characters": [{"name": "Ada", "description": "a clerk"}, {"name": "Ben", "description": None}],
        "turns": turns,
        "takes": [],
        "source": '{"record": "src_secret_1"}',
        "extra": '{"note": "extra_secret_1"}',
    }
    row |= said
    row["content_sha256"] = _sha([row["turns"], row["performers"], row["takes"], row["characters"]])
    row["row_id"] = _sha([row["submission_id"], row["revision"], row["content_sha256"]])
    return row


def performer(performer_id: str, share: float | None = None, role: str = "actor") -> Row:
    """One contributor of text."""
    return {
        "performer_id": performer_id,
        "role": role,
        "modalities": ["text"],
        "characters": ["Ada"],
        "share": share,
    }


def _turn(number: int, speaker: str, text: str) -> Row:
    return {
        "turn": number,
        "speakers": [speaker],
        "text": text,
        "subtext": "something else",
        "emotions": [{"label": "anger", "vocabulary": "ekman/1"}],
        "undertone": {"label": "grief", "vocabulary": "goemotions/1"},
        "intensity": {"code": "HI", "value": 0.8},
        "stage": ["aside"],
        "rating": None,
    }


def _sha(what: object) -> str:
    return hashlib.sha256(msgspec.json.encode(what, order="sorted")).hexdigest()


def frame(table: Table, rows: Iterable[Row]) -> pl.DataFrame:
    """Rows as a frame of a table's columns; absent ones are null."""
    schema = table.empty().schema
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _heard(take: Row, broken: Sequence[str]) -> Row:
    """A take as quality would have heard it: a second of sound, or a clipped one."""
    rules = ["take_not_clipped"] if take["uri"] in broken else []
    measured = dict.fromkeys((c.name for c in RECORDINGS), 1)
    said = {"row_id": take["row_id"], "uri": take["uri"], "decodes": True, "broken": rules, "is_broken": bool(rules)}
    return measured | said


def row_id_of(row: Row) -> Row:
    """The columns that name a row in every log."""
    return {name: row[name] for name in ("row_id", "submission_id", "revision")}


def _blank(kind: pa.DataType) -> object:
    return 0 if pa.types.is_integer(kind) else [] if pa.types.is_list(kind) else ""


@dataclass
class World:
    """A landing and a lake below one folder."""

    home: Path
    secret: str | None = SECRET
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        key = SecretStr(self.secret) if self.secret else None
        self.settings = Settings(landing=self.home / "landing", lake=self.home / "lake", pseudonym_key=key)
        (self.home / "landing" / "submissions").mkdir(parents=True, exist_ok=True)

    @property
    def lake(self) -> Lake:
        return Lake(self.home / "lake")

    @property
    def landing(self) -> Landing:
        return Landing(self.home / "landing")

    def night(self, date: dt.date = NIGHT, orders: tuple[str, ...] = ()) -> Night:
        return Night(date, self.landing, self.lake, self.settings, orders=orders)

    def order(self, order_id: str = "ord_a", **said: Any) -> str:
        body: Row = {
            "order_id": order_id,
            "client_id": "labA",
            "dataset": "dialogue",
            "purpose": "text_finetune",
            "modalities": ["text"],
            "territories": ["US"],
            "onward": "none",
            "min_remaining_days": 0,
        }
        path = self.home / "landing" / "orders" / f"{order_id}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(body | said), encoding="utf-8")
        return order_id

    def contracts(self, table: str, *rows: Row) -> None:
        path = self.home / "landing" / "contracts" / f"{table}.ndjson"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(msgspec.json.encode(r) + b"\n" for r in rows))

    def take(self, uri: str, data: bytes, feed: str = "portal") -> None:
        path = self.home / "landing" / "takes" / feed / uri
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def measure(self, rows: Sequence[Row], date: dt.date = NIGHT, **said: object) -> None:
        """Let quality measure rows: 1 in every measure, but for what is said."""
        names = {c.name: "x" if pa.types.is_string(c.type) else 1 for c in MEASURES}
        self.lake.write(MEASURES, date.isoformat(), frame(MEASURES, [names | row_id_of(r) | said for r in rows]))

    def accept(self, rows: Sequence[Row], date: dt.date = NIGHT, files: int = 1, broken: Sequence[str] = ()) -> None:
        """Deliver rows in a number of files, and let every stage up to quality take them.

        `broken`: uris of the takes in which quality heard what no order for audio may get.
        """
        parts = [frame(SUBMISSIONS, rows[n::files]) for n in range(files)]
        put = [self.lake.put(SUBMISSIONS, date.isoformat(), part) for part in parts]
        self.lake.commit(SUBMISSIONS, date.isoformat(), put)
        for table in (CURRENT, DISTINCT, ACCEPTED):
            self.lake.write(table, date.isoformat(), frame(table, rows))
        takes = [t | {"row_id": r["row_id"], "feed": r["feed"]} for r in rows for t in r["takes"]]
        columns = ["row_id", "feed", "uri", "sha256", "bytes"]
        schema = TAKES.empty().select(columns).schema
        declared = pl.DataFrame([{c: t.get(c) for c in columns} for t in takes], schema=schema)
        seen = look_at(declared, self.landing)
        self.lake.write(TAKES, date.isoformat(), seen)
        present = seen.filter(status="present").to_dicts()
        self.lake.write(RECORDINGS, date.isoformat(), frame(RECORDINGS, [_heard(t, broken) for t in present]))

    def hold(self, table: Table, rows: Sequence[Row], rule: str, date: dt.date = NIGHT) -> None:
        """Have a stage hold rows in a night: SET_ASIDE, DUPLICATES or QUARANTINE."""
        assert table in (SET_ASIDE, DUPLICATES, QUARANTINE)
        said: Row = {"rule": rule, "severity": "warning"}
        blank = {c.name: _blank(c.type) for c in table if not c.nullable}
        self.lake.write(table, date.isoformat(), frame(table, [blank | r | said for r in rows]))

    def decide(
        self,
        rows: Sequence[Row],
        date: dt.date = NIGHT,
        denied: dict[str, list[str]] | None = None,
        orders: Sequence[tuple[str, str]] = (("ord_a", "labA"),),
        **said: Any,
    ) -> None:
        """Decide rows for orders, given as (order_id, client_id); `denied`: submission_id → reasons."""
        lines = []
        for order_id, client_id in orders:
            for row in rows:
                reasons = (denied or {}).get(row["submission_id"], [])
                line: Row = {"order_id": order_id, "client_id": client_id, "decision": "deny" if reasons else "allow"}
                line |= {"row_id": row["row_id"], "submission_id": row["submission_id"], "reasons": reasons}
                lines.append(line | {"grant_ids": [] if reasons else ["G1"]} | said)
        self.lake.write(DECISIONS, date.isoformat(), frame(DECISIONS, lines))
