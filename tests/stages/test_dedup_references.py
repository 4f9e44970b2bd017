"""Published works: a submission that is a play, or a good part of one, is held for a person with the work's name."""

from __future__ import annotations

from pathlib import Path

from pipelines.dedup import config
from pipelines.dedup.judge import Verdicts, judge
from pipelines.dedup.references import read_references
from tests.stages.test_dedup import prints, row, words

PLAY = words(3, 4000)


def judged(home: Path, text: list[str]) -> Verdicts:
    (home / "plays").mkdir()
    (home / "plays" / "lear.txt").write_text(" ".join(PLAY))
    (home / "other.html").write_bytes(f"<p>{' <b>'.join(words(4, 900))}</p>é".encode("latin-1"))
    fresh = prints([row("a", 1, text)])
    return judge(fresh, fresh.clear(), config.load(), references=read_references(home))


def test_a_scene_of_a_published_play_is_held_with_its_name_and_measure(tmp_path: Path) -> None:
    line = judged(tmp_path, PLAY[1000:1300]).held.row(0, named=True)
    assert (line["rule"], line["action"], line["matched_submission_id"]) == ("published_text", "held", "plays/lear.txt")
    assert line["containment"] == 1.0
    assert line["identity"] == "published"


def test_a_third_of_a_scene_is_enough_and_the_measure_is_exact(tmp_path: Path) -> None:
    line = judged(tmp_path, PLAY[1000:1200] + words(8, 200)).held.row(0, named=True)
    assert line["containment"] == 196 / 396


def test_a_quotation_is_no_copy(tmp_path: Path) -> None:
    assert judged(tmp_path, PLAY[1000:1040] + words(8, 300)).held.is_empty()


def test_a_work_in_html_is_read_without_its_tags(tmp_path: Path) -> None:
    assert judged(tmp_path, words(4, 900)[100:400]).held["matched_submission_id"].to_list() == ["other.html"]


def test_no_folder_of_references_is_none(tmp_path: Path) -> None:
    assert read_references(tmp_path / "references") is None
