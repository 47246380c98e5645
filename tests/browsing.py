"""A real browser for tests of pages, and what axe finds wrong with one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Return the program, whatever the system calls it."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def open_browser() -> Iterator[Any]:
    """Start Chromium; tests are skipped on a machine without it."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium on this machine; install one to check the pages in a browser")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield browser
        browser.close()


def faults(page: Any, *left_out: str) -> tuple[str, int]:
    """Return what axe finds wrong with a page, without some rules, and how many of its rules are kept."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe
    rules = {rule: {"enabled": False} for rule in left_out}
    found = axe().run(page, options={"resultTypes": ["violations"], "rules": rules})
    return (found.generate_report() if found.violations_count else ""), len(found.response["passes"])
