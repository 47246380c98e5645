"""SECURITY.md names a test for each kind of weakness: they are there, and secrets are compared rightly."""

import ast
import re

import pytest

from tests.contracts.repository import ROOT, name_of, source_files, tree_of

PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)
SECRET = re.compile(r"(^|_)(secret|sha256|proof|signature|token)(_|$)")
# Hashes of files and of specifications are no secrets: whoever can ask for the time knows the file.
OF_FILES = ("training/", "features/", "serving/cache.py", "serving/champions.py", "serving/audit/")


def functions_of(path):
    nodes = ast.walk(tree_of(ROOT / path))
    return {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def test_every_named_test_is_there():
    assert [f"{path}::{test}" for path, test in NAMED if test not in functions_of(path)] == []


def test_every_row_names_one():
    rows = re.findall(r"^\| (?!kind|---).*\|$", PAGE.partition("## Kinds of weaknesses")[2], re.MULTILINE)
    assert len(rows) == len(NAMED) >= 35
    assert [row for row in rows if "::test_" not in row] == []


def test_it_says_how_to_report_and_who_attacks():
    assert "## Report a weakness" in PAGE
    attackers = re.findall(r"^\| (?!attacker|---)([^|]+) \|", PAGE.partition("## Kinds")[0], re.MULTILINE)
    assert len(attackers) >= 8


def names_in(node):
    parts = (part for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute)))
    return {part.id if isinstance(part, ast.Name) else part.attr for part in parts}


def comparisons_of_secrets(tree):
    """Return the lines where a secret is compared by == or !=, which end at the first other letter."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and isinstance(node.ops[0], (ast.Eq, ast.NotEq))
        and any(SECRET.search(name) for name in names_in(node))
    ]


def test_secrets_are_compared_in_constant_time():
    guarded = [path for path in source_files() if not name_of(path).startswith(OF_FILES)]
    found = {name_of(path): comparisons_of_secrets(tree_of(path)) for path in guarded}
    assert {name: lines for name, lines in found.items() if lines} == {}
    using = [name_of(path) for path in guarded if "compare_digest(" in path.read_text(encoding="utf-8")]
    assert {"serving/access/ring.py", "serving/client/webhook.py", "serving/pages/forms.py"} <= set(using)


@pytest.mark.parametrize(
    ("text", "n_found"),
    [("a.secret == b", 1), ("proof != given", 1), ("hmac.compare_digest(proof, given)", 0)],
)
def test_the_search_for_plain_comparisons_finds_them(text, n_found):
    assert len(comparisons_of_secrets(ast.parse(text))) == n_found
