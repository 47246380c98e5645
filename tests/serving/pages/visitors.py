"""A running application with customers, people at work and answers, and browsers of people who signed in."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from httpx import Response
from starlette.testclient import TestClient

from serving.api import build_app
from serving.settings import Settings
from tests.serving.pages.signed_in import signed_in


@dataclass
class House:
    """Hold a running application and who has signed in so far."""

    client: TestClient
    settings: Settings
    _browsers: dict[str, TestClient] = field(default_factory=dict)

    def look(self, path: str, who: str = "analyst", **query: Any) -> Response:
        """Return a page as somebody sees it; ``who`` is a role, for managers with their units behind a colon."""
        given = {"usecase": "churn", **query}
        asked = {name: text for name, text in given.items() if text is not None}
        return self.browser(who).get(f"/reports/{path}", params=asked)

    def browser(self, who: str) -> TestClient:
        """Return the browser of somebody, who signs in the first time."""
        if who not in self._browsers:
            role, _, units = who.partition(":")
            limits = {"units": units} if units else {}
            self._browsers[who] = signed_in(self.client, role, **limits)
        return self._browsers[who]


@contextmanager
def open_house(settings: Settings) -> Iterator[House]:
    """Run an application."""
    with TestClient(build_app(lambda: settings), base_url="http://127.0.0.1") as client:
        yield House(client, settings)


def read(page: Response) -> str:
    """Return the text of a page: no tags, no entities, spaces as one."""
    assert page.headers["content-type"].startswith("text/html"), page.text
    text = html.unescape(re.sub(r"<[^>]*>", " ", page.text)).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", text)
