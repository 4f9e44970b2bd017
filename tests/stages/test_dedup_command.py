"""`promptbook dedup`: opened alone it answers as the whole command line does, and opens no more than it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from pipelines.dedup import families as engine
from pipelines.dedup import filed
from pipelines.errors import InputError

TEXTS = [
    "one two three four five six seven eight nine",
    "a text of its own with quite other words in it",
    "",
    "ünïcode",
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "texts.parquet"
    texts = [TEXTS[0], TEXTS[1], TEXTS[0] + " ten", TEXTS[2], TEXTS[3], TEXTS[1], TEXTS[3]]
    pl.DataFrame({"id": [f"t{n}" for n in range(7)], "text": texts}).write_parquet(path)
    return path


def run(module: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)


def test_both_ways_in_find_the_same_families(source: Path, tmp_path: Path) -> None:
    for module in ("pipelines", "pipelines.cli"):
        assert run(module, "dedup", "families", source, "--out", tmp_path / f"{module}.parquet").returncode == 0
    alone = pl.read_parquet(tmp_path / "pipelines.parquet")
    assert alone["family_id"].to_list() == ["t0", "t1", "t0", "t3", "t4", "t1", "t4"]
    assert alone.equals(pl.read_parquet(tmp_path / "pipelines.cli.parquet"))


def test_an_error_is_one_line_with_its_own_exit_code(tmp_path: Path) -> None:
    found = run("pipelines", "dedup", "families", tmp_path / "none.parquet")
    assert found.returncode == InputError.exit_code
    assert "Name a Parquet file." in found.stderr
    assert "Traceback" not in found.stderr


def test_the_rest_of_the_house_stays_shut() -> None:
    heavy = ("polars", "duckdb", "pydantic_settings", "pipelines.cli")
    opened = "import sys; from pipelines import __main__ as way; way._dedup_alone()"
    code = f"{opened}; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_words_kept_and_words_read_again_measure_the_same(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = tmp_path / "many.parquet"
    pl.concat([pl.read_parquet(source).with_columns(pl.col("text") + f" {n}") for n in range(40)]).with_row_index(
        "n"
    ).with_columns(id=pl.col("n").cast(pl.String)).write_parquet(many)
    monkeypatch.setattr(filed, "BATCH_BYTES", 1024)
    found = []
    for kept in (0, 1500, 1 << 20):
        monkeypatch.setattr(filed, "KEPT_BYTES", kept)
        found.append(engine.families_of_file(many, "id", "text", tmp_path / "out.parquet", jaccard=0.5))
    assert found[0].equals(found[1])
    assert found[0].equals(found[2])
    assert found[0]["jaccard"].null_count < 200
