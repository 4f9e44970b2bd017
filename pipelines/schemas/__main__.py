"""Write the JSON Schemas beside the types they are generated from."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pipelines.schemas.feed import Feed
from pipelines.schemas.order import Order
from pipelines.schemas.submission import Submission

HOME = Path(__file__).resolve().parent


def json_schemas() -> dict[str, bytes]:
    """Generate the JSON Schema of each public shape, by file name."""
    shapes = {"submission": Submission, "order": Order, "feed": Feed}
    return {f"{name}.schema.json": _schema(name, shape) for name, shape in shapes.items()}


def _schema(name: str, shape: type) -> bytes:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{name}/v1",
        **msgspec.json.schema(shape),
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


if __name__ == "__main__":
    for file, content in json_schemas().items():
        (HOME / file).write_bytes(content)
