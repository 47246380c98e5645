"""What beauty looks like here, in numbers; met by design, not by cutting functions into numbered parts."""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
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
    "training/parameters.py": "the parser answers --version, as it answers --help",
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


class Look(NamedTuple):
    """What one walk through a module finds: trees are costly to make, to keep and to walk."""

    lines: int
    imports: list[str]
    functions: list[Function]
    statement_lines: int
    is_writer: bool
    excuseless: list[str]


def docstring_lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    if ast.get_docstring(function, clean=False) is None:
        return 0
    return (function.body[0].end_lineno or 0) - function.body[0].lineno + 1


def body_lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if docstring_lines_of(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def measured(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    lines = (node.end_lineno or 0) - node.lineno + 1 - docstring_lines_of(node)
    return Function(f"{name_of(path)}: {node.name}", lines, body_lines_of(node))


def look_at(path: Path) -> Look:
    """Walk through a module once."""
    lines, tree = path.read_text(encoding="utf-8").splitlines(), tree_of(path)
    nodes = list(ast.walk(tree))
    return Look(
        len(lines),
        imported_by(tree),
        [measured(path, node) for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))],
        statement_lines_of(lines, tree),
        any(map(is_print, nodes)),
        [
            f"{name_of(path)}:{node.lineno}"
            for node in nodes
            if isinstance(node, ast.ExceptHandler) and is_excuseless(node, lines[node.lineno - 1])
        ],
    )


@cache
def looks() -> dict[str, Look]:
    """Return what is in the modules of the three packages."""
    return {name_of(path): look_at(path) for path in source_files()}


def modules() -> dict[str, int]:
    return {name: look.lines for name, look in looks().items()}


def functions() -> list[Function]:
    return [function for look in looks().values() for function in look.functions]


def test_no_module_is_long():
    assert {
        name: lines for name, lines in modules().items() if lines > 400 and name not in LONG_MODULES
    } == {}


def test_modules_are_short_in_the_middle():
    filled = [lines for name, lines in modules().items() if not name.endswith("__init__.py")]
    assert statistics.median(filled) <= 150


def test_no_function_is_long():
    long = [found for found in functions() if found.lines > 60 and found.where not in LONG_FUNCTIONS]
    assert long == []


def test_functions_are_short_in_the_middle_and_nearly_all():
    bodies = sorted(function.body_lines for function in functions())
    assert statistics.median(bodies) <= 10
    assert statistics.quantiles(bodies, n=10)[-1] <= 25


def test_exceptions_are_still_needed_and_have_a_reason():
    long_functions = {function.where for function in functions() if function.lines > 60}
    assert set(LONG_FUNCTIONS) <= long_functions
    assert set(LONG_MODULES) <= {name for name, lines in modules().items() if lines > 400}
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
    if not isinstance(node.func, (ast.Name, ast.Attribute)):
        return False
    last = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
    called = {"print", "sys.stdout.write", "sys.stderr.write", "pprint", "pprint.pprint"}
    return last in {"print", "write", "pprint"} and ast.unparse(node.func) in called


def test_only_the_console_writes_to_the_terminal():
    assert {name for name, look in looks().items() if look.is_writer} <= set(WRITERS)


def imported_by(tree: ast.Module) -> list[str]:
    """Return what a module imports while it is loaded: modules, and names in modules."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def circle_in(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """Return modules that import each other in a circle; none where they can be put into an order."""
    try:
        TopologicalSorter({name: imports.keys() & set(others) for name, others in imports.items()}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_each_other_in_a_circle():
    imports = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): look.imports
        for name, look in looks().items()
    }
    modules = {
        name: [one if one in imports else one.rpartition(".")[0] for one in others]
        for name, others in imports.items()
    }
    assert circle_in(modules) == []


def test_a_circle_is_found():
    assert circle_in({"a": ["b"], "b": ["c", "os"], "c": []}) == []
    assert set(circle_in({"a": ["b"], "b": ["c"], "c": ["a"]})) == {"a", "b", "c"}
    assert imported_by(ast.parse("import a\nfrom b import c\ndef f():\n    import d")) == ["a", "b.c"]


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


def is_excuseless(handler: ast.ExceptHandler, line: str) -> bool:
    """Tell whether an except catches all, or nearly all without a reason beside it."""
    reason = re.search(r"#\s*(noqa: BLE001)?\W*\w+", line)
    return is_bare(handler) or (is_broad(handler) and not reason)


def test_no_except_is_bare_and_every_broad_one_has_a_reason():
    assert [place for look in looks().values() for place in look.excuseless] == []


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("except:  # why", True),
        ("except Exception:", True),
        ("except BaseException as error:  # whatever came", False),
        ("except OSError:", False),
    ],
)
def test_the_search_sees_an_except_without_a_reason(line, is_one):
    (tried,) = ast.parse(f"try:\n    a\n{line}\n    b").body
    assert isinstance(tried, ast.Try)
    assert is_excuseless(tried.handlers[0], line) is is_one


def owners_of(node: ast.AST) -> Iterator[ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield what may have a docstring; expressions, which are most of a tree, are passed by."""
    if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        yield node
    for block in ("body", "orelse", "finalbody", "handlers", "cases"):
        below = getattr(node, block, [])
        for part in below if isinstance(below, list) else []:
            yield from owners_of(part)


def statement_lines_of(lines: list[str], tree: ast.AST) -> int:
    """Count lines that do something: docstrings are owed to the reader, not to be paid for in tests."""
    documented: set[int] = set()
    for node in owners_of(tree):
        if ast.get_docstring(node, clean=False) is not None:
            documented.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return sum(
        1
        for number, line in enumerate(lines, start=1)
        if line.strip() and line.strip()[0] != "#" and number not in documented
    )


def test_tests_have_at_least_as_many_lines_as_the_source():
    tests = 0
    for path in files_of_tests():
        tests += statement_lines_of(path.read_text(encoding="utf-8").splitlines(), tree_of(path))
    assert tests >= sum(look.statement_lines for look in looks().values())


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
    assert statement_lines_of(module.read_text().splitlines(), ast.parse(module.read_text())) == 5
    nested = 'if a:\n    try:\n        class C:\n            """Say."""\n    finally:\n        pass\n'
    assert statement_lines_of(nested.splitlines(), ast.parse(nested)) == 5
    assert is_print(ast.parse("print(1)").body[0].value)
    assert is_print(ast.parse("sys.stdout.write('x')").body[0].value)
    assert not is_print(ast.parse("console.result('x')").body[0].value)
