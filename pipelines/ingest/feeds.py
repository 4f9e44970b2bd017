"""A feed's YAML applied: a source system's record becomes the builtins of submission/v1, what is left goes to extra."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import yaml

from pipelines.errors import FeedError
from pipelines.schemas.feed import Feed, Field, Fields

Record = dict[str, Any]
LISTS = {"speakers", "stage", "modalities", "characters"}
EMOTIONS = {"emotions", "undertone"}
EMPTY: tuple[object, ...] = (None, [], {})


def load_feed(path: Path) -> Feed:
    """Read a feed's YAML; FeedError names the file, the place and the rule."""
    try:
        return msgspec.convert(yaml.safe_load(path.read_bytes()), Feed)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        remedy = "Compare it with pipelines/schemas/feed.schema.json."
        raise FeedError(f"feed {path.name}", f"it is not feed/v1 ({error})", remedy) from error


def mapper(feed: Feed) -> Callable[[Record], Record]:
    """Make the function that reads one record; everything that depends on the feed alone is done once."""
    consumed = _consumed(feed)

    def read(record: Record) -> Record:
        row: Record = {}
        for target, field in feed.fields.items():
            _put(row, target, _value(target, record, record, field))
        row["performers"] = _performers(record, feed.performers)
        row["characters"] = _items(record, feed.characters)
        row["turns"] = _items(record, feed.turns)
        row["takes"] = _items(record, feed.takes)
        extra = _left_over(record, consumed)
        if extra:
            row["extra"] = extra
        return row

    return read


def _put(row: Record, target: str, value: object) -> None:
    """Set `brief.id` inside `brief`; leave out what the source does not say."""
    if value is None:
        return
    head, _, rest = target.partition(".")
    if rest:
        row.setdefault(head, {})[rest] = value
    else:
        row[head] = value


def _items(record: Record, fields: Fields) -> list[Record]:
    each = fields.get("each")
    if not isinstance(each, str):
        return []
    found = []
    lists = (item if isinstance(item, list) else [item] for item in _walk(record, each))
    for item in chain.from_iterable(lists):
        row: Record = {}
        for target, field in fields.items():
            if target != "each":
                _put(row, target, _value(target, record, item, field))
        found.append(row)
    return found


def _performers(record: Record, rules: list[Fields]) -> list[Record]:
    """Gather performers by all rules, one entry a performer: characters united, the first word on the rest kept."""
    known: dict[object, Record] = {}
    for fields in rules:
        rows = _items(record, fields if "each" in fields else {"each": ".", **fields})
        for row in rows:
            if row.get("performer_id") is None:
                continue
            seen = known.setdefault(row["performer_id"], row)
            cast = [*seen.get("characters", []), *row.get("characters", [])]
            seen.update({k: v for k, v in row.items() if k not in seen})
            if cast:
                seen["characters"] = list(dict.fromkeys(cast))
    return list(known.values())


def _value(target: str, record: Record, item: object, field: str | Field) -> object:
    """Read one target's value: a list for list targets, emotions with their vocabulary, else the value as it is."""
    rule = Field(field) if isinstance(field, str) else field
    found = list(_walk(record, rule.path[1:]) if rule.path.startswith("/") else _walk(item, rule.path))
    words = [w for w in _words(found, rule) if w is not None]
    if target in EMOTIONS:
        labels = [{"label": w, "vocabulary": rule.vocabulary} for w in words if w != ""]
        return labels if target == "emotions" else (labels[0] if labels else None)
    if target in LISTS:
        return words
    return words[0] if words else None


def _words(found: Iterable[object], rule: Field) -> Iterator[object]:
    for value in found:
        many = value if isinstance(value, list) else [value]
        for one in many:
            if not isinstance(one, str):
                yield one
                continue
            for part in one.split(rule.split) if rule.split else [one]:
                word = part.strip() if rule.trim or rule.split or rule.vocabulary else part
                yield rule.words.get(word, word)


def _walk(item: object, path: str) -> Iterator[object]:
    """Yield what lies at a path: nothing where it does not exist, every element for `[]`."""
    if path in (".", ""):
        yield item
        return
    head, _, rest = path.partition(".")
    name = head.removesuffix("[]")
    if not isinstance(item, dict) or name not in item or item[name] is None:
        return
    value = item[name]
    each = value if isinstance(value, list) and (head.endswith("[]") or rest) else [value]
    for one in each:
        yield from _walk(one, rest)


def _consumed(feed: Feed) -> dict[str, set[str]]:
    """Say which keys the feed reads: at the root under '', inside lists under the list's name."""
    consumed: dict[str, set[str]] = {"": set()}
    for fields in (feed.fields, *feed.performers, feed.characters, feed.turns, feed.takes):
        each = fields.get("each", ".")
        base = each if isinstance(each, str) and each != "." else ""
        for target, field in fields.items():
            path = field if isinstance(field, str) else field.path
            if target == "each":
                _mark(consumed, path)
            elif path.startswith("/"):
                _mark(consumed, path[1:])
            elif path != ".":
                _mark(consumed, f"{base}[].{path}" if base else path)
    return consumed


def _mark(consumed: dict[str, set[str]], path: str) -> None:
    head, _, rest = path.partition(".")
    name = head.removesuffix("[]")
    if not name:
        return
    consumed[""].add(name)
    if rest:
        consumed.setdefault(name, set()).add(rest.partition(".")[0].removesuffix("[]"))


def _left_over(record: Record, consumed: dict[str, set[str]]) -> Record:
    """Keep what no path touched: unread keys of the record, and of the elements of its lists by position."""
    left = {k: v for k, v in record.items() if k not in consumed[""] and v not in EMPTY}
    for name, known in consumed.items():
        value = record.get(name) if name else None
        if isinstance(value, dict):
            inside = {k: v for k, v in value.items() if k not in known and v not in EMPTY}
            left |= {name: inside} if inside else {}
        elif isinstance(value, list):
            strange = {str(i): _unread(v, known) for i, v in enumerate(value) if _unread(v, known)}
            left |= {name: strange} if strange else {}
    return left


def _unread(item: object, known: set[str]) -> Record:
    return {k: v for k, v in item.items() if k not in known and v not in EMPTY} if isinstance(item, dict) else {}
