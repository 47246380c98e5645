"""What the project promises about a release: files, metadata, extras, versions of Python and their lock."""

import re
import subprocess
from collections import Counter

import pytest
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet

from tests.contracts.repository import PACKAGES, ROOT, name_of, source_files, tracked_files
from tests.contracts.shipping import PROJECT, PYPROJECT, TARGETS, places_in_source, places_in_wheel
from training.commands import VERBS

README = (ROOT / "README.md").read_text(encoding="utf-8")
LOCK = (ROOT / "mlproject" / "requirements.txt").read_text(encoding="utf-8")
VERSIONS = ("3.11", "3.12", "3.13")
PIN = re.compile(r"^([a-z0-9._-]+)==([^ ]+)(?: ; (.+?))?(?: \\)?$", re.MULTILINE)
NOT_SHIPPED = re.compile(r"(^|/)(tests?|__pycache__|xm-data|dist|\.[^/]+)(/|$)|\.(pyc|db|pkl|parquet|csv)$")


def in_wheel() -> set[str]:
    return set(places_in_wheel(tracked_files()).values())


def locked_for(version: str) -> dict[str, str]:
    """Return what the lock installs here on a version of Python; each package may have one version there."""
    python = {"python_version": version, "python_full_version": f"{version}.0"}
    asked = [(name, pin, Marker(text) if text else None) for name, pin, text in PIN.findall(LOCK)]
    found = [(name, pin) for name, pin, marker in asked if marker is None or marker.evaluate(python)]
    assert [name for name, count in Counter(name for name, _ in found).items() if count > 1] == []
    return dict(found)


def test_the_wheel_holds_all_modules_and_what_they_read():
    shipped = in_wheel()
    assert {name_of(path) for path in source_files()} - shipped == set()
    assert {f"{package}/py.typed" for package in PACKAGES} <= shipped
    assert {f"training/usecases/{name}.yaml" for name in ("churn", "attrition", "satisfaction")} <= shipped
    assert {"training/usecases/usecase.schema.json", "training/reliability.md"} <= shipped
    assert {"training/pages/locale/de.po", "serving/pages/vendor/htmx.min.js"} <= shipped
    assert len([name for name in shipped if name.endswith(".jinja")]) > 50


def test_nothing_is_shipped_that_is_for_the_workshop_or_was_left_behind():
    assert [name for name in in_wheel() if NOT_SHIPPED.search(name)] == []
    sources = {name_of(path) for path in places_in_source(tracked_files())}
    assert [name for name in sources - {".gitignore"} if NOT_SHIPPED.search(name)] == []


def test_the_wheel_can_be_built_from_the_source_distribution():
    sources = set(places_in_source(tracked_files()))
    assert set(places_in_wheel(tracked_files())) - sources == set()
    needed = {PROJECT["readme"], *PROJECT["license-files"], "pyproject.toml"}
    assert needed <= {name_of(path) for path in sources}


def test_no_tracked_file_is_hidden_by_gitignore():
    """The build passes over what git would: such a file would be here and not in the wheel."""
    command = ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no repository of git here")
    assert listed.stdout == ""


def test_files_brought_from_elsewhere_collide_with_none():
    brought = TARGETS["wheel"]["force-include"]
    assert [source for source in brought if not (ROOT / source).exists()] == []
    assert [target for target in brought.values() if (ROOT / target).exists()] == []


def test_work_of_others_has_its_licence_beside_it():
    vendored = [path for path in tracked_files() if "vendor" in path.parts]
    texts = {name_of(path) for path in vendored if path.name.endswith(".LICENSE.txt")}
    assert len(vendored) == 2 * len(texts)
    assert texts <= set(PROJECT["license-files"])
    assert PROJECT["license"].split(" AND ")[0] == "Apache-2.0"
    assert len(PROJECT["license"].split(" AND ")) == 1 + len(texts)


def test_no_address_is_named_that_does_not_exist():
    assert "urls" not in PROJECT


def test_the_oldest_python_is_the_same_everywhere():
    promised = [text.rpartition(" ")[2] for text in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", text)]
    assert promised == list(VERSIONS)
    assert PROJECT["requires-python"] == f">={VERSIONS[0]}"
    assert "python_version" not in PYPROJECT["tool"]["mypy"]
    assert PYPROJECT["tool"]["ruff"]["target-version"] == f"py{VERSIONS[0].replace('.', '')}"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_lock_has_one_version_of_each_package_for_each_python(version):
    locked = locked_for(version)
    assert len(locked) > 150
    declared = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["train"]]
    for text in declared:
        name, bounds = re.fullmatch(r"([\w.-]+)(.*)", text).groups()
        assert locked[name] in SpecifierSet(bounds), text


def test_there_are_two_lines_of_shap():
    """The newer one needs Python 3.12; the older one is the last for 3.11."""
    lines = [locked_for(version)["shap"] for version in VERSIONS]
    assert lines[0] != lines[1] == lines[2]
    pages = (ROOT / "docs" / "releases.md").read_text(encoding="utf-8")
    assert all(f"shap {line}" in pages for line in lines)


def test_every_extra_that_users_install_is_explained():
    offered = set(PROJECT["optional-dependencies"]) - {"dev", "docs"}
    named = {extra for text in re.findall(r"xm-predict\[([\w,]+)\]", README) for extra in text.split(",")}
    assert named == offered


def test_verbs_ask_for_extras_that_there_are():
    assert {extra for verb in VERBS for extra in verb.extras} <= set(PROJECT["optional-dependencies"])
    (demo,) = [verb for verb in VERBS if verb.name == "demo"]
    (line,) = [line for line in README.splitlines() if "the demo" in line and "pip install" in line]
    assert f"xm-predict[{','.join(demo.extras)}]" in line
