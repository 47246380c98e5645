"""Live pages in a real browser: every page that a person can reach, in both languages and themes."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browsing import faults, open_browser
from tests.end_to_end.processes import free_port
from tests.serving.pages.loop import leave_findings
from tests.serving.pages.walking import PEOPLE, Address, make_site_settings, open_address, sign_in, walk

pytestmark = pytest.mark.browser
# Each language with a theme, as for the files.
THEMES = {"en": "light", "de": "dark"}
# One of those at work whose newest rows the service holds.
PERSON_AT_WORK = "Ünal"
NARROW = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def site(filled_cache, latest_folder, papers, tmp_path_factory) -> Iterator[Address]:
    home = tmp_path_factory.mktemp("site")
    places = {"cache": filled_cache, "latest": (latest_folder,), "reports": papers}
    settings = make_site_settings(home, free_port(), **places)
    leave_findings(settings)
    with open_address(settings) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as found:
        yield found


@pytest.fixture
def tab(browser, request) -> Iterator[Any]:
    """Return an empty page; a parameter says how the browser differs from a usual one."""
    context = browser.new_context(**getattr(request, "param", {}))
    yield context.new_page()
    context.close()


def watch(page: Any, site: Address) -> list[str]:
    """Return a list that will hold what the page complains of, and what it asks of other sites."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on(
        "request",
        lambda asked: complaints.extend([asked.url] if not asked.url.startswith(site.address) else []),
    )
    return complaints


def walk_through(
    browser: Any, site: Address, who: str, language: str, *, is_thorough: bool = False
) -> list[str]:
    """Look at every page that somebody can reach; return their paths.

    On each: nothing blocked, nothing asked of others, no fault of accessibility, no sideways scrolling on a
    phone. The contrast takes nine tenths of the time of a check: where it is not thorough, it is looked at
    once per path.
    """
    context = browser.new_context(color_scheme=THEMES[language])
    page = context.new_page()
    sign_in(page, site, who, language)
    complaints = watch(page, site)
    seen: list[str] = []
    for address in walk(page, f"{site.address}/reports?lang={language}"):
        path = urlsplit(address).path
        assert complaints == [], address
        assert page.evaluate("document.documentElement.lang") == language, address
        is_known = path in seen and not is_thorough
        found, n_kept = faults(page, *(("color-contrast",) if is_known else ()))
        assert found == "", address
        assert n_kept > 15, address
        assert "usecase=attrition" not in address or PERSON_AT_WORK not in page.content(), address
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.evaluate(NARROW), address
        page.set_viewport_size({"width": 1280, "height": 900})
        seen.append(path)
    context.close()
    return seen


REACHED = {
    "analyst": {"report", "actions", "health", "groups", "what-if", "people", "trust", "models"},
    "manager": {"report", "actions", "health", "groups", "what-if", "trust"},
    "manager of a unit": {"report", "actions", "health", "groups", "what-if", "trust"},
    "data scientist": {"report", "actions", "health", "groups", "what-if", "trust", "models"},
    "works council": {"health", "trust", "models"},
    "admin": {"health", "trust", "models"},
}


@pytest.mark.parametrize(("who", "language"), [("analyst", "de"), ("manager of a unit", "en")])
def test_every_page_that_a_person_can_reach_is_without_fault(browser, site, who, language) -> None:
    seen = walk_through(browser, site, who, language)
    assert set(seen) == {"/reports", *(f"/reports/{name}" for name in REACHED[who])}


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
