"""Dedup on bad input: bounded memory and a stated result."""

from __future__ import annotations

import random
import resource
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.dedup.families import families_of_file
from pipelines.errors import InputError


def families(home: Path, texts: list[str | None] | pa.Array, jaccard: float = 0.5) -> pl.DataFrame:
    column = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    source = home / "texts.parquet"
    pq.write_table(pa.table({"id": pa.array(range(len(column))), "text": column}), source)
    families_of_file(source, "id", "text", home / "families.parquet", jaccard=jaccard)
    return pl.read_parquet(home / "families.parquet")


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


WORDS = [f"w{n}" for n in range(5000)]


def text(seed: int, count: int) -> str:
    chosen = random.Random(seed)  # noqa: S311
    return " ".join(chosen.choices(WORDS, k=count))


@pytest.mark.parametrize("nothing", [None, "", " \t\n", "?! …", "🙂🙃", "\x00", "\u200f\u200e"])
def test_a_text_without_a_word_is_in_no_family(tmp_path: Path, nothing: str | None) -> None:
    found = families(tmp_path, [nothing, nothing, "a word"])
    assert found["kept"].to_list() == [True, True, True]
    assert found["family_id"].to_list() == [0, 1, 2]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("word", "Word!"),
        ("قال الملك لا", "قال الملك: لا"),
        ("👑 to be", "to be 👑👑"),
        ("to\x00be", "to be"),
        ("שלום לך אדוני", "שלום, לך אדוני"),
    ],
)
def test_equal_words_are_one_family_whatever_stands_between_them(tmp_path: Path, first: str, second: str) -> None:
    assert families(tmp_path, [first, second])["matched_id"].to_list() == [None, 0]


def test_lone_surrogates_and_broken_bytes_are_read_as_no_letters(tmp_path: Path) -> None:
    raw = pa.array([b"to \xed\xa0\x80 be", b"to be", b"to \xff be"], pa.binary())
    column = pa.Array.from_buffers(pa.string(), 3, raw.buffers())
    assert families(tmp_path, column)["family_id"].to_list() == [0, 0, 0]


def test_ten_megabytes_of_text_are_one_row(tmp_path: Path) -> None:
    long = text(1, 1_800_000)
    assert len(long) > 9_000_000
    found = families(tmp_path, [long, text(2, 300), long.replace("w17 ", "edit ", 9)])
    assert found["matched_id"].to_list() == [None, None, 0]
    assert 0.99 < found["jaccard"][2] < 1


def test_a_hundred_thousand_copies_of_one_text_are_one_family(tmp_path: Path) -> None:
    before = peak_mb()
    found = families(tmp_path, pa.array(np.full(100_000, text(1, 300)), pa.string()))
    assert found["family_id"].n_unique() == 1
    assert found["kept"].sum() == 1
    assert found["matched_id"].drop_nulls().unique().to_list() == [0]
    assert peak_mb() - before < 1000


def test_fifty_thousand_texts_that_share_half_their_words_are_no_family_and_bound_memory(tmp_path: Path) -> None:
    before = peak_mb()
    stock = text(1, 100)
    found = families(tmp_path, [f"{stock} {text(n + 2, 100)}" for n in range(50_000)])
    assert found["kept"].all()
    assert peak_mb() - before < 1000


def test_near_copies_of_a_template_are_found_however_many_there_are(tmp_path: Path) -> None:
    stock = text(1, 200).split()
    copies = [" ".join([*stock[: n % 190], f"edit{n}", *stock[n % 190 + 1 :]]) for n in range(3000)]
    found = families(tmp_path, copies)
    assert found["family_id"].n_unique() == 1
    assert found["kept"].sum() == 1


def test_no_rows_are_no_families(tmp_path: Path) -> None:
    assert families(tmp_path, []).is_empty()


def test_a_file_that_is_no_parquet_or_lacks_the_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"no")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        families_of_file(tmp_path / "x.parquet", "id", "text", tmp_path / "y.parquet", jaccard=0.5)
    pq.write_table(pa.table({"id": [1]}), tmp_path / "z.parquet")
    with pytest.raises(InputError, match="no column"):
        families_of_file(tmp_path / "z.parquet", "id", "text", tmp_path / "y.parquet", jaccard=0.5)


def test_the_result_does_not_depend_on_threads_or_row_groups(tmp_path: Path) -> None:
    texts = [text(n % 40, 120) + f" end{n % 7}" for n in range(200)] + [text(n, 60) for n in range(40)]
    table = pa.table({"id": list(range(len(texts))), "text": texts})
    found = []
    for groups, threads in ((1000, 1), (7, 1), (7, 3), (64, 2)):
        pq.write_table(table, tmp_path / "t.parquet", row_group_size=groups)
        families_of_file(tmp_path / "t.parquet", "id", "text", tmp_path / "f.parquet", jaccard=0.5, threads=threads)
        found.append(pl.read_parquet(tmp_path / "f.parquet"))
    assert all(f.equals(found[0]) for f in found)
    assert found[0]["family_id"].n_unique() == 80
