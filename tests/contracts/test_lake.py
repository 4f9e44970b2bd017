"""The lake's promises: a partition is what its manifest lists, and a record never changes."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from pipelines.errors import LakeError, TableError
from pipelines.lake import Lake
from pipelines.tables.contract import Column, Table


def table(kind: str = "derived") -> Table:
    columns = (Column("id", pa.string(), "which"), Column("n", pa.int32(), "how many", nullable=True))
    return Table("things", "for tests", "a thing", ("id",), columns, kind=kind)  # type: ignore[arg-type]


def rows(*ids: str) -> pl.DataFrame:
    return pl.DataFrame({"id": list(ids), "n": [len(i) for i in ids]})


def test_a_file_that_no_manifest_lists_is_not_there(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.put(table(), "2026-11-21", rows("a"))
    assert lake.partitions(table()) == []
    assert lake.manifests(table()) == []


def test_the_same_rows_in_any_order_are_the_same_file(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    first = lake.put(table(), "2026-11-21", rows("a", "b", "c"))
    chunked = pl.concat([rows("c"), rows("b"), rows("a")], rechunk=False)
    assert lake.put(table(), "2026-11-21", chunked) == first


def test_a_derived_partition_is_replaced_whole(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(table(), "2026-11-21", rows("a", "b"))
    lake.write(table(), "2026-11-21", rows("c"))
    assert lake.read(table(), lake.manifests(table()))["id"].to_list() == ["c"]


def test_a_record_is_written_once_and_the_same_again_is_no_change(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(table("record"), "2026-11-21", rows("a"))
    lake.write(table("record"), "2026-11-21", rows("a"))
    with pytest.raises(LakeError, match="a record never changes"):
        lake.write(table("record"), "2026-11-21", rows("b"))
    assert lake.read(table("record"), lake.manifests(table("record")))["id"].to_list() == ["a"]


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    manifest = lake.write(table(), "2026-11-21", rows("a"))
    (lake.folder(table(), "2026-11-21") / manifest.files[0].name).unlink()
    with pytest.raises(LakeError, match="gone"):
        lake.read(table(), [manifest])


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pl.DataFrame({"id": ["a"]}), "columns \\['n'\\] are missing"),
        (pl.DataFrame({"id": ["a"], "n": ["many"]}), "a column is not what the contract says"),
        (pl.DataFrame({"id": [None], "n": [1]}, schema={"id": pl.String, "n": pl.Int32}), "hold null"),
    ],
)
def test_a_frame_that_breaks_the_contract_is_never_written(tmp_path: Path, frame: pl.DataFrame, said: str) -> None:
    with pytest.raises(TableError, match=said):
        Lake(tmp_path).write(table(), "2026-11-21", frame)


def test_partitions_are_read_up_to_a_night_and_before_it(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for day in ("2026-11-20", "2026-11-21", "2026-11-22"):
        lake.write(table(), day, rows(day))
    night = pl.Series(["2026-11-21"]).str.to_date().item()
    assert lake.partitions(table(), upto=night) == ["2026-11-20", "2026-11-21"]
    assert lake.partitions(table(), before=night) == ["2026-11-20"]


def test_a_column_that_is_new_in_the_contract_is_null_in_what_was_written_before(tmp_path: Path) -> None:
    lake, older = Lake(tmp_path), Table("things", "for tests", "a thing", ("id",), table().columns[:1])
    lake.write(older, "2026-11-20", rows("a").select("id"))
    lake.write(table(), "2026-11-21", rows("bb"))
    found = lake.read(table(), lake.manifests(table()))
    assert found.rows() == [("a", None), ("bb", 2)]
    assert lake.read(older, lake.manifests(older)).rows() == [("a",), ("bb",)]


def test_a_column_of_another_type_names_its_partition(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    columns = (table().columns[0], Column("n", pa.string(), "how many"))
    lake.write(
        Table("things", "for tests", "a thing", ("id",), columns), "2026-11-20", rows("a").cast({"n": pl.String})
    )
    with pytest.raises(LakeError, match=r"table things, partition 2026-11-20: .*'n'"):
        lake.read(table(), lake.manifests(table()))
