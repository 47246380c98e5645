import os
import signal
import subprocess
import sys

import pytest

from features.failpoints import VARIABLE, reach
from features.files import whole_folder, write_atomically

CODE = """
import sys
from features.failpoints import reach
for point in sys.argv[1:]:
    reach(point)
    print(point, flush=True)
"""


def walk(wanted, *points):
    environment = {**os.environ, VARIABLE: wanted} if wanted else dict(os.environ)
    return subprocess.run(
        [sys.executable, "-c", CODE, *points], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [("b", ["a"]), ("a", []), ("b:2", ["a", "b", "c"]), ("c:1", ["a", "b"])],
)
def test_the_process_dies_at_the_named_point(wanted, reached):
    finished = walk(wanted, "a", "b", "c", "b")
    assert finished.returncode == -signal.SIGKILL
    assert finished.stdout.split() == reached


@pytest.mark.parametrize("wanted", ["", "none", "b:3"])
def test_it_lives_on_where_the_point_is_not_reached(wanted):
    assert walk(wanted, "a", "b", "b").stdout.split() == ["a", "b", "b"]


def test_without_the_variable_a_point_does_nothing(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    reach("anything")


@pytest.mark.parametrize("point", ["file.written", "file.flushed", "file.renamed"])
def test_a_file_is_old_or_new_after_death(tmp_path, point):
    file = tmp_path / "file"
    write_atomically(file, "old")
    code = "import sys; from pathlib import Path; from features.files import write_atomically;"
    code += "write_atomically(Path(sys.argv[1]), 'new')"
    died = subprocess.run(
        [sys.executable, "-c", code, file], env={**os.environ, VARIABLE: point}, check=False
    )
    assert died.returncode == -signal.SIGKILL
    assert file.read_text() == ("new" if point == "file.renamed" else "old")


@pytest.mark.parametrize("point", ["folder.written", "folder.flushed", "folder.renamed"])
def test_a_folder_is_old_or_new_after_death(tmp_path, point):
    folder = tmp_path / "folder"
    with whole_folder(folder) as draft:
        (draft / "one").write_text("old")
    code = "import sys; from pathlib import Path; from features.files import whole_folder\n"
    code += "with whole_folder(Path(sys.argv[1])) as draft: (draft / 'two').write_text('new')"
    died = subprocess.run(
        [sys.executable, "-c", code, folder], env={**os.environ, VARIABLE: point}, check=False
    )
    assert died.returncode == -signal.SIGKILL
    assert [path.name for path in folder.iterdir()] == (["two"] if point == "folder.renamed" else ["one"])
