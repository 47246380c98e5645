<<<<<<< HEAD
"""Way in, overview and problems in a real browser: with and without scripts, wide, narrow, light and dark."""

import shutil
import socket

import pytest

from serving.access import routes
from serving.api import build_app
from serving.pages import frame
from tests.browsing import faults, open_browser
from tests.serving.keys import make_key
from tests.serving.pages.served import served

pytestmark = pytest.mark.browser
NOWHERE = "/reports/never"


@pytest.fixture(scope="module")
def browser():
=======
"""Live pages in a real browser: every page that a person can reach, in both languages and themes."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browsing import faults, open_browser
from tests.end_to_end.processes import free_port
from tests.serving.pages.site import PEOPLE, Site, make_site_settings, open_site, sign_in, walk

pytestmark = pytest.mark.browser
# Each language with a theme, as for the files.
THEMES = {"en": "light", "de": "dark"}
NARROW = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def site(filled_cache, latest_folder, papers, tmp_path_factory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site")
    places = {"cache": filled_cache, "latest": (latest_folder,), "reports": papers}
    with open_site(make_site_settings(home, free_port(), **places)) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
>>>>>>> work-pageB
    with open_browser() as found:
        yield found


<<<<<<< HEAD
@pytest.fixture(scope="module")
def key(settings):
    return make_key(settings.keys, "analyst")


@pytest.fixture(scope="module")
def address(settings, key):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with served(build_app(lambda: settings), port) as found:
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
=======
@pytest.fixture
def tab(browser, request) -> Iterator[Any]:
    """Return an empty page; a parameter says how the browser differs from a usual one."""
    context = browser.new_context(**getattr(request, "param", {}))
    yield context.new_page()
    context.close()


def watch(page: Any, site: Site) -> list[str]:
    """Return a list that will hold what the page complains of, and what it asks of other sites."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on(
        "request",
        lambda asked: complaints.extend([asked.url] if not asked.url.startswith(site.address) else []),
    )
    return complaints


def walk_through(
    browser: Any, site: Site, who: str, language: str, *, is_thorough: bool = False
) -> list[str]:
    """Look at every page that somebody can reach; return their paths.

    On each: nothing blocked, nothing asked of others, no fault of accessibility, no sideways scrolling on a
    phone. The contrast takes nine tenths of the time of a check: where it is not thorough, it is looked at
    once per path.
    """
    context = browser.new_context(color_scheme=THEMES[language])
    page = context.new_page()
    complaints = watch(page, site)
    sign_in(page, site, who, language)
    seen: list[str] = []
    for address in walk(page, f"{site.address}/reports?lang={language}"):
        path = urlsplit(address).path
        assert complaints == [], address
        assert page.evaluate("document.documentElement.lang") == language, address
        is_known = path in seen and not is_thorough
        found, n_kept = faults(page, *(("color-contrast",) if is_known else ()))
        assert found == "", address
        assert n_kept > 15, address
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.evaluate(NARROW), address
        page.set_viewport_size({"width": 1280, "height": 900})
        seen.append(path)
    context.close()
    return seen


@pytest.mark.parametrize(("who", "language"), [("analyst", "de"), ("manager of a unit", "en")])
def test_every_page_that_a_person_can_reach_is_without_fault(browser, site, who, language) -> None:
    seen = walk_through(browser, site, who, language)
    assert "/reports/report" in seen


def test_every_kind_of_person_has_a_page(browser, site) -> None:
    for who in PEOPLE:
        context = browser.new_context()
        page = context.new_page()
        sign_in(page, site, who)
        assert page.locator("h1").count() == 1, who
        context.close()


@pytest.mark.parametrize("tab", [{"java_script_enabled": False}], indirect=True, ids=["no script"])
def test_without_a_script_one_can_sign_in_look_choose_and_sign_out(tab, site) -> None:
    sign_in(tab, site, "analyst")
    for address in walk(tab, f"{site.address}/reports?lang=en"):
        forms = tab.locator("main form[method=get]")
        for place in range(forms.count()):
            assert forms.nth(place).locator("button").count() == 1, address
    tab.goto(f"{site.address}/reports?lang=en")
    tab.get_by_role("button", name="Sign out").click()
    tab.goto(f"{site.address}/reports?lang=en")
    assert "/reports/sign-in" in tab.url


def test_with_the_keyboard_alone_one_gets_everywhere(tab, site) -> None:
    """Each control takes the focus in the order of the page, and shows that it has it."""
    sign_in(tab, site, "analyst")
    for address in walk(tab, f"{site.address}/reports?lang=en"):
        wanted = tab.evaluate(
            "[...document.querySelectorAll('a[href], button, select, summary, input:not([type=hidden])')]"
            ".filter(one => one.checkVisibility()).length"
        )
        reached = 0
        for _ in range(wanted + 20):
            tab.keyboard.press("Tab")
            state = tab.evaluate(
                "[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]"
            )
            if state[0] == "BODY":
                break
            assert state[1] != "none", (address, state)
            reached += state[0] in {"A", "BUTTON", "SELECT", "SUMMARY", "INPUT"}
        assert reached >= wanted, address


def test_a_choice_stands_in_the_address_and_comes_back_with_it(tab, site) -> None:
    sign_in(tab, site, "analyst")
    tab.goto(f"{site.address}/reports/what-if?usecase=churn&lang=en")
    choice = tab.locator("main form[method=get] select").first
    options = choice.locator("option")
    last = options.nth(options.count() - 1).get_attribute("value")
    choice.select_option(last)
    tab.locator("main form[method=get] button").first.click()
    name = tab.locator("main form[method=get] select").first.get_attribute("name")
    tab.wait_for_url(f"**{name}={last}**")
    tab.reload()
    assert tab.locator("main form[method=get] select").first.input_value() == last
>>>>>>> work-pageB
