"""Rows of submissions → fingerprints: the performed words without the brief's, the turns' labels, the takes' hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.dedup.hashing import I64, U8, all_shingles, mark_stock
from pipelines.dedup.words import Words, hash_texts
from pipelines.tables.fingerprints import FINGERPRINTS

NEEDED = ("row_id", "submission_id", "revision", "submitted_at", "feed", "performers", "brief", "turns", "takes")
"""The columns of `submissions` that dedup reads."""


def fingerprint(
    rows: pl.DataFrame, briefs: Mapping[str, str] | None = None, boilerplate: Mapping[str, list[str]] | None = None
) -> pl.DataFrame:
    """Fingerprint rows of submissions (the columns NEEDED); returns the columns of FINGERPRINTS, one line a row.

    `briefs`: texts of landing/briefs by brief id, for rows whose brief brings no text. `boilerplate`: stock
    texts by feed. `sounds` is left empty: only the shell can read files.
    """
    rows = rows.sort("row_id")
    turn_ends, texts = _turn_texts(rows)
    words = hash_texts(texts)
    stock = _stock_of(rows, briefs or {}, boilerplate or {})
    keep = _kept_words(words, turn_ends, stock) * np.repeat(
        _is_text(rows).to_numpy().astype(np.uint8), np.diff(words.ends[turn_ends])
    )
    kept_before = np.concatenate((np.zeros(1, np.int64), np.cumsum(keep, dtype=np.int64)))
    ends = kept_before[words.ends]
    simple = rows.select(
        "row_id",
        "submission_id",
        "revision",
        "submitted_at",
        performers=pl.col("performers").list.eval(pl.element().struct.field("performer_id")).list.sort(),
        is_text=_is_text(rows),
        brief_text_unknown=pl.Series([not brief for brief in stock["brief"]], dtype=pl.Boolean),
        turn_labels=_labels(rows),
        takes=pl.col("takes").list.eval(pl.element().struct.field("sha256").drop_nulls()).list.sort(),
        sounds=pl.lit([], dtype=pl.List(pl.String)),
    )
    lists = {
        "words": _lists(words.words[keep.astype(bool)], ends[turn_ends], pa.uint32()),
        "turn_words": _lists(np.diff(ends).astype(np.uint32), turn_ends, pa.uint32()),
    }
    return simple.with_columns(**lists).select(FINGERPRINTS.empty().columns)


def _turn_texts(rows: pl.DataFrame) -> tuple[I64, pa.Array]:
    """Look at all turns' texts as one column, and where each row's turns end."""
    turns = rows["turns"].to_arrow()
    texts = turns.flatten().field("text") if not turns.flatten().null_count else turns.flatten().flatten()[2]
    ends = np.zeros(rows.height + 1, np.int64)
    np.cumsum(rows["turns"].list.len().fill_null(0).to_numpy(), out=ends[1:])
    return ends, texts


def _is_text(rows: pl.DataFrame) -> pl.Series:
    """Say which rows are text work: a performer's modalities hold text, or there is no take."""
    modalities = pl.col("performers").list.eval(pl.element().struct.field("modalities").list.contains("text"))
    said = modalities.list.any().fill_null(value=False)
    return rows.select((said | (pl.col("takes").list.len().fill_null(0) == 0)).alias("is_text")).to_series()


def _stock_of(rows: pl.DataFrame, briefs: Mapping[str, str], boilerplate: Mapping[str, list[str]]) -> pl.DataFrame:
    """Name, for each row, the texts that are not the performer's: the brief (empty where unknown), the feed's stock."""
    brief = pl.col("brief").struct.field("text")
    filed = (
        pl.col("brief")
        .struct.field("id")
        .replace_strict(dict(briefs) or {"": ""}, default=None, return_dtype=pl.String)
    )
    stock = pl.col("feed").replace_strict(
        {k: "\n".join(v) for k, v in boilerplate.items()} or {"": ""}, default=None, return_dtype=pl.String
    )
    return rows.select(brief=pl.coalesce(brief, filed).fill_null(""), stock=stock.fill_null(""))


def _kept_words(words: Words, turn_ends: I64, stock: pl.DataFrame) -> U8:
    """Mark the words that are the performer's: 0 where a five-word run stands in the brief or the feed's stock text."""
    keep = np.ones(len(words.words), np.uint8)
    row_ends = words.ends[turn_ends]
    groups = stock.with_row_index("row").filter((pl.col("brief") != "") | (pl.col("stock") != ""))
    for (brief, text), members in groups.group_by("brief", "stock", maintain_order=True):
        both = hash_texts(pa.array([str(brief), str(text)], pa.large_string()))
        parts = [all_shingles(both.words[both.ends[i] : both.ends[i + 1]]) for i in (0, 1)]
        shingles = np.unique(np.concatenate(parts))
        for row in members["row"].to_list():
            mark_stock(words.words, row_ends[row], row_ends[row + 1], shingles, keep)
    return keep


def _labels(rows: pl.DataFrame) -> pl.Series:
    """Hash each turn's emotions, undertone and intensity code; 0 where it carries none."""
    turn = pl.element().struct
    emotions = turn.field("emotions").list.eval(
        pl.concat_str(
            pl.element().struct.field("vocabulary").fill_null(""), pl.element().struct.field("label"), separator=":"
        )
    )
    undertone = turn.field("undertone").struct.field("label").fill_null("")
    intensity = turn.field("intensity").struct.field("code").fill_null("")
    said = rows.select(
        pl.col("turns").list.eval(
            pl.concat_str(emotions.list.sort().list.join("+").fill_null(""), undertone, intensity, separator="|")
        )
    ).to_series()
    flat = said.explode(empty_as_null=False, keep_nulls=False)
    known = {text: _name(text) for text in flat.unique().to_list() if text is not None}
    codes = flat.replace_strict(known or {"": 0}, return_dtype=pl.UInt64)
    ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(said.list.len().fill_null(0).to_numpy())))
    return _lists(codes.to_numpy(), ends, pa.uint64())


def _name(label: str) -> int:
    if not label.strip("|"):
        return 0
    return int.from_bytes(hashlib.blake2b(label.encode(), digest_size=8).digest(), "little") | 1


def _lists(values: np.ndarray, ends: I64, of: pa.DataType) -> pl.Series:
    """Cut a flat array into one list a row."""
    lists = pa.LargeListArray.from_arrays(pa.array(ends, pa.int64()), pa.array(values, of))
    series = pl.from_arrow(lists)
    assert isinstance(series, pl.Series)  # noqa: S101  (narrows polars' union type)
    return series
