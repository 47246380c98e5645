"""The pages with forms in a real browser: no accessibility fault, nothing wider than a telephone."""

import re
from typing import Any

import pytest

from tests.browsing import faults, open_browser
from tests.serving.pages.visitors import furnish, open_house

pytestmark = pytest.mark.browser
PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "groups": ("groups", {"cut": "region", "group": "South"}),
    "hidden group": ("groups", {"cut": "region", "group": "West", "lang": "de"}),
    "unknown cut": ("groups", {"cut": "salary"}),
    "plan": ("what-if", {}),
    "wrong plan": ("what-if", {"lever": "disputes", "way": "7", "share": "7", "cost": "abc", "lang": "de"}),
    "people": ("people", {"cut": "region", "group": "South", "page": "2"}),
}


@pytest.fixture(scope="module")
def contents(bundles, tmp_path_factory):
    """Return the pages with their style inside, as no server is there to ask for it."""
    with open_house(furnish(tmp_path_factory.mktemp("browser"), bundles)) as house:
        style = f"<style>{house.client.get('/reports/style.css').text}</style>"
        texts = {name: house.look(path, **query).text for name, (path, query) in PAGES.items()}
    bare = {name: re.sub(r"<script .*?</script>", "", text) for name, text in texts.items()}
    return {
        name: re.sub(r'<link rel="stylesheet"[^>]*>', lambda _: style, text) for name, text in bare.items()
    }


@pytest.fixture(scope="module")
def tabs():
    with open_browser() as browser:
        yield {
            (scheme, width): browser.new_context(
                color_scheme=scheme, viewport={"width": width, "height": 900}
            ).new_page()
            for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390))
        }


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(contents, tabs, name, scheme):
    page = tabs[scheme, 1280]
    page.set_content(contents[name])
    found, n_passes = faults(page)
    assert found == ""
    assert n_passes > 20


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_a_telephone(contents, tabs, name):
    page = tabs["light", 390]
    page.set_content(contents[name])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_all_plans_can_be_opened_without_a_script(contents, tabs):
    page = tabs["light", 1280]
    page.set_content(contents["plan"])
    assert not page.locator("details table").first.is_visible()
    page.locator("summary").first.click()
    assert page.locator("details table").first.is_visible()
