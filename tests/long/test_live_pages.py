"""Every live page that each kind of person can reach, both languages and themes, with every rule of axe."""

import pytest

from tests.serving.conftest import bundles, filled_cache, latest_folder, papers
from tests.serving.pages.test_walk import REACHED, THEMES, browser, site, walk_through

__all__ = ["browser", "bundles", "filled_cache", "latest_folder", "papers", "site"]

pytestmark = [pytest.mark.long, pytest.mark.browser]


@pytest.mark.parametrize("language", list(THEMES))
@pytest.mark.parametrize("who", list(REACHED))
def test_every_page_passes_every_rule(browser, site, who: str, language: str) -> None:
    seen = walk_through(browser, site, who, language, is_thorough=True)
    assert set(seen) == {"/reports", *(f"/reports/{name}" for name in REACHED[who])}
