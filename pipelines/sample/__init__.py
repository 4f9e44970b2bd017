"""The sample: a small written troupe whose every row's fate is known, and generators of any size with their truth."""

from __future__ import annotations

from pipelines.sample.landing import write_sample

__all__ = ["write_sample"]
