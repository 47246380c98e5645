"""Which route asks for which scope: the one table. What does not stand here cannot be reached."""

import re

from serving.access import roles

# Either of the scopes opens the route; what is asked for decides later which of them is needed.
SINGLE = (roles.SCORE_CUSTOMER, roles.SCORE_EMPLOYEE)
GROUPS = (roles.SCORE_CUSTOMER_GROUPS, roles.SCORE_EMPLOYEE_GROUPS)
# Who has one of these has something to look at.
PAGES = (roles.READ_REPORT, roles.READ_MODEL)
OPEN: tuple[str, ...] = ()

ROUTES: dict[str, dict[str, tuple[str, ...]]] = {
    "/livez": {"GET": OPEN},
    "/readyz": {"GET": OPEN},
    "/v1/score": {"POST": SINGLE},
    "/v1/score-by-id": {"POST": SINGLE},
    "/v1/score-groups": {"POST": GROUPS},
    "/v1/calls/{call_id}/turns": {"POST": (roles.SCORE_CUSTOMER,)},
    "/v1/calls/{call_id}/events": {"GET": (roles.SCORE_CUSTOMER,)},
    "/v1/drivers": {"GET": (roles.READ_REPORT,)},
    "/v1/what-if": {"POST": (roles.READ_REPORT,)},
    "/v1/report": {"GET": (roles.READ_REPORT,)},
    "/v1/model": {"GET": (roles.READ_MODEL,)},
    "/v1/model/schema": {"GET": (roles.READ_DOCS, roles.READ_MODEL)},
    "/v1/model/card": {"GET": (roles.READ_MODEL,)},
    "/openapi.json": {"GET": (roles.READ_DOCS,)},
    "/metrics": {"GET": (roles.READ_METRICS,)},
    "/reports": {"GET": PAGES},
    "/reports/report": {"GET": (roles.READ_REPORT,)},
    "/reports/trust": {"GET": PAGES},
    "/reports/health": {"GET": PAGES},
    "/reports/actions": {"GET": (roles.READ_REPORT,)},
    "/reports/sign-in": {"GET": OPEN, "POST": OPEN},
    "/reports/sign-out": {"POST": PAGES},
    "/reports/groups": {"GET": (roles.READ_REPORT,)},
    "/reports/what-if": {"GET": (roles.READ_REPORT,)},
    # The page asks for the right to read reports as well.
    "/reports/people": {"GET": (roles.SCORE_CUSTOMER,)},
    "/reports/models": {"GET": (roles.READ_MODEL,)},
    "/reports/models/confirm": {"GET": (roles.PROMOTE_MODEL,)},
    "/reports/models/promote": {"POST": (roles.PROMOTE_MODEL,)},
    "/reports/models/rollback": {"POST": (roles.PROMOTE_MODEL,)},
    "/reports/style.css": {"GET": OPEN},
    "/reports/htmx.js": {"GET": OPEN},
}
_PAGE = "/reports"
# Routes with an id in their paths, beside what finds them.
_WITH_ID = tuple((re.compile(re.sub(r"\{\w+\}", "[^/]+", route)), route) for route in ROUTES if "{" in route)


def name_route(path: str) -> str | None:
    """Return the route of the table that a path leads to, an id in it left out; None where there is none.

    Examples
    --------
    >>> name_route("/v1/calls/4711/turns"), name_route("/v1/score"), name_route("/v1/calls//turns")
    ('/v1/calls/{call_id}/turns', '/v1/score', None)
    """
    if path in ROUTES:
        return path
    return next((route for form, route in _WITH_ID if form.fullmatch(path)), None)


def find_scopes(method: str, path: str) -> tuple[str, ...] | None:
    """Return the scopes of which one is needed.

    Returns
    -------
    tuple of str or None
        Empty for an open route; None where there is no such route or it does not know the method.

    Examples
    --------
    >>> find_scopes("HEAD", "/livez"), find_scopes("GET", "/v1/drivers"), find_scopes("GET", "/livez/")
    ((), ('report:read',), None)
    """
    methods = ROUTES.get(name_route(path) or "")
    return None if methods is None else methods.get("GET" if method == "HEAD" else method)


def is_page(path: str) -> bool:
    """Tell whether people look at what is found there; everything else is for programs."""
    return path == _PAGE or path.startswith(f"{_PAGE}/")


def list_methods(path: str) -> tuple[str, ...]:
    """Return the methods that a route knows; none where there is no such route."""
    return tuple(ROUTES.get(name_route(path) or "", ()))
