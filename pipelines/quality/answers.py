"""What Great Expectations answered in a night, beside the night's page; it carries wall time, so no hash sees it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from pipelines.lake import write_durably
from pipelines.night import Night


def answers_of(night: Night) -> Path:
    """Where a night's answers lie."""
    return night.lake.root / "reports" / f"{night.name}.expectations.json"


def keep_answers(night: Night, answers: Sequence[dict[str, Any]]) -> Path:
    """Write the answers of a night's suites; `lines` are the kinds of rows that each was asked about."""
    whole = {"night": night.name, "validations": list(answers)}
    path = answers_of(night)
    write_durably(path, msgspec.json.format(msgspec.json.encode(whole, enc_hook=str), indent=1))
    return path
