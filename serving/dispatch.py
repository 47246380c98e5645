"""The way from a path to its route by one look into a table; what is not in it takes Starlette's router."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


class Dispatch:
    """Stand between the outermost layer and the router, and lead well-formed requests past the router.

    Starlette tries one pattern after the other and wraps each route in a handler of errors. Here the
    outermost layer answers for errors of all kinds, so a route can be called at once.

    Parameters
    ----------
    app
        The router, for paths and methods without a route: it says what is wrong with them.
    routes
        Those with parameters in their paths are left to the router, which reads them.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[Route]) -> None:
        self._app = app
        plain = [route for route in routes if not route.param_convertors]
        self._routes = {(method, route.path): route for route in plain for method in route.methods or ()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        route = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None or scope["method"] == "HEAD":
            await self._app(scope, receive, send)
            return
        scope["route"] = route
        response = await route.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)
