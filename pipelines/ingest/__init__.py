"""Landing files → submissions, unreadable lines → dead letters; of each submission the revision that counts."""

from __future__ import annotations

import polars as pl

from pipelines.ingest.deliver import deliver
from pipelines.ingest.keys import REMEDIES, redelivered, which_go_on
from pipelines.ingest.takes import look_at
from pipelines.logs import INGEST
from pipelines.night import Night, digest, digest_of_files
from pipelines.receipts import Receipt
from pipelines.tables.current import CURRENT
from pipelines.tables.dead_letters import DEAD_LETTERS
from pipelines.tables.redelivered import REDELIVERED
from pipelines.tables.set_aside import SET_ASIDE
from pipelines.tables.submissions import SUBMISSIONS
from pipelines.tables.takes import TAKES
from pipelines.tables.verdicts import ROW

LOG = INGEST
LINE = ["row_id", "submission_id", "revision", "delivered_on", "file", "line"]
ROW_COLUMNS = [c.name for c in ROW]


def run(night: Night) -> Receipt:
    """Take in what was delivered, and let the highest revision of each submission go on."""
    deliver(night)
    files, letters = (night.fresh_files(t, covered_by=REDELIVERED) for t in (SUBMISSIONS, DEAD_LETTERS))
    lines = night.lake.read_files(SUBMISSIONS, files, LINE)
    again = redelivered(lines, night.judged(LOG))
    tonight, earlier = _verdicts(night, lines)
    _write(night, pl.concat([tonight, earlier]))
    night.write(TAKES, look_at(_takes_to_look_at(night, lines), night.landing))
    night.write(REDELIVERED, again, covers=night.names(SUBMISSIONS, files) + night.names(DEAD_LETTERS, letters))
    dead = night.lake.read_files(DEAD_LETTERS, letters, ["rule"])
    misfiled = night.landing.misfiled()
    return night.account(
        LOG.stage,
        came=lines.height + dead.height,
        went_on=tonight.filter(pl.col("rule").is_null()).height,
        held_back=_counts(dead["rule"])
        | _counts(tonight["rule"])
        | ({"redelivered": again.height} if len(again) else {}),
        judged_again=_counts(earlier["rule"].fill_null("goes_on_after_all")),
        notes={"misfiled": ", ".join(misfiled)} if misfiled else {},
        inputs=inputs(night),
    )


def inputs(night: Night) -> dict[str, str]:
    """Name what the stage reads: delivered files by name and size, feeds by content, recordings by name and size."""
    deliveries = [(d.file, d.path.stat().st_size) for d in night.landing.deliveries(night.date)]
    takes = sorted((p.as_posix(), p.stat().st_size) for p in (night.landing.root / "takes").glob("**/*"))
    feeds = digest_of_files((night.landing.root / "feeds").glob("*.yaml"))
    return {"deliveries": digest(deliveries), "takes": digest(takes), "feeds": feeds} | night.digest_of(
        before=[CURRENT, SET_ASIDE]
    )


def _verdicts(night: Night, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Judge all rows of the submissions that tonight touches: verdicts on tonight's rows, and those that changed."""
    everything = [(m.partition, f) for m in night.lake.manifests(SUBMISSIONS, upto=night.date) for f in m.files]
    touched = (
        night.lake.read_files(SUBMISSIONS, everything, LINE)
        .join(lines.select("submission_id").unique(), on="submission_id", how="semi")
        .group_by("row_id", "submission_id", "revision")
        .agg(pl.col("delivered_on").min())
    )
    verdicts = which_go_on(touched)
    known = night.judged(LOG)
    stood = night.state(LOG, before=True).with_columns(stood=pl.lit(value=True))
    tonight = verdicts.join(known, on="row_id", how="anti")
    earlier = verdicts.join(known, on="row_id", how="semi").join(stood, on="row_id", how="left")
    changed = earlier.filter(pl.col("stood").fill_null(value=False) != pl.col("rule").is_null()).drop("stood")
    return tonight, changed


def _write(night: Night, verdicts: pl.DataFrame) -> None:
    night.write(CURRENT, verdicts.filter(pl.col("rule").is_null()).select(ROW_COLUMNS))
    held = verdicts.filter(pl.col("rule").is_not_null())
    night.write(SET_ASIDE, held.with_columns(remedy=pl.col("rule").replace_strict(REMEDIES, return_dtype=pl.String)))


def _takes_to_look_at(night: Night, lines: pl.DataFrame) -> pl.DataFrame:
    """Gather the takes of tonight's rows, and those of earlier nights that were not there yet."""
    before = pl.concat(
        [TAKES.empty(), *(night.lake.read(TAKES, [m]) for m in night.lake.manifests(TAKES, before=night.date))]
    )
    latest = before.unique(["row_id", "uri"], keep="last", maintain_order=True)
    waiting = latest.filter(pl.col("status") != "present").select("row_id")
    rows = night.rows(pl.concat([lines.select("row_id"), waiting]).unique(), ["row_id", "feed", "takes"])
    return rows.explode("takes").drop_nulls("takes").unnest("takes").unique(["row_id", "uri"]).sort("row_id", "uri")


def _counts(rules: pl.Series) -> dict[str, int]:
    return dict(rules.drop_nulls().value_counts().sort(rules.name).iter_rows())
