"""The card in a real browser: no accessibility fault, nothing blocked, readable on a phone and on paper."""

import pytest

from tests.browsing import faults
from tests.training.reports.test_browser import browser, opened
from training.card import write_card

__all__ = ["browser", "opened"]

pytestmark = pytest.mark.browser
WAYS = {
    "light-en": ("light", 1280, "staff/model-card_en.html"),
    "dark-de": ("dark", 1280, "staff/model-card_de.html"),
    "phone-de": ("light", 390, "staff/model-card_de.html"),
    "customers": ("light", 1280, "company/model-card_en.html"),
}


@pytest.fixture(scope="module")
def folder(staff_card, company_card, tmp_path_factory):
    path = tmp_path_factory.mktemp("cards")
    write_card(staff_card, path / "staff")
    write_card(company_card, path / "company")
    return path


@pytest.mark.parametrize("opened", list(WAYS.values()), indirect=True, ids=list(WAYS))
def test_no_accessibility_fault_and_nothing_blocked(opened, request) -> None:
    """The colours of a phone are those of a desk: their check takes nine tenths of the time."""
    page, complaints = opened
    assert complaints == []
    is_phone = request.node.callspec.id == "phone-de"
    found, n_kept = faults(page, *(("color-contrast",) if is_phone else ()))
    assert found == ""
    assert n_kept > 15


@pytest.mark.parametrize("opened", [WAYS["phone-de"]], indirect=True, ids=["phone"])
def test_small_screens_need_no_sideways_scrolling(opened) -> None:
    page, _ = opened
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("opened", [WAYS["light-en"]], indirect=True, ids=["print"])
def test_it_prints_on_few_pages(opened) -> None:
    page, _ = opened
    pdf = page.pdf(prefer_css_page_size=True)
    assert 1 <= pdf.count(b"/Type /Page\n") <= 4
