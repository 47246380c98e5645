import json
import shutil
from pathlib import Path

import pytest

from features.errors import BundleError
from serving.cache import (
    POINTER,
    Pointer,
    RefreshStatus,
    find_pointer,
    install,
    read_pointer,
    read_status,
    write_status,
)
from tests.serving.company import accept
from training.bundle import load, verify


def test_an_installed_bundle_is_a_verified_copy_beside_its_pointer(bundles, tmp_path):
    pointer = install(bundles.churn, tmp_path, try_out=accept, registry_version=4)
    copy = tmp_path / "churn" / pointer.model_version
    assert read_pointer(tmp_path / "churn") == pointer
    assert pointer.registry_version == 4
    assert pointer.tried_sha256 == verify(bundles.churn).bundle_hash
    assert load(copy).model_version == pointer.model_version


def test_the_trial_sees_the_copy_before_it_is_in_place(bundles, tmp_path):
    tried = []
    pointer = install(
        bundles.churn, tmp_path, try_out=lambda folder: tried.append((folder, verify(folder).model_version))
    )
    assert [version for _, version in tried] == [pointer.model_version]
    assert not tried[0][0].exists()


def test_a_candidate_that_fails_its_trial_leaves_all_as_it_was(bundles, tmp_path):
    before = install(bundles.churn, tmp_path, try_out=accept)

    def refuse(folder: Path) -> None:
        raise BundleError(str(folder), "does not load")

    with pytest.raises(BundleError, match="does not load"):
        install(bundles.newer_churn, tmp_path, try_out=refuse)
    assert read_pointer(tmp_path / "churn") == before
    assert {path.name for path in (tmp_path / "churn").iterdir()} == {POINTER, before.model_version}


def test_an_altered_bundle_is_not_even_copied(bundles, tmp_path):
    altered = Path(shutil.copytree(bundles.churn, tmp_path / "altered"))
    (altered / "encoder.json").write_bytes((altered / "encoder.json").read_bytes() + b" ")
    with pytest.raises(BundleError, match=r"encoder\.json is not the file"):
        install(altered, tmp_path / "cache", try_out=accept)
    assert not (tmp_path / "cache").exists()


def test_the_previous_version_is_kept_and_older_ones_are_removed(bundles, tmp_path):
    first = install(bundles.churn, tmp_path, try_out=accept).model_version
    stray = tmp_path / "churn" / "churn-000000000000"
    shutil.copytree(bundles.churn, stray)
    second = install(bundles.newer_churn, tmp_path, try_out=accept).model_version
    assert {path.name for path in (tmp_path / "churn").iterdir()} == {POINTER, first, second}


def test_installing_again_mends_a_damaged_copy(bundles, tmp_path):
    pointer = install(bundles.churn, tmp_path, try_out=accept)
    damaged = tmp_path / "churn" / pointer.model_version / "encoder.json"
    damaged.write_bytes(b"{}")
    install(bundles.churn, tmp_path, try_out=accept)
    assert load(damaged.parent).model_version == pointer.model_version


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"churn-1",
        b"[]",
        b"{}",
        b'{"model_version": 5}',
        b'{"model_version": ""}',
        b'{"model_version": ".."}',
        b'{"model_version": "../attrition/x"}',
        b'{"model_version": "/etc"}',
        b'{"model_version": "a/b"}',
        b'{"model_version": "a\\u0000"}',
        b'{"model_version": "a", "path": "/etc"}',
        b'{"model_version": "\xff"}',
    ],
)
def test_a_pointer_to_anywhere_else_is_refused(tmp_path, content):
    (tmp_path / POINTER).write_bytes(content)
    with pytest.raises(BundleError):
        read_pointer(tmp_path)
    assert find_pointer(tmp_path) is None


def test_a_broken_pointer_is_replaced(bundles, tmp_path):
    (tmp_path / "churn").mkdir()
    (tmp_path / "churn" / POINTER).write_bytes(b"{")
    pointer = install(bundles.churn, tmp_path, try_out=accept)
    assert find_pointer(tmp_path / "churn") == pointer


def test_word_of_the_last_look_is_kept(tmp_path):
    assert read_status(tmp_path) is None
    status = RefreshStatus(123.5, "the registry did not answer")
    write_status(tmp_path, status)
    assert read_status(tmp_path) == status
    (tmp_path / "refresh.json").write_text("{")
    assert read_status(tmp_path) is None


def test_a_pointer_is_plain_json_for_people(bundles, tmp_path):
    install(bundles.churn, tmp_path, try_out=accept)
    content = json.loads((tmp_path / "churn" / POINTER).read_text())
    assert set(content) == set(Pointer.__struct_fields__)
