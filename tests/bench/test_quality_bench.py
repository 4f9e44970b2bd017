"""What a night costs: all measures and the suite, Great Expectations' import paid once, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUN = """
import json, resource, sys
from pathlib import Path
from pipelines import quality
from tests.bench.quality_corpus import night_at
receipt = quality.run(night_at(Path(sys.argv[1])))
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"came": receipt.came, "went_on": receipt.went_on, "held": receipt.held_back,
                  "cpu_s": round(used.ru_utime + used.ru_stime, 1), "peak_gb": round(used.ru_maxrss / 2**20, 2)}))
"""


@pytest.mark.bench
@pytest.mark.parametrize(("scenes", "cpu_s", "peak_gb"), [(20_000, 20, 3), (1_000_000, 120, 3)])
def test_a_night(scenes: int, cpu_s: float, peak_gb: float, tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    make = [sys.executable, "-m", "tests.bench.quality_corpus", str(tmp_path), str(scenes)]
    subprocess.run(make, cwd=root, check=True)
    run = [sys.executable, "-c", RUN, str(tmp_path)]
    said = json.loads(subprocess.run(run, cwd=root, check=True, capture_output=True, text=True).stdout)
    print(said)  # noqa: T201  (a benchmark's figures)
    assert said["held"] == {"no_empty_turn": scenes // 100}
    assert said["cpu_s"] <= cpu_s
    assert said["peak_gb"] <= peak_gb
