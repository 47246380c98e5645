"""Pictures of live pages to look at: ``python -m tests.serving.pages.screenshots FOLDER``."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from serving.cache import install
from tests.browsing import ARGUMENTS, find_chromium
from tests.end_to_end.processes import free_port
from tests.serving.company import accept, make_bundle, write_latest
from tests.serving.histories import leave_history
from tests.serving.pages.loop import leave_findings
from tests.serving.pages.walking import Address, make_site_settings, open_address, sign_in
from tests.serving.papers import write_papers
from tests.training.reports.screenshots import README_HEIGHT, VIEWS
from training.pages import LANGUAGES

PAGES = {
    "overview": "/reports?",
    "report": "/reports/report?usecase=churn&",
    "report-attrition": "/reports/report?usecase=attrition&",
    "groups": "/reports/groups?usecase=churn&cut=region&group=South&",
    "what-if": "/reports/what-if?usecase=churn&",
    "people": "/reports/people?usecase=churn&",
    "trust": "/reports/trust?usecase=churn&",
    "models": "/reports/models?usecase=churn&",
    "models-attrition": "/reports/models?usecase=attrition&",
    "health": "/reports/health?usecase=churn&",
    "actions": "/reports/actions?usecase=churn&",
    "not-there": "/reports/report?usecase=nowhere&",
}


def main(folder: Path) -> None:
    """Write a picture per page, language and view, as an analyst sees it."""
    from playwright.sync_api import sync_playwright

    browser_file = find_chromium()
    if browser_file is None:
        sys.exit("no Chromium on the path; install one to take pictures")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_file, args=list(ARGUMENTS))
        settings = make_site_settings(Path(scratch), free_port(), **_furnish(Path(scratch)))
        leave_findings(settings)
        leave_history(settings)
        with open_address(settings) as site:
            for language in LANGUAGES:
                for view, (scheme, width) in VIEWS.items():
                    context = browser.new_context(
                        color_scheme=scheme, viewport={"width": width, "height": README_HEIGHT}
                    )
                    _take(context.new_page(), site, language, folder, view)
                    context.close()
        browser.close()


def _furnish(home: Path) -> dict[str, Any]:
    """Make models, newest rows and reports; return where they are."""
    for name, subject in (("churn", "customer"), ("attrition", "employee")):
        bundle = make_bundle(home / name, name=name, subject=subject)
        install(bundle, home / "cache", try_out=accept)
        write_papers(home / "reports", bundle)
    write_latest(home / "frames", cut_region=["South", "South", "North"])
    write_latest(home / "frames", "attrition")
    return {"cache": home / "cache", "latest": (home / "frames",), "reports": home / "reports"}


def _take(page: Any, site: Address, language: str, folder: Path, view: str) -> None:
    """Write the pictures of one language and view."""
    page.goto(f"{site.address}/reports/sign-in?lang={language}")
    page.screenshot(path=folder / f"live-sign-in-{language}-{view}.png")
    sign_in(page, site, "analyst", language)
    for name, address in PAGES.items():
        page.goto(f"{site.address}{address}lang={language}")
        page.screenshot(path=folder / f"live-{name}-{language}-{view}.png", full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
