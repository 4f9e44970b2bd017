"""Is it worth training on: measures of each submission, reviewed suites, quarantine, gates before publication."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from pipelines.logs import DEDUP, INGEST, QUALITY
from pipelines.night import Night, count_by_rule, digest_of_files
from pipelines.quality import desk, engine
from pipelines.quality.answers import keep_answers
from pipelines.quality.drift import drift, profile
from pipelines.quality.gates import check_contracts, check_published
from pipelines.quality.judge import Finding, Split, check_closed, judge_by_campaign, with_places
from pipelines.quality.mechanical import check_stored
from pipelines.quality.orders import digest_of_overlay, held_for
from pipelines.quality.suite import load_judgement, load_overlays
from pipelines.quality.vocabulary import HOME
from pipelines.receipts import Receipt
from pipelines.tables.accepted import ACCEPTED
from pipelines.tables.findings import FINDINGS
from pipelines.tables.measures import MEASURES
from pipelines.tables.perceived import PERCEIVED
from pipelines.tables.phrases import PHRASES
from pipelines.tables.profiles import PROFILES
from pipelines.tables.quarantine import QUARANTINE
from pipelines.tables.recordings import RECORDINGS
from pipelines.tables.releases import RELEASES
from pipelines.tables.stock import STOCK
from pipelines.tables.submissions import SUBMISSIONS
from pipelines.tables.takes import TAKES
from pipelines.tables.voices import VOICES

if TYPE_CHECKING:
    from pipelines.quality.stock import Phrases

__all__ = [
    "LOG",
    "UPSTREAM",
    "check_contracts",
    "check_gate",
    "check_published",
    "digest_of_overlay",
    "held_for",
    "inputs",
    "run",
]

ROWS_AT_ONCE = 25_000
"""Scenes measured at a time: about 50 MB of text, and 0.3 GB with the arrays laid flat."""
LOG = QUALITY
UPSTREAM = (INGEST, DEDUP)
"""The stages whose verdicts decide what comes here, by their tables: stages never import each other."""


def run(night: Night) -> Receipt:
    """Hold back what is not good enough, and say why; critical findings close the night's gate.

    What Great Expectations answered lies beside the night's page, in lake/reports.
    """
    with engine.recorded() as answers:
        receipt = _run(night)
    keep_answers(night, answers)
    return receipt


def _run(night: Night) -> Receipt:
    from pipelines.quality.measure import measure  # noqa: PLC0415  (numba costs a second to import)
    from pipelines.quality.stock import Phrases, limit_for  # noqa: PLC0415

    suite, overlays, judgement = load_judgement(), load_overlays(), judgement_of(HOME)
    shows = suite.shows.union(*(overlay.shows for overlay in overlays.values()))
    coming, decided = night.coming_to(LOG, UPSTREAM), desk.decisions(night)
    again = desk.to_judge_again(desk.on_the_desk(night, LOG, UPSTREAM, before=True), decided, judgement)
    rows = pl.concat([coming.select("row_id"), again])
    phrases, scenes, voices, places = Phrases(limit=limit_for(rows.height)), [MEASURES.empty()], [VOICES.empty()], []
    for part in read_rows(night, rows):
        one = measure(part, shows, phrases.limit)
        phrases.add(one.phrases)
        scenes.append(one.scenes)
        voices.append(one.voices)
        places.append(one.places)
    night.write(VOICES, pl.concat(voices))
    voices.clear()
    measured = pl.concat(scenes)
    split = desk.forgive(judge_by_campaign(measured, suite, overlays, judgement), decided)
    split = with_places(split, places, suite, overlays.values())
    night.write(MEASURES, measured)
    night.write(ACCEPTED, split.kept)
    night.write(QUARANTINE, split.held)
    heard = _listen(night)
    moved = _drift(night, measured.join(coming, on="row_id", how="semi"), split)
    sound = [f for table in (SUBMISSIONS, TAKES, RECORDINGS) for f in check_stored(night.lake, table, night.name)]
    found = [*split.findings, *heard, *moved, *_novelty(night, phrases), *_perceived(night), *sound]
    night.write(FINDINGS, as_frame(found))
    return night.account(
        LOG.stage,
        came=coming.height,
        went_on=split.kept.join(coming, on="row_id", how="semi").height,
        held_back=count_by_rule(split.held.join(coming, on="row_id", how="semi", maintain_order="left")),
        judged_again=_judged_again(split, again),
        inputs=inputs(night),
    )


def inputs(night: Night) -> dict[str, str]:
    """Name what the stage reads: the verdicts before it, its own earlier ones, and the reviewed judgement."""
    upstream = [table for log in UPSTREAM for table in (log.kept, log.held)]
    read = night.digest_of(upto=[SUBMISSIONS, *upstream], before=[ACCEPTED, QUARANTINE, RELEASES, PROFILES, PHRASES])
    ratings = digest_of_files(path for _, path in night.landing.ratings(night.date))
    return read | {"expectations": digest_of_files(sorted(HOME.rglob("*.json"))), "ratings": ratings}


def check_gate(night: Night) -> None:
    """Raise GateClosed where a critical finding of this night stops publication and nobody has opened it.

    The accepted set stands as it is: a gate delays publication and nothing else (semantics 15).
    """
    found = night.read(FINDINGS).filter(pl.col("severity") == "critical")
    shut = found.join(desk.openings(night), on="rule", how="anti")
    check_closed([Finding(**row) for row in shut.iter_rows(named=True)], f"night {night.name}")


def judgement_of(home: Path) -> str:
    """Hash what decides whether a row is held: the suites of submissions and scenes, overlays, the vocabularies."""
    files = [
        home / "submissions.json",
        home / "scenes.json",
        *home.glob("overlays/*.json"),
        *home.glob("vocabularies/*.json"),
    ]
    return digest_of_files(files)


def _listen(night: Night) -> tuple[Finding, ...]:
    """Measure the takes that ingest found tonight, and write what they break beside them."""
    present = night.read(TAKES).filter(status="present")
    found, findings = RECORDINGS.empty(), tuple[Finding, ...]()
    if present.height:
        from pipelines.quality.takes import judge_takes, measure_take  # noqa: PLC0415

        declared = night.rows(present.select("row_id").unique(), ["row_id", "takes"]).explode("takes")
        lengths = declared.select(
            "row_id", pl.col("takes").struct.field("uri"), pl.col("takes").struct.field("duration_s")
        )
        said = present.join(lengths.unique(["row_id", "uri"]), on=["row_id", "uri"], how="left")
        heard = [
            line | measure_take(night.landing.takes(line["feed"]) / line["uri"], line["duration_s"])
            for line in said.sort("row_id", "uri").iter_rows(named=True)
        ]
        schema = {n: k for n, k in RECORDINGS.empty().schema.items() if n not in ("broken", "is_broken")}
        found, findings = judge_takes(pl.DataFrame(heard, schema_overrides=schema).select(list(schema)))
    night.write(RECORDINGS, found)
    return findings


def _drift(night: Night, measured: pl.DataFrame, split: Split) -> list[Finding]:
    """Keep the night's profile, and hold it against those of the nights before."""
    tonight = profile(measured, split.held)
    night.write(PROFILES, tonight)
    return drift(tonight, [night.lake.read(PROFILES, [m]) for m in night.lake.manifests(PROFILES, before=night.date)])


def _novelty(night: Night, phrases: Phrases) -> tuple[Finding, ...]:
    """Keep which phrases were said by whom, and report rows made of what many performers share."""
    from pipelines.quality.stock import NIGHTS, judge_stock, stock  # noqa: PLC0415

    past = [night.lake.read(PHRASES, [m]) for m in night.lake.manifests(PHRASES, before=night.date)[-NIGHTS:]]
    found = stock(phrases, past)
    night.write(PHRASES, phrases.said)
    night.write(STOCK, found)
    return judge_stock(found)


def _perceived(night: Night) -> tuple[Finding, ...]:
    """Measure what raters perceive of the works that go on, and report the lines that cannot be read."""
    from pipelines.quality.perceived import perceived, read_ratings  # noqa: PLC0415

    ratings, strange = read_ratings(night.landing.ratings(night.date))
    found = PERCEIVED.empty()
    if ratings.height:
        rated = ratings.select("feed", "submission_id").unique()
        known = night.rows(night.going_on(UPSTREAM), ["row_id", "feed", "submission_id"])
        known = known.join(rated, on=["feed", "submission_id"], how="semi")
        found = perceived(ratings, night.rows(known, ["row_id", "feed", "submission_id", "turns"]))
    night.write(PERCEIVED, found)
    why, remedy = "A rating that cannot be read counts for nobody.", "Deliver the line again in the form of a rating."
    broken = Finding("ratings", "ratings_readable", "", "info", len(strange), ", ".join(strange[:5]), why, remedy)
    return (broken,) if strange else ()


def _judged_again(split: Split, again: pl.DataFrame) -> dict[str, int]:
    """Count rows of earlier nights that tonight saw again, by their first rule, or as let go."""
    still = count_by_rule(split.held.join(again, on="row_id", how="semi", maintain_order="left"))
    free = split.kept.join(again, on="row_id", how="semi").height
    return still | ({"goes_on_after_all": free} if free else {})


def read_rows(night: Night, ids: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Read the submissions with the given ids, file by file and each once, so that memory stays that of a file.

    Only the columns that are measured. A file whose every row is wanted is not copied again.
    """
    from pipelines.quality.measure import NEEDED  # noqa: PLC0415

    wanted = ids.select("row_id")
    for manifest in night.lake.manifests(SUBMISSIONS, upto=night.date):
        for file in manifest.files:
            place = [(manifest.partition, file)]
            here = night.lake.read_files(SUBMISSIONS, place, ["row_id"]).join(wanted, on="row_id", how="semi")
            if here.height:
                rows = night.lake.read_files(SUBMISSIONS, place, NEEDED)
                if here.height < rows.height:
                    rows = rows.join(wanted, on="row_id", how="semi")
                if here["row_id"].n_unique() < here.height:
                    rows = rows.unique("row_id", keep="first", maintain_order=True)
                yield from rows.iter_slices(ROWS_AT_ONCE)
                wanted = wanted.join(here, on="row_id", how="anti")


def as_frame(findings: Iterable[Finding]) -> pl.DataFrame:
    """Lay findings out as the table `findings`."""
    rows = [{c.name: getattr(f, c.name) for c in FINDINGS} for f in findings]
    return pl.DataFrame(rows, schema=pl.Schema(FINDINGS.arrow))
