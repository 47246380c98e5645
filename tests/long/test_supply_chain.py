"""What we are made of: our code as bandit reads it, known weaknesses of locked packages, the bill."""

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.repository import ROOT
from tests.long.bill_of_materials import licence_of, make_bill

pytestmark = pytest.mark.long

LOCKS = [ROOT / "mlproject" / name for name in ("requirements.txt", "requirements-spark.txt")]
TOOLS = ROOT / "mlproject" / "requirements-supply.txt"
# Each was read; (rule, file) stands here with the reason why it is harmless.
READ = {
    ("B506", "features/usecase/reading.py"): "the loader is a SafeLoader with fewer implicit types",
    ("B104", "serving/welcome.py"): "listens on nothing: turns 'all addresses' into loopback to greet itself",
    ("B704", "training/pages/charts/svg.py"): "children are escaped, values too, names are literals",
    (
        "B704",
        "training/pages/render.py",
    ): "style and script are two files of the package, never texts of people",
}
UNREACHED = re.compile(r"could not be audited|not found on", re.IGNORECASE)


@pytest.fixture(scope="session")
def tools(tmp_path_factory):
    """Return the folder of the programs: of `make weaknesses` if they are there, else made of the lock."""
    made = ROOT / ".venv-supply" / "bin"
    if (made / "bandit").exists():
        return made
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not there, and `make weaknesses` has not run")
    folder = tmp_path_factory.mktemp("supply")
    subprocess.run([uv, "venv", "--quiet", folder], check=True)
    sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", folder / "bin" / "python", TOOLS]
    subprocess.run(sync, check=True)
    return folder / "bin"


def bandit(tools, *paths):
    """Return rule and file of each finding of medium severity or more; B608: see S608 in pyproject.toml."""
    options = ["--quiet", "--recursive", "--severity-level", "medium", "--skip", "B608", "--format", "json"]
    done = subprocess.run(
        [tools / "bandit", *options, *paths], cwd=ROOT, capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    assert report["errors"] == []
    return {(found["test_id"], found["filename"]) for found in report["results"]}


def test_bandit_finds_only_what_was_read(tools):
    assert bandit(tools, "features", "training", "serving") == set(READ)


def test_bandit_would_find_a_weakness(tools, tmp_path):
    module = tmp_path / "weak.py"
    module.write_text(
        "import pickle, subprocess\npickle.loads(b'')\nsubprocess.run('ls', shell=True)\neval('1')\n"
    )
    assert {rule for rule, _ in bandit(tools, module)} >= {"B301", "B307"}


@pytest.mark.parametrize("lock", LOCKS, ids=["main", "spark"])
def test_no_locked_package_has_a_known_weakness(tools, lock):
    command = [
        tools / "pip-audit",
        "--require-hashes",
        "--disable-pip",
        "--format",
        "json",
        "--requirement",
        lock,
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
        packages = json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, subprocess.TimeoutExpired):
        pytest.skip(f"no source of advisories could be reached on {dt.datetime.now(tz=dt.UTC).date()}")
    unread = [one["name"] for one in packages if UNREACHED.search(one.get("skip_reason", ""))]
    if len(unread) == len(packages):
        pytest.skip(f"the source knows of no package on {dt.datetime.now(tz=dt.UTC).date()}")
    assert {one["name"]: one["vulns"] for one in packages if one.get("vulns")} == {}
    assert unread == []


@pytest.fixture(scope="session")
def bill(tools):
    return make_bill(tools / "cyclonedx-py", LOCKS[0])


def pins():
    return set(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", LOCKS[0].read_text(encoding="utf-8"), re.MULTILINE))


def test_the_bill_of_materials_holds_every_locked_package(bill):
    assert bill["bomFormat"] == "CycloneDX"
    assert {(one["name"], one["version"]) for one in bill["components"]} == pins()
    assert len(pins()) > 100


def test_licences_are_stated_and_none_binds_what_links_to_it(bill):
    stated = {
        one["name"]: one["licenses"][0]["license"]["name"] for one in bill["components"] if "licenses" in one
    }
    assert len(stated) >= 0.9 * len({name for name, _ in pins()})
    strict = {name: text for name, text in stated.items() if re.search(r"\bA?GPL|Affero", text)}
    assert strict == {}


def test_the_bill_is_the_same_every_time(tools, bill):
    assert make_bill(tools / "cyclonedx-py", LOCKS[0]) == bill


def test_a_licence_is_found_or_not_known():
    assert licence_of("numpy")
    assert licence_of("no-such-package-at-all") is None
