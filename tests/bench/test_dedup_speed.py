"""The engine beside its peers on one corpus, in one run: CPU seconds of the whole tree, peak memory, precision, recall.

Set PROMPTBOOK_BENCH to the folder that holds make_corpus.py, measure.py, score.py and the peers' run_*.py, and
PROMPTBOOK_PEERS to a folder with one virtual environment a peer (daft, rensa, …), each with that peer installed.
PROMPTBOOK_CORPUS may name a corpus that is made already. Run with `-s` to see the table. Every process may keep its
bytecode (PYTHONDONTWRITEBYTECODE is taken from its environment), ours and the peers': the first run writes it, and the
best of three counts. It takes three minutes with daft and rensa; datasketch and datatrove take ten more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numba import njit

from pipelines.dedup.filed import batches as _batches
from pipelines.dedup.filed import hashed as _hashed
from pipelines.dedup.hashing import I64, U32, five_at
from pipelines.dedup.words import hash_texts

pytestmark = pytest.mark.bench

PEERS = {"daft": [], "rensa": ["0.5", "32"], "datasketch": [], "datatrove": []}
OURS = (sys.executable, "-c", "from pipelines.__main__ import main; main()", "dedup", "families")
"""`promptbook dedup families`, whether or not its script is on the path."""


@dataclass(frozen=True)
class Run:
    name: str
    cpu_s: float
    peak_mb: float
    score: dict[str, float]

    def __str__(self) -> str:
        s = self.score
        measured = f"{self.name:12} {self.cpu_s:8.1f} CPU s {self.peak_mb:8.0f} MB"
        return f"{measured}   precision {s['pair_precision']:.4f}   recall {s['pair_recall']:.4f}"


def folder(variable: str) -> Path:
    path = os.environ.get(variable)
    if not path:
        pytest.skip(f"{variable} is not set")
    return Path(path)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = os.environ.get("PROMPTBOOK_CORPUS")
    if made:
        return Path(made)
    home = tmp_path_factory.mktemp("corpus")
    subprocess.run([sys.executable, folder("PROMPTBOOK_BENCH") / "make_corpus.py", home], check=True)
    return home


def environment(**more: str) -> dict[str, str]:
    """The environment of every measured process: an import compiles a module once, as it does for people."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | more


def measure(name: str, command: list[str | Path], corpus: Path, home: Path, repeats: int = 1) -> Run:
    bench, result = folder("PROMPTBOOK_BENCH"), home / f"{name}.json"
    runs = []
    for _ in range(repeats):
        meter: list[str | Path] = [sys.executable, bench / "measure.py", result, "--", *command]
        subprocess.run(meter, check=True, capture_output=True, env=environment())
        runs.append(json.loads(result.read_text()))
        assert runs[-1]["rc"] == 0
    best = min(runs, key=lambda r: float(r["cpu_s"]))
    clusters = home / name / "clusters.parquet"
    if not clusters.exists():
        table = pq.read_table(home / f"{name}.parquet")
        clusters.parent.mkdir(parents=True)
        pq.write_table(pa.table({"id": table["id"], "cluster": table["family_id"]}), clusters)
    scored = subprocess.run(
        [sys.executable, bench / "score.py", clusters, corpus / "truth.parquet", name], check=True, capture_output=True
    )
    return Run(name, best["cpu_s"], best["peak_pss_MB"], json.loads(scored.stdout))


def ours(corpus: Path, home: Path) -> Run:
    target = home / "ours.parquet"
    return measure("ours", [*OURS, corpus / "corpus.parquet", "--out", target], corpus, home, repeats=3)


def test_whole_process_against_the_peers_in_one_run(corpus: Path, tmp_path: Path) -> None:
    bench, peers = folder("PROMPTBOOK_BENCH"), folder("PROMPTBOOK_PEERS")
    cold = measure_cold(corpus, tmp_path)
    mine = ours(corpus, tmp_path)
    found = [mine]
    for name, arguments in PEERS.items():
        python = peers / name / "bin" / "python"
        if python.exists():
            command: list[str | Path] = [python, bench / f"run_{name}.py", corpus, tmp_path / name, *arguments]
            found.append(measure(name, command, corpus, tmp_path, repeats=3 if name == "daft" else 1))
    print(f"\ncold (kernels compiled in the run): {cold:.1f} CPU s")  # noqa: T201
    for run in found:
        print(f"{run}   ours / it {mine.cpu_s / run.cpu_s:.2f}", flush=True)  # noqa: T201
    by_name = {run.name: run for run in found}
    assert mine.score["pair_precision"] == 1.0
    assert mine.score["pair_recall"] >= 0.999
    assert mine.score["docs_wrongly_merged"] == 0
    assert mine.peak_mb <= 900
    assert "daft" in by_name, "the peer that the target is stated against is not installed"
    assert mine.cpu_s <= 0.6 * by_name["daft"].cpu_s


def measure_cold(corpus: Path, home: Path) -> float:
    """CPU seconds with an empty cache of kernels."""
    result = home / "cold.json"
    command: list[str | Path] = [*OURS, corpus / "corpus.parquet", "--out", home / "cold.parquet"]
    meter: list[str | Path] = [sys.executable, folder("PROMPTBOOK_BENCH") / "measure.py", result, "--", *command]
    subprocess.run(meter, check=True, capture_output=True, env=environment(NUMBA_CACHE_DIR=str(home / "numba")))
    return float(json.loads(result.read_text())["cpu_s"])


@njit(nogil=True)  # type: ignore[untyped-decorator]
def shingle_once(words: U32, ends: I64) -> int:
    """Hash every shingle and keep nothing: the least that any signature has to do."""
    out = np.uint64(0)
    for r in range(len(ends) - 1):
        for i in range(ends[r], ends[r + 1] - 4):
            out ^= five_at(words, np.uint64(i))
    return int(out)


def test_the_signature_pass_beside_reading_and_shingling_once(corpus: Path) -> None:
    file = pq.ParquetFile(corpus / "corpus.parquet", pre_buffer=False)
    least, whole = [], []
    for _ in range(5):
        start = time.process_time()
        for batch in _batches(file, "text"):
            words = hash_texts(batch)
            shingle_once(words.words, words.ends)
        middle = time.process_time()
        for batch in _batches(file, "text"):
            _hashed(batch)
        least.append(middle - start)
        whole.append(time.process_time() - middle)
    ratio = min(whole) / min(least)
    print(f"\nread and shingle once {min(least):.2f}, signature pass {min(whole):.2f} CPU s, ratio {ratio:.2f}")  # noqa: T201
    assert ratio <= 1.5
