"""The golden nights: every row of the sample meets the fate that its author wrote down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from pipelines import flow
from pipelines.night import Night
from pipelines.receipts import Receipt
from pipelines.rights import seal_folder
from pipelines.rights.commands import app as rights
from pipelines.sample import write_sample
from pipelines.sample.plan import NIGHTS
from pipelines.settings import Settings
from pipelines.summary import receipts_of
from tests.whole import fates


def settings_of(root: Path, lake: str = "lake") -> Settings:
    return Settings(landing=root / "landing", lake=root / lake, pseudonym_key=SecretStr("a sample key, no secret"))


def sample_night(root: Path, number: int) -> Night:
    """Write the landing folder as it is at the end of a night, sealed, and open the night."""
    write_sample(root / "landing", number)
    seal_folder(root / "landing" / "contracts")
    return flow.open_night(NIGHTS[number], settings=settings_of(root))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="module")
def two_nights(root: Path) -> dict[int, tuple[dict[str, Any], dict[str, Any], list[Receipt]]]:
    """Build both nights, one after the other, and read after each what became of the rows."""
    found = {}
    for number in NIGHTS:
        night = sample_night(root, number)
        flow.build(night)
        found[number] = (fates.rows(night), fates.lines(night), receipts_of(night))
    return found


def due(root: Path, number: int) -> dict[str, Any]:
    write_sample(root, number)
    stated: dict[str, Any] = json.loads((root / "fates.json").read_text())[NIGHTS[number].isoformat()]
    return stated


@pytest.mark.parametrize("number", NIGHTS)
def test_every_row_meets_its_fate(two_nights: dict[int, Any], tmp_path: Path, number: int) -> None:
    assert two_nights[number][0] == due(tmp_path, number)["rows"]


@pytest.mark.parametrize("number", NIGHTS)
def test_every_bad_line_is_a_dead_letter(two_nights: dict[int, Any], tmp_path: Path, number: int) -> None:
    assert two_nights[number][1] == due(tmp_path, number)["lines"]


@pytest.mark.parametrize("number", NIGHTS)
def test_what_goes_on_from_a_stage_is_what_comes_to_the_next(two_nights: dict[int, Any], number: int) -> None:
    receipts = {r.stage: r for r in two_nights[number][2] if r.part is None}
    assert receipts["dedup"].came == receipts["ingest"].went_on
    assert receipts["quality"].came == receipts["dedup"].went_on


@pytest.mark.usefixtures("two_nights")
def test_who_has_to_be_told_of_a_withdrawal_is_one_command(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTBOOK_LANDING", str(root / "landing"))
    monkeypatch.setenv("PROMPTBOOK_LAKE", str(root / "lake"))
    told = CliRunner().invoke(rights, ["notices", "--json"])
    assert told.exit_code == 0, told.output
    [notice] = [json.loads(line) for line in told.output.splitlines()]
    asked = {"revocation_id": "rev-ruben-interpreter", "asked": "stop", "is_acknowledged": False}
    given = {"client_id": "cl-almanac", "dataset": "scenes", "dataset_version": "1.0.0"}
    assert (asked | given | {"submission_id": "sub-the-interpreter"}).items() <= notice.items()
