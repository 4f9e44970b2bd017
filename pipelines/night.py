"""A night: the handle that a stage gets to read, write and account, and the state that its logs add up to.

Every stage that judges rows keeps two logs a night: what goes on and what is held. The verdict in force is the latest
one per row over the logs of the nights so far, so a night costs what it brought, and one night over everything comes
to the same state as many nights one by one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import polars as pl

from pipelines import __version__, receipts
from pipelines.contracts import Contracts
from pipelines.lake import File, Lake, Manifest
from pipelines.landing import Landing
from pipelines.logs import Log
from pipelines.receipts import Receipt
from pipelines.settings import Settings
from pipelines.tables.contract import Table
from pipelines.tables.submissions import SUBMISSIONS


@dataclass(frozen=True)
class Night:
    """One night's build: its date, where landing and lake are, the clock of rights."""

    date: dt.date
    landing: Landing
    lake: Lake
    settings: Settings
    as_of: dt.date | None = None
    """The day on which rights are asked; the night unless told otherwise (semantics 2)."""
    known_at: dt.datetime | None = None
    orders: tuple[str, ...] = ()
    """Only these orders; all where empty."""
    progress: Callable[[str], None] = field(default=lambda _: None, compare=False)

    @property
    def name(self) -> str:
        """The night as the name of a partition."""
        return self.date.isoformat()

    @property
    def contracts(self) -> Contracts:
        """The contract feed of this night, from the database where the settings name one."""
        return Contracts(self.landing.contracts, self.settings.contracts_dsn)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    def state(self, log: Log, before: bool = False) -> pl.DataFrame:
        """Row ids whose latest verdict of a stage is to go on, at this night (or just before it)."""
        kept = self._log(log.kept, before).with_columns(goes_on=pl.lit(value=True))
        held = self._log(log.held, before).with_columns(goes_on=pl.lit(value=False))
        latest = pl.concat([kept, held]).sort("night", "row_id").unique("row_id", keep="last", maintain_order=True)
        return latest.filter("goes_on").select("row_id").sort("row_id")

    def judged(self, log: Log, before: bool = True) -> pl.DataFrame:
        """Row ids that a stage judged before this night (or up to it)."""
        both = pl.concat([self._log(log.kept, before), self._log(log.held, before)])
        return both.select("row_id").unique().sort("row_id")

    def going_on(self, logs: Sequence[Log]) -> pl.DataFrame:
        """Row ids that every one of the stages lets go on, as of this night."""
        states = [self.state(log) for log in logs]
        together = states[0]
        for more in states[1:]:
            together = together.join(more, on="row_id", how="semi")
        return together.sort("row_id")

    def coming_to(self, log: Log, upstream: Sequence[Log]) -> pl.DataFrame:
        """Row ids that come to a stage tonight: the stages before let them go on, and no earlier night judged them."""
        return self.going_on(upstream).join(self.judged(log), on="row_id", how="anti").sort("row_id")

    def rows(self, ids: pl.DataFrame, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Read the submissions with the given row ids, one line a row: its first delivery; sorted by row_id."""
        wanted = None if columns is None else sorted({"row_id", "delivered_on", "file", "line", *columns})
        parts = []
        for manifest in self.lake.manifests(SUBMISSIONS, upto=self.date):
            for file in manifest.files:
                frame = self.lake.read_files(SUBMISSIONS, [(manifest.partition, file)], wanted)
                parts.append(frame.join(ids.select("row_id"), on="row_id", how="semi"))
        found = pl.concat([SUBMISSIONS.empty().select(wanted or pl.all()), *parts])
        first = found.sort("row_id", "delivered_on", "file", "line").unique("row_id", keep="first", maintain_order=True)
        return first.select(columns) if columns is not None else first

    def fresh_files(self, table: Table, covered_by: Table) -> list[tuple[str, File]]:
        """Files of a table dated up to this night whose rows no earlier night's log covers, as (partition, file)."""
        covered = {name for m in self.lake.manifests(covered_by, before=self.date) for name in m.covers}
        found = [(m.partition, f) for m in self.lake.manifests(table, upto=self.date) for f in m.files]
        return [(p, f) for p, f in found if f"{table.name}/{p}/{f.name}" not in covered]

    @staticmethod
    def names(table: Table, files: Iterable[tuple[str, File]]) -> list[str]:
        """Name files as a log's manifest does that covers them."""
        return [f"{table.name}/{partition}/{f.name}" for partition, f in files]

    def _log(self, table: Table, before: bool) -> pl.DataFrame:
        many = self.lake.manifests(table, before=self.date) if before else self.lake.manifests(table, upto=self.date)
        parts = [self.lake.read(table, [m], ["row_id"]).unique().with_columns(night=pl.lit(m.partition)) for m in many]
        return pl.concat(parts) if parts else pl.DataFrame(schema={"row_id": pl.String, "night": pl.String})

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def write(self, table: Table, rows: pl.DataFrame, covers: Iterable[str] = ()) -> Manifest:
        """Write this night's partition of a table."""
        return self.lake.write(table, self.name, rows, covers=covers)

    def read(self, table: Table, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Read this night's partition of a table; no rows where nothing was written."""
        manifest = self.lake.manifest(table, self.name)
        return self.lake.read(table, [manifest] if manifest else [], columns)

    # ── accounting ───────────────────────────────────────────────────────────────────────────────────────────────

    def account(  # noqa: PLR0913  (a receipt is these things)
        self,
        stage: str,
        *,
        came: int,
        went_on: int,
        held_back: Mapping[str, int],
        part: str | None = None,
        judged_again: Mapping[str, int] | None = None,
        notes: Mapping[str, str | int] | None = None,
        inputs: Mapping[str, str] | None = None,
    ) -> Receipt:
        """Make and keep the receipt of a stage; ReceiptError where came is not went_on + held_back."""
        receipt = Receipt(
            stage=stage,
            night=self.date,
            part=part,
            came=came,
            went_on=went_on,
            held_back=dict(held_back),
            judged_again=dict(judged_again or {}),
            notes=dict(notes or {}),
            inputs=dict(inputs or {}),
        )
        receipts.save(self.lake.root, receipt)
        return receipt

    def receipt(self, stage: str, part: str | None = None) -> Receipt | None:
        """Read back a stage's receipt of this night."""
        return receipts.load(self.lake.root, stage, self.date, part)

    # ── what a stage depends on ──────────────────────────────────────────────────────────────────────────────────

    def digest_of_contracts(self, *tables: str) -> str:
        """Name the state of the contract feed by a hash, or of some of its tables."""
        return digest(self.contracts.state(*tables))

    def digest_of(self, upto: Sequence[Table] = (), before: Sequence[Table] = ()) -> dict[str, str]:
        """Name the state of tables by a hash: of the commits up to this night, or of those before it."""
        found = {t.name: self.lake.manifests(t, upto=self.date) for t in upto}
        found |= {f"{t.name} before": self.lake.manifests(t, before=self.date) for t in before}
        return {"code": __version__} | {name: digest([m.files for m in many]) for name, many in found.items()}


def count_by_rule(held: pl.DataFrame) -> dict[str, int]:
    """Count held rows by rule, one count a row, in the order of the rules' names."""
    counted = held.unique("row_id", keep="first", maintain_order=True).group_by("rule").len().sort("rule")
    return dict(counted.iter_rows())


def digest(what: object) -> str:
    """Hash anything that msgspec can encode, independent of dict order."""
    return hashlib.sha256(msgspec.json.encode(what, order="sorted")).hexdigest()[:16]


def digest_of_files(paths: Iterable[Path]) -> str:
    """Hash the names and contents of small files."""
    found = [(p.name, hashlib.sha256(p.read_bytes()).hexdigest()) for p in sorted(paths) if p.is_file()]
    return digest(found)
