"""One page per method, with its formula and the sources that it follows."""

import re

import pytest
import yaml

from tests.docs.code_blocks import ROOT

DOCS = ROOT / "docs"
# Pages that stand elsewhere in the navigation and describe a method as well.
MORE = [
    "actions.md",
    "baseline.md",
    "beliefs.md",
    "calls.md",
    "directions.md",
    "disclosure.md",
    "explain-change.md",
    "explore.md",
    "features-in-time.md",
    "leakage-audit.md",
    "priorities.md",
    "retraining.md",
    "themes.md",
    "weights.md",
]
YEAR = re.compile(r"\((?:18|19|20)\d\d\)")
# A block of formulas, a formula set apart, an indented one, or a table that has a column for them.
FORMULA = re.compile(r"^```text\n[^`]* = |^> .* = |^    \w.* = |^\|.*formula.*\|$", re.MULTILINE)


def pages_of_methods():
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    (methods,) = [part["Methods"] for part in settings["nav"] if "Methods" in part]
    return sorted({*(name for entry in methods for name in entry.values()), *MORE})


def sources_of(page):
    """Return the sources that a page names, each as one line."""
    _, found, rest = page.partition("\n## Sources\n")
    assert found, "has no section '## Sources'"
    return [" ".join(one.split()) for one in rest.partition("\n## ")[0].split("\n- ")[1:]]


@pytest.mark.parametrize("name", pages_of_methods())
def test_a_page_of_a_method_has_its_formula_and_sources(name):
    page = (DOCS / name).read_text(encoding="utf-8")
    assert FORMULA.search(page), "shows no formula"
    sources = sources_of(page)
    assert any(YEAR.search(one) or ".md#sources" in one for one in sources)
    assert [one for one in sources if len(one) < 25] == []


def test_what_a_page_lacks_would_be_found():
    assert not FORMULA.search("## A method\n\nIt is computed somehow: a = b.\n")
    with pytest.raises(AssertionError, match="no section"):
        sources_of("## A method\n\n- Holm (1979).\n")
