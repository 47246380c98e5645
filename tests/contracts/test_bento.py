"""The bento: every module that scoring asks for, at once or later, and nothing of what stays at home."""

import ast
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from bentoml._internal.bento.build_config import BentoBuildConfig, BentoPathSpec

from features.calls import LANGUAGES
from tests.contracts.repository import PACKAGES, ROOT, name_of, source_files, tracked_files, tree_of

# The service itself, and what it starts in processes of their own.
STARTED = ("serving.service", "serving.candidate", "serving.__main__")
AT_HOME = (
    "tests/",
    "docs/",
    "mlproject/",
    "xm-data/",
    ".ci/",
    "training/drivers/",
    "training/evaluation/",
    "training/explore/",
    "training/registry/",
    "training/reports/",
    "training/runs/",
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = {
    name_of(path).removesuffix("/__init__.py").removesuffix(".py").replace("/", "."): path
    for path in source_files()
}
MEGABYTE = 2**20
# A module is packed from a clean checkout, so one that git does not know yet is missing there.
REMEDY = "add them to git, and to [tool.bentoml.build] in pyproject.toml"
PAGES = (ROOT / "serving" / "pages", ROOT / "training" / "pages")
READ_LATER = {".jinja", ".css", ".js", ".po"}


def spec_of(config: Path) -> BentoPathSpec:
    """Return what decides about files, as BentoML reads it."""
    with config.open("rb") as file:
        options = BentoBuildConfig.from_pyproject(file).with_defaults()
    return BentoPathSpec(options.include, options.exclude, str(ROOT))


@pytest.fixture(scope="module")
def packed() -> set[str]:
    """Return the names of the files that a build from a clean checkout packs."""
    spec = spec_of(ROOT / "pyproject.toml")
    return {name_of(path) for path in tracked_files() if spec.includes(name_of(path))}


@cache
def loaded_by(*modules: str) -> frozenset[str]:
    """Return the files of ours that a fresh process has in memory after importing some modules."""
    code = f"""
import json, sys, {", ".join(modules)}
ours = [module for name, module in sys.modules.items() if name.partition(".")[0] in {PACKAGES}]
print(json.dumps([module.__file__ for module in ours]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return frozenset(name_of(Path(file)) for file in json.loads(done.stdout.splitlines()[-1]))


def asked_by(module: str) -> Iterator[str]:
    """Yield our modules that a module imports anywhere, inside functions as well."""
    for node in ast.walk(tree_of(MODULES[module])):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        yield from (name for name in names if name in MODULES)


def reached_from(started: tuple[str, ...]) -> set[str]:
    """Return our modules that some modules ask for, by however many steps."""
    reached: set[str] = set()
    waiting = list(started)
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            parents = [".".join(module.split(".")[:depth]) for depth in range(1, module.count(".") + 1)]
            waiting += [*asked_by(module), *parents]
    return reached


def test_every_module_in_the_memory_of_the_service_is_packed(packed):
    loaded = loaded_by(*STARTED)
    assert {"serving/api.py", "training/models/boosters.py", "features/usecase/__init__.py"} <= loaded
    assert loaded - packed == set(), REMEDY


def test_every_module_that_may_be_asked_for_later_is_packed(packed):
    reached = {name_of(MODULES[module]) for module in reached_from(STARTED)}
    assert loaded_by(*STARTED) <= reached
    assert reached - packed == set(), REMEDY


def test_what_stays_at_home_is_not_packed(packed):
    assert sorted(name for name in packed if name.startswith(AT_HOME)) == []
    assert {name.partition("/")[0] for name in packed} == {*PACKAGES, "LICENSE"}


def test_nothing_is_packed_twice_or_by_accident(packed):
    assert {name.rpartition(".")[2] for name in packed} <= {
        "py",
        "typed",
        "LICENSE",
        "jinja",
        "css",
        "po",
        "js",
        "txt",
        "yaml",
    }
    # The words that verbatims are scored by go along, the texts that redaction is measured on do not.
    words = {
        name_of(path) for kind in ("text", "calls") for path in (ROOT / "features" / kind).rglob("*.yaml")
    }
    assert {name for name in packed if name.endswith(".yaml")} == {
        name for name in words if "planted" not in name
    }
    # The licence of the script goes where the script goes.
    assert [name for name in packed if name.endswith(".txt")] == ["serving/pages/vendor/htmx.LICENSE.txt"]


def test_words_of_calls_are_packed(packed):
    assert {f"features/calls/escalation.{language}.yaml" for language in LANGUAGES} <= packed


def test_pages_have_what_they_are_made_of(packed):
    """Templates, style, German and the script of others are read at the start, or when a page is made."""
    beside = {name_of(path) for folder in PAGES for path in folder.rglob("*") if path.suffix in READ_LATER}
    assert beside - packed == set()
    assert {
        "serving/pages/vendor/htmx.min.js",
        "training/pages/locale/de.po",
        "training/pages/templates/live.css",
        "training/pages/templates/style.css",
        "training/pages/templates/live_frame.jinja",
        "training/pages/templates/live_sign_in.jinja",
    } <= beside


def test_the_bento_is_small(packed):
    assert sum((ROOT / name).stat().st_size for name in packed) < 3 * MEGABYTE


@pytest.mark.parametrize(
    "name",
    [
        "serving/__pycache__/api.cpython-311.pyc",
        "xm-data/serving/churn/champion.json",
        "tests/serving/test_api.py",
        "training/runs/train.py",
        ".env",
        "docs/features/serving/x.py",
    ],
)
def test_leftovers_of_a_workshop_are_not_packed(name):
    assert not spec_of(ROOT / "pyproject.toml").includes(name)


def test_the_bento_asks_for_the_light_install_and_nothing_else():
    build = PROJECT["tool"]["bentoml"]["build"]
    assert build["python"] == {
        "packages": PROJECT["project"]["optional-dependencies"]["serve"],
        "lock_packages": False,
    }
    assert build["service"] == "serving.service:XmPredict"


def test_a_missing_module_would_be_seen(tmp_path):
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    narrow = tmp_path / "pyproject.toml"
    narrow.write_text(
        text.replace('"/training/runs/",', '"/training/runs/",\n    "/training/models/",'), encoding="utf-8"
    )
    spec = spec_of(narrow)
    assert [name for name in loaded_by(*STARTED) if not spec.includes(name)]
