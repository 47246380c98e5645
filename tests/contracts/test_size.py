"""What beauty looks like here, in numbers; met by design, not by cutting functions into numbered parts."""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.contracts.repository import ROOT, files_of_tests, name_of, source_files, tree_of

# A module or function that truly reads better longer stands here with its reason.
LONG_MODULES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "core", "misc"}
WRITERS = {
    "training/console.py": "the writer of the command line",
    "serving/__main__.py": "the start of the service, which must not import the command line of training",
    "serving/access/__main__.py": "a child process that hands its answer to the command line",
    "serving/audit/__main__.py": "a child process that hands its answer to the command line",
    "serving/candidate.py": "a child process that tells its parent on stderr why it refuses a bundle",
}


class Function(NamedTuple):
    """One function: where it stands, its lines and the lines of its body, both without the docstring."""

    where: str
    lines: int
    body_lines: int


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def docstring_lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    if ast.get_docstring(function) is None:
        return 0
    return (function.body[0].end_lineno or 0) - function.body[0].lineno + 1


def body_lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if docstring_lines_of(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def functions_of(path: Path) -> Iterator[Function]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or 0) - node.lineno + 1 - docstring_lines_of(node)
            yield Function(f"{name_of(path)}: {node.name}", lines, body_lines_of(node))


MODULES = {name_of(path): lines_of(path) for path in source_files()}
FUNCTIONS = [function for path in source_files() for function in functions_of(path)]


def test_no_module_is_long():
    assert {name: lines for name, lines in MODULES.items() if lines > 400 and name not in LONG_MODULES} == {}


def test_modules_are_short_in_the_middle():
    filled = [lines for name, lines in MODULES.items() if not name.endswith("__init__.py")]
    assert statistics.median(filled) <= 150


def test_no_function_is_long():
    long = [
        function for function in FUNCTIONS if function.lines > 60 and function.where not in LONG_FUNCTIONS
    ]
    assert long == []


def test_functions_are_short_in_the_middle_and_nearly_all():
    bodies = sorted(function.body_lines for function in FUNCTIONS)
    assert statistics.median(bodies) <= 10
    assert statistics.quantiles(bodies, n=10)[-1] <= 25


def test_exceptions_are_still_needed_and_have_a_reason():
    long_functions = {function.where for function in FUNCTIONS if function.lines > 60}
    assert set(LONG_FUNCTIONS) <= long_functions
    assert set(LONG_MODULES) <= {name for name, lines in MODULES.items() if lines > 400}
    assert all(len(reason) > 20 for reason in (*LONG_MODULES.values(), *LONG_FUNCTIONS.values()))


def test_branches_are_few():
    """Run mccabe through ruff, also where a line asks to be left alone."""
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--select",
        "C901",
        "--ignore-noqa",
        "--output-format",
        "concise",
    ]
    result = subprocess.run(
        [*command, "features", "training", "serving"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def is_print(node: ast.AST) -> bool:
    """Tell whether a node writes to the terminal behind the back of the console."""
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func)
    return called in {"print", "sys.stdout.write", "sys.stderr.write", "pprint", "pprint.pprint"}


def test_only_the_console_writes_to_the_terminal():
    writers = {name_of(path) for path in source_files() if any(map(is_print, ast.walk(tree_of(path))))}
    assert writers <= set(WRITERS)


def test_names_say_what_is_inside():
    named = [
        path
        for path in (*source_files(), *files_of_tests())
        if {path.stem, path.parent.name} & FORBIDDEN_NAMES
    ]
    assert [name_of(path) for path in named] == []


def is_bare(handler: ast.ExceptHandler) -> bool:
    return handler.type is None


def is_broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is not None and ast.unparse(handler.type) in {"Exception", "BaseException"}


def test_no_except_is_bare_and_every_broad_one_has_a_reason():
    found = []
    for path in source_files():
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.ExceptHandler):
                continue
            reason = re.search(r"#\s*(noqa: BLE001)?\W*\w+", lines[node.lineno - 1])
            if is_bare(node) or (is_broad(node) and not reason):
                found.append(f"{name_of(path)}:{node.lineno}")
    assert found == []


def statement_lines_of(path: Path) -> int:
    """Count lines that do something: docstrings are owed to the reader, not to be paid for in tests."""
    tree = tree_of(path)
    documented: set[int] = set()
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, owners) and ast.get_docstring(node) is not None:
            documented.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    return sum(
        1 for number, line in lines if line.strip() and line.strip()[0] != "#" and number not in documented
    )


def test_tests_have_at_least_as_many_lines_as_the_source():
    tests = sum(map(statement_lines_of, files_of_tests()))
    assert tests >= sum(map(statement_lines_of, source_files()))


@pytest.mark.parametrize("folder", ["features", "training", "serving"])
def test_folders_of_tests_mirror_the_tree(folder):
    source, tests = ROOT / folder, ROOT / "tests" / folder
    folders = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")}
    without_source = [
        str(part)
        for part in folders
        if not (source / part).is_dir() and not (source / part).with_suffix(".py").is_file()
    ]
    assert without_source == []


def test_the_ruler_measures(tmp_path):
    module = tmp_path / "sample.py"
    module.write_text('def f():\n    """Say."""\n    a = 1\n    return (\n        a\n    )\n')
    function = next(
        node for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.FunctionDef)
    )
    assert body_lines_of(function) == 4
    assert is_print(ast.parse("print(1)").body[0].value)
    assert is_print(ast.parse("sys.stdout.write('x')").body[0].value)
    assert not is_print(ast.parse("console.result('x')").body[0].value)
