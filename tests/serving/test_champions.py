import json
import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from serving.cache import POINTER, Pointer, RefreshStatus, install, write_status
from serving.champions import Champions
from tests.serving.company import FEATURES, ROW, accept, write_latest
from training.bundle import load


def point(cache: Path, usecase: str, **pointer: str) -> None:
    """Write a pointer by hand, as nobody should."""
    (cache / usecase / POINTER).write_text(json.dumps(pointer))


def test_the_champions_of_the_cache_answer(cache, bundles):
    champions = Champions(cache)
    assert champions.names == ()
    assert champions.look()
    assert champions.names == ("attrition", "churn")
    champion = champions.get("churn")
    assert champion is not None
    assert champion.bundle.model_version == load(bundles.churn).model_version
    assert champion.feature_names == tuple(feature.name for feature in FEATURES)
    assert champions.get("nobody") is None


def test_rows_are_read_with_the_features_of_the_champion(cache):
    champions = Champions(cache)
    champions.look()
    champion = champions.get("churn")
    assert champion is not None
    rows = champion.decode_rows(json.dumps([{"features": ROW, "entity_id": "a"}]).encode())
    assert rows[0].entity_id == "a"


def test_nothing_is_loaded_twice(cache):
    champions = Champions(cache)
    champions.look()
    before = champions.get("churn")
    assert not champions.look()
    assert champions.get("churn") is before


def test_an_absent_or_empty_cache_has_no_champions(tmp_path):
    for folder in (tmp_path / "absent", tmp_path):
        champions = Champions(folder)
        assert not champions.look()
        assert champions.names == ()


def test_a_new_pointer_brings_the_new_champion_and_leaves_the_old_object_alone(cache, bundles):
    champions = Champions(cache)
    champions.look()
    old = champions.get("churn")
    install(bundles.newer_churn, cache, try_out=accept)
    assert champions.look()
    new = champions.get("churn")
    assert old is not None
    assert new is not None
    assert new.bundle.model_version == load(bundles.newer_churn).model_version
    assert old.bundle.model_version == load(bundles.churn).model_version
    assert new.scorer.score([ROW])[0].probabilities != old.scorer.score([ROW])[0].probabilities


def _flip_a_bit(folder: Path) -> None:
    file = max((folder / "model").rglob("*"), key=lambda path: path.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))


def _cut(folder: Path) -> None:
    file = folder / "encoder.json"
    file.write_bytes(file.read_bytes()[:-5])


def _remove(folder: Path) -> None:
    (folder / "catalogue.json").unlink()


def _add(folder: Path) -> None:
    (folder / "extra.pkl").write_bytes(b"cos\nsystem\n")


def _link(folder: Path) -> None:
    (folder / "facts.json").unlink()
    (folder / "facts.json").symlink_to("/etc/hostname")


def _empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def _spoil_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{}")


@pytest.mark.parametrize("damage", [_flip_a_bit, _cut, _remove, _add, _link, _empty, _spoil_manifest])
def test_a_damaged_newcomer_is_refused_and_the_old_champion_stays(cache, bundles, damage):
    champions = Champions(cache)
    champions.look()
    before = champions.get("churn")
    newcomer = cache / "churn" / "churn-newcomer"
    shutil.copytree(bundles.newer_churn, newcomer)
    damage(newcomer)
    point(cache, "churn", model_version="churn-newcomer")
    assert not champions.look()
    assert champions.get("churn") is before
    assert champions.refusals == 1
    assert "churn-newcomer" in champions.refused["churn"]
    assert not champions.look(), "what was refused is not tried over and over"
    assert champions.refusals == 1


def test_a_pointer_whose_trial_was_of_other_bytes_gets_a_trial_of_its_own(cache, bundles):
    canary = json.loads((bundles.newer_churn / "canary.json").read_text())
    newcomer = cache / "churn" / "churn-newcomer"
    shutil.copytree(bundles.newer_churn, newcomer)
    point(cache, "churn", model_version="churn-newcomer", tried_sha256="0" * 64)
    champions = Champions(cache)
    assert champions.look()
    champion = champions.get("churn")
    assert champion is not None
    found = champion.scorer.score(canary["rows"])[0].probabilities
    assert list(found.values()) == pytest.approx(canary["probabilities"][0], abs=1e-9)


def test_a_bundle_of_another_use_case_is_refused(cache, bundles):
    shutil.copytree(bundles.attrition, cache / "churn" / "stray")
    point(cache, "churn", model_version="stray")
    champions = Champions(cache)
    champions.look()
    assert champions.names == ("attrition",)
    assert "is a bundle of 'attrition'" in champions.refused["churn"]


def test_a_good_newcomer_after_a_bad_one_clears_the_note(cache, bundles):
    champions = Champions(cache)
    point(cache, "churn", model_version="churn-nowhere")
    champions.look()
    assert set(champions.refused) == {"churn"}
    install(bundles.newer_churn, cache, try_out=accept)
    assert champions.look()
    assert champions.refused == {}


def test_latest_rows_are_taken_when_the_file_changes(cache, tmp_path):
    champions = Champions(cache, (tmp_path / "absent", tmp_path))
    champions.look()
    assert champions.get_latest("churn") is None
    path = write_latest(tmp_path)
    assert champions.look()
    first = champions.get_latest("churn")
    assert first is not None
    assert len(first) == 3
    replacement = write_latest(tmp_path / "next", entity_id=["a", "b", "c"])
    replacement.replace(path)
    assert champions.look()
    second = champions.get_latest("churn")
    assert second is not None
    assert second.find(["a"], [])[1] == []


def test_unusable_latest_rows_are_refused_and_the_old_ones_stay(cache, tmp_path):
    champions = Champions(cache, (tmp_path,))
    path = write_latest(tmp_path)
    champions.look()
    before = champions.get_latest("churn")
    path.write_bytes(b"no parquet")
    assert not champions.look()
    assert champions.get_latest("churn") is before
    assert "cannot be read as Parquet" in champions.refused["churn"]


@pytest.mark.parametrize(
    ("status", "is_stale"),
    [
        (None, True),
        (RefreshStatus(-1), False),
        (RefreshStatus(-1, "the registry did not answer"), True),
        (RefreshStatus(-1000), True),
    ],
    ids=["nobody looked", "just now", "failed", "long ago"],
)
def test_answers_are_stale_when_the_registry_was_not_reached_of_late(tmp_path, status, is_stale):
    if status is not None:
        write_status(tmp_path, RefreshStatus(time.time() + status.looked_at, status.problem))
    assert Champions(tmp_path, stale_seconds=100).is_stale is is_stale


def test_readers_never_see_a_half_swap(cache, bundles):
    champions = Champions(cache)
    champions.look()
    versions = [load(folder).model_version for folder in (bundles.churn, bundles.newer_churn)]
    for folder, version in zip((bundles.churn, bundles.newer_churn), versions, strict=True):
        shutil.copytree(folder, cache / "churn" / version, dirs_exist_ok=True)
    tried = {version: load(cache / "churn" / version).manifest.bundle_hash for version in versions}
    expected = {}
    wrong: list[str] = []
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            champion = champions.get("churn")
            assert champion is not None
            found = champion.scorer.score([ROW])[0].probabilities
            if expected.setdefault(champion.bundle.model_version, found) != found:
                wrong.append(champion.bundle.model_version)

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(10):
        version = versions[turn % 2]
        pointer = Pointer(version, tried_sha256=tried[version], written_at=str(turn))
        point(
            cache,
            "churn",
            model_version=pointer.model_version,
            tried_sha256=pointer.tried_sha256,
            written_at=f"{turn:05d}",
        )
        os.utime(cache / "churn" / POINTER, ns=(turn * 10**9, turn * 10**9))
        assert champions.look()
    is_over.set()
    reader.join()
    assert wrong == []
    assert set(expected) == set(versions)
