"""What every page has around it: language, links, who is signed in; and how a page is sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response
from starlette.types import Scope

from features.usecase import Language
from serving.access.roles import READ_REPORT, Actor
from serving.access.routes import find_scopes
from serving.access.sessions import Session
from serving.pages.assets import SCRIPT, STYLE
from training.pages import LANGUAGES, render_live

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_ASKED_LANGUAGE = re.compile(r"\b(en|de)\b(?:-\w+)?(?:\s*;\s*q=([01](?:\.\d+)?))?", re.IGNORECASE)
# Pages about one use case, in the order of their links; each stands in the table of routes.
OF_USECASE = {
    "/reports/report": "Report",
    "/reports/groups": "Groups",
    "/reports/what-if": "What if",
    "/reports/people": "Whom to call",
    "/reports/actions": "Actions",
    "/reports/trust": "Trust",
    "/reports/health": "Health",
    "/reports/models": "Models",
}


@dataclass(frozen=True)
class Link:
    """Hold one link of the navigation; its name is a message of the catalogue."""

    address: str
    name: str
    is_here: bool


@dataclass(frozen=True)
class Frame:
    """Hold what templates of live pages ask for beside their own content.

    Attributes
    ----------
    path, query
        Of this page; the query holds its whole state.
    proof
        For forms that change something; empty where nobody is signed in.
    links
        To the other pages about the same use case that this person may see.
    is_shown
        Whether the page of this address is shown, and not a problem in its place.
    """

    path: str
    query: Mapping[str, str]
    language: Language
    proof: str = ""
    links: tuple[Link, ...] = ()
    is_shown: bool = True
    style: str = STYLE.address
    script: str = SCRIPT.address
    script_hash: str = SCRIPT.hash

    def link(self, path: str, /, **query: object) -> str:
        """Return the address of another page in the same language; what is None is left out."""
        given = {name: str(found) for name, found in query.items() if found is not None}
        return _spell(path, {**given, **self._language})

    def here(self, /, **query: object) -> str:
        """Return the address of this page with a part of its state changed; None takes a part away."""
        return self.link(self.path, **{**self.query, **query})

    def in_language(self, language: Language) -> str:
        """Return the address of this page in a language."""
        return _spell(self.path, {**self.query, "lang": language})

    def go_on(self, address: str) -> str:
        """Return the address of another page, in the language that was chosen here, if one was."""
        path, _, query = address.partition("?")
        return self.link(path, **dict(parse_qsl(query)))

    def find_link(self, path: str) -> str | None:
        """Return the address of another page about the same use case; None where there is none to see."""
        return next((one.address for one in self.links if one.name == OF_USECASE[path]), None)

    @property
    def _language(self) -> dict[str, str]:
        """Return what keeps a language that was chosen."""
        return {"lang": self.query["lang"]} if "lang" in self.query else {}


def make_frame(scope: Scope, usecase: str | None = None, *, is_about_employees: bool = False) -> Frame:
    """Return the frame of the page that is asked for.

    Parameters
    ----------
    usecase
        Which one the page is about: it decides on the links, also those of a page that says what went wrong.
    """
    state = scope["state"]
    actor: Actor | None = state.get("actor")
    session: Session | None = state.get("session")
    query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    if query.get("lang") not in LANGUAGES:
        query.pop("lang", None)
    language = choose_language(query.get("lang", ""), state["headers"].get("accept-language", ""))
    bare = Frame(scope["path"], query, language, "" if session is None else session.proof)
    if actor is None or usecase is None:
        return bare
    links = tuple(
        Link(bare.link(path, usecase=usecase), name, path == scope["path"])
        for path, name in OF_USECASE.items()
        if _may_see(actor, path, is_about_employees=is_about_employees)
    )
    frame = Frame(bare.path, query, language, bare.proof, links)
    state["frame"] = frame
    return frame


def _may_see(actor: Actor, path: str, *, is_about_employees: bool) -> bool:
    """Tell whether there is such a page for somebody."""
    scopes = find_scopes("GET", path)
    if scopes is None or (is_about_employees and path == "/reports/people"):
        return False
    may_read = path != "/reports/people" or actor.may(READ_REPORT)
    return may_read and actor.may(*scopes)


def choose_language(chosen: str, accepted: str) -> Language:
    """Return the language of a page: the one chosen, else the one that the browser prefers, else English.

    Examples
    --------
    >>> choose_language("", "de-DE,de;q=0.9,en;q=0.8"), choose_language("en", "de"), choose_language("", "fr")
    ('de', 'en', 'en')
    """
    if chosen in LANGUAGES:
        return "de" if chosen == "de" else "en"
    liked = [(float(weight or 1), name.lower()) for name, weight in _ASKED_LANGUAGE.findall(accepted[:200])]
    best = max(liked, key=lambda one: one[0], default=(0.0, "en"))
    return "de" if best[1] == "de" else "en"


def answer_page(frame: Frame, template: str, status: int = 200, **shown: object) -> Response:
    """Return a page; rendering takes some milliseconds, so large ones are made in a thread."""
    return answer_text(frame, render_live(template, frame.language, frame=frame, **shown), status)


def answer_text(frame: Frame, text: str, status: int = 200) -> Response:
    """Return a page that is drawn already."""
    headers = {
        "content-security-policy": POLICY,
        "content-language": frame.language,
        "vary": "accept-language",
    }
    return Response(text, status, headers, media_type="text/html")


def _spell(path: str, query: Mapping[str, str]) -> str:
    """Return an address inside the service."""
    return f"{path}?{urlencode(query)}" if query else path
