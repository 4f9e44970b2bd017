"""What several tests of whole nights start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import flow
from tests.whole.test_sample_nights import sample_night


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sample's first night as far as quality, once for all experiments of a module."""
    root = tmp_path_factory.mktemp("judged")
    night = sample_night(root, 1)
    for stage in ("ingest", "dedup", "quality"):
        flow.run_stage(stage, night)
    return root
