"""Lines to submissions: typed, checked, hashed; a line that cannot be one becomes a dead letter with the reason."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from pathlib import PurePosixPath

import msgspec

from pipelines.ingest.feeds import Record, mapper
from pipelines.ingest.lines import Broken, Line, broken
from pipelines.schemas.feed import Feed
from pipelines.schemas.submission import Submission

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")

Decode = Callable[[Line], "Submission | Broken"]


def decoder(feed: Feed | None) -> Decode:
    """Make the function that reads the lines of a feed; without a feed's YAML a line must be submission/v1."""
    if feed is None:
        typed = msgspec.json.Decoder(Submission)
        return lambda line: _judged(line, lambda: typed.decode(line.data))
    mapped = mapper(feed)
    record_of = msgspec.json.Decoder(Record)
    return lambda line: _judged(line, lambda: msgspec.convert(mapped(record_of.decode(line.data)), Submission))


def _judged(line: Line, read: Callable[[], Submission]) -> Submission | Broken:
    try:
        submission = read()
    except msgspec.ValidationError as error:
        return broken(line, "not_submission_v1", f"{error}. Fix the source, or the feed's mapping.")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return broken(line, "not_json", f"{error}. One line must hold one JSON object in UTF-8.")
    outside = [take.uri for take in submission.takes if leaves_folder(take.uri)]
    if outside:
        return broken(line, "uri_leaves_folder", "A take's uri is no path inside the feed's folder of takes.")
    return in_utc(submission)


def leaves_folder(uri: str) -> bool:
    """Tell whether a take's uri points anywhere but inside landing/takes/<feed>/."""
    parts = PurePosixPath(uri).parts
    odd = "\\" in uri or "\x00" in uri or _SCHEME.match(uri) is not None
    return odd or not parts or uri.startswith(("/", "~")) or ".." in parts


def in_utc(submission: Submission) -> Submission:
    """Read a time without a zone as UTC."""
    at = submission.submitted_at
    at = at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)
    return msgspec.structs.replace(submission, submitted_at=at)


def content_sha256(submission: Submission) -> str:
    """Hash a submission as canonical JSON: the same work has the same hash however its line was written."""
    return hashlib.sha256(msgspec.json.encode(submission, order="sorted")).hexdigest()


def row_id(submission: Submission, content: str) -> str:
    """Name a row by what it is: id, revision and content."""
    key = f"{submission.submission_id}\x00{submission.revision}\x00{content}"
    return hashlib.sha256(key.encode()).hexdigest()[:32]
