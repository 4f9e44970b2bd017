"""The contract feed, wherever it comes from: PostgreSQL where an address is named, files of landing otherwise.

Stages that look names, terms and preferences up read it here as typed frames. Rights has its own, sealed reading of
the same source and its own gate; nothing here decides whether a row may ship.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import polars as pl
from pydantic import SecretStr

from pipelines.errors import InputError
from pipelines.postgres import snapshot
from pipelines.tables.rights_feed import FEED, FeedColumn

_YES = {"true": True, "false": False}
_WRITTEN = (
    r"^(?<day>\d{4}-\d\d-\d\d)(?:[T ](?<time>\d\d:\d\d)(?<seconds>:\d\d(?:\.\d{1,9})?)?"
    r"(?:Z| ?UTC|(?<hours>[+-]\d\d)(?::?(?<minutes>\d\d))?)?)?$"
)
_SUFFIXES = (".ndjson", ".jsonl", ".parquet")
THEIRS = tuple(t.name for t in FEED.values() if not t.is_ours and t.name != "request")
"""The tables that the contract system keeps; orders, deliveries and pay are ours."""


@dataclass(frozen=True)
class Contracts:
    """One source for every stage of a night: a decision, its credits and its pay never come from two feeds."""

    folder: Path
    dsn: SecretStr | None = None

    def there(self) -> list[str]:
        """Name the feed tables that were handed over, in the feed's order; an empty one is there too."""
        if self.dsn is None:
            found = set(table_files(self.folder))
        else:
            with snapshot(self.dsn.get_secret_value(), THEIRS) as server:
                found = set(server.schemas)
        return [name for name in FEED if name in found]

    def read(self, *tables: str) -> dict[str, pl.DataFrame]:
        """Read tables as of one instant, columns as in the feed; no rows where one was not delivered.

        A value that is not of its column's type becomes null, and null never pays and never permits. Lists stay JSON
        text. InputError names a line that is no JSON object.
        """
        if self.dsn is None:
            files = table_files(self.folder)
            return {name: _typed(name, _from_file(files.get(name), name)) for name in tables}
        with snapshot(self.dsn.get_secret_value(), tables) as server:
            lines = {name: server.lines(name) if name in server.schemas else () for name in tables}
            return {name: _typed(name, _from_lines(lines[name], f"contract database, {name}", name)) for name in tables}

    def state(self, *tables: str) -> list[tuple[str, str]]:
        """Say for each table there (of these, or of all) what changes when any of its rows does."""
        wanted = tables or THEIRS
        if self.dsn is None:
            files = [p for p in self.folder.glob("*") if p.is_file() and (not tables or p.stem in tables)]
            return [(p.name, hashlib.sha256(p.read_bytes()).hexdigest()) for p in sorted(files)]
        with snapshot(self.dsn.get_secret_value(), wanted) as server:
            return [(name, str(server.sum(name))) for name in sorted(server.schemas)]


def table_files(folder: Path) -> dict[str, Path]:
    """Find the folder's files of rows by table; InputError where a table is there twice."""
    found: dict[str, Path] = {}
    for file in sorted(folder.iterdir() if folder.is_dir() else ()):
        if file.suffix not in _SUFFIXES or file.name.startswith("."):
            continue
        if file.stem in found:
            raise InputError(file.name, "the table is there twice", "Keep one file a table.")
        found[file.stem] = file
    return found


def _from_file(file: Path | None, table: str) -> pl.DataFrame:
    if file is None:
        return _from_lines((), "", table)
    if file.suffix == ".parquet":
        frame = pl.read_parquet(file)
        return frame.select(_flat(frame, c) for c in FEED[table].names).cast(pl.String, strict=False)
    return _from_lines(file.read_bytes().splitlines(), f"contracts/{file.name}", table)


def _flat(frame: pl.DataFrame, column: str) -> pl.Expr:
    """Take a column as it is, a list as JSON text, one that is not there as null."""
    if column not in frame.columns:
        return pl.lit(None, pl.String).alias(column)
    kind = frame.schema[column]
    if not isinstance(kind, pl.List):
        return pl.col(column)
    quoted = pl.col(column).cast(pl.List(pl.String)).list.eval(pl.format('"{}"', pl.element()))
    return pl.format("[{}]", quoted.list.join(",")).alias(column)


def _from_lines(lines: Iterable[bytes], thing: str, table: str) -> pl.DataFrame:
    columns = FEED[table].names
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        except msgspec.DecodeError as error:
            remedy = "Have the contract system write it again."
            raise InputError(f"{thing}, line {number}", "it is no JSON object", remedy) from error
        rows.append(tuple(_text(row.get(c)) for c in columns))
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def _text(raw: msgspec.Raw | None) -> str | None:
    """Take a JSON value as text: a string without its quotes, null as null, all else as written."""
    if raw is None or bytes(raw) == b"null":
        return None
    written = bytes(raw)
    return msgspec.json.decode(written, type=str) if written.startswith(b'"') else written.decode()


def _typed(table: str, raw: pl.DataFrame) -> pl.DataFrame:
    return raw.select(_cell(column) for column in FEED[table])


def _cell(column: FeedColumn) -> pl.Expr:
    text = pl.col(column.name)
    match column.reads_as:
        case "day":
            return text.str.to_date("%Y-%m-%d", strict=False)
        case "instant":
            return read_instant(text).alias(column.name)
        case "yes":
            return text.replace_strict(_YES, default=None, return_dtype=pl.Boolean)
        case "whole":
            return text.cast(pl.Int64, strict=False)
        case "decimal":
            return text.cast(pl.Decimal(18, 6), strict=False)
        case _:
            return text


def read_instant(text: pl.Expr) -> pl.Expr:
    """Read an instant as rights does: in any zone; a time without one is UTC, a day is its first moment."""
    part = text.str.extract_groups(_WRITTEN).struct
    moment = pl.concat_str(part["day"], pl.lit("T"), part["time"].fill_null("00:00"), part["seconds"].fill_null(":00"))
    hours, minutes = (part[c].cast(pl.Int64).fill_null(0) for c in ("hours", "minutes"))
    ahead = pl.duration(
        minutes=hours * 60 + pl.when(part["hours"].str.starts_with("-")).then(-minutes).otherwise(minutes)
    )
    whole = moment.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    at = whole - ahead
    return pl.when(at.dt.year().is_between(1, 9999)).then(at).dt.replace_time_zone("UTC")
