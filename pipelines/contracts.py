"""The contract feed's files as typed frames, for stages that look names, terms and preferences up in them.

Rights has its own, sealed reading of the feed and its own gate; nothing here decides whether a row may ship.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import polars as pl

from pipelines.errors import InputError
from pipelines.landing import Landing
from pipelines.tables.rights_feed import FEED, FeedColumn

_YES = {"true": True, "false": False}


def read_contracts(landing: Landing, table: str) -> pl.DataFrame:
    """Read a contract table, NDJSON or Parquet; no rows where it was not delivered.

    A value that is not of its column's type becomes null, and null never pays and never permits. Lists stay JSON text.
    InputError names a line that is no JSON object.
    """
    columns = FEED[table].names
    none = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    raw = pl.concat([none, *_texts(landing.contracts, table, columns)])
    return raw.select([_typed(column) for column in FEED[table]])


def _texts(home: Path, table: str, columns: tuple[str, ...]) -> list[pl.DataFrame]:
    found = []
    if (path := home / f"{table}.ndjson").is_file():
        found.append(pl.DataFrame(_lines(path, columns), schema=dict.fromkeys(columns, pl.String), orient="row"))
    if (path := home / f"{table}.parquet").is_file():
        frame = pl.read_parquet(path)
        there = [_flat(frame, c) for c in columns]
        found.append(frame.select(there).cast(pl.String, strict=False))
    return found


def _flat(frame: pl.DataFrame, column: str) -> pl.Expr:
    """Take a column as it is, a list as JSON text, one that is not there as null."""
    if column not in frame.columns:
        return pl.lit(None, pl.String).alias(column)
    kind = frame.schema[column]
    if not isinstance(kind, pl.List):
        return pl.col(column)
    quoted = pl.col(column).cast(pl.List(pl.String)).list.eval(pl.format('"{}"', pl.element()))
    return pl.format("[{}]", quoted.list.join(",")).alias(column)


def _lines(path: Path, columns: tuple[str, ...]) -> list[tuple[str | None, ...]]:
    rows = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        except msgspec.DecodeError as error:
            thing = f"contracts/{path.name}, line {number}"
            raise InputError(thing, "it is no JSON object", "Have the contract system write it again.") from error
        rows.append(tuple(_text(row.get(c)) for c in columns))
    return rows


def _text(raw: msgspec.Raw | None) -> str | None:
    """Take a JSON value as text: a string without its quotes, null as null, all else as written."""
    if raw is None or bytes(raw) == b"null":
        return None
    written = bytes(raw)
    return msgspec.json.decode(written, type=str) if written.startswith(b'"') else written.decode()


def _typed(column: FeedColumn) -> pl.Expr:
    text = pl.col(column.name)
    match column.reads_as:
        case "day":
            return text.str.to_date("%Y-%m-%d", strict=False)
        case "instant":
            return _instant(text)
        case "yes":
            return text.replace_strict(_YES, default=None, return_dtype=pl.Boolean)
        case "whole":
            return text.cast(pl.Int64, strict=False)
        case "decimal":
            return text.cast(pl.Decimal(18, 6), strict=False)
        case _:
            return text


def _instant(text: pl.Expr) -> pl.Expr:
    """Read an instant; a time without a zone is UTC, a day is its first moment."""
    bare = text.str.replace(r"(Z|\+00:?00)$", "").str.replace(" ", "T")
    whole = bare.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    day = bare.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    return pl.coalesce(whole, day).dt.replace_time_zone("UTC")
