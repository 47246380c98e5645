"""The live pages at a real address, with reports, newest rows and a key per role; and a walk through them."""

import contextlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from serving.api import build_app
from serving.settings import Settings
from tests.serving.keys import make_key
from tests.serving.pages.served import served
from tests.serving.records import keep_in

# A key per kind of person; what a key is limited to stands beside its role.
PEOPLE: dict[str, dict[str, Any]] = {
    "analyst": {"role": "analyst"},
    "manager": {"role": "manager", "units": "all"},
    "manager of a unit": {"role": "manager", "units": "region=South"},
    "data scientist": {"role": "data_scientist"},
    "works council": {"role": "works_council"},
    "admin": {"role": "admin"},
}
_NUMBER = re.compile(r"\d+")


class Address:
    """Hold where the pages are, and the key of each kind of person."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.address = f"http://127.0.0.1:{settings.port}"
        self.keys = {who: make_key(settings.keys, **limits) for who, limits in PEOPLE.items()}


@contextlib.contextmanager
def open_address(settings: Settings) -> Iterator[Address]:
    """Serve the pages in a thread of this process until the block ends."""
    site = Address(settings)
    with served(build_app(lambda: settings), settings.port):
        yield site


def sign_in(page: Any, site: Address, who: str, language: str = "en") -> None:
    """Let somebody sign in through the form."""
    page.goto(f"{site.address}/reports?lang={language}")
    page.get_by_label("Schlüssel" if language == "de" else "Key").fill(site.keys[who])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.address}/reports?lang={language}")


class _Doors(HTMLParser):
    """Collect where one can go from a page: links, and every choice of every form that changes nothing."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(found.get("href", ""))
        elif tag == "form":
            is_reading = found.get("method", "get").lower() == "get"
            self.forms.append((found.get("action", "") if is_reading else "", {}))
        elif self.forms and tag == "select":
            self._select = found.get("name", "")
            self.forms[-1][1][self._select] = []
        elif self.forms and tag == "option" and self._select:
            options = self.forms[-1][1][self._select]
            if "selected" in found:
                options.insert(0, found.get("value", ""))
            else:
                options.append(found.get("value", ""))
        elif self.forms and tag == "input" and found.get("name"):
            self.forms[-1][1][found["name"]] = [found.get("value", "")]

    @property
    def addresses(self) -> Iterator[str]:
        """Yield links, and for each form its choices, one changed at a time."""
        yield from self.links
        for action, fields in self.forms:
            if action:
                first = {name: options[0] for name, options in fields.items() if options}
                changed = ({**first, name: one} for name, options in fields.items() for one in options)
                query = (urlencode({name: text for name, text in one.items() if text}) for one in changed)
                yield from (f"{action.partition('?')[0]}?{one}" for one in query)


def list_doors(text: str, here: str) -> list[str]:
    """Return the addresses inside the site that a page leads to."""
    site = urlsplit(here).netloc
    found = (urljoin(here, one) for one in _Doors(text).addresses if not one.startswith("#"))
    return list(dict.fromkeys(one for one in found if urlsplit(one).netloc == site))


def kind_of(address: str) -> tuple[str, ...]:
    """Return what makes a page a page of its own: its path, and what is chosen but for numbers."""
    parts = urlsplit(address)
    chosen = chain.from_iterable(
        (name, _NUMBER.sub("#", text)) for name, text in sorted(parse_qsl(parts.query)) if name != "lang"
    )
    return (parts.path, *chosen)


def walk(page: Any, start: str, most: int = 80) -> Iterator[str]:
    """Go to every page of its own kind that can be reached from a start; each is yielded while it is open."""
    waiting, seen = [start], {kind_of(start)}
    for _ in range(most):
        if not waiting:
            return
        address = waiting.pop(0)
        response = page.goto(address)
        assert response.status == 200, (address, response.status)
        yield address
        for one in list_doors(page.content(), address):
            if kind_of(one) not in seen and "/reports/sign-in" not in one:
                seen.add(kind_of(one))
                waiting.append(one)
    raise AssertionError(f"more than {most} kinds of pages; the last one: {waiting[0]}")


def make_site_settings(home: Path, port: int, **places: Any) -> Settings:
    """Return settings whose own files lie in a folder of the test."""
    return Settings(
        port=port,
        keys=home / "keys.json",
        **keep_in(home),
        **places,
    )
