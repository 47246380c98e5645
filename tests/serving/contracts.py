"""Send requests made from the OpenAPI document to a running service, good and bad ones."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


def find_program() -> str:
    """Return the program of schemathesis, or skip the test."""
    beside = Path(sys.executable).with_name("st")
    program = str(beside) if beside.exists() else shutil.which("schemathesis")
    if program is None:
        pytest.skip("schemathesis is not installed here: `make install` brings it with the tests")
    return program


def fuzz(url: str, key: str, n_examples: int, folder: Path, *more: str) -> tuple[int, str]:
    """Run schemathesis with a key.

    Parameters
    ----------
    n_examples
        Requests per operation, beside those that go through the edges of every field.
    folder
        Where it may leave what it needs.

    Returns
    -------
    tuple
        Number of requests, and what it said; a failure fails the test.
    """
    command = [find_program(), "--config-file", str(CONFIGURATION), "run", f"{url}/openapi.json"]
    command += ["--header", f"Authorization: Bearer {key}", "--max-examples", str(n_examples)]
    command += ["--seed", "7", "--no-color", "--continue-on-failure", "--warnings", "off", *more]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    words = found.stdout + found.stderr
    assert found.returncode == 0, words
    counted = re.search(r"(\d+) generated, (\d+) passed", words)
    assert counted is not None, words
    return int(counted[1]), words
