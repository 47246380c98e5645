"""A running application with customers, people at work and answers, and browsers of people who signed in."""

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from httpx import Response
from starlette.testclient import TestClient

from serving.api import build_app
from serving.cache import install
from serving.settings import Settings
from tests.serving.company import accept, wait_until, write_latest
from tests.serving.keys import bearer, make_key
from tests.serving.pages.signed_in import signed_in
from tests.serving.papers import write_papers
from tests.serving.records import keep_in


@dataclass
class House:
    """Hold a running application and who has signed in so far."""

    client: TestClient
    settings: Settings
    _browsers: dict[str, TestClient] = field(default_factory=dict)

    def look(self, path: str, who: str = "analyst", **query: Any) -> Response:
        """Return a page as somebody sees it; ``who`` is a role, with units behind a colon."""
        given = {"usecase": "churn", **query}
        asked = {name: text for name, text in given.items() if text is not None}
        return self.browser(who).get(f"/reports/{path}", params=asked)

    def ask(self, method: str, path: str, who: str = "analyst", **given: Any) -> Response:
        """Ask the interface with a key of a role."""
        key = make_key(self.settings.keys, who)
        self.client.app.state.desk.guard.ring.look()  # type: ignore[attr-defined]
        return self.client.request(method, path, headers=bearer(key), **given)

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


SNAPSHOT = date(2026, 11, 1)
SIZES = {"South": 60, "North: Sea": 40, "East <b>&": 16, "West": 4}
HOSTILE = ("<script>alert(1)</script>", "=1+1|cmd", "Ünal 🙂", "a' OR ''='", "../../etc")


def furnish(home: Path, bundles: Any) -> Settings:
    """Return settings with champions of customers and of people at work, their newest rows, and reports."""
    for bundle in (bundles.churn, bundles.attrition):
        install(bundle, home / "cache", try_out=accept)
    n_rows = sum(SIZES.values())
    write_latest(home / "frames", "churn", **make_customers(n_rows))
    staff = make_customers(n_rows) | {"entity_id": [f"staff-{row}" for row in range(n_rows)]}
    write_latest(home / "frames", "attrition", **staff)
    write_papers(home / "reports", bundles.churn)
    write_papers(home / "reports", bundles.attrition)
    return Settings(
        cache=home / "cache",
        latest=(home / "frames",),
        reports=home / "reports",
        keys=home / "keys.json",
        **keep_in(home / "books"),
    )


def make_customers(n_rows: int) -> dict[str, list[Any]]:
    """Return columns of the newest rows; some customers have names that no page may take for its own code."""
    random = np.random.default_rng(5)
    names = [*HOSTILE, *(f"cust-{row:04d}" for row in range(n_rows - len(HOSTILE)))]
    regions = [name for name, size in SIZES.items() for _ in range(size)]
    revenue = random.gamma(2.0, 8000.0, n_rows)
    revenue[7] = np.nan
    return {
        "entity_id": names,
        "snapshot_date": [SNAPSHOT] * n_rows,
        "o_tickets.count_90d": random.poisson(2.5, n_rows).astype(float).tolist(),
        "o_tickets.hours.mean_90d": random.gamma(2.0, 20.0, n_rows).tolist(),
        "x_surveys.nps.last": random.integers(0, 11, n_rows).astype(float).tolist(),
        "o_customers.plan": random.choice(["basic", "plus", "pro"], n_rows).tolist(),
        "value_revenue": revenue.tolist(),
        "cut_region": random.permutation(regions).tolist(),
    }


def audit_lines(settings: Settings) -> list[dict[str, Any]]:
    """Return what the audit log holds by now."""
    lines = [
        line for file in sorted(settings.audit.glob("*.jsonl")) for line in file.read_text().splitlines()
    ]
    return [json.loads(line) for line in lines]


def wait_for_line(settings: Settings, **expected: Any) -> None:
    """Wait for a line of the audit log, which a thread writes."""
    wait_until(lambda: any(expected.items() <= line.items() for line in audit_lines(settings)), 20.0)
