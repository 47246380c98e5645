"""A running application with reports, keys and books of its own, for all tests of a file of pages."""

import shutil

import pytest
from starlette.testclient import TestClient

from serving.api import build_app
from serving.settings import Settings
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
