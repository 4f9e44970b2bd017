"""Write the sample's landing folder: two nights of a small troupe, and beside it what must become of every row."""

from __future__ import annotations

import gzip
import io
import json
from collections import defaultdict
from pathlib import Path

import msgspec
import zstandard

from pipelines.errors import InputError
from pipelines.sample.plan import NIGHTS, Delivered, Plan, fate_on, plan
from pipelines.sample.rights import contract_rows, order_files
from pipelines.sample.rows import submission_row
from pipelines.sample.scenes import Scene, scenes
from pipelines.sample.takes import Recording, recording

MISSING = "missing:"


def write_sample(landing: Path, night: int = 2) -> None:
    """Write everything that has been delivered by the end of night 1 or 2, and `fates.json` beside it.

    The folders of night 1 are the same bytes in both; the contracts are a snapshot, so night 2 has a row more.
    Writing the same night again changes nothing.
    """
    if night not in NIGHTS:
        raise InputError(f"sample night {night}", "the sample has nights 1 and 2", "Ask for one of them.")
    the_plan, the_scenes = plan(), scenes()
    _write_submissions(landing, the_plan, the_scenes, night)
    _write_takes(landing, the_plan, night)
    _write_contracts(landing, night)
    for name, text in order_files().items():
        _put(landing / "orders" / name, text.encode())
    for scene in the_scenes.values():
        _put(landing / "briefs" / f"brief-{scene.name}.txt", f"{scene.script.brief.text}\n".encode())
    _put(
        landing / "fates.json", json.dumps(fates(night), indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"
    )


def fates(night: int) -> dict[str, object]:
    """State what must be true after each night up to `night`.

    `{"<date>": {"rows": {"<submission>@<revision>": {stage, rule, matched, orders}}, "lines": {"<file>:<line>": …}}}`
    """
    the_plan = plan()
    return {NIGHTS[n].isoformat(): _fates_of(the_plan, n) for n in sorted(NIGHTS) if n <= night}


def _fates_of(the_plan: Plan, night: int) -> dict[str, object]:
    rows = {f"{r.submission}@{r.revision}": fate_on(r, night) for r in the_plan.rows if r.night <= night}
    lines = {
        f"{_folder(file, n)}:{number}": msgspec.to_builtins(fate)
        for (file, n), content in _lines(the_plan, night).items()
        for number, fate in _bad(the_plan, file, n, len(content))
    }
    return {"rows": {key: msgspec.to_builtins(fate) for key, fate in rows.items()}, "lines": lines}


def _lines(the_plan: Plan, night: int) -> dict[tuple[str, int], list[Delivered]]:
    """Group the readable rows by the file of a night that holds them, in the plan's order."""
    grouped: dict[tuple[str, int], list[Delivered]] = defaultdict(list)
    for row in the_plan.rows:
        if row.night <= night:
            grouped[row.file, row.night].append(row)
    return grouped


def _bad(the_plan: Plan, file: str, night: int, after: int) -> list[tuple[int, object]]:
    """The bad lines of a file come after its good ones; lines count from 1."""
    found = [bad for bad in the_plan.bad_lines if (bad.file, bad.night) == (file, night)]
    return [(after + i, bad.fate) for i, bad in enumerate(found, start=1)]


def _folder(file: str, night: int) -> str:
    feed, name = file.split("/")
    return f"{feed}/{NIGHTS[night].isoformat()}/{name}"


def _write_submissions(landing: Path, the_plan: Plan, the_scenes: dict[str, Scene], night: int) -> None:
    encode = msgspec.json.Encoder().encode
    for (file, n), rows in _lines(the_plan, night).items():
        lines = [encode(submission_row(row, the_scenes[row.scene], _take_of(row))) for row in rows]
        lines += [bad.text.encode() for bad in the_plan.bad_lines if (bad.file, bad.night) == (file, n)]
        _put(landing / "submissions" / _folder(file, n), _packed(file, b"\n".join(lines) + b"\n"))


def _write_takes(landing: Path, the_plan: Plan, night: int) -> None:
    for row in the_plan.rows:
        take = _take_of(row)
        if row.night <= night and take is not None and not (row.take or "").startswith(MISSING):
            _put(landing / "takes" / row.file.split("/")[0] / take.uri, take.data)


def _take_of(row: Delivered) -> Recording | None:
    return None if row.take is None else recording(row.take.removeprefix(MISSING))


def _write_contracts(landing: Path, night: int) -> None:
    for table, rows in contract_rows(night).items():
        lines = [json.dumps(row, sort_keys=True, ensure_ascii=False) for row in rows]
        _put(landing / "contracts" / f"{table}.ndjson", ("\n".join(lines) + "\n").encode())


def _packed(name: str, data: bytes) -> bytes:
    if name.endswith(".gz"):
        out = io.BytesIO()
        with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as file:
            file.write(data)
        return out.getvalue()
    return zstandard.ZstdCompressor(level=3).compress(data) if name.endswith(".zst") else data


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
