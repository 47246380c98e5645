"""The pages in a real browser: no accessibility fault, nothing blocked, nothing asked of a network."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.training.reports import belief_samples, lever_samples, samples
from tests.training.reports.test_baseline import with_baseline
from training.reports import build_report, write_report

pytestmark = pytest.mark.browser
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine; install one to check the pages in a browser")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield found
        found.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("report")
    write_report(build_report(with_baseline(belief_samples.inputs())), path)
    write_report(build_report(samples.unusable()), path / "unusable")
    write_report(build_report(lever_samples.satisfaction()), path / "satisfaction")
    write_report(build_report(belief_samples.believing(lever_samples.employees())), path / "employees")
    return path


@pytest.fixture
def opened(browser, folder: Path, request) -> Iterator[Any]:
    scheme, width, name = request.param
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on(
        "request", lambda asked: complaints.extend([asked.url] if not asked.url.startswith("file:") else [])
    )
    page.goto((folder / name).as_uri())
    yield page, complaints
    context.close()


@pytest.mark.parametrize(
    "opened",
    [
        ("light", 1280, "report_en.html"),
        ("dark", 1280, "report_en.html"),
        ("light", 1280, "report_de.html"),
        ("dark", 1280, "report_de.html"),
        ("light", 390, "report_de.html"),
        ("dark", 1280, "unusable/report_en.html"),
        ("light", 1280, "satisfaction/report_en.html"),
        ("dark", 390, "satisfaction/report_de.html"),
        ("light", 1280, "employees/report_de.html"),
    ],
    indirect=True,
    ids=[
        "light-en",
        "dark-en",
        "light-de",
        "dark-de",
        "mobile-de",
        "unusable",
        "satisfaction",
        "satisfaction-mobile",
        "employees",
    ],
)
def test_no_accessibility_fault_and_nothing_blocked(opened) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe
    page, complaints = opened
    assert complaints == []
    found = axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert len(found.response["passes"]) > 20


@pytest.mark.parametrize(
    "opened",
    [
        ("light", 390, "report_de.html"),
        ("light", 900, "report_en.html"),
        ("light", 390, "satisfaction/report_de.html"),
    ],
    indirect=True,
    ids=["phone", "tablet", "satisfaction"],
)
def test_small_screens_need_no_sideways_scrolling(opened) -> None:
    page, _ = opened
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("opened", [("dark", 1280, "report_en.html")], indirect=True, ids=["dark"])
def test_the_dark_theme_is_applied_so_the_style_passed_the_policy(opened) -> None:
    page, _ = opened
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"


@pytest.mark.parametrize(
    "opened",
    [
        ("light", 1280, name)
        for name in (
            "report_en.html",
            "report_de.html",
            "satisfaction/report_de.html",
            "employees/report_de.html",
            "unusable/report_de.html",
        )
    ],
    indirect=True,
    ids=["churn-en", "churn-de", "satisfaction", "employees", "unusable"],
)
def test_it_prints_on_four_pages_at_most(opened) -> None:
    page, _ = opened
    pdf = page.pdf(prefer_css_page_size=True)
    assert 1 <= pdf.count(b"/Type /Page\n") <= 4


@pytest.mark.parametrize("opened", [("light", 1280, "report_de.html")], indirect=True, ids=["de"])
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


@pytest.mark.parametrize("opened", [("light", 1280, "report_en.html")], indirect=True, ids=["en"])
def test_without_a_script_the_table_says_the_same(opened, browser, folder: Path) -> None:
    page, _ = opened
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto((folder / "report_en.html").as_uri())
    assert not plain.locator(".controls").is_visible()
    assert plain.locator(".answer dl").inner_text() == page.locator(".answer dl").inner_text()
    plain.locator(".what-if summary").first.click()
    assert plain.locator("#what-if table").first.is_visible()
    context.close()


@pytest.mark.parametrize("opened", [("light", 1280, "report_en.html")], indirect=True, ids=["en"])
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
