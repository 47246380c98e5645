"""The site: strict, whole, asking nobody; its reference is what the code says."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from serving.settings import Settings
from tests.docs.code_blocks import ROOT
from training.commands import VERBS

OUTSIDE = re.compile(r"""<(?:script|link|img|iframe|source|style)\b[^>]*?(?:src|href)=["']?(?:https?:)?//""")
FETCHED = re.compile(r"""url\(["']?(?:https?:)?//|@import\s+["'](?:https?:)?//""")
HOOK = ROOT / "docs" / "reference_pages.py"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return the folder of the site, built from nothing."""
    if importlib.util.find_spec("material") is None:
        pytest.skip("what builds the site is not installed: make install-docs")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def reference():
    """Return the hook that draws pages from the code."""
    pytest.importorskip("mkdocs", reason="what builds the site is not installed: make install-docs")
    spec = importlib.util.spec_from_file_location("reference_pages", HOOK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def drawn(reference):
    """Return the pages that are drawn from the code."""
    return reference.pages()


def test_every_page_is_built(site):
    pages = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert {page for page in pages if not (site / page).exists()} == set()


def test_every_page_stands_in_the_navigation():
    """Strict building warns of it too; here without what builds the site."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"[\w/.-]+\.md\b", text))
    pages = {path.name for path in (ROOT / "docs").glob("*.md")}
    assert pages - named == set()
    assert {name for name in named if "/" not in name} - pages == set()


def test_no_page_asks_another_host(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 60
    assert [page.name for page in pages if OUTSIDE.search(page.read_text(encoding="utf-8"))] == []
    styles = list(site.rglob("*.css"))
    assert [style.name for style in styles if FETCHED.search(style.read_text(encoding="utf-8"))] == []


def test_no_page_holds_what_makes_the_script_fetch_a_library(site):
    """The theme's script fetches a library for diagrams if a page has one."""
    assert [
        page.name for page in site.rglob("*.html") if 'class="mermaid"' in page.read_text(encoding="utf-8")
    ] == []


def test_nothing_but_pages_is_published(site):
    assert list(site.rglob("*.py")) == []
    assert "make docs" in (site / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "tag",
    ['<script src="https://x/y.js">', "<link rel=a href=//x/y.css>", '<img alt="" src="http://x/y.png">'],
)
def test_the_search_for_other_hosts_finds_them(tag):
    assert OUTSIDE.search(tag)
    assert not OUTSIDE.search('<a href="https://x/">see</a>')


def test_attributes_of_a_docstring_are_found_with_all_their_lines(reference):
    docstring = (
        "Hold.\n\nAttributes\n----------\nhost\n    Where it\n    listens.\na, b\n    Two.\n\nExamples\n"
    )
    assert reference.attributes_of(docstring) == {"host": "Where it listens.", "a": "Two.", "b": "Two."}


def test_a_cell_breaks_no_table_and_keeps_code_as_it_is(reference):
    assert reference.cell("a <b>\n or `c <d>` | e") == "a &lt;b> or `c <d>` \\| e"


def test_every_verb_and_parameter_is_in_the_reference(drawn):
    page = drawn["reference/command-line.md"]
    for verb in VERBS:
        section = page.partition(f"## {verb.name}\n")[2].partition("\n## ")[0]
        assert verb.example in section
        missing = [
            one.name
            for one in verb.parameters
            if f"`{'' if one.is_positional else '--'}{one.name}`" not in section
        ]
        assert missing == []


def test_every_setting_is_in_the_reference_with_words(drawn):
    rows = re.findall(r"^\| (.+?) \| (.*?) \| (.+) \|$", drawn["reference/settings.md"], re.MULTILINE)
    named = {name for names, _, _ in rows for name in re.findall(r"XM_\w+", names)}
    assert named == set(Settings().to_environment())
    assert [row for row in rows if len(row[2]) < 3 and row[0] != "---"] == []


def test_every_key_of_a_use_case_is_in_the_reference(drawn):
    schema = json.loads((ROOT / "mlproject/usecases/usecase.schema.json").read_text(encoding="utf-8"))
    page = drawn["reference/usecase.md"]
    keys = {key for part in (schema, *schema["$defs"].values()) for key in part.get("properties", ())}
    assert {key for key in keys if f"| `{key}` |" not in page} == set()
    links = set(re.findall(r"\]\(#(\w+)\)", page))
    assert links <= {heading.lower() for heading in re.findall(r"^## (\w+)$", page, re.MULTILINE)}


def test_every_route_is_in_the_reference(drawn):
    document = json.loads((ROOT / "tests/serving/openapi.json").read_text(encoding="utf-8"))
    page = drawn["reference/http.md"]
    routes = {
        f"## {method.upper()} {path}" for path, methods in document["paths"].items() for method in methods
    }
    assert {route for route in routes if route not in page} == set()


def test_every_decision_is_listed(drawn):
    records = {path.name for path in (ROOT / "docs/decisions").glob("*.md")}
    assert {name for name in records if f"({name})" not in drawn["decisions/index.md"]} == set()


def test_letters_and_scripts_come_with_the_theme():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    settings = yaml.safe_load(text)
    assert settings["theme"]["font"] is False
    assert settings["strict"] is True
    assert not {"extra_javascript", "extra_css"} & set(settings)


def test_the_site_is_not_kept():
    assert "/site/" in Path(ROOT / ".gitignore").read_text(encoding="utf-8")
