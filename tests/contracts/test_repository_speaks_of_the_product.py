"""The repository holds the product alone: nothing of the machine or the tools that it was made with."""

import re

import pytest

from tests.contracts.repository import name_of, tracked_files

BINARY = {".png", ".parquet", ".woff2", ".gz", ".ico", ".db", ".duckdb"}
SPEAKS_OF_ITSELF = "tests/contracts/test_repository_speaks_of_the_product.py"
FORBIDDEN = {
    "package index": re.compile(
        r"pypi\.(org|python\.org)|pythonhosted|/simple/?\b|--(extra-)?index-url|--find-links", re.IGNORECASE
    ),
    "path of a machine": re.compile(
        r"(?<![\w.:/\"'`}\])])/(home|root|Users|work|workspace|tmp/bash|opt|mnt)/\w|[A-Z]:\\Users"
    ),
    "issue": re.compile(
        r"\bissues? ?#?\d+\b|\b(fixes|closes|resolves|see) #\d+|\s\(#\d+\)|\b(TODO|FIXME|XXX)\b",
        re.IGNORECASE,
    ),
    "leftover": re.compile(r"^(<<<<<<<|>>>>>>>) |\bbreakpoint\(\)|\bpdb\.set_trace", re.MULTILINE),
}


def findings_in(text: str) -> list[str]:
    return [
        f"{kind}: {match.group()}" for kind, pattern in FORBIDDEN.items() if (match := pattern.search(text))
    ]


def test_tracked_texts_speak_of_the_product():
    texts = [
        path for path in tracked_files() if path.suffix not in BINARY and name_of(path) != SPEAKS_OF_ITSELF
    ]
    found = {name_of(path): findings_in(path.read_text(encoding="utf-8")) for path in texts}
    assert {name: findings for name, findings in found.items() if findings} == {}


def test_no_generated_or_private_file_is_tracked():
    unwanted = re.compile(
        r"(^|/)(\.venv|__pycache__|mlruns|xm-data|\.DS_Store|\.env)(/|$)|\.(pyc|pkl|pickle|joblib|sqlite|db)$"
    )
    assert [name_of(path) for path in tracked_files() if unwanted.search(name_of(path))] == []


def test_tracked_files_are_small():
    assert [name_of(path) for path in tracked_files() if path.stat().st_size > 1_000_000] == []


@pytest.mark.parametrize(
    "text",
    [
        "pip install --index-url https://x/simple y",
        "https://files.pythonhosted.org/a.whl",
        "see /home/anna/churn.csv",
        "open C:\\Users\\anna\\churn.csv",
        "as asked in issue 12",
        "fixes #12",
        "# TODO later",
        "<<<<<<< HEAD\n",
    ],
)
def test_the_search_finds_what_it_looks_for(text):
    assert findings_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "colour: #123",
        "url(#12)",
        "&#39;",
        "a simple rule",
        "xm-data/latest",
        "GET /v1/models",
        "the work/home share",
        "#1a2b3c",
    ],
)
def test_the_search_lets_harmless_words_pass(text):
    assert findings_in(text) == []
