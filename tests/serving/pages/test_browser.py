"""Way in, overview and problems in a real browser: with and without scripts, wide, narrow, light and dark."""

import shutil

import pytest

from serving.access import routes
from serving.api import build_app
from serving.pages import frame
from tests.browsing import faults, open_browser
from tests.end_to_end.processes import free_port
from tests.serving.keys import make_key
from tests.serving.pages.served import served

pytestmark = pytest.mark.browser
NOWHERE = "/reports/never"


@pytest.fixture(scope="module")
def browser():
    with open_browser() as found:
        yield found


@pytest.fixture(scope="module")
def key(settings):
    return make_key(settings.keys, "analyst")


@pytest.fixture(scope="module")
def address(settings, key):
    with served(build_app(lambda: settings), free_port()) as found:
        yield found


@pytest.fixture
def open_page(browser, address):
    """Return what opens a page that notes what it complains of, and what it asks of anybody else."""
    contexts = []

    def open_one(path="/reports", **options):
        contexts.append(browser.new_context(**{"locale": "en-GB", **options}))
        page = contexts[-1].new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.extend(complaint_in(message.text)))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: page.complaints.extend([asked.url] if not asked.url.startswith(address) else []),
        )
        page.goto(address + path)
        return page

    yield open_one
    for context in contexts:
        context.close()


def complaint_in(text: str) -> list[str]:
    """Return what the browser says, but for its wish for a name beside the key: there is none."""
    return [] if text.startswith("[DOM] Password forms should have") else [text]


def come_in(page, key):
    page.locator("input[name=key]").fill(key)
    page.locator("main button").click()
    page.locator(".tiles").wait_for()
    return page


def is_too_wide(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_nothing_is_wrong_with_the_pages_and_nobody_else_is_asked(open_page, key, width, scheme, locale):
    page = open_page(
        color_scheme=scheme, viewport={"width": width, "height": 900}, locale=locale, reduced_motion="reduce"
    )
    assert page.url.endswith("/reports/sign-in")
    found, kept = faults(page)
    assert (found, kept > 10, is_too_wide(page)) == ("", True, False)
    page.locator("input[name=key]").fill("nonsense")
    page.locator("main button").click()
    page.locator("[role=alert]").wait_for()
    assert (faults(page)[0], is_too_wide(page)) == ("", False)
    page.complaints = [text for text in page.complaints if "401" not in text]
    come_in(page, key)
    assert (faults(page)[0], is_too_wide(page)) == ("", False)
    assert page.complaints == []
    page.goto(page.url + "/nowhere")
    assert (faults(page)[0], is_too_wide(page)) == ("", False)


def test_everything_works_without_a_script(open_page, key):
    page = come_in(open_page(java_script_enabled=False), key)
    page.get_by_role("link", name="Deutsch").click()
    assert page.locator("h1").inner_text() == "Was hier vorhergesagt wird"
    page.get_by_role("button", name="Abmelden").click()
    assert page.locator("h1").inner_text() == "Anmelden"
    page.goto(page.url.partition("/sign-in")[0])
    assert "/reports/sign-in" in page.url


def test_the_keyboard_is_enough(open_page, key):
    page = open_page()
    assert page.evaluate("document.activeElement.name") == "key"
    page.keyboard.type(f" {key} ")
    page.keyboard.press("Enter")
    page.locator(".tiles").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


@pytest.fixture
def dead_end(monkeypatch):
    """Let the tiles of the overview lead to a page that is not there."""
    monkeypatch.setattr(routes, "ROUTES", {**routes.ROUTES, NOWHERE: {"GET": ("report:read",)}})
    monkeypatch.setattr(frame, "OF_USECASE", {NOWHERE: "Report"})


def mark(page):
    """Leave something in the page that is gone once it is loaded anew."""
    page.evaluate("window.isMarked = true")
    return page


def test_a_script_swaps_a_page_with_its_links_and_shows_problems_too(open_page, key, dead_end):
    page = mark(come_in(open_page(), key))
    assert page.locator("a.home[aria-current]").count() == 1
    page.get_by_role("link", name="Customer churn").click()
    page.get_by_role("heading", name="There is no such page.").wait_for()
    assert page.evaluate("window.isMarked") is True
    assert page.title() == "There is no such page. · xm-predict"
    assert page.locator("a.home[aria-current]").count() == 0
    assert page.locator("#frame").count() == page.locator("#main").count() == 1
    assert NOWHERE in page.url
    page.get_by_role("link", name="To the overview").click()
    page.locator(".tiles").wait_for()
    assert page.evaluate("window.isMarked") is True
    page.go_back()
    page.get_by_role("heading", name="There is no such page.").wait_for()
    assert [text for text in page.complaints if "404" not in text] == []


def test_a_session_that_is_over_leads_to_the_form_and_back(open_page, key, dead_end, settings):
    page = come_in(open_page(), key)
    shutil.rmtree(settings.sessions)
    page.get_by_role("link", name="Customer churn").click()
    page.locator("input[name=key]").wait_for()
    assert page.get_by_role("button", name="Sign out").count() == 0
    page.locator("input[name=key]").fill(key)
    page.locator("main button").click()
    page.get_by_role("heading", name="There is no such page.").wait_for()
    assert page.get_by_role("button", name="Sign out").count() == 1
