"""The same work twice: rows that repeat earlier work are held, each with what it matched and the exact measure."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import polars as pl

from pipelines.logs import DEDUP, INGEST
from pipelines.night import Night, count_by_rule, digest, digest_of_files
from pipelines.receipts import Receipt
from pipelines.tables.acoustics import ACOUSTICS
from pipelines.tables.current import CURRENT
from pipelines.tables.distinct import DISTINCT
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.fingerprints import FINGERPRINTS
from pipelines.tables.set_aside import SET_ASIDE
from pipelines.tables.submissions import SUBMISSIONS
from pipelines.tables.takes import TAKES
from pipelines.tables.tombstones import TOMBSTONES

if TYPE_CHECKING:
    from pipelines.dedup.config import Config
    from pipelines.dedup.judge import Verdicts
    from pipelines.dedup.references import References
    from pipelines.dedup.shelf import Shelf
    from pipelines.dedup.tombs import Tombs
    from pipelines.lake import File
    from pipelines.tables.contract import Table

LOG = DEDUP


def run(night: Night) -> Receipt:
    """Hold back every row that repeats earlier work."""
    from pipelines.dedup import config  # noqa: PLC0415  (numba costs a second to import)
    from pipelines.dedup.erasure import marks_of as tombs_covered  # noqa: PLC0415
    from pipelines.dedup.erasure import read_tombs  # noqa: PLC0415
    from pipelines.dedup.history import history_before  # noqa: PLC0415
    from pipelines.dedup.judge import judge  # noqa: PLC0415
    from pipelines.dedup.references import marks_of, read_references  # noqa: PLC0415

    settings = config.load()
    tombs = read_tombs(night.lake, night.settings)
    recent, shelf = history_before(night.lake, night.date)
    fresh = _fingerprint(night, settings, recent["row_id"], shelf, tombs)
    works = read_references(night.landing.references)
    again = _quoting(night, works, recent, shelf, settings)
    come, seen = coming(night, fresh)
    found = judge(fresh, recent, settings, come["row_id"], shelf=shelf, references=works, tombs=tombs, again=again)
    found = _refusing(night, found, come, tombs) if tombs else found
    again_kept, again_held = _changed(night, found)
    night.write(DUPLICATES, pl.concat([found.held, again_held]))
    covers = [*seen, *marks_of(works), *tombs_covered(night.lake)]
    night.write(DISTINCT, pl.concat([found.kept, again_kept]), covers=covers)  # last: what it covers is judged in both
    goes_on = {"goes_on_after_all": again_kept.height} if len(again_kept) else {}
    return night.account(
        LOG.stage,
        came=come.height,
        went_on=found.kept.height,
        held_back=count_by_rule(found.held),
        judged_again=count_by_rule(again_held) | goes_on,
        notes=_notes(found, fresh, tombs),
        inputs=inputs(night),
    )


def _notes(found: Verdicts, fresh: pl.DataFrame, tombs: Tombs | None) -> dict[str, str | int]:
    """Say in the receipt what the verdicts could not see, or see only in part."""
    from pipelines.dedup import acoustics  # noqa: PLC0415

    notes: dict[str, str | int] = {
        "lookups_refused": found.refused_lookups,
        "brief_text_unknown": int(fresh["brief_text_unknown"].sum()),
    }
    if fresh["takes"].list.len().sum():
        notes["acoustic_fingerprints"] = acoustics.version()
    return notes | ({"tombstones": tombs.rows.height} if tombs else {})


def inputs(night: Night) -> dict[str, str]:
    """Name what the stage reads: rows and verdicts of ingest, its own history, briefs, works, reviewed thresholds."""
    from pipelines.dedup.config import CONFIG  # noqa: PLC0415

    files = {
        "references": digest_of_files(night.landing.references.rglob("*")),
        "briefs": digest_of_files((night.landing.root / "briefs").glob("*")),
        "config": digest_of_files([CONFIG]),
    }
    tables = night.digest_of(
        upto=[SUBMISSIONS, CURRENT, SET_ASIDE, TAKES], before=[FINGERPRINTS, ACOUSTICS, DISTINCT, DUPLICATES]
    )
    erased = night.lake.manifests(TOMBSTONES)
    return files | tables | ({"tombstones": digest([m.files for m in erased])} if erased else {})


def coming(night: Night, fresh: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Find the row ids to judge tonight from ingest's logs that no earlier night saw; and name those logs' files.

    The same as `night.coming_to(LOG, [INGEST])`, which reads the logs of all history: only where an earlier night's
    log was written anew behind one that is seen, or a row fingerprinted earlier comes now, is more of it read.
    """
    kept, held = (night.fresh_files(t, covered_by=DISTINCT) for t in (CURRENT, SET_ASIDE))
    seen = night.names(CURRENT, kept) + night.names(SET_ASIDE, held)
    logs = (f"{CURRENT.name}/", f"{SET_ASIDE.name}/")
    before = [name for m in night.lake.manifests(DISTINCT, before=night.date) for name in m.covers]
    covered = [name.split("/")[1] for name in before if name.startswith(logs)]
    if min((p for p, _ in kept + held), default="9") <= max(covered, default=""):
        return night.coming_to(LOG, [INGEST]), seen
    parts = [_verdicts(night, CURRENT, kept, goes_on=True), _verdicts(night, SET_ASIDE, held, goes_on=False)]
    latest = pl.concat(parts).sort("night", "row_id", "goes_on", descending=[False, False, True])
    latest = latest.unique("row_id", keep="last", maintain_order=True)
    come = latest.filter("goes_on").select("row_id").sort("row_id")
    if come.join(fresh, on="row_id", how="anti").is_empty():
        return come, seen
    return come.join(night.judged(LOG), on="row_id", how="anti").sort("row_id"), seen


def _verdicts(night: Night, table: Table, files: list[tuple[str, File]], *, goes_on: bool) -> pl.DataFrame:
    empty = pl.DataFrame(schema={"row_id": pl.String, "night": pl.String, "goes_on": pl.Boolean})
    parts = [
        night.lake.read_files(table, [(p, f)], ["row_id"]).unique().with_columns(night=pl.lit(p), goes_on=goes_on)
        for p, f in files
    ]
    return pl.concat([empty, *parts])


def _refusing(night: Night, found: Verdicts, come: pl.DataFrame, tombs: Tombs) -> Verdicts:
    """Hold the rows that were erased: those that come tonight, and those that went on before their erasure."""
    from pipelines.dedup.rules import erased_line  # noqa: PLC0415

    covered = _covered_last(night)
    known = [m for m in night.lake.manifests(TOMBSTONES) if f"{TOMBSTONES.name}/{m.partition}" in covered]
    before = night.lake.read(TOMBSTONES, known, ["row_id"])
    lines = [erased_line(n, row) for n, row in enumerate(tombs.rows.select(DISTINCT.empty().columns).to_dicts())]
    held = pl.DataFrame(lines, schema=DUPLICATES.empty().schema)
    again = held.join(come, on="row_id", how="anti").join(before, on="row_id", how="anti")
    there = {f.name: getattr(found, f.name) for f in fields(found) if f.name != "refused_lookups"}
    left = {name: frame.join(held, on="row_id", how="anti") for name, frame in there.items()}
    left["held"] = pl.concat([left["held"], held.join(come, on="row_id", how="semi")])
    left["again_held"] = pl.concat([left["again_held"], again])
    return replace(found, **left)


def _fingerprint(
    night: Night, settings: Config, recent: pl.Series, shelf: Shelf | None, tombs: Tombs | None
) -> pl.DataFrame:
    """Fingerprint and remember the rows that no earlier night has fingerprinted, and that nobody had erased."""
    from pipelines.dedup.fingerprint import NEEDED, fingerprint  # noqa: PLC0415

    files = night.fresh_files(SUBMISSIONS, covered_by=FINGERPRINTS)
    order = ["row_id", "delivered_on", "file", "line"]
    rows = night.lake.read_files(SUBMISSIONS, files, sorted({*NEEDED, *order})).sort(order)
    rows = rows.unique("row_id", keep="first", maintain_order=True)
    rows = rows.filter(~pl.col("row_id").is_in(recent.implode()))
    if tombs:
        rows = rows.join(tombs.rows, on="row_id", how="anti")
    if shelf:
        rows = rows.join(shelf.ids(shelf.find(rows["row_id"])).to_frame(), on="row_id", how="anti")
    briefs = {p.stem: p.read_text("utf-8") for p in sorted((night.landing.root / "briefs").glob("*.txt"))}
    prints = _with_sounds(night, fingerprint(rows, briefs, settings.boilerplate), settings)
    night.write(FINGERPRINTS, prints, covers=night.names(SUBMISSIONS, files))
    return prints


def _with_sounds(night: Night, prints: pl.DataFrame, settings: Config) -> pl.DataFrame:
    """Add what ingest found on disk: the files' own hashes, those of their samples, and whose recordings they are."""
    from pipelines.dedup.recordings import echoes_of  # noqa: PLC0415
    from pipelines.dedup.sounds import hear, sounds_of  # noqa: PLC0415

    takes = night.read(TAKES).join(prints, on="row_id", how="semi")
    heard = hear(takes, {feed: night.landing.takes(feed) for feed in takes["feed"].unique()})
    there = heard.join(prints.select("row_id", "submission_id"), on="row_id").rename({"files": "sha256"})
    there = there.unique(["row_id", "sha256"], keep="first", maintain_order=True)
    night.write(ACOUSTICS, there.filter(pl.col("items").list.len() > 0))
    if takes.is_empty():
        return prints
    before = (night.lake.read(ACOUSTICS, [m]) for m in night.lake.manifests(ACOUSTICS, before=night.date))
    echoes = echoes_of(there, before, settings.recording)
    joined = prints.drop("sounds").join(sounds_of(heard), on="row_id", how="left", maintain_order="left")
    joined = joined.join(echoes, on="row_id", how="left", maintain_order="left")
    lists = {"takes": ["takes", "files"], "sounds": ["sounds", "heard"]}
    both = {
        k: pl.concat_list([pl.col(c).fill_null([]) for c in of]).list.unique().list.sort() for k, of in lists.items()
    }
    return joined.with_columns(**both).select(prints.columns)


def _quoting(
    night: Night, works: References | None, recent: pl.DataFrame, shelf: Shelf | None, settings: Config
) -> pl.Series:
    """Name the rows of history that works filed since the last night may hold, or that works taken away did hold."""
    from pipelines.dedup.references import MARK, marks_of, quoting  # noqa: PLC0415

    last = _covered_last(night)
    known = {name for name in last if name.startswith(MARK)}
    found = [pl.Series("row_id", [], pl.String)]
    fresh = [n for n, mark in enumerate(marks_of(works)) if mark not in known]
    if works and fresh:
        found.append(quoting(works, fresh, recent, shelf, settings.published))
    gone = {mark.removeprefix(MARK).rpartition("@")[0] for mark in known - set(marks_of(works))}
    for manifest in night.lake.manifests(DUPLICATES, before=night.date) if gone else []:
        held = night.lake.read(DUPLICATES, [manifest], ["row_id", "rule", "matched_submission_id"])
        held = held.filter((pl.col("rule") == "published_text") & pl.col("matched_submission_id").is_in(list(gone)))
        found.append(held["row_id"])
    return pl.concat(found).unique(maintain_order=True)


def _covered_last(night: Night) -> set[str]:
    """Name what the last night before this one judged its rows by; nothing where there was none."""
    names = night.lake.partitions(DISTINCT, before=night.date)[-1:]
    return {name for n in names if (m := night.lake.manifest(DISTINCT, n)) for name in m.covers}


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
