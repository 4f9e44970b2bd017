"""`sample landing`: any number of scenes, the same for a seed everywhere, and the truth about each line beside it."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.ingest.decode import decoder
from pipelines.ingest.lines import Broken, lines_of
from pipelines.landing import Landing
from pipelines.sample.blocks import BLOCK, COPIES, PLANTED, slot_of
from pipelines.sample.commands import make_app
from pipelines.sample.generated import write_scenes
from pipelines.sample.invented import invent
from pipelines.sample.planting import Spread, deliver
from pipelines.schemas.submission import Submission

MEASURES = {"other_near_copy": (0.8, 0.999), "same_family": (0.5, 0.799), "partial_copy": (0.2, 0.499)}
SPREAD = Spread(seed=11, scenes=600)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("landing")
    write_scenes(out, SPREAD.scenes, SPREAD.seed, nights=3)
    return out


def rows(spread: Spread) -> list[tuple[str, str | None, str | None, Submission]]:
    """What is planted, the rule due, the original, and the row, of every readable line."""
    found = []
    for number in range(spread.scenes):
        for item in deliver(spread, number):
            if item.planted != "bad_line":
                row = msgspec.json.decode(item.line, type=Submission)
                found.append((item.planted, item.rule, item.matched, row))
    return found


def shingles(row: Submission) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", " ".join(turn.text for turn in row.turns).lower())
    return set(zip(*(words[i:] for i in range(5)), strict=False))


def test_the_fate_of_every_delivered_line_is_told_once(home: Path) -> None:
    told = pl.read_parquet(home / "fates.parquet")
    lines = {(d.file, line.number) for d in Landing(home).deliveries(dt.date.max) for line in lines_of(d.path)}
    assert set(told.select("file", "line").iter_rows()) == lines
    assert len(told) == len(lines)


def test_what_cannot_be_read_is_what_was_planted_so_and_by_its_rule(home: Path) -> None:
    told = {(f, n): rule for f, n, rule in pl.read_parquet(home / "fates.parquet")["file", "line", "rule"].iter_rows()}
    decode = decoder(None)
    seen: Counter[str] = Counter()
    for delivery in Landing(home).deliveries(dt.date.max):
        for line in lines_of(delivery.path):
            assert not isinstance(line, Broken)
            read = decode(line)
            rule = read.rule if isinstance(read, Broken) else None
            if rule or told[delivery.file, line.number] in {"not_json", "not_submission_v1", "uri_leaves_folder"}:
                assert rule == told[delivery.file, line.number]
                seen[rule or ""] += 1
    assert set(seen) == {"not_json", "not_submission_v1", "uri_leaves_folder"}


def test_copies_have_the_measure_that_their_rule_asks_for() -> None:
    found = rows(SPREAD)
    originals = {row.submission_id: row for _, _, _, row in found}
    seen: Counter[str] = Counter()
    for planted, rule, matched, row in found:
        if matched is None:
            continue
        original = originals[matched]
        mine, theirs = shingles(row), shingles(original)
        jaccard = len(mine & theirs) / len(mine | theirs)
        low, high = MEASURES.get(rule or "", (1, 1))
        assert low <= jaccard <= high, (planted, jaccard)
        assert len(mine & theirs) / min(len(mine), len(theirs)) >= 0.5
        assert original.submitted_at < row.submitted_at
        is_own = {p.performer_id for p in row.performers} == {p.performer_id for p in original.performers}
        assert is_own == (planted in {"exact_copy_of_own", "retake"})
        assert bool(row.takes and original.takes) == (planted == "retake")
        seen[planted] += 1
    assert set(seen) == COPIES


def test_two_plain_scenes_are_nowhere_near_copies() -> None:
    plain = [shingles(row) for planted, _, _, row in rows(Spread(5, 120)) if planted == "plain"]
    worst = max(len(a & b) / min(len(a), len(b)) for i, a in enumerate(plain) for b in plain[:i])
    assert worst < 0.1


def test_a_block_holds_what_is_planted_and_copies_only_what_came_before() -> None:
    slots = [slot_of(2, n) for n in range(BLOCK)]
    counted = Counter(slot.planted for slot in slots)
    assert all(counted[name] <= PLANTED[name] for name in PLANTED)
    assert sum(counted[name] for name in PLANTED) >= sum(PLANTED.values()) - 3
    originals = [slot.original for slot in slots if slot.original is not None]
    assert len(set(originals)) == len(originals)
    assert all(slot.original < n for n, slot in enumerate(slots) if slot.original is not None)


def test_a_scene_has_the_turns_that_its_brief_asks_for() -> None:
    for number in range(50):
        scene = invent(1, number, 10)
        assert len(scene.turns) == 2 * scene.exchanges
        assert {who for turn in scene.turns for who in turn.speakers} == set(scene.characters)
        assert all(turn.emotions and turn.subtext and turn.text for turn in scene.turns)
        assert all(turn.undertone not in turn.emotions for turn in scene.turns)


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from pipelines.sample.generated import write_scenes; "
    code += "write_scenes(Path(sys.argv[1]), 150, 4, nights=2)"
    for hash_seed in ("1", "2"):
        env = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parents[2])}
        subprocess.run([sys.executable, "-c", code, str(tmp_path / hash_seed)], check=True, env=env)
    one, two = (
        {p.relative_to(tmp_path / h): p.read_bytes() for p in (tmp_path / h).rglob("*.*") if p.is_file()} for h in "12"
    )
    assert one == two


def test_the_commands_write_a_landing_and_its_contracts_and_seal_them(tmp_path: Path) -> None:
    sealed: list[Path] = []
    app = make_app(seal=sealed.append)
    out = str(tmp_path / "landing")
    assert CliRunner().invoke(app, ["landing", "--scenes", "40", "--seed", "1", "--out", out]).exit_code == 0
    assert CliRunner().invoke(app, ["contracts", "--for", out, "--seed", "1"]).exit_code == 0
    assert CliRunner().invoke(app, ["contracts", "--for", out, "--seed", "2"]).exit_code == 0
    assert sealed == [tmp_path / "landing" / "contracts"] * 2
    fates = (tmp_path / "landing" / "contract_fates.ndjson").read_text().splitlines()
    assert all(json.loads(fate)["order_id"].startswith("generated-") for fate in fates)


def test_a_folder_of_ones_own_is_never_written_into(tmp_path: Path) -> None:
    (tmp_path / "submissions").mkdir()
    for command in (["landing"], ["troupe"]):
        result = CliRunner().invoke(make_app(), [*command, "--out", str(tmp_path)])
        assert "did not write" in str(result.exception)
    assert list(tmp_path.rglob("*.ndjson*")) == []
