"""What others write and Promptbook only reads: the one place that knows landing's folders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.errors import InputError

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
SUFFIXES = (".ndjson", ".ndjson.gz", ".ndjson.zst", ".parquet")


@dataclass(frozen=True, order=True)
class Delivery:
    """One delivered file: landing/submissions/<feed>/<YYYY-MM-DD>/<name>."""

    delivered_on: date
    feed: str
    name: str
    path: Path

    @property
    def file(self) -> str:
        """Its path below landing/submissions, by which tables name it."""
        return f"{self.feed}/{self.delivered_on.isoformat()}/{self.name}"


class Landing:
    """The delivery folders, takes, contracts, orders, briefs and references."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def deliveries(self, upto: date) -> list[Delivery]:
        """List every delivered file dated up to a night, oldest first; only the folder's date decides."""
        home = self.root / "submissions"
        if not home.is_dir():
            remedy = "Set PROMPTBOOK_LANDING, or make a sample: promptbook sample landing --out DIR."
            raise InputError(f"landing folder {self.root}", "it has no folder submissions/", remedy)
        return sorted(d for d in _deliveries(home) if d.delivered_on <= upto)

    def misfiled(self) -> list[str]:
        """Name what lies below submissions/ where no delivery is looked for: not in <feed>/<YYYY-MM-DD>/."""
        home = self.root / "submissions"
        loose = [p for p in (*home.glob("*"), *home.glob("*/*")) if p.is_file()]
        undated = [p for p in home.glob("*/*/") if _date_of(p.name) is None]
        return sorted(p.relative_to(home).as_posix() for p in (*loose, *undated) if not p.name.startswith("."))

    def latest(self) -> date:
        """Find the latest delivery date: the night that NIGHT defaults to."""
        dates = [d.delivered_on for d in self.deliveries(date.max)]
        if not dates:
            raise InputError(f"landing folder {self.root}", "nothing was delivered", "Name a NIGHT, or deliver files.")
        return max(dates)

    def feed(self, name: str) -> Path:
        """Where a feed's YAML lies, if there is one."""
        return self.root / "feeds" / f"{name}.yaml"

    def ratings(self, upto: date) -> list[tuple[str, Path]]:
        """List the files of ratings dated up to a night as (feed, path), oldest first."""
        found = [d for d in _deliveries(self.root / "ratings") if d.delivered_on <= upto and d.name.endswith(".ndjson")]
        return [(d.feed, d.path) for d in sorted(found)]

    def takes(self, feed: str) -> Path:
        """The folder to which a take's uri is relative."""
        return self.root / "takes" / feed

    def brief(self, brief_id: str) -> Path:
        """Where a brief's text lies, if it was handed over."""
        return self.root / "briefs" / f"{brief_id}.txt"

    @property
    def contracts(self) -> Path:
        """The contract feed: one file a table."""
        return self.root / "contracts"

    @property
    def references(self) -> Path:
        """Published works that a submission must not be a copy of."""
        return self.root / "references"

    def orders(self) -> list[Path]:
        """List the orders' files by name."""
        return sorted((self.root / "orders").glob("*.yaml"))


def _deliveries(home: Path) -> Iterator[Delivery]:
    for folder in sorted(home.glob("*/*/")):
        date = _date_of(folder.name)
        if date is None:
            continue
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                yield Delivery(date, folder.parent.name, path.name, path)


def _date_of(name: str) -> date | None:
    try:
        return date.fromisoformat(name) if _DATE.fullmatch(name) else None
    except ValueError:
        return None
