"""The pages in a real browser: no accessibility fault, nothing blocked, nothing asked of a network."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browsing import faults, open_browser
from tests.training.reports.kinds import KINDS
from tests.training.reports.test_render import Page
from training.reports import build_report, write_report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("report")
    for kind, inputs in KINDS.items():
        write_report(build_report(inputs()), path / kind)
    return path


def watched(context: Any, address: str) -> tuple[Any, list[str]]:
    """Open a page and return it with what it complains of and what it asks of a network."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on(
        "request", lambda asked: complaints.extend([asked.url] if not asked.url.startswith("file:") else [])
    )
    page.goto(address)
    return page, complaints


@pytest.fixture
def opened(browser, folder: Path, request) -> Iterator[Any]:
    """Return a page of its own, as it is when it has just been opened."""
    scheme, width, name = request.param
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    yield watched(context, (folder / name).as_uri())
    context.close()


@pytest.fixture(scope="module")
def tabs(browser) -> Iterator[dict[str, Any]]:
    """Return an empty page per theme, which goes from report to report: a new one costs more than a step."""
    contexts = {scheme: browser.new_context(color_scheme=scheme) for scheme in ("light", "dark")}
    yield {scheme: watched(context, "about:blank") for scheme, context in contexts.items()}
    for context in contexts.values():
        context.close()


@pytest.fixture(scope="module")
def visited(tabs: dict[str, Any], folder: Path, request) -> Any:
    """Return a page that several tests look at in turn: opening it costs more than looking."""
    scheme, name = request.param
    page, complaints = tabs[scheme]
    complaints.clear()
    page.goto((folder / name).as_uri())
    return page, complaints


Sight = tuple[str, int, str]
# Every kind of report in both languages; the theme goes with the language.
EVERY_PAGE = {
    f"{kind}-{language}": (scheme, f"{kind}/report_{language}.html")
    for kind in KINDS
    for language, scheme in (("en", "light"), ("de", "dark"))
}
# Together they show whatever has a colour; the contrast takes nine tenths of the time of a check.
COLOURFUL = ("churn", "satisfaction")


def these_pages(names: Iterable[str]) -> pytest.MarkDecorator:
    """Return pages by name, which the tests of this file share."""
    shown = {name: EVERY_PAGE[name] for name in names}
    return pytest.mark.parametrize(
        "visited", list(shown.values()), indirect=True, scope="module", ids=list(shown)
    )


every_page = these_pages(EVERY_PAGE)


SET_DETAILS = """isOpen => document.querySelectorAll("details").forEach(one => {
  one.dataset.atFirst ??= one.open;
  one.open = isOpen || one.dataset.atFirst === "true";
})"""


def look(page: Any, width: int, *, is_open: bool) -> None:
    """Show a page at a width, with all details open or as at first, whatever another test did to it."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(SET_DETAILS, is_open)


def views(kinds: Iterable[str], *sights: Sight) -> pytest.MarkDecorator:
    """Return the pages of these kinds, each by theme, width and language."""
    shown = [(*sight, kind) for kind in kinds for sight in sights]
    pages = [(scheme, width, f"{kind}/report_{language}.html") for scheme, width, language, kind in shown]
    ids = [f"{kind}-{language}-{scheme}-{width}" for scheme, width, language, kind in shown]
    return pytest.mark.parametrize("opened", pages, indirect=True, ids=ids)


@every_page
def test_no_accessibility_fault_and_nothing_blocked(visited) -> None:
    """Also inside of what opens on a click."""
    page, complaints = visited
    look(page, 1280, is_open=True)
    assert complaints == []
    found, n_kept = faults(page, "color-contrast")
    assert found == ""
    assert n_kept > 20


@these_pages(f"{kind}-{language}" for kind in COLOURFUL for language in ("en", "de"))
def test_whatever_has_a_colour_has_enough_contrast(visited) -> None:
    """In both themes, also inside of what opens on a click."""
    page, _ = visited
    look(page, 1280, is_open=True)
    found, n_kept = faults(page)
    assert found == ""
    assert n_kept > 20


def test_no_kind_shows_an_element_whose_contrast_is_not_checked(folder: Path) -> None:
    """Colours go with names of elements and their classes; no page has styles of its own."""
    shown = {
        kind: {
            (tag, attributes.get("class"))
            for language in ("en", "de")
            for tag, attributes in Page((folder / kind / f"report_{language}.html").read_text("utf-8")).tags
        }
        for kind in KINDS
    }
    checked = set().union(*(shown[kind] for kind in COLOURFUL))
    assert len(checked) > 50
    assert not [pair for pairs in shown.values() for pair in pairs - checked]


WIDTHS = {"de": (320, 390), "en": (900,)}


@every_page
def test_small_screens_need_no_sideways_scrolling(visited) -> None:
    page, _ = visited
    for width in WIDTHS[page.evaluate("document.documentElement.lang")]:
        look(page, width, is_open=True)
        is_narrow = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert page.evaluate(is_narrow), width


OVERLAPS = """() => {
  const words = [...document.querySelectorAll("svg text")].map(node => [node, node.getBoundingClientRect()]);
  return words.flatMap(([one, a], place) => words.slice(place + 1)
    .filter(([other, b]) => one.ownerSVGElement === other.ownerSVGElement
      && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3)
    .map(([other]) => `${one.textContent} | ${other.textContent}`));
}"""
OUTSIDE = """() => [...document.querySelectorAll("main *")]
  .filter(node => !node.closest(".scroll, svg, .said, option") && node.getClientRects().length)
  .filter(node => { const box = node.closest(".card, .kpi"), own = node.getBoundingClientRect();
    return box && (own.right > box.getBoundingClientRect().right + 1); })
  .map(node => node.outerHTML.slice(0, 80))"""


@every_page
def test_no_words_lie_on_each_other_or_outside_of_their_card(visited) -> None:
    page, _ = visited
    for width in (390, 1280):
        look(page, width, is_open=False)
        assert page.evaluate(OVERLAPS) == [], width
        assert page.evaluate(OUTSIDE) == [], width


@these_pages(["churn-en", "churn-de"])
def test_whatever_is_not_hidden_on_purpose_can_be_seen(visited) -> None:
    """Remarks on a change once had the class of words for screen readers alone."""
    page, _ = visited
    for width in (1280, 390):
        look(page, width, is_open=False)
        remarks = page.locator(".remarks li")
        assert remarks.count() > 0
        assert all(remarks.nth(place).bounding_box()["height"] > 10 for place in range(remarks.count()))
    assert page.evaluate("[...document.querySelectorAll('.said')].every(n => n.tagName === 'SPAN')")


@these_pages(["churn-de"])
def test_the_dark_theme_is_applied_so_the_style_passed_the_policy(visited) -> None:
    page, _ = visited
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"


@every_page
def test_it_prints_on_five_pages_at_most(visited) -> None:
    page, _ = visited
    look(page, 1280, is_open=False)
    pdf = page.pdf(prefer_css_page_size=True)
    assert 1 <= pdf.count(b"/Type /Page\n") <= 5


TABBABLE = "a[href], summary, select, input, [tabindex='0']"


@views(["churn", "unusable"], ("light", 1280, "en"))
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(opened) -> None:
    page, _ = opened
    wanted = page.locator(TABBABLE).filter(visible=True).count()
    page.evaluate("window.reached = []")
    outlines = []
    for _step in range(wanted):
        page.keyboard.press("Tab")
        outlines.append(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
        page.evaluate("window.reached.push(document.activeElement)")
    assert page.evaluate("window.reached[0].className") == "skip"
    assert page.evaluate("new Set(window.reached).size") == wanted
    assert page.evaluate(
        "window.reached.every((n, i) => !i || window.reached[i - 1].compareDocumentPosition(n) & 4)"
    )
    assert set(outlines) == {"solid"}


@views(["churn"], ("light", 1280, "en"))
def test_details_open_and_the_skip_link_jumps_by_keyboard(opened) -> None:
    page, complaints = opened
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    summary = page.locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('details').open")
    assert complaints == []


@pytest.mark.parametrize("opened", [("light", 1280, "churn/report_de.html")], indirect=True, ids=["de"])
def test_plans_are_chosen_with_the_keyboard_alone(opened) -> None:
    page, complaints = opened
    status = page.locator("[role=status]")
    before = status.inner_text()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SELECT":
            break
    page.keyboard.press("ArrowDown")
    chosen = status.inner_text()
    assert "Verspätete Lieferungen" in chosen
    assert chosen != before
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("0")
    earned = float(page.locator('[id="plan-1-1.0-0.5"]').get_attribute("data-earned")) - 5000
    shown = page.locator(".answer dd").nth(4).inner_text()
    assert shown.startswith(f"{float(f'{earned:.3g}'):,.0f}".replace(",", "."))
    assert complaints == []


@pytest.mark.parametrize("opened", [("light", 1280, "churn/report_en.html")], indirect=True, ids=["en"])
def test_without_a_script_the_table_says_the_same(opened, browser, folder: Path) -> None:
    page, _ = opened
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto((folder / "churn" / "report_en.html").as_uri())
    assert not plain.locator(".controls").is_visible()
    assert plain.locator(".answer dl").inner_text() == page.locator(".answer dl").inner_text()
    plain.locator(".what-if summary").first.click()
    assert plain.locator("#what-if table").first.is_visible()
    context.close()


@pytest.mark.parametrize("opened", [("light", 1280, "churn/report_en.html")], indirect=True, ids=["en"])
def test_every_plan_can_be_chosen(opened) -> None:
    page, _ = opened
    lever, way, share = (page.locator(".controls select").nth(place) for place in range(3))
    for place in ("0", "1"):
        lever.select_option(place)
        for part in ("1.0", "0.25"):
            way.select_option(part)
            share.select_option("0.25")
            wanted = page.locator(f'[id="plan-{place}-{part}-0.25"] td').nth(3).text_content()
            assert page.locator(".answer dd").nth(3).text_content() == wanted
