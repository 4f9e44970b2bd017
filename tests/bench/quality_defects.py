"""What quality finds in real sets that nobody here wrote: python -m tests.bench.quality_defects DATA prints it.

DATA as for `make real`. Every readable row is judged (dedup is left out, so that copies are judged too). Planted
defects of a set are named in its README; whatever else is held or flagged is the set's own.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import polars as pl

from pipelines import ingest, quality
from pipelines.night import Night
from pipelines.tables.current import CURRENT
from pipelines.tables.distinct import DISTINCT
from pipelines.tables.duplicates import DUPLICATES
from pipelines.tables.findings import FINDINGS
from pipelines.tables.measures import FLAGS, MEASURES
from pipelines.tables.quarantine import QUARANTINE
from pipelines.tables.recordings import RECORDINGS
from tests.whole.real import prepare


def main(data: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="promptbook-defects-") as home:
        night = prepare(data, Path(home))
        ingest.run(night)
        night.write(DISTINCT, night.read(CURRENT))
        night.write(DUPLICATES, DUPLICATES.empty())
        receipt = quality.run(night)
        print(f"came {receipt.came}, went on {receipt.went_on}, held {dict(receipt.held_back)}")  # noqa: T201
        for title, frame in tables(night).items():
            print(f"\n{title}\n" + "\n".join(str(row) for row in frame.iter_rows()))  # noqa: T201


def tables(night: Night) -> dict[str, pl.DataFrame]:
    """What was held by set and rule, what was flagged, what recordings break, what the night as a whole says."""
    measured = night.read(MEASURES)
    held = night.read(QUARANTINE).join(measured.select("row_id", "feed"), on="row_id")
    by_rule = held.group_by("feed", "rule").agg(
        pl.len(), examples=pl.concat_str("submission_id", "evidence", separator=": ").sort().head(3)
    )
    flags = [(pl.col(f) > 0).sum().alias(f) for f in (*FLAGS, "echoed_subtexts")]
    heard = night.read(RECORDINGS)
    broken = heard.select(pl.col("broken").list.join(", ")).group_by("broken").len()
    return {
        "held: set, rule, rows, examples": by_rule.sort("feed", "len", descending=[False, True]),
        "flagged scenes: set, " + ", ".join((*FLAGS, "echoed_subtexts")): measured.group_by("feed")
        .agg(*flags)
        .sort("feed"),
        "recordings: rule, takes": broken.sort("broken"),
        "findings: suite, rule, severity, count": night.read(FINDINGS).select("suite", "rule", "severity", "count"),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
