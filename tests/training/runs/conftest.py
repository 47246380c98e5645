import pytest

from training.__main__ import main


@pytest.fixture
def ask(capsys, tmp_path):
    """Return a function that asks on the command line, and returns exit code, output and errors."""

    def run(*words):
        code = main(["explore", "--out", str(tmp_path / "out"), *map(str, words)])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run
