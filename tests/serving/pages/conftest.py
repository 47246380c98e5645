"""A running application with reports, keys and books of its own, for all tests of a file of pages."""

import shutil
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from serving.api import build_app
from serving.settings import Settings
from tests.serving.pages.site import Site, open_site
from tests.serving.pages.visitors import House, furnish, open_house
from tests.serving.records import keep_in


@pytest.fixture(scope="module")
def settings(filled_cache, latest_folder, papers, tmp_path_factory):
    """Return settings with champions of churn and attrition, and files that a test may change."""
    home = tmp_path_factory.mktemp("pages")
    return Settings(
        cache=shutil.copytree(filled_cache, home / "cache"),
        latest=(latest_folder,),
        reports=shutil.copytree(papers, home / "reports"),
        keys=home / "keys" / "keys.json",
        poll_seconds=0.05,
        **keep_in(home),
    )


@pytest.fixture(scope="module")
def door(settings):
    """Return a browser of the running application in which nobody has signed in; it follows no redirects."""
    app = build_app(lambda: settings)
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="module")
def running(filled_cache, latest_folder, tmp_path_factory) -> Iterator[Site]:
    """Run an application without reports, and browsers for several kinds of keys."""
    with open_site(filled_cache, latest_folder, tmp_path_factory.mktemp("pages")) as site:
        yield site


@pytest.fixture
def site(running, papers) -> Site:
    """Return the application with the reports as they were made, whatever the test before did to them."""
    shutil.rmtree(running.reports, ignore_errors=True)
    shutil.copytree(papers, running.reports)
    return running


@pytest.fixture(scope="module")
def house(bundles, tmp_path_factory) -> Iterator[House]:
    """Run an application with many customers and people at work, for whoever signs in."""
    with open_house(furnish(tmp_path_factory.mktemp("house"), bundles)) as found:
        yield found
