"""A running application with reports of its own, and browsers of people with several kinds of keys."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from serving.api import build_app
from serving.settings import Settings
from tests.serving.pages.signed_in import signed_in
from tests.serving.records import keep_in

KEYS: dict[str, dict[str, Any]] = {
    "analyst": {},
    "manager": {},
    "manager of units": {"units": "region=South"},
    "data_scientist": {},
    "works_council": {},
}


@dataclass
class Site:
    """Hold a running application with reports of its own, and a browser for each kind of key."""

    client: TestClient
    reports: Path
    browsers: dict[str, TestClient] = field(default_factory=dict)

    def get(self, who: str = "analyst", usecase: str = "churn", lang: str = "en", **query: str) -> Any:
        """Ask for the page of a report."""
        query = {"usecase": usecase, "lang": lang, **query}
        return self.browsers[who].get("/reports/report", params=query)

    def put(self, content: dict[str, Any], usecase: str = "churn", day: str | None = None) -> dict[str, Any]:
        """Put a report where the service looks for it: the newest, or that of a day."""
        if day is not None:
            content = {**content, "header": {**content["header"], "snapshot_date": day}}
        path = self.reports / usecase / ("report.json" if day is None else f"waves/{day}.json")
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(json.dumps(content))
        return content


@contextmanager
def open_site(cache: Path, latest: Path, home: Path) -> Iterator[Site]:
    """Run an application whose reports, keys and books lie in a folder."""
    settings = Settings(
        cache=cache, latest=(latest,), reports=home / "reports", keys=home / "keys.json", **keep_in(home)
    )
    with TestClient(build_app(lambda: settings), base_url="http://127.0.0.1") as client:
        site = Site(client, settings.reports)
        for who, limits in KEYS.items():
            site.browsers[who] = signed_in(client, who.removesuffix(" of units"), **limits)
        yield site
