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
    [("light", 1280, "report_en.html"), ("light", 1280, "report_de.html")],
    indirect=True,
    ids=["en", "de"],
)
def test_it_prints_on_four_pages_at_most(opened) -> None:
    page, _ = opened
    pdf = page.pdf(prefer_css_page_size=True)
    assert 1 <= pdf.count(b"/Type /Page\n") <= 4
