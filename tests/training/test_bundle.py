import hashlib
import json
import os
import shutil
import tomllib
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest

from features.catalogue import Catalogue
from features.errors import BundleError
from tests.training.sample_bundles import make_bundle
from training.bundle import FORMAT_VERSION, MAX_FILE_BYTES, Canary, Manifest, load, save, verify
from training.scoring import check_canary

MODEL_TEXT = "model/smooth.txt"
FILES = {
    "usecase.json",
    "catalogue.json",
    "encoder.json",
    "facts.json",
    "evaluation.json",
    "drivers.json",
    "canary.json",
    "model/model.json",
    "model/blend.json",
    MODEL_TEXT,
}


def edit_manifest(folder: Path, **fields: object) -> None:
    """Write other values into the manifest, which nobody signs."""
    file = folder / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | fields))


def forge(folder: Path, name: str, content: bytes) -> None:
    """Replace a file and its line in the manifest, as somebody would who knows the format."""
    (folder / name).write_bytes(content)
    entry = {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
    files = json.loads((folder / "manifest.json").read_text())["files"]
    edit_manifest(folder, files=files | {name: entry})


def refusal_of(folder: Path) -> BundleError:
    """Return why a bundle is not loaded; the reason is one line that begins with the place."""
    with pytest.raises(BundleError) as caught:
        load(folder)
    assert str(caught.value).startswith(str(folder))
    assert "\n" not in str(caught.value)
    return caught.value


def test_what_is_loaded_is_what_was_saved(company):
    parts, bundle = company.learned.parts, company.bundle
    assert bundle.usecase.to_json() == parts.usecase.to_json()
    assert bundle.catalogue == parts.catalogue
    assert bundle.encoder == parts.encoder
    assert bundle.canary == parts.canary
    assert bundle.drivers == parts.drivers
    assert bundle.facts == json.loads(json.dumps(parts.facts))
    assert bundle.evaluation == json.loads(json.dumps(parts.evaluation))
    assert bundle.horizons == ("30d", "90d", "180d", "365d")


def test_what_is_expected_is_the_risk_at_the_horizon_that_is_asked_for(company):
    matrix, bundle = company.learned.explanation.values, company.bundle
    assert bundle.primary_horizon == "90d"
    probabilities = bundle.model.probabilities(matrix)
    assert np.array_equal(bundle.expected(matrix), probabilities[:, 1])
    assert np.array_equal(bundle.expected(matrix, "365d"), probabilities[:, 3])


def test_what_is_expected_of_answers_is_the_answer(tmp_path):
    bundle = make_bundle(tmp_path / "bundle", "nps_group")
    matrix = np.zeros((3, 5))
    assert bundle.is_of_answers
    assert np.array_equal(bundle.expected(matrix), bundle.model.expected(matrix))


def test_loaded_model_gives_the_same_bits(company):
    matrix = company.learned.explanation.values
    before, after = company.learned.parts.model, company.bundle.model
    assert np.array_equal(before.probabilities(matrix), after.probabilities(matrix))
    for one, other in zip(before.attributions(matrix, 1), after.attributions(matrix, 1), strict=True):
        assert np.array_equal(one, other)


def test_flat_bundle_makes_the_round_trip_too(members):
    assert members.bundle.horizons == ("outcome",)
    assert members.bundle.canary == members.learned.parts.canary
    check_canary(members.bundle)


def test_bundle_is_named_after_its_content(company):
    manifest = verify(company.folder)
    assert manifest == company.bundle.manifest
    assert manifest.bundle_hash == hashlib.sha256((company.folder / "manifest.json").read_bytes()).hexdigest()
    assert company.bundle.model_version == f"churn-{manifest.bundle_hash[:12]}"


def test_manifest_describes_every_file(company):
    manifest = company.bundle.manifest
    assert set(manifest.files) >= FILES
    for name, entry in manifest.files.items():
        content = (company.folder / name).read_bytes()
        assert entry.size_bytes == len(content)
        assert entry.sha256 == hashlib.sha256(content).hexdigest()
    assert manifest.format_version == FORMAT_VERSION
    assert manifest.spec_hash == company.usecase.spec_hash
    assert manifest.feature_fingerprint == company.frame.facts.catalogue.fingerprint
    assert set(manifest.libraries) == {"lightgbm", "numpy", "xm-predict"}


def test_files_are_json_and_model_text_only(company):
    for name in company.bundle.manifest.files:
        if name.endswith("sentiment.bin"):  # numbers alone, under a sum of their own
            continue
        content = (company.folder / name).read_text(encoding="utf-8")
        if name.endswith(".json"):
            json.loads(content, parse_constant=pytest.fail)
        else:
            assert (Path(name).suffix, content.split("\n")[0]) == (".txt", "tree")


def test_equal_input_gives_equal_bytes(company, tmp_path):
    manifest = save(company.learned.parts, tmp_path / "again")
    assert manifest.bundle_hash == company.bundle.manifest.bundle_hash
    for name in (*manifest.files, "manifest.json"):
        assert (tmp_path / "again" / name).read_bytes() == (company.folder / name).read_bytes()


def test_other_facts_give_another_name(members, tmp_path):
    parts = replace(members.learned.parts, facts={**members.bundle.facts, "seed": 8})
    assert save(parts, tmp_path / "b").bundle_hash != members.bundle.manifest.bundle_hash


def test_saving_replaces_the_whole_folder(members, tmp_path):
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "left-over.txt").write_text("old")
    save(members.learned.parts, folder)
    assert load(folder).model_version == members.bundle.model_version
    assert [file.name for file in tmp_path.iterdir()] == ["bundle"]


@pytest.mark.parametrize("had_one", [False, True])
def test_failed_save_leaves_nothing_half_written(members, tmp_path, had_one):
    """A number that JSON does not have ends the writing after the first files."""
    folder = tmp_path / "bundle"
    if had_one:
        shutil.copytree(members.folder, folder)
    broken = replace(members.learned.parts, canary=Canary([{"price": float("nan")}], [[0.5]]))
    with pytest.raises(ValueError, match="JSON"):
        save(broken, folder)
    assert [file.name for file in tmp_path.iterdir()] == (["bundle"] if had_one else [])
    if had_one:
        assert load(folder).model_version == members.bundle.model_version


@pytest.mark.parametrize("name", sorted(FILES))
def test_truncated_file_is_refused(copied, name):
    content = (copied / name).read_bytes()
    (copied / name).write_bytes(content[: len(content) // 2])
    error = refusal_of(copied)
    assert error.problem.startswith(f"{name} is not the file that the manifest describes")


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("place", [0.0, 0.999])
def test_single_flipped_bit_is_refused(copied, name, place):
    content = bytearray((copied / name).read_bytes())
    content[int(place * len(content))] ^= 1
    (copied / name).write_bytes(bytes(content))
    assert refusal_of(copied).problem.startswith(f"{name} is not the file")


@pytest.mark.parametrize("name", sorted(FILES))
def test_missing_file_is_refused(copied, name):
    (copied / name).unlink()
    assert refusal_of(copied).problem == f"{name} is missing"


@pytest.mark.parametrize("name", ["note.txt", "model/more.txt", ".hidden", "deep/er/x.pkl"])
def test_file_that_nobody_listed_is_refused(copied, name):
    (copied / name).parent.mkdir(parents=True, exist_ok=True)
    (copied / name).write_bytes(b"x")
    assert refusal_of(copied).problem == f"{name} is not in the manifest"


@pytest.mark.parametrize("name", ["manifest.json", "facts.json", MODEL_TEXT])
def test_link_to_the_right_content_is_refused(copied, company, name):
    (copied / name).unlink()
    (copied / name).symlink_to(company.folder / name)
    assert Path(name).name in refusal_of(copied).problem


@pytest.mark.parametrize("name", ["model", "evaluation.json"])
def test_link_out_of_the_folder_is_refused(copied, company, name):
    aside = copied.parent / "aside"
    (copied / name).replace(aside)
    (copied / name).symlink_to(aside)
    refusal_of(copied)


def test_further_link_to_a_folder_is_refused(copied, company):
    (copied / "elsewhere").symlink_to(company.folder)
    assert refusal_of(copied).problem == "elsewhere is not in the manifest"


@pytest.mark.parametrize("name", ["manifest.json", "facts.json"])
def test_pipe_is_refused_instead_of_waited_for(copied, name):
    (copied / name).unlink()
    os.mkfifo(copied / name)
    assert refusal_of(copied).problem == f"{name} is not a regular file"


@pytest.mark.parametrize("name", ["manifest.json", MODEL_TEXT])
def test_huge_file_is_refused_before_it_is_read(copied, name):
    os.truncate(copied / name, 1 << 40)
    error = refusal_of(copied)
    assert error.problem.startswith(f"{Path(name).name} has {1 << 40} bytes, at most {MAX_FILE_BYTES}")


def test_file_of_another_size_with_the_same_beginning_is_refused(copied):
    with (copied / MODEL_TEXT).open("ab") as file:
        file.write(b"\n")
    assert refusal_of(copied).problem.startswith(f"{MODEL_TEXT} is not the file")


def test_swapped_files_are_refused(copied):
    one, other = copied / "facts.json", copied / "evaluation.json"
    one.replace(copied / "aside")
    other.replace(one)
    (copied / "aside").replace(other)
    assert "is not the file that the manifest describes" in refusal_of(copied).problem


def test_file_of_another_bundle_is_refused(copied, members):
    shutil.copy(members.folder / "model" / "blend.json", copied / "model" / "blend.json")
    assert refusal_of(copied).problem.startswith("model/blend.json is not the file")


@pytest.mark.parametrize("name", ["../aside.json", "/etc/hostname", "model/../../aside.json"])
def test_manifest_cannot_name_a_file_outside(copied, name):
    content = b"{}\n"
    (copied.parent / "aside.json").write_bytes(content)
    entry = {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
    files = json.loads((copied / "manifest.json").read_text())["files"]
    edit_manifest(copied, files=files | {name: entry})
    assert refusal_of(copied).problem == f"{name} is missing"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"7",
        b'"files"',
        b"{}",
        b'{"format_version": 1, "files": []}',
        b'{"format_version": 1, "files": {"a": 1}}',
        b'{"format_version": 1, "files": {"a": {"sha256": "0"}}}',
        b'{"format_version": 1, "files": {}}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
    ids=lambda content: content[:60].decode("latin-1") or "empty",
)
def test_manifest_that_is_none_is_refused(copied, content):
    (copied / "manifest.json").write_bytes(content)
    assert refusal_of(copied).problem == "manifest.json is not a manifest"


@pytest.mark.parametrize("extra", [{}, {"signature": "a field of that format"}])
def test_other_format_is_named(copied, extra):
    edit_manifest(copied, format_version=FORMAT_VERSION + 1, **extra)
    error = refusal_of(copied)
    assert error.problem == f"has bundle format {FORMAT_VERSION + 1}, this version reads {FORMAT_VERSION}"
    assert "xm-predict" in error.hint


def test_unknown_field_of_the_manifest_is_refused(copied):
    edit_manifest(copied, comment="trust me")
    assert refusal_of(copied).problem == "manifest.json is not a manifest"


def test_fingerprint_of_other_features_is_refused(copied, company):
    edit_manifest(copied, feature_fingerprint="0" * 64)
    error = refusal_of(copied)
    assert company.bundle.catalogue.fingerprint[:12] in error.problem
    assert "000000000000" in error.problem


def test_features_in_another_order_are_refused(copied, company):
    turned = Catalogue(tuple(reversed(company.bundle.catalogue.features)))
    forge(copied, "catalogue.json", json.dumps(turned.to_json()).encode())
    assert "fingerprint" in refusal_of(copied).problem


def test_manifest_under_another_name_is_refused(copied):
    edit_manifest(copied, usecase="attrition")
    assert refusal_of(copied).problem == "is a bundle of 'churn', the manifest says 'attrition'"


@pytest.mark.parametrize("name", ["usecase", "catalogue", "encoder", "canary", "model/model", "model/blend"])
@pytest.mark.parametrize("content", [b"[]", b"null", b"3", b'"x"', b"{}", b"{", b"[" * 100_000])
def test_forged_part_that_cannot_be_read_is_refused(copied, name, content):
    """The hashes agree, so only reading shows that the part is none; that is an error of the bundle."""
    forge(copied, f"{name}.json", content)
    with pytest.raises(BundleError) as caught:
        load(copied)
    assert "\n" not in str(caught.value)


def test_encoder_of_other_features_is_refused(copied, members):
    forge(copied, "encoder.json", (members.folder / "encoder.json").read_bytes())
    assert "encoder" in refusal_of(copied).problem


def test_folder_without_a_bundle_is_refused(tmp_path):
    for folder in (tmp_path / "nowhere", tmp_path):
        error = refusal_of(folder)
        assert error.problem == "cannot be read (No such file or directory)"


def test_manifest_survives_its_own_bytes(company):
    manifest = company.bundle.manifest
    assert Manifest.from_bytes(manifest.to_bytes(), "here") == manifest
    assert replace(manifest, spec_hash="other").bundle_hash != manifest.bundle_hash


@pytest.mark.parametrize(
    ("place", "shift"), [((0, 0), 2e-9), ((7, 2), -2e-9), ((15, 3), 0.1)], ids=["first", "middle", "last"]
)
def test_bundle_that_does_not_repeat_its_canary_is_refused(company, place, shift):
    check_canary(company.bundle)
    probabilities = [list(row) for row in company.bundle.canary.probabilities]
    probabilities[place[0]][place[1]] += shift
    canary = Canary(company.bundle.canary.rows, probabilities)
    with pytest.raises(BundleError, match="does not repeat its own canary scores"):
        check_canary(replace(company.bundle, canary=canary))


def test_canary_of_another_shape_is_refused(company):
    canary = Canary(company.bundle.canary.rows, company.bundle.canary.probabilities[:-1])
    with pytest.raises(BundleError, match="canary"):
        check_canary(replace(company.bundle, canary=canary))


def test_a_source_tree_that_is_not_installed_knows_its_version(company, tmp_path, monkeypatch):
    """Take the product away from the installed ones, as where ``mlflow run`` makes an environment."""
    installed = company.bundle.manifest.libraries

    def find(library):
        if library == "xm-predict":
            raise PackageNotFoundError(library)
        return installed[library]

    monkeypatch.setattr("training.installed.version", find)
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert save(company.learned.parts, tmp_path / "b").libraries["xm-predict"] == project["version"]


def test_text_models_travel_with_the_bundle_and_name_it(members, tmp_path):
    texts = {"surveys/model.json": b"{}\n", "surveys/tone/de/weights.bin": b"\x00\xff"}
    manifest = save(replace(members.learned.parts, texts=texts), tmp_path / "bundle")
    assert load(tmp_path / "bundle").texts == texts
    assert manifest.bundle_hash != members.bundle.manifest.bundle_hash
    changed = tmp_path / "bundle" / "text" / "surveys" / "model.json"
    changed.write_bytes(b"[]\n")
    assert "text/surveys/model.json is not the file" in str(refusal_of(tmp_path / "bundle"))


def test_a_bundle_of_an_earlier_version_has_no_text_model(members):
    assert members.bundle.texts == {}
