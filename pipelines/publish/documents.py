"""What is written about a version: the card, the changelog, the sums."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from pipelines.publish.changes import Changes
from pipelines.schemas.order import Order
from pipelines.versions import PublishedFile


def changelog(number: str, night: dt.date, scenes: int, changes: Changes | None, before: Path | None) -> str:
    """Write what changed, newest first, above the changelog of the version before; ids are the client's pseudonyms."""
    lines = ["# Changelog", "", f"## {number} · {night.isoformat()} · {scenes:,} scenes", ""]
    if changes is None:
        lines += ["The first version.", ""]
    elif not changes:
        lines += ["The scenes are the same; what is written about them changed.", ""]
    else:
        lines += _listed("Added", changes.added["scene_id"].to_list())
        lines += _listed("Changed", changes.changed["scene_id"].to_list())
        lines += _listed("Removed", [f"{i} · {_plain(r)}" for i, r in changes.removed.iter_rows()])
    earlier = before.read_text(encoding="utf-8").removeprefix("# Changelog\n\n") if before else ""
    return "\n".join(lines) + ("\n" + earlier if earlier else "")


def _plain(reason: str) -> str:
    return reason.removeprefix("denied:")


def _listed(title: str, items: list[str]) -> list[str]:
    return [f"{title} ({len(items):,}):", "", *(f"- {i}" for i in items), ""] if items else []


def card(order: Order, number: str, scenes: int, turns: int, use_by: dt.date | None) -> str:
    """Write the dataset card: what `datasets.load_dataset` needs to find the files, and what the client may do."""
    until = use_by.isoformat() if use_by else "not limited by a date"
    return f"""---
pretty_name: {json.dumps(order.title or order.dataset)}
license: other
license_name: by-order
configs:
- config_name: scenes
  default: true
  data_files:
  - split: train
    path: data/scenes/train-*.parquet
- config_name: turns
  data_files:
  - split: train
    path: data/turns/train-*.parquet
---
# {order.title or order.dataset}, version {number}

{scenes:,} scenes with {turns:,} turns, written and performed by people, for order `{order.order_id}`.

- Purpose: {order.purpose}. Modalities: {", ".join(order.modalities)}. Territories: {", ".join(order.territories)}.
  Onward: {order.onward}. Anything else is not licensed.
- Use by: {until}, the first date that any row is bound to.
- `scenes` and `turns` join on `scene_id`. Performers, scenes, sessions, campaigns and briefs bear pseudonyms made for
  this client alone.
- `manifest.json` lists every file with its hash, `SHA256SUMS` checks them, `CHANGELOG.md` names what came and went.
"""


def sums(files: list[PublishedFile]) -> str:
    """Write the hashes as `sha256sum --check SHA256SUMS` reads them."""
    return "".join(f"{f.sha256}  {f.path}\n" for f in files)
