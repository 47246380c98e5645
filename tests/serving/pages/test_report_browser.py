"""Report and trust in a real browser: no accessibility fault, nothing blocked, nothing too wide."""

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browsing import faults, open_browser
from tests.serving.pages.site import Site, open_site

pytestmark = pytest.mark.browser
HOME = "http://127.0.0.1"
DAY = "2026-07-31"
PAGES = {
    "report": "/reports/report?usecase=churn&lang=en",
    "older report": f"/reports/report?usecase=churn&lang=de&wave={DAY}",
    "people at work": "/reports/report?usecase=attrition&lang=de",
    "trust": "/reports/trust?usecase=churn&lang=en",
}


@pytest.fixture(scope="module")
def site(filled_cache, latest_folder, papers, tmp_path_factory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("pages")
    shutil.copytree(papers, home / "reports")
    with open_site(filled_cache, latest_folder, home) as found:
        newest = json.loads((home / "reports" / "churn" / "report.json").read_text())
        found.put(newest | {"calls": None}, day=DAY)
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as found:
        yield found


def visit(site: Site, browser: Any, address: str, **options: Any) -> tuple[Any, list[str]]:
    """Open a page of the application in a browser; return it with what the browser complains of."""
    context = browser.new_context(**options)
    page = context.new_page()
    complaints: list[str] = []

    def answer(route: Any) -> None:
        asked = route.request.url
        if not asked.startswith(f"{HOME}/"):
            complaints.append(asked)
        found = site.browsers["analyst"].get(asked.removeprefix(HOME))
        route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.content)

    page.on("console", lambda message: complaints.append(message.text))
    page.route("**/*", answer)
    page.goto(f"{HOME}{address}")
    return page, complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_no_accessibility_fault_and_nothing_blocked(site, browser, name, scheme):
    page, complaints = visit(site, browser, PAGES[name], color_scheme=scheme)
    found, n_passed = faults(page)
    page.context.close()
    assert found == ""
    assert n_passed > 20
    assert complaints == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_a_phone(site, browser, name):
    page, _ = visit(site, browser, PAGES[name], viewport={"width": 390, "height": 844})
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    page.context.close()
    assert widths[0] <= widths[1]


def test_a_day_is_chosen_and_left_again_without_a_script(site, browser):
    page, _ = visit(site, browser, PAGES["report"], java_script_enabled=False)
    page.select_option("select[name=wave]", DAY)
    page.click("text=Show")
    assert page.url == f"{HOME}/reports/report?usecase=churn&lang=en&wave={DAY}"
    assert page.locator(".notice").count() == 1
    page.click("text=To the newest report")
    assert page.url == f"{HOME}/reports/report?usecase=churn&lang=en"
    assert page.locator(".notice").count() == 0
    page.context.close()


def test_with_a_script_the_choice_is_in_the_address_as_well(site, browser):
    page, complaints = visit(site, browser, PAGES["report"])
    page.select_option("select[name=wave]", DAY)
    page.click("text=Show")
    page.wait_for_selector(".notice")
    assert f"wave={DAY}" in page.url
    assert complaints == []
    page.context.close()


def test_on_paper_there_is_nothing_to_click(site, browser):
    page, _ = visit(site, browser, PAGES["report"])
    page.emulate_media(media="print")
    for place in ("header.frame", ".facts form"):
        assert not page.locator(place).is_visible()
    assert page.locator(".facts b").is_visible()
    page.context.close()
