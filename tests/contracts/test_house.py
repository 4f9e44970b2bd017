"""The house stays the house: one name everywhere, small files, SQL that says what it is, a compose file that holds."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.flow import STAGES

ROOT = Path(__file__).resolve().parents[2]
SQL = sorted((ROOT / "sql").rglob("*.sql"))
LONG = 300
"""Lines of a Python file; a longer one is split, or says why at its top."""


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_one_name(stage: str) -> None:
    assert (ROOT / "pipelines" / stage / "__init__.py").exists()
    assert list((ROOT / "tests" / "stages").glob(f"test_{stage}*.py"))
    assert f'"{stage}"' in (ROOT / "dags" / "nightly_build.py").read_text() or stage == "publish"


@pytest.mark.parametrize("file", SQL, ids=[f.relative_to(ROOT).as_posix() for f in SQL])
def test_a_sql_file_says_what_it_is(file: Path) -> None:
    header = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("--")][:8]
    said = {match[1] for line in header if (match := re.match(r"-- (\w+)\s", line))}
    assert {"What", "Grain", "Reads"} <= said, f"{file.name} begins with -- What, Grain, Reads"


def test_no_python_file_is_too_long() -> None:
    tracked = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=False)
    files = tracked.stdout.split() or [p.relative_to(ROOT).as_posix() for p in (ROOT / "pipelines").rglob("*.py")]
    assert [f for f in files if len((ROOT / f).read_text(encoding="utf-8").splitlines()) > LONG] == []


def test_only_settings_reads_the_environment() -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "pipelines").rglob("*.py")
        if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))
    ]
    assert readers == ["pipelines/settings.py"]


def test_the_compose_file_keeps_its_specification() -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        "docker-compose.yml",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_lock_names_no_address() -> None:
    assert not re.search(r"https?://|^--", (ROOT / "requirements.lock").read_text(), re.M)
