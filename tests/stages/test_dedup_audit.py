"""The audit: planted edits of known rates, and the engine beside an exact join and a plain one."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipelines.dedup.audit import _jaccard, _shingles, audit, edited, exact_join
from pipelines.dedup.commands import app
from tests.stages.test_dedup import words

TEXTS = [" ".join(words(n, 200)) for n in range(160)]


def test_the_prefix_filter_join_finds_what_comparing_all_pairs_finds() -> None:
    chosen = random.Random(1)  # noqa: S311
    texts = [w for n in range(25) for w in (words(n, 60), edited(words(n, 60), 0.02 * (n % 9), words(99), chosen))]
    shingles = [_shingles(" ".join(w)) for w in texts]
    for threshold in (0.3, 0.5, 0.8, 1.0):
        plain = {(b, a) for a, b in combinations(range(50), 2) if _jaccard(shingles[a], shingles[b]) >= threshold}
        assert exact_join(shingles, threshold) == plain


def test_the_engine_finds_all_that_the_exact_join_finds_and_invents_nothing() -> None:
    found = audit(TEXTS, jaccard=0.5, seed=3)
    assert found.exact_pairs == found.found_pairs > 60
    assert found.invented_pairs == 0


def test_recall_falls_with_the_edit_rate_as_the_table_of_thresholds_says() -> None:
    curve = audit(TEXTS, jaccard=0.5, seed=3).planted
    assert [p.found for p in curve if p.rate <= 0.05] == [p.copies for p in curve if p.rate <= 0.05]
    assert [p.found for p in curve if p.rate >= 0.15] == [0, 0]
    assert all(p.mean_jaccard == pytest.approx(p.expected_jaccard, abs=0.06) for p in curve)


def test_the_command_prints_the_curve(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": list(range(160)), "text": TEXTS}), tmp_path / "t.parquet")
    said = CliRunner().invoke(app, ["audit", str(tmp_path / "t.parquet"), "--sample", "40"])
    assert said.exit_code == 0
    assert "and invented 0" in said.output


def test_the_command_writes_families(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["a", "b", "c"], "text": [TEXTS[0], TEXTS[1], TEXTS[0]]}), tmp_path / "t.parquet")
    out = tmp_path / "families.parquet"
    said = CliRunner().invoke(app, ["families", str(tmp_path / "t.parquet"), "--out", str(out)])
    assert said.exit_code == 0
    assert "3 rows: 2 kept, 1 repeat an earlier row" in said.output
    assert pq.read_table(out).to_pylist()[2] == {
        "id": "c", "family_id": "a", "kept": False, "matched_id": "a", "jaccard": 1.0, "containment": 1.0,
    }  # fmt: skip
