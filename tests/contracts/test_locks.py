"""The locks: exact versions of everything declared, and Spark kept out of what a newcomer installs."""

import re
import subprocess
import tomllib

import pytest

from tests.contracts.repository import ROOT

MAIN = ROOT / "mlproject" / "requirements.txt"
SPARK = ROOT / "mlproject" / "requirements-spark.txt"
DOCS = ROOT / "mlproject" / "requirements-docs.txt"
SUPPLY = ROOT / "mlproject" / "requirements-supply.txt"
# Extras that few need, each with the lock that adds to the main one.
APART = {"spark": SPARK, "docs": DOCS}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
EXACT = re.compile(r"[a-z0-9][a-z0-9._-]*==[0-9][\w.!+]*( ; .+?)?")
HASHES = re.compile(r"( --hash=sha256:[0-9a-f]{64})+")


def pins_of(lock):
    """Return the packages of a lock, each with the hashes of its files in one line."""
    return re.sub(r" \\\n +", " ", lock.read_text(encoding="utf-8")).splitlines()


def names_in(lock):
    return {pin.partition("==")[0] for pin in pins_of(lock)}


def names_of(requirements):
    return {re.split(r"[<>=!\[; ]", text)[0].lower().replace("_", "-") for text in requirements}


def recipe_of(word):
    """Return the commands of a word of the Makefile, with its variables filled in."""
    command = ["make", "--dry-run", "--always-make", word]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("lock", [MAIN, SPARK, DOCS, SUPPLY], ids=["main", "spark", "docs", "supply"])
def test_lock_has_exact_versions_with_hashes_and_nothing_else(lock):
    parted = [pin.partition(" --hash") for pin in pins_of(lock)]
    assert [pin for pin, _, _ in parted if not EXACT.fullmatch(pin)] == []
    assert [pin for pin, mark, rest in parted if not HASHES.fullmatch(mark and f"{mark}{rest}")] == []


def test_main_lock_holds_every_declared_dependency_but_those_apart():
    extras = {name: EXTRAS[name] for name in EXTRAS if name not in APART}
    declared = [*PROJECT["dependencies"], *(text for extra in extras.values() for text in extra)]
    assert len(pins_of(MAIN)) > 50
    assert names_of(declared) - names_in(MAIN) == set()


def test_every_declared_dependency_has_a_floor():
    declared = [*PROJECT["dependencies"], *(text for extra in EXTRAS.values() for text in extra)]
    assert [text for text in declared if ">=" not in text] == []


def test_spark_has_a_lock_of_its_own_that_adds_to_the_main_one():
    """A newcomer fetches nothing of Spark, and adding it changes no version that is there."""
    assert "pyspark" in names_in(SPARK)
    assert names_of(EXTRAS["spark"]) - names_in(MAIN) - names_in(SPARK) == set()
    assert names_in(MAIN) & names_in(SPARK) == set()


def test_what_builds_the_site_has_a_lock_that_adds_to_the_main_one():
    """Colorama is in the main lock for Windows alone; the theme of the site imports it anywhere."""
    assert names_of(EXTRAS["docs"]) <= names_in(DOCS)
    assert names_in(MAIN) & names_in(DOCS) <= {"colorama"}


def test_what_looks_at_the_supply_chain_has_a_lock_of_its_own():
    """It is installed apart from everything else, so it may pin other versions."""
    assert names_of(PYPROJECT["dependency-groups"]["supply"]) <= names_in(SUPPLY)
    (synced,) = [line for line in recipe_of("sbom") if "pip sync" in line and SUPPLY.name in line]
    assert "--require-hashes" in synced
    assert "--python .venv-supply" in synced


def test_locked_spark_is_one_that_is_declared():
    (version,) = re.findall(r"^pyspark==(\d+)\.(\d+)\.(\d+)", "\n".join(pins_of(SPARK)), re.MULTILINE)
    assert (4, 0, 5) <= tuple(map(int, version)) < (5,)
    assert "pyspark>=4.0.5,<5" in EXTRAS["spark"]


def test_all_locks_are_resolved_together():
    resolved = "\n".join(recipe_of("lock"))
    first, second, third, fourth = (line for line in resolved.splitlines() if "uv pip compile" in line)
    assert re.findall(r"--extra (\w+)", third) == ["docs"]
    assert f"--output-file {DOCS.relative_to(ROOT)}" in third
    assert f"--constraint {MAIN.relative_to(ROOT)}" in third
    assert "--group supply" in fourth
    assert "--generate-hashes" in third
    assert "--generate-hashes" in fourth
    assert "--generate-hashes" in first
    assert "--generate-hashes" in second
    assert set(re.findall(r"--extra (\w+)", first)) == set(EXTRAS) - set(APART)
    assert re.findall(r"--extra (\w+)", second) == ["spark"]
    assert f"--output-file {MAIN.relative_to(ROOT)}" in first
    assert f"--constraint {MAIN.relative_to(ROOT)}" in second
    assert f"--output-file {SPARK.relative_to(ROOT)}" in second
    assert "--no-emit-package" in resolved


@pytest.mark.parametrize("word", ["install", "install-spark", "install-docs", "sbom"])
def test_what_is_installed_is_what_was_locked_byte_by_byte(word):
    installs = [line for line in recipe_of(word) if "requirements" in line and "uv pip" in line]
    assert installs
    assert [line for line in installs if "--require-hashes" not in line] == []


@pytest.mark.parametrize("word", ["install", "demo", "serve", "check", "test"])
def test_words_of_a_newcomer_install_neither_spark_nor_a_site(word):
    done = "\n".join(recipe_of(word))
    assert "requirements-" not in done
    assert "spark" not in done


def test_spark_is_installed_on_top_of_the_main_lock():
    done = "\n".join(recipe_of("install-spark"))
    assert done.index("uv pip sync") < done.index(f"--requirement {SPARK.relative_to(ROOT)}")


def test_continuous_integration_installs_spark_and_java_before_the_tests():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "command -v java" in script
    assert script.index("make install-spark") < script.index("make test")
