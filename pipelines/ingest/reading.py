"""Every readable submission of a landing folder, whatever its feed, for who needs rows and no night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pipelines.ingest.decode import decoder
from pipelines.ingest.feeds import load_feed
from pipelines.ingest.lines import Broken, Line, lines_of, parquet_lines
from pipelines.landing import Delivery, Landing
from pipelines.schemas.submission import Submission


def submissions(landing: Landing) -> Iterator[Submission]:
    """Read all deliveries in their order, all revisions; lines that cannot be read are passed over.

    Raises FeedError where a feed's YAML cannot be read.
    """
    for delivery in landing.deliveries(dt.date.max):
        path = landing.feed(delivery.feed)
        decode = decoder(load_feed(path) if path.exists() else None)
        for line in _lines(delivery):
            read = line if isinstance(line, Broken) else decode(line)
            if isinstance(read, Submission):
                yield read


def _lines(delivery: Delivery) -> Iterator[Line | Broken]:
    return parquet_lines(delivery.path) if delivery.name.endswith(".parquet") else lines_of(delivery.path)
