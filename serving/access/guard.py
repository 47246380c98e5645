"""Who comes in: the host that is asked, the key, the scope of the route; nothing of the body is touched.

The refusal of a missing, malformed, unknown, wrong, revoked or expired key is one and the same answer.
"""

import ipaddress
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from starlette.types import Scope

from serving.access.ring import KeyRing
from serving.access.roles import Actor
from serving.access.routes import find_scopes, list_methods
from serving.access.tokens import parse_bearer
from serving.problems import ProblemError

_PORT = re.compile(r":\d{1,5}$")


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

    def begin(self, ring: KeyRing, hosts: Iterable[str] = ()) -> None:
        """Take the keys, and names beside those of this machine under which the service may be asked."""
        self._hosts = frozenset(hosts)
        self.ring = ring

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
        if needed == ():
            return None
        actor = self._authenticate(scope)
        # Also one who is refused below is told apart from a stranger in the log.
        scope.setdefault("state", {})["actor"] = actor
        if needed is None:
            raise refuse_route(path)
        if not actor.may(*needed):
            raise refuse_scope(*needed)
        return actor

    def _authenticate(self, scope: Scope) -> Actor:
        """Return whose key came with the request."""
        if self.ring.problem is not None:
            detail = "The keys cannot be read at the moment, so nobody gets in; the log says why."
            raise ProblemError(503, "keys_unreadable", detail, headers={"retry-after": "5"})
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        token = parse_bearer(given[0]) if len(given) == 1 else None
        actor = None if token is None else self.ring.find(token, self._now())
        if actor is None:
            detail = "Send a valid key of this service: authorization: Bearer xmp_..."
            raise ProblemError(401, "unauthenticated", detail, headers={"www-authenticate": "Bearer"})
        return actor


def refuse_scope(*scopes: str) -> ProblemError:
    """Return the error for a key that lacks all of some scopes."""
    detail = f"This key may not do this; it needs the scope {' or '.join(scopes)}."
    return ProblemError(403, "scope_missing", detail)


def refuse_route(path: str = "") -> ProblemError:
    """Return the error for a path, or a method of it, that is not in the table."""
    if methods := list_methods(path):
        headers = {"allow": ", ".join(methods)}
        return ProblemError(405, "method", "This route does not know the method.", headers=headers)
    return ProblemError(404, "route_unknown", "There is no such route; see /openapi.json.")


def _is_local(host: str) -> bool:
    """Tell whether a name stands for this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
