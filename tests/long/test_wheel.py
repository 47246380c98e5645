"""The release as a stranger gets it: what lies in it, and the demo where the repository is out of sight."""

import json
import subprocess
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.contracts.repository import ROOT, name_of, tracked_files
from tests.contracts.shipping import PROJECT, places_in_source, places_in_wheel
from tests.long.installing import Installation, Release, build_release, make_installation
from training.commands import VERBS

pytestmark = pytest.mark.long

STEM = f"xm_predict-{PROJECT['version']}"


@pytest.fixture(scope="module")
def release(tmp_path_factory) -> Release:
    return build_release(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def unpacked(release, tmp_path_factory) -> Path:
    """Return the folder of the source distribution."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(release.source) as archive:
        archive.extractall(folder, filter="data")
    return Path(folder / STEM)


@pytest.fixture
def outside(tmp_path) -> Path:
    """Return an empty folder that has nothing to do with the repository."""
    folder = tmp_path / "outside"
    folder.mkdir()
    assert not folder.is_relative_to(ROOT)
    return folder


def test_the_wheel_holds_what_is_tracked_and_no_more(release):
    with zipfile.ZipFile(release.wheel) as wheel:
        names = set(wheel.namelist())
        assert wheel.testzip() is None
    about = {name for name in names if name.startswith(f"{STEM}.dist-info/")}
    assert names - about == set(places_in_wheel(tracked_files()).values())
    licences = {f"{STEM}.dist-info/licenses/{name}" for name in PROJECT["license-files"]}
    assert about - licences == {
        f"{STEM}.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt")
    }


def test_what_lies_in_the_wheel_are_the_files_of_the_repository(release):
    with zipfile.ZipFile(release.wheel) as wheel:
        for path, place in places_in_wheel(tracked_files()).items():
            assert wheel.read(place) == path.read_bytes(), place


def test_the_source_distribution_holds_what_the_wheel_is_built_from(unpacked):
    found = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    expected = {name_of(path) for path in places_in_source(tracked_files())}
    assert found == expected | {"PKG-INFO"}


def test_the_same_wheel_comes_from_the_source_distribution_and_from_the_tree(release, unpacked, tmp_path):
    again = build_release(tmp_path / "again", unpacked)
    assert again.wheel.name == release.wheel.name
    assert again.wheel.read_bytes() == release.wheel.read_bytes()


def test_what_an_index_shows_is_what_the_project_says(release):
    with zipfile.ZipFile(release.wheel) as wheel:
        shown = message_from_bytes(wheel.read(f"{STEM}.dist-info/METADATA"))
    assert (shown["Name"], shown["Version"]) == (PROJECT["name"], PROJECT["version"])
    assert shown["Summary"] == PROJECT["description"]
    assert shown["License-Expression"] == PROJECT["license"]
    assert shown["Requires-Python"] == PROJECT["requires-python"]
    assert set(shown.get_all("Classifier", [])) == set(PROJECT["classifiers"])
    assert set(shown.get_all("Provides-Extra", [])) == set(PROJECT["optional-dependencies"])
    assert shown["Description-Content-Type"] == "text/markdown"
    assert shown.get_payload(decode=True).decode().strip() == (ROOT / "README.md").read_text("utf-8").strip()


@pytest.fixture(scope="module")
def plain(release, tmp_path_factory) -> Installation:
    """Return an environment with the source distribution and no extra."""
    made = make_installation(tmp_path_factory.mktemp("plain"))
    made.install(str(release.source))
    return made


def test_an_install_without_extras_has_all_verbs_and_the_schema(plain, outside):
    shown = plain.run("--help", cwd=outside)
    assert shown.returncode == 0, shown.stderr
    assert [verb.name for verb in VERBS if verb.name not in shown.stdout.split()] == []
    schema = plain.run("schema", cwd=outside)
    assert schema.returncode == 0, schema.stderr
    assert schema.stdout == (ROOT / "mlproject/usecases/usecase.schema.json").read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ["demo"],
        ["serve"],
        ["keys", "list"],
        ["audit", "verify"],
        ["check", "--usecase", "churn.yaml"],
        ["train", "--usecase", "churn.yaml"],
        ["score", "--name", "churn"],
        ["explore", "--ask", "describe", "--file", "survey.csv"],
        ["retention"],
    ],
    ids=lambda words: words[0],
)
def test_a_verb_without_its_extra_says_in_one_line_what_to_install(plain, outside, words):
    done = plain.run(*words, cwd=outside)
    extras = next(",".join(verb.extras) for verb in VERBS if verb.name == words[0])
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"xm-predict: {words[0]}: needs ")
    assert done.stderr.endswith(f", which is not installed; pip install 'xm-predict[{extras}]'\n")
    assert list(outside.iterdir()) == []


@pytest.fixture(scope="module")
def whole(release, tmp_path_factory) -> Installation:
    """Return an environment with the wheel and the extras that the README names for the demo."""
    made = make_installation(tmp_path_factory.mktemp("whole"))
    made.install(f"{release.wheel}[train,serve]")
    return made


def test_the_demo_runs_from_the_wheel_out_of_sight_of_the_repository(whole, outside):
    code = "import features, serving, training; print(features.__file__, serving.__file__, training.__file__)"
    places = subprocess.run(
        [whole.python, "-c", code], cwd=outside, env={}, capture_output=True, text=True, check=True
    )
    assert all(Path(place).is_relative_to(whole.folder) for place in places.stdout.split())
    done = whole.run("demo", "--json", "--customers", "900", "--employees", "60", cwd=outside)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert {"churn", "satisfaction"} <= set(answer)
    for name in ("churn", "satisfaction"):
        (row,) = answer[name]["answer"]["rows"]
        assert row["reasons"], name
        for language in ("en", "de"):
            page = (outside / "xm-data" / "reports" / name / f"report_{language}.html").read_text("utf-8")
            assert "<svg" in page, name
    assert str(ROOT) not in done.stdout + done.stderr
    assert [path.name for path in outside.iterdir()] == ["xm-data"]
