"""Browsers of people who signed in, for tests of pages: through the real form, with a real key."""

import re
from typing import Any

from starlette.testclient import TestClient

from serving.desk import Desk
from tests.serving.keys import make_key


def stranger(client: TestClient, **options: Any) -> TestClient:
    """Return another browser that asks the same running application; it follows no redirects."""
    other = TestClient(client.app, base_url=str(client.base_url), follow_redirects=False, **options)
    # One event loop for all of them, as it is in a worker.
    other.portal = client.portal
    return other


def signed_in(client: TestClient, role: str = "analyst", **limits: Any) -> TestClient:
    """Return another browser of a running application, in which somebody with a new key has signed in.

    Parameters
    ----------
    client
        One that was entered: ``with TestClient(build_app(lambda: settings), base_url=...) as client``.
    role, limits
        Of the key, as :func:`~tests.serving.keys.make_key` takes them; a manager leads all units unless
        others are named.
    """
    whole = {"units": "all", **limits} if role == "manager" else limits
    return sign_in(stranger(client), make_key(desk_of(client).settings.keys, role, **whole))


def sign_in(browser: TestClient, key: str) -> TestClient:
    """Sign in with a key that may be a moment old, and return the browser."""
    desk_of(browser).guard.ring.look()
    answer = browser.post("/reports/sign-in", data={"key": key})
    assert (answer.status_code, answer.headers["location"]) == (303, "/reports"), answer.text
    return browser


def proof_in(page: str) -> str:
    """Return what every form of a page has to carry that changes something."""
    found = re.search(r'name="proof" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def desk_of(client: TestClient) -> Desk:
    """Return what the routes of a running application have."""
    desk: Desk = client.app.state.desk  # type: ignore[attr-defined]
    return desk
