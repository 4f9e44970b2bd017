"""A table contract: columns, key, grain and the why of each column, stated once.

Arrow and polars schemas, the conform step, the docs and the mechanical expectations are derived from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import polars as pl
import pyarrow as pa

from pipelines.errors import TableError


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, whether it may be empty, and why it is there."""

    name: str
    type: pa.DataType
    why: str
    nullable: bool = False
    among: tuple[str, ...] = ()
    """The closed set of its values; empty where the set is open."""


@dataclass(frozen=True)
class Table:
    """A stored table's contract.

    `kind`: a *derived* table can be rebuilt from landing and records; a *record* never changes once written.
    `partition`: a *delta* holds the rows judged in that partition, a *snapshot* the whole state.
    """

    name: str
    why: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    kind: Literal["derived", "record"] = "derived"
    partition: Literal["delta", "snapshot"] = "delta"
    personal: bool = False
    """Holds personal data of performers: never in logs, receipts or client files."""
    version: int = 1
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_name.update({c.name: c for c in self.columns})
        strangers = [k for k in self.key if k not in self._by_name]
        if strangers:
            raise TableError(f"table {self.name}", f"its key names {strangers}, which are no columns", "Fix the key.")

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    @property
    def arrow(self) -> pa.Schema:
        """The explicit Arrow schema, nullability included."""
        return pa.schema([pa.field(c.name, c.type, nullable=c.nullable) for c in self.columns])

    @property
    def fingerprint(self) -> str:
        """Name the schema in manifests; it changes when a column or a type does."""
        return hashlib.sha256(f"{self.name}/v{self.version}\n{self.arrow}".encode()).hexdigest()[:16]

    def empty(self) -> pl.DataFrame:
        """A frame of no rows with the table's columns."""
        frame = pl.from_arrow(self.arrow.empty_table())
        assert isinstance(frame, pl.DataFrame)  # noqa: S101  (narrows polars' union type)
        return frame

    def conform(self, rows: pl.DataFrame | pa.Table) -> pa.Table:
        """Cast to the contract: its types and column order, sorted by key, in one chunk; else TableError."""
        table = _to_arrow(rows) if isinstance(rows, pl.DataFrame) else rows
        missing = [c.name for c in self.columns if c.name not in table.column_names]
        if missing:
            raise TableError(
                f"table {self.name}", f"columns {missing} are missing", "Write every column of the contract."
            )
        table = table.select([c.name for c in self.columns])
        self._check_nulls(table)
        try:
            table = table.cast(self.arrow)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
            rule = f"a column is not what the contract says ({error})"
            raise TableError(f"table {self.name}", rule, "Fix the stage, or raise the table's version.") from error
        return table.sort_by([(k, "ascending") for k in self.key]).combine_chunks()

    def _check_nulls(self, table: pa.Table) -> None:
        broken = [c.name for c in self.columns if not c.nullable and table.column(c.name).null_count]
        if broken:
            rule = f"columns {broken} hold null where the contract allows none"
            raise TableError(f"table {self.name}", rule, "Hold those rows back with a reason before they are written.")


def _to_arrow(frame: pl.DataFrame) -> pa.Table:
    """Leave polars' string views behind, which Arrow cannot cast inside lists."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())
