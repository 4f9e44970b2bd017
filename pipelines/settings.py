"""The only reader of the environment: where landing and lake are, the pseudonym key, limits."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a run of Promptbook may be told by its environment; every name is prefixed with PROMPTBOOK_."""

    model_config = SettingsConfigDict(env_prefix="PROMPTBOOK_", extra="ignore", env_ignore_empty=True)

    landing: Path = Path("landing")
    """The folder that others write and Promptbook only reads."""

    lake: Path = Path("lake")
    """The folder that Promptbook writes."""

    pseudonym_key: SecretStr | None = None
    """Secret from which each client's pseudonyms are derived (semantics 11). No key, no publish."""

    contracts_dsn: SecretStr | None = None
    """PostgreSQL address of the contract system; absent, the contracts are files in landing."""

    memory_limit_mb: int = 3072
    """What DuckDB may use before it spills, in MB."""

    threads: int = 2
    """Threads of DuckDB and of the dedup kernels; the result never depends on it."""


def environment() -> dict[str, str]:
    """Copy the environment for a process that we start."""
    return dict(os.environ)


def set_variable(name: str, value: str) -> None:
    """Tell a package of ours something that it only takes from the environment, before it is imported."""
    os.environ[name] = value
