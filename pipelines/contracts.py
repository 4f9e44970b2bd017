"""The contract feed's files as frames, for stages that look names, terms and preferences up in them.

Rights has its own, sealed reading of the feed and its own gate; nothing here decides whether a row may ship.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
import polars as pl

from pipelines.errors import InputError
from pipelines.landing import Landing

PERFORMER = {"performer_id": pl.String(), "legal_name": pl.String(), "stage_name": pl.String()}


def read_contracts(landing: Landing, table: str, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Read some columns of a contract table, NDJSON or Parquet; no rows where it was not delivered.

    A value that is not of its column's type becomes null, and null never pays and never permits. InputError names a
    line that is no JSON object.
    """
    raw = pl.concat(
        [pl.DataFrame(schema=dict.fromkeys(columns, pl.String)), *_texts(landing.contracts, table, columns)]
    )
    return raw.select([_typed(name, kind) for name, kind in columns.items()])


def _texts(home: Path, table: str, columns: Mapping[str, pl.DataType]) -> list[pl.DataFrame]:
    found = []
    if (path := home / f"{table}.ndjson").is_file():
        found.append(pl.DataFrame(_lines(path, columns), schema=dict.fromkeys(columns, pl.String), orient="row"))
    if (path := home / f"{table}.parquet").is_file():
        frame = pl.read_parquet(path)
        there = [
            pl.col(c).cast(pl.String, strict=False) if c in frame.columns else pl.lit(None, pl.String).alias(c)
            for c in columns
        ]
        found.append(frame.select(there))
    return found


def _lines(path: Path, columns: Mapping[str, pl.DataType]) -> list[tuple[str | None, ...]]:
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
    if raw is None:
        return None
    written = bytes(raw)
    if written == b"null":
        return None
    return msgspec.json.decode(written, type=str) if written.startswith(b'"') else written.decode()


def _typed(name: str, kind: pl.DataType) -> pl.Expr:
    text = pl.col(name)
    if kind == pl.Date:
        return text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    if isinstance(kind, pl.Datetime):
        instant = text.str.replace("Z$", "").str.replace(" ", "T").str.replace(r"[+]00:00$", "")
        return instant.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False).dt.replace_time_zone("UTC")
    if kind == pl.Boolean:
        return text.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    return text.cast(kind, strict=False)
