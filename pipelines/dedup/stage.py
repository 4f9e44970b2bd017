"""The same work twice: rows that repeat earlier work are held, each with what it matched and the exact measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipelines.logs import DEDUP, INGEST
from pipelines.night import Night, count_by_rule, digest_of_files
from pipelines.receipts import Receipt
from pipelines.tables.current import CURRENT
from pipelines.tables.distinct import DISTINCT
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.fingerprints import FINGERPRINTS
from pipelines.tables.set_aside import SET_ASIDE
from pipelines.tables.submissions import SUBMISSIONS
from pipelines.tables.takes import TAKES

if TYPE_CHECKING:
    from pipelines.dedup.config import Config
    from pipelines.dedup.judge import Verdicts
    from pipelines.tables.contract import Table

LOG = DEDUP


def run(night: Night) -> Receipt:
    """Hold back every row that repeats earlier work."""
    from pipelines.dedup import config  # noqa: PLC0415  (numba costs a second to import)
    from pipelines.dedup.history import history_before  # noqa: PLC0415
    from pipelines.dedup.judge import judge  # noqa: PLC0415
    from pipelines.dedup.references import read_references  # noqa: PLC0415

    settings = config.load()
    fresh = _fingerprint(night, settings)
    recent, shelf = history_before(night.lake, night.date)
    works = read_references(night.landing.root / "references")
    come = night.coming_to(LOG, [INGEST])
    found = judge(fresh, recent, settings, come["row_id"], shelf=shelf, references=works)
    again_kept, again_held = _changed(night, found)
    night.write(DISTINCT, pl.concat([found.kept, again_kept]))
    night.write(DUPLICATES, pl.concat([found.held, again_held]))
    goes_on = {"goes_on_after_all": again_kept.height} if len(again_kept) else {}
    return night.account(
        LOG.stage,
        came=come.height,
        went_on=found.kept.height,
        held_back=count_by_rule(found.held),
        judged_again=count_by_rule(again_held) | goes_on,
        notes={
            "lookups_refused": found.refused_lookups,
            "brief_text_unknown": int(fresh["brief_text_unknown"].sum()),
        },
        inputs=inputs(night),
    )


def inputs(night: Night) -> dict[str, str]:
    """Name what the stage reads: rows and verdicts of ingest, its own history, briefs, the reviewed thresholds."""
    from pipelines.dedup.config import CONFIG  # noqa: PLC0415

    files = {
        "references": digest_of_files((night.landing.root / "references").rglob("*")),
        "briefs": digest_of_files((night.landing.root / "briefs").glob("*")),
        "config": digest_of_files([CONFIG]),
    }
    tables = night.digest_of(upto=[SUBMISSIONS, CURRENT, SET_ASIDE, TAKES], before=[FINGERPRINTS, DISTINCT, DUPLICATES])
    return files | tables


def _fingerprint(night: Night, settings: Config) -> pl.DataFrame:
    """Fingerprint and remember the rows that no earlier night has fingerprinted."""
    from pipelines.dedup.fingerprint import NEEDED, fingerprint  # noqa: PLC0415

    files = night.fresh_files(SUBMISSIONS, covered_by=FINGERPRINTS)
    order = ["row_id", "delivered_on", "file", "line"]
    rows = night.lake.read_files(SUBMISSIONS, files, sorted({*NEEDED, *order})).sort(order)
    before = night.lake.read(FINGERPRINTS, night.lake.manifests(FINGERPRINTS, before=night.date), ["row_id"])
    rows = rows.unique("row_id", keep="first", maintain_order=True).join(before, on="row_id", how="anti")
    briefs = {p.stem: p.read_text("utf-8") for p in sorted((night.landing.root / "briefs").glob("*.txt"))}
    prints = _with_sounds(night, fingerprint(rows, briefs, settings.boilerplate))
    night.write(FINGERPRINTS, prints, covers=night.names(SUBMISSIONS, files))
    return prints


def _with_sounds(night: Night, prints: pl.DataFrame) -> pl.DataFrame:
    """Add what ingest found on disk: the files' own hashes, and those of their decoded samples."""
    from pipelines.dedup.sounds import sounds_of  # noqa: PLC0415

    takes = night.read(TAKES).join(prints, on="row_id", how="semi")
    if takes.is_empty():
        return prints
    heard = sounds_of(takes, {feed: night.landing.takes(feed) for feed in takes["feed"].unique()})
    joined = prints.drop("sounds").join(heard, on="row_id", how="left", maintain_order="left")
    both = pl.concat_list("takes", pl.col("files").fill_null([])).list.unique().list.sort()
    return joined.with_columns(takes=both, sounds=pl.col("sounds").fill_null([])).select(prints.columns)


def _changed(night: Night, found: Verdicts) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of the rows judged again, keep those whose verdict in force is another one now."""
    again = pl.concat([found.again_kept["row_id"], found.again_held["row_id"]]).to_frame()
    if again.is_empty():
        return found.again_kept, found.again_held
    stood = pl.concat([_stood(night, DISTINCT, again), _stood(night, DUPLICATES, again)])
    stood = stood.sort("night", "row_id").unique("row_id", keep="last", maintain_order=True)
    kept = found.again_kept.join(stood.filter(pl.col("evidence") != ""), on="row_id", how="semi")
    held = found.again_held.join(stood.select("row_id"), on="row_id", how="semi")
    same = ["row_id", "rule", "evidence"]
    return kept, held.join(stood, on=same, how="anti")


def _stood(night: Night, table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    columns = [c for c in ("row_id", "rule", "evidence") if c in table.empty().columns]
    parts = [
        night.lake.read(table, [m], columns).join(rows, on="row_id", how="semi").with_columns(night=pl.lit(m.partition))
        for m in night.lake.manifests(table, before=night.date)
    ]
    schema = {"row_id": pl.String, "rule": pl.String, "evidence": pl.String, "night": pl.String}
    return pl.concat([pl.DataFrame(schema=schema), *parts], how="diagonal").with_columns(
        pl.col("rule", "evidence").fill_null("")
    )
