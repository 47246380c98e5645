"""Every block of the documentation is run or checked: commands parse, routes exist, Python runs."""

import ast
import csv
import doctest
import importlib
import json
import re
import textwrap

import pytest
import yaml
from pydantic import ValidationError

from features.errors import SpecError
from features.usecase import UseCase, parse
from features.usecase.reading import _read_yaml
from features.worlds import build_company
from serving.access.routes import ROUTES
from tests.docs.code_blocks import PAGES, ROOT, all_blocks, calls_of, command_lines
from training.commands import build_parser

BLOCKS = list(all_blocks())
LANGUAGES = {"console", "bash", "python", "yaml", "json", "text", "csv", "sql", "cron", "html"}
SCHEMA = json.loads((ROOT / "mlproject/usecases/usecase.schema.json").read_text(encoding="utf-8"))
PARTS = {key for part in SCHEMA["$defs"].values() for key in part.get("properties", ())}
# YAML that is no part of a use case, with what it is.
OTHER_YAML = {
    "docs/kubernetes.md": "objects of a cluster",
    "docs/regulation.md": "an agreement about people at work",
    "docs/text-topics.md": "a file of topics",
    "docs/themes.md": "a file of approved quotes",
}
# Python that is run by another test, or needs what is not there in a test.
RUN_ELSEWHERE = {
    "docs/client.md": "tests/serving/test_docs.py",
    "docs/notebook.md": "tests/training/test_notebook.py",
}
OF_OTHERS = {
    "docs/baseline.md": "a frame and a frozen baseline",
    "docs/calls.md": "a running service and a key",
    "docs/disclosure.md": "people, answers and a history of the reader",
    "docs/hindsight.md": "a champion and its frame",
    "docs/monitoring.md": "a champion and its frame",
    "docs/monitoring-performance.md": "a champion and its frame",
}
# Libraries of others that a page shows how to work with.
NOT_OURS = ("import airflow", "from airflow", "from pyspark")


def of(*languages):
    return [block for block in BLOCKS if block.language in languages]


def test_every_block_says_what_it_is():
    assert [str(block) for block in BLOCKS if block.language not in LANGUAGES] == []
    assert len(BLOCKS) > 120


def commands():
    return [(str(block), line) for block in of("console", "bash", "cron") for line in command_lines(block)]


def test_every_call_of_the_command_line_is_one(capsys):
    parser, n_calls, faults = build_parser(), 0, {}
    for where, line in commands():
        for arguments in calls_of("xm-predict", line):
            n_calls += 1
            if "--help" in arguments:
                continue
            try:
                parser.parse_args(arguments)
            except SystemExit:
                faults[where, " ".join(arguments)] = capsys.readouterr().err
    assert faults == {}
    assert n_calls > 60


def test_a_call_that_is_none_would_be_found():
    with pytest.raises(SystemExit):
        build_parser().parse_args(["train", "--use-case", "churn.yaml"])


def test_every_word_of_make_is_in_the_makefile():
    words = set(
        re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    texts = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    named = {arguments[0] for _, line in commands() for arguments in calls_of("make", line)}
    named |= set(re.findall(r"`make ([a-z][a-z-]*)", texts))
    assert {word for word in named if re.fullmatch(r"[a-z][a-z-]*", word)} - words - {"bench"} == set()


def test_every_address_of_the_service_is_one_of_its_routes():
    routes = [re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route)) for route in ROUTES]
    lines = [line for _, line in commands() if "curl " in line]
    asked = {
        path for line in lines for path in re.findall(r"(?:127\.0\.0\.1:3000|\$XM_URL)(/[^\s\"'?]*)", line)
    }
    assert len(asked) > 8
    assert {path for path in asked if not any(re.fullmatch(route, path) for route in routes)} == set()


def plain_of(text):
    """Return the values of a block as use cases are read; ``...`` stands for what is left out."""
    return _read_yaml(text.replace("{..., ", "{"), "block")


def is_shown_as_wrong(error, page):
    """Tell whether a page shows a use case for the error that it gives."""
    words = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    return str(error).partition(": ")[2].partition(";")[0] in words


def faults_of(values):
    """Return what a use case would not take, but for what the fragment leaves out."""
    try:
        UseCase.model_validate({"version": 1, "name": "sample", **values})
    except ValidationError as error:
        wrong = [fault for fault in error.errors() if fault["type"] not in {"missing", "value_error"}]
        return [(fault["loc"], fault["type"]) for fault in wrong]
    return []


@pytest.mark.parametrize("block", of("yaml"), ids=str)
def test_yaml_is_a_use_case_or_a_part_of_one(block):
    if block.page in OTHER_YAML:
        assert list(yaml.safe_load_all(block.text))
    elif block.text.startswith(" "):
        values = plain_of(textwrap.dedent(block.text))
        assert set(values) <= PARTS or faults_of({"drivers": values}) == []
    elif block.text.startswith("version: 1"):
        try:
            parse(plain_of(block.text), block.page)
        except SpecError as error:
            if not is_shown_as_wrong(error, block.page):
                raise
    else:
        assert faults_of(plain_of(block.text)) == []


@pytest.mark.parametrize("values", [{"tabel": {}}, {"drivers": {"a": {"role": "leaver"}}}, {"cuts": 3}])
def test_a_part_that_does_not_fit_would_be_found(values):
    assert faults_of(values)


@pytest.mark.parametrize("block", of("json"), ids=str)
def test_json_can_be_read(block):
    if "..." in block.text:
        assert block.text.count("{") == block.text.count("}")
        return
    lines = block.text.splitlines()
    try:
        json.loads(block.text)
    except json.JSONDecodeError:
        assert all(isinstance(json.loads(line), dict) for line in lines)


def program_of(blocks):
    """Return blocks as one program; of a session with prompts what was typed."""
    texts = []
    for block in blocks:
        typed = doctest.DocTestParser().get_examples(block.text)
        texts.append("".join(one.source for one in typed) if typed else block.text)
    return "\n".join(texts)


@pytest.mark.parametrize("block", of("python"), ids=str)
def test_what_python_imports_is_there(block):
    for node in ast.walk(ast.parse(program_of([block]), str(block))):
        if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] in {
            "features",
            "training",
            "serving",
        }:
            module = importlib.import_module(node.module)
            assert [one.name for one in node.names if not hasattr(module, one.name)] == []


def runnable(page):
    blocks = [block for block in of("python") if block.page == page]
    return [block for block in blocks if not any(text in block.text for text in NOT_OURS)]


PYTHON = sorted({block.page for block in of("python")} - set(RUN_ELSEWHERE) - set(OF_OTHERS))


@pytest.fixture(scope="module")
def verbatims(tmp_path_factory):
    """Return what customers of the example company wrote, with their ratings, and the languages."""
    folder = tmp_path_factory.mktemp("company")
    build_company(folder, seed=7, n_customers=400, n_employees=60)
    with (folder / "surveys.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))[2:]
    rows = [row for row in rows if len(row["comment"]) > 20 and row["csat"] != "-99"]
    texts, ratings = [row["comment"] for row in rows], [int(row["csat"]) for row in rows]
    languages = ["de" if re.search(r"[äöüß]|\b(der|die|und|nicht)\b", text) else "en" for text in texts]
    half = len(texts) // 2
    waves = [(texts[:half], languages[:half]), (texts[half:], languages[half:])]
    return {"texts": texts, "ratings": ratings, "languages": languages, "waves": waves}


@pytest.mark.parametrize("page", [page for page in PYTHON if runnable(page)])
def test_python_of_a_page_runs_as_one_program(page, tmp_path, monkeypatch, verbatims):
    """Pages on texts speak of verbatims of the reader; files that they name lie where the page runs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {}\n", encoding="utf-8")
    (tmp_path / "webhook.secret").write_text("0123456789abcdef0123456789abcdef\n", encoding="utf-8")
    exec(compile(program_of(runnable(page)), page, "exec"), {"__name__": "page", **verbatims})


def test_exceptions_are_still_needed():
    assert set(OTHER_YAML) <= {block.page for block in of("yaml")}
    assert {*RUN_ELSEWHERE} <= {block.page for block in of("python")}
    assert {*OF_OTHERS} <= {block.page for block in of("python")}
    for page, test in RUN_ELSEWHERE.items():
        assert page.rpartition("/")[2] in (ROOT / test).read_text(encoding="utf-8")
