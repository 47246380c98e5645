"""Who comes in: the host that is asked, the key, the scope of the route; nothing of the body is touched.

Interfaces are asked with a key alone, pages in a session alone: so no page of others can make a browser ask
an interface for its user. The refusal of a missing, malformed, unknown, wrong, revoked or expired key is one
and the same answer.
"""

import difflib
import ipaddress
import re
import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from starlette.types import Scope

from serving.access.ring import KeyRing
from serving.access.roles import Actor
from serving.access.routes import ROUTES, find_scopes, is_page, list_methods
from serving.access.sessions import COOKIE, Sessions
from serving.access.tokens import parse_bearer
from serving.problems import ProblemError

_PORT = re.compile(r":\d{1,5}$")
_READING = frozenset({"GET", "HEAD"})
_OWN_SITES = frozenset({b"same-origin", b"none"})
_OF_PROGRAMS = [route for route in ROUTES if not is_page(route)]


class Guard:
    """Let requests in or refuse them.

    Parameters
    ----------
    now
        Clock, in seconds since 1970.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._hosts: frozenset[str] = frozenset()
        self.ring = KeyRing(Path())
        self.sessions = Sessions(Path())

    def begin(self, ring: KeyRing, hosts: Iterable[str] = (), sessions: Sessions | None = None) -> None:
        """Take keys, names beside those of this machine under which one may ask, and sessions."""
        self._hosts = frozenset(hosts)
        self.ring = ring
        self.sessions = sessions or self.sessions

    def check_host(self, host: str) -> None:
        """Refuse names that are not ours: a web page must not reach the service under its own name.

        Raises
        ------
        ProblemError
            421 for any other name.
        """
        name = _PORT.sub("", host).lower()
        if name not in self._hosts and not _is_local(name):
            detail = "Address the service by its loopback address, as localhost, or by a name in XM_HOSTS."
            raise ProblemError(421, "host", detail)

    def admit(self, scope: Scope) -> Actor | None:
        """Return who is asking; None on a route that is open to all.

        Parameters
        ----------
        scope
            The request as ASGI describes it; its body is not touched.

        Raises
        ------
        ProblemError
            401 without a valid key, 403 without the scope of the route, 404 and 405 for a route that is not
            in the table, 503 as long as the keys cannot be read.
        """
        path, method = scope["path"], scope["method"]
        needed = find_scopes(method, path)
        if is_page(path) and method not in _READING:
            check_origin(scope, self._hosts)
        if needed == ():
            return None
        actor = self._find_session(scope) if is_page(path) else self._authenticate(scope)
        # Also one who is refused below is told apart from a stranger in the log.
        scope.setdefault("state", {})["actor"] = actor
        if needed is None:
            raise refuse_route(path)
        if not actor.may(*needed):
            raise refuse_scope(*needed)
        return actor

    def find_key(self, text: str) -> Actor | None:
        """Return whose key somebody has typed in; None for one that lets nobody in.

        Blanks and ends of lines are no part of a key: they come with it out of letters.
        """
        self._demand_keys()
        token = parse_bearer(b"Bearer " + "".join(text.split()).encode())
        return None if token is None else self.ring.find(token, self._now())

    def _find_session(self, scope: Scope) -> Actor:
        """Return who signed in, as the key may do now."""
        self._demand_keys()
        token = read_cookie(scope)
        session = None if token is None else self.sessions.find(token)
        actor = None if session is None else self.ring.find_by_id(session.key_id, self._now())
        if actor is None:
            raise ProblemError(401, "signed_out", "Sign in with a key to see this page.")
        scope.setdefault("state", {})["session"] = session
        return actor

    def _demand_keys(self) -> None:
        """Let nobody in while the keys cannot be read."""
        if self.ring.problem is not None:
            detail = "The keys cannot be read at the moment, so nobody gets in; the log says why."
            raise ProblemError(503, "keys_unreadable", detail, headers={"retry-after": "5"})

    def _authenticate(self, scope: Scope) -> Actor:
        """Return whose key came with the request."""
        self._demand_keys()
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        token = parse_bearer(given[0]) if len(given) == 1 else None
        actor = None if token is None else self.ring.find(token, self._now())
        if actor is None:
            detail = "Send a valid key of this service: authorization: Bearer xmp_..."
            raise ProblemError(401, "unauthenticated", detail, headers={"www-authenticate": "Bearer"})
        return actor


def read_cookie(scope: Scope) -> str | None:
    """Return what the cookie of a session holds; None without one, and with several.

    Of several, all but one were set by somebody else: a neighbour under the same domain could put a session
    of their own in the place of yours. Cookies of others may hold what they like.
    """
    lines = [value for name, value in scope["headers"] if name == b"cookie"]
    pairs = [part.partition(b"=") for line in lines for part in line.split(b";")]
    found = [content.strip() for name, _, content in pairs if name.strip() == COOKIE.encode()]
    return found[0].decode("latin-1") if len(found) == 1 else None


def check_origin(scope: Scope, hosts: Collection[str] = ()) -> None:
    """Refuse what a page of others makes a browser send: the browser says from where it comes.

    Parameters
    ----------
    hosts
        Names of ours at a proxy that speaks TLS, which need not tell under which of them it was asked.

    Raises
    ------
    ProblemError
        403.
    """
    headers = dict(scope["headers"])
    host = headers.get(b"host", b"").decode("latin-1").lower()
    own = {f"http://{host}", *(f"https://{name}" for name in (host, *hosts))}
    is_own = headers.get(b"origin", f"http://{host}".encode("latin-1")).decode("latin-1").lower() in own
    if not is_own or headers.get(b"sec-fetch-site", b"same-origin") not in _OWN_SITES:
        raise ProblemError(403, "origin", "This was sent from a page of another site.")


def refuse_scope(*scopes: str) -> ProblemError:
    """Return the error for a key that lacks all of some scopes."""
    detail = f"This key may not do this; it needs the scope {' or '.join(scopes)}."
    return ProblemError(403, "scope_missing", detail)


def refuse_route(path: str = "") -> ProblemError:
    """Return the error for a path, or a method of it, that is not in the table."""
    if methods := list_methods(path):
        known = ", ".join(methods)
        detail = f"This route does not know the method; it knows: {known}."
        return ProblemError(405, "method", detail, headers={"allow": known})
    close = difflib.get_close_matches(path[:100], _OF_PROGRAMS, 1, cutoff=0.8)
    hint = f"did you mean {close[0]}?" if close else "see /openapi.json."
    return ProblemError(404, "route_unknown", f"There is no such route; {hint}")


def _is_local(host: str) -> bool:
    """Tell whether a name stands for this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
