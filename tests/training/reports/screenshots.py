"""Pictures of sample reports to look at: ``python -m tests.training.reports.screenshots FOLDER``."""

import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import sync_playwright

from tests.browsing import find_chromium
from tests.training.reports.kinds import KINDS, LANGUAGES
from training.reports import build_report, write_report

Scheme = Literal["light", "dark"]
VIEWS: dict[str, tuple[Scheme, int]] = {
    "desktop": ("light", 1280),
    "dark": ("dark", 1280),
    "mobile": ("light", 390),
}
README_HEIGHT = 1000
SHOWN = ("churn", "attrition", "satisfaction", "small", "unusable")


def main(folder: Path) -> None:
    """Write a picture per kind, language and view, the printed pages, and the top of one for the README."""
    browser_file = find_chromium()
    if browser_file is None:
        sys.exit("no Chromium on the path; install one to take pictures")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_file, args=["--no-sandbox"])
        for kind in SHOWN:
            write_report(build_report(KINDS[kind]()), Path(scratch) / kind)
            for language in LANGUAGES:
                address = (Path(scratch) / kind / f"report_{language}.html").as_uri()
                _picture(browser, address, folder / f"{kind}-{language}")
        browser.close()


def _picture(browser: Any, address: str, start: Path) -> None:
    """Write the views of one page."""
    for view, (scheme, width) in VIEWS.items():
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": README_HEIGHT})
        page = context.new_page()
        page.goto(address)
        page.screenshot(path=f"{start}-{view}.png", full_page=True)
        if view == "desktop":
            page.screenshot(path=f"{start}-top.png")
            page.pdf(path=f"{start}-print.pdf", prefer_css_page_size=True)
        context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
