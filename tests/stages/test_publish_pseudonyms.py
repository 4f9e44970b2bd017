"""Two clients share no identifier, nobody is named, and nothing unlicensed is in the files."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from pydantic import SecretStr

from pipelines import publish
from pipelines.errors import SettingsError
from pipelines.publish.pseudonyms import Pseudonyms, people, speakers_named
from pipelines.tables.recordings import RECORDINGS
from pipelines.versions import Dataset
from tests.lakes import NIGHT, SECRET, Row, World, performer, scene

CLIENTS = [("ord_a", "labA"), ("ord_b", "labB")]
TAKE = {"uri": "prf_ada/se_1/sub_1.WAV", "sha256": None, "bytes": None, "duration_s": 1.0}


def publish_both(tmp_path: Path, rows: list[Row], **order: object) -> dict[str, Path]:
    world = World(tmp_path)
    world.contracts("performer", {"performer_id": "prf_ada", "legal_name": "Ada Lovelace", "stage_name": "Dame Ada"})
    world.take("prf_ada/se_1/sub_1.WAV", b"RIFF of a scene")
    world.accept(rows)
    world.decide(rows, orders=CLIENTS)
    found = {}
    for order_id, client_id in CLIENTS:
        world.order(order_id, client_id=client_id, **order)
        publish.run(world.night(), order_id)
        number = (dataset := Dataset(world.lake, client_id, "dialogue")).current()
        assert number is not None
        found[client_id] = dataset.folder(number)
    return found


def strings(version: Path) -> set[str]:
    """Every string in the Parquet files, every file name, every word of the manifest."""
    found = {p.name for p in version.rglob("*")}

    def walk(value: object) -> None:
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, dict):
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    for path in version.rglob("*.parquet"):
        walk(pl.read_parquet(path).to_dicts())
    walk(json.loads((version / "manifest.json").read_bytes()))
    return found


def test_two_clients_share_no_identifier(tmp_path: Path) -> None:
    rows = [scene("sub_1", takes=[TAKE], performers=[performer("prf_ada"), performer("prf_ben")])]
    both = publish_both(tmp_path, rows, modalities=["text", "audio"])
    one, two = (strings(folder) for folder in both.values())
    made = {s for s in one | two if s.split("_")[0] in {"scn", "prf", "ses", "cmp", "brf"}}
    assert len(made) >= 2 * 6 + 2  # a scene, two performers, a session, a campaign, a brief and a take for each
    assert not made & one & two
    for real in ("sub_1", "prf_ada", "prf_ben", "se_1", "ca_1", "br_1", "src_secret", "extra_secret", "Lovelace"):
        for folder in both.values():
            for path in folder.rglob("*"):
                assert real not in path.name
                assert path.is_dir() or real.encode() not in path.read_bytes()
            hits = {s for s in strings(folder) if real in s}
            assert not hits
    versions = [json.loads((folder / "manifest.json").read_bytes()) for folder in both.values()]
    assert versions[0]["pseudonym_key_id"] != versions[1]["pseudonym_key_id"]
    assert versions[0]["decisions_sha256"] != versions[1]["decisions_sha256"]


def test_a_take_is_copied_under_the_clients_name_with_its_hash(tmp_path: Path) -> None:
    both = publish_both(tmp_path, [scene("sub_1", takes=[TAKE])], modalities=["text", "audio"])
    take = pl.read_parquet(both["labA"] / "data/scenes")["takes"].to_list()[0][0]
    assert (both["labA"] / take["file"]).read_bytes() == b"RIFF of a scene"
    assert take["file"].endswith("-00.wav")
    assert take["sha256"] in (both["labA"] / "SHA256SUMS").read_text()


def test_a_speaker_who_names_a_person_is_a_pseudonym_and_a_character_stays(tmp_path: Path) -> None:
    turns = scene("sub_1")["turns"]
    speakers = ["Ben", "prf_ada", " dame  ADA", "Ada Lovelace"]
    turns = [t | {"speakers": [s]} for t, s in zip(turns, speakers, strict=True)]
    characters = [{"name": "Dame Ada", "description": None}]
    both = publish_both(tmp_path, [scene("sub_1", turns=turns, characters=characters)])
    shown = pl.read_parquet(both["labA"] / "data/turns").sort("position")["speakers"].to_list()
    names = pl.read_parquet(both["labA"] / "data/scenes").to_dicts()[0]
    ada = names["performers"][0]["performer_id"]
    assert shown == [["Ben"], [ada], [ada], [ada]]
    assert names["characters"][0]["name"] == ada


def test_a_licence_for_the_voice_alone_carries_no_words(tmp_path: Path) -> None:
    both = publish_both(tmp_path, [scene("sub_1", takes=[TAKE])], modalities=["audio"])
    turns = pl.read_parquet(both["labA"] / "data/turns")
    assert turns["text"].null_count() == turns["subtext"].null_count() == turns.height
    assert not any(turns["stage"].to_list())
    assert all(c["description"] is None for c in pl.read_parquet(both["labA"] / "data/scenes")["characters"][0])


def test_takes_are_missing_or_differ_for_orders_that_ask_audio_only(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.take("there.wav", b"here")
    world.take("other.wav", b"another")
    take: Row = {"sha256": None, "bytes": None}
    rows = [
        scene("there", takes=[take | {"uri": "there.wav", "bytes": 4}]),
        scene("gone", takes=[take | {"uri": "gone.wav"}]),
        scene("other", takes=[take | {"uri": "other.wav", "bytes": 4}]),
        scene("none"),
    ]
    world.accept(rows)
    world.decide(rows, orders=CLIENTS)
    world.order("ord_a", modalities=["text", "audio"])
    world.order("ord_b", client_id="labB")
    assert publish.run(world.night(), "ord_a").held_back == {"take_differs": 1, "take_missing": 2}
    assert publish.run(world.night(), "ord_b").went_on == 4


def test_a_broken_or_unheard_take_is_held_back_from_orders_that_ask_audio_only(tmp_path: Path) -> None:
    world = World(tmp_path)
    take: Row = {"sha256": None, "bytes": None}
    rows = [
        scene(name, takes=[take | {"uri": f"{name}.{kind}"} for kind in ("wav", "mp4")]) for name in ("good", "clipped")
    ]
    for name in ("good.wav", "clipped.wav", "good.mp4", "clipped.mp4"):
        world.take(name, name.encode())
    world.accept(rows, broken=["clipped.wav"])
    world.decide(rows, orders=[*CLIENTS, ("ord_c", "labC")])
    world.order("ord_a", modalities=["text", "audio"])
    world.order("ord_b", client_id="labB")
    world.order("ord_c", client_id="labC", modalities=["text", "video"])
    night = world.night()
    assert publish.run(night, "ord_a").held_back == {"take_broken": 1}
    assert publish.run(night, "ord_b").went_on == 2
    assert publish.run(night, "ord_c").went_on == 2, "a picture is no sound"
    versions = (night.lake.root / "clients" / client for client in ("labA", "labC"))
    assert [sorted({p.suffix for p in home.rglob("takes/*")}) for home in versions] == [[".wav"], [".mp4"]]
    world.lake.write(RECORDINGS, NIGHT.isoformat(), RECORDINGS.empty())
    assert publish.run(world.night(), "ord_a").held_back == {"take_unheard": 2}, "what nobody heard is not yet good"


def test_the_sample_key_is_marked_and_a_short_one_refused() -> None:
    assert Pseudonyms(SecretStr(SECRET), "labA").key_id.startswith("sample-")
    assert not Pseudonyms(SecretStr("x" * 32), "labA").key_id.startswith("sample-")
    with pytest.raises(SettingsError):
        Pseudonyms(SecretStr("short"), "labA")


def test_kinds_do_not_collide_and_a_name_that_two_share_is_nobodys() -> None:
    pseudonyms = Pseudonyms(SecretStr(SECRET), "labA")
    assert pseudonyms.of("prf", "x")[4:] != pseudonyms.of("ses", "x")[4:]
    names = {"performer_id": ["p1", "p2"], "legal_name": ["Jo", "jo "], "stage_name": [None, ""]}
    persons = people(pl.DataFrame(names), ["p1", "p2"])
    hidden = speakers_named(["JO", "p1", "Hamlet"], persons, pseudonyms)
    assert set(hidden) == {"JO", "p1"}
    assert hidden["JO"] != hidden["p1"]
