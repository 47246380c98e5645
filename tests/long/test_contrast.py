"""Contrast of everything on every page of every kind of report; the fast suite looks at each element once."""

import pytest

from tests.browsing import faults
from tests.training.reports.test_browser import browser, every_page, folder, look, tabs, visited

__all__ = ["browser", "folder", "tabs", "visited"]

pytestmark = [pytest.mark.long, pytest.mark.browser]


@every_page
def test_every_page_passes_every_rule(visited) -> None:
    """In its theme, also inside of what opens on a click."""
    page, _ = visited
    look(page, 1280, is_open=True)
    found, n_kept = faults(page)
    assert found == ""
    assert n_kept > 20
