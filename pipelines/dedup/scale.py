"""Families beyond one machine: the same kernels as Daft UDFs, on its native engine or on a Ray cluster.

Each partition of the file is hashed where it lies; the keys of the texts meet in buckets, which name the pairs that
share some, by the rule of one machine; the words of both sides of a pair are joined and measured exactly. The result is
the single machine's, row by row (a test compares them on two Ray workers).

When to switch: a file that one machine cannot hold (a million scenes take 2.5 GB; 16,777,215 rows are the most), or one
that lies in pieces on a cluster's storage. Before that it only costs more. Measured on 100,000 scenes and 2 cores, n=1,
others at work: alone 3.0 CPU seconds and 0.5 GB; Daft on this machine 20.7 and 3.6 GB; Ray on this machine 50.2 and
2.6 GB, of which about 20 are its own start. Half of Daft's cost is bringing keys and pairs together. The driver holds
60 bytes a row and the candidates: by that, 6 GB for 100 million rows.

Needs the extra `[scale]`, which locks apart from the rest: Daft 0.7 holds Arrow at 25.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import daft
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from daft import DataType, col
from daft.functions import monotonically_increasing_id

from pipelines.dedup.families import as_table, first_equal, tied
from pipelines.dedup.filed import Progress, hashed
from pipelines.dedup.hashing import I64, U32, U64
from pipelines.dedup.lookup import B8
from pipelines.dedup.measure import exact_overlap, likely
from pipelines.dedup.meeting import are_candidates, census, is_stocked, least, meet
from pipelines.dedup.pairs import Pairs
from pipelines.errors import InputError

Engine = Literal["daft", "ray"]

BUCKETS = 16
"""Keys meet in so many groups: what one worker holds at a time is a sixteenth of all keys."""

_U32S, _U64S = DataType.list(DataType.uint32()), DataType.list(DataType.uint64())
_HASHED = DataType.struct({"text": DataType.uint64(), "words": _U32S, "keys": _U32S, "marks": _U64S})
_CENSUS = DataType.struct({name: DataType.int64() for name in ("owner", "keys", "stock")})
_MET = DataType.struct({name: DataType.int64() for name in ("who", "whom", "shared")})
_MEASURED = DataType.struct(
    {"near": DataType.bool(), "shared": DataType.int64(), "mine": DataType.int64(), "theirs": DataType.int64()}
)


def families_on(
    engine: Engine, source: Path, id_column: str, text_column: str, target: Path, *, jaccard: float,
    address: str | None = None, progress: Progress = lambda *_: None,
) -> pa.Table:  # fmt: skip
    """Write what families_of_file writes, by Daft on this machine or by Ray on a cluster; the same rows in one order.

    `address`: a Ray cluster's; a cluster of this machine alone is started where None. InputError where the file cannot
    be read or lacks a column.
    """
    if engine == "ray":
        _start_ray(address)
    texts = _opened(source, id_column, text_column)
    hashes = _hashed(texts, id_column, text_column)
    rows = hashes.select("node", "id", "text").to_arrow().combine_chunks().sort_by("node")
    progress("read", rows.num_rows, rows.num_rows)
    equal = first_equal(rows["text"].to_numpy())
    numbered = pa.table({"node": rows["node"], "row": np.arange(rows.num_rows, dtype=np.int64)})
    firsts = daft.from_arrow(numbered.filter(pa.array(equal < 0)))  # what a copy is near, the first is
    marks = hashes.select("node", "marks").join(firsts, on="node").select("row", "marks").collect()
    who, whom = _candidates(marks, rows.num_rows, jaccard)
    some = daft.from_arrow(numbered.take(pa.array(np.union1d(who, whom))))
    pairs = _measured(hashes.select("node", "words", "keys").join(some, on="node").collect(), who, whom, jaccard)
    progress("compare", rows.num_rows, rows.num_rows)
    table = as_table(tied(pairs, equal), _short(rows["id"].combine_chunks()))
    pq.write_table(table, target, compression="zstd")
    return table


def _start_ray(address: str | None) -> None:
    """Join a cluster, or start one of this machine alone, that listens to nobody else and tells nobody."""
    import ray  # noqa: PLC0415

    where = {"address": address} if address else {"address": "local", "include_dashboard": False}
    if not ray.is_initialized():
        ray.init(**where, log_to_driver=False)
    daft.set_runner_ray(noop_if_initialized=True)


def _opened(source: Path, id_column: str, text_column: str) -> daft.DataFrame:
    try:
        frame = daft.read_parquet(str(source))
    except (FileNotFoundError, daft.exceptions.DaftCoreException) as error:
        raise InputError(f"file {source}", f"it cannot be read as Parquet ({error})", "Name a Parquet file.") from error
    missing = [c for c in (id_column, text_column) if c not in frame.column_names]
    if missing:
        raise InputError(f"file {source}", f"it has no column {missing}", f"Its columns are {frame.column_names}.")
    chosen = frame.select(col(id_column), col(text_column).cast(DataType.string()).alias(text_column))
    return chosen.with_column("node", monotonically_increasing_id())


def _hashed(texts: daft.DataFrame, id_column: str, text_column: str) -> daft.DataFrame:
    """Hash all texts where they lie, and keep what comes of it there: node, id, text, words, keys, marks."""

    @daft.func.batch(return_dtype=_HASHED)
    def read(texts: daft.Series) -> pa.StructArray:
        """Hash one piece of the column, as one machine hashes a batch."""
        found = hashed(texts.to_arrow())
        owners = (found.entries & np.uint64(0xFFFFFF)).astype(np.int64)
        lists = (
            (found.words, found.lengths),
            (found.keys, found.key_counts),
            (found.entries >> np.uint64(24), np.bincount(owners, minlength=len(found.texts))),
        )
        return pa.StructArray.from_arrays(
            [pa.array(found.texts), *(_lists(values, counts) for values, counts in lists)],
            ["text", "words", "keys", "marks"],
        )

    names = ("text", "words", "keys", "marks")
    columns = [col("hashed").get(name).alias(name) for name in names]
    return (
        texts.with_column("hashed", read(col(text_column)))
        .select("node", col(id_column).alias("id"), *columns)
        .collect()
    )


def _candidates(texts: daft.DataFrame, rows: int, jaccard: float) -> tuple[I64, I64]:
    """Let the keys of all texts (row, marks) meet, a bucket at a time, and choose the pairs worth measuring."""

    @daft.func.batch(return_dtype=_CENSUS)
    def count(marks: daft.Series, numbers: daft.Series) -> pa.StructArray:
        """Count keys and stock keys of the rows of this bucket."""
        return _struct(census(_numbers(marks), _numbers(numbers)), ("owner", "keys", "stock"))

    @daft.func.batch(return_dtype=_MET)
    def pair(marks: daft.Series, numbers: daft.Series, stocked: daft.Series) -> pa.StructArray:
        """Pair the rows that share keys of this bucket."""
        parts = meet(_numbers(marks), _numbers(numbers), _numbers(stocked).astype(np.bool_))
        return _struct(parts, ("who", "whom", "shared"))

    keys = texts.explode("marks").where(col("marks").not_null()).with_column("bucket", col("marks") % BUCKETS)
    counted = keys.groupby("bucket").map_groups(count(col("marks"), col("row")).alias("c"))
    counted = counted.select(*(col("c").get(name).alias(name) for name in ("owner", "keys", "stock")))
    table = counted.groupby("owner").agg(col("keys").sum(), col("stock").sum()).to_arrow()
    sizes, stock = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    sizes[table["owner"].to_numpy()], stock[table["owner"].to_numpy()] = table["keys"], table["stock"]
    stocked = is_stocked(sizes, stock, jaccard).astype(np.int64)
    each = pa.table({"row": np.arange(rows), "stocked": stocked, "least": least(sizes, jaccard)})
    keys = keys.join(daft.from_arrow(each.select(["row", "stocked"])), on="row")
    met = keys.groupby("bucket").map_groups(pair(col("marks"), col("row"), col("stocked")).alias("m"))
    met = met.select(*(col("m").get(name).alias(name) for name in ("who", "whom", "shared")))
    found = met.groupby("who", "whom").agg(col("shared").sum())
    found = found.join(daft.from_arrow(each.select(["row", "least"])), left_on="who", right_on="row")
    found = found.where(col("shared") >= col("least")).select("who", "whom", "shared")
    table = found.to_arrow()
    who, whom, shared = (table[name].to_numpy() for name in ("who", "whom", "shared"))
    good = are_candidates(sizes[who], sizes[whom], shared, jaccard)
    return who[good], whom[good]


def _numbers(column: daft.Series) -> np.ndarray:
    found: np.ndarray = column.to_arrow().to_numpy()
    return found


def _struct(parts: Sequence[np.ndarray], names: Sequence[str]) -> pa.StructArray:
    return pa.StructArray.from_arrays([pa.array(part) for part in parts], list(names))


def _measured(texts: daft.DataFrame, who: I64, whom: I64, jaccard: float) -> Pairs:
    """Bring the words of both sides of each pair together and measure them."""
    floor = 2 * jaccard / (1 + jaccard)

    @daft.func.batch(return_dtype=_MEASURED)
    def measure(words: daft.Series, keys: daft.Series, others: daft.Series, other_keys: daft.Series) -> pa.StructArray:
        """Measure the pairs of one piece exactly, after the look at their sketches."""
        (a, a_ends), (a_keys, a_key_ends) = _flat(words), _flat(keys)
        (b, b_ends), (b_keys, b_key_ends) = _flat(others), _flat(other_keys)
        each = np.arange(len(a_ends) - 1)
        sides = each.astype(np.uint32), each.astype(np.uint32)
        near: B8 = likely(*sides, a_keys, a_key_ends, a_ends, b_keys, b_key_ends, b_ends, floor)
        counts = exact_overlap(each, each, a, a_ends, b, b_ends)
        near &= counts[0] >= jaccard * (counts[1] + counts[2] - counts[0])
        return pa.StructArray.from_arrays(
            [pa.array(near), *map(pa.array, counts)], ["near", "shared", "mine", "theirs"]
        )

    pairs = daft.from_arrow(pa.table({"row": who, "earlier": whom}))
    mine = texts.select("row", "words", "keys")
    theirs = texts.select(
        *(col(c).alias(n) for c, n in (("row", "earlier"), ("words", "others"), ("keys", "other_keys")))
    )
    found = pairs.join(mine, on="row").join(theirs, on="earlier")
    measured = measure(col("words"), col("keys"), col("others"), col("other_keys"))
    found = found.with_column("m", measured).select("row", "earlier", *(col("m").get(f).alias(f) for f in _FIELDS))
    table = (
        found.where(col("near")).to_arrow().combine_chunks().sort_by([("row", "ascending"), ("earlier", "ascending")])
    )
    return Pairs(*(table[name].to_numpy() for name in ("row", "earlier", "shared", "mine", "theirs")))


def _short(ids: pa.Array) -> pa.Array:
    """See Daft's long strings as what Parquet held, where they fit."""
    return ids.cast(pa.string()) if ids.type == pa.large_string() and ids.nbytes < 2**31 else ids


_FIELDS = ("near", "shared", "mine", "theirs")


def _lists(values: U32 | U64, counts: I64) -> pa.LargeListArray:
    ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)))
    return pa.LargeListArray.from_arrays(pa.array(ends), pa.array(values))


def _flat(lists: daft.Series) -> tuple[U32, I64]:
    """See a column of lists as one array and the places where each row ends."""
    column = lists.to_arrow()
    ends = column.offsets.to_numpy().astype(np.int64)
    return column.values.to_numpy()[ends[0] : ends[-1]], ends - ends[0]
