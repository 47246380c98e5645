"""The BentoML service: ``bentoml serve serving.service:XmPredict``, best started by ``xm-predict serve``.

BentoML owns the process, its workers and the life of the application; the routes are our own
(:mod:`serving.api`). Its tracing, access log and metrics are off: they cost more than a score, and ours stand
in the outer layer. Its own pages, and its layers around every request, are left aside by :class:`Doorway`.
``max_concurrency`` stays unset: a queue of BentoML's would stand before our limits.
"""

import logging
import sys
from typing import Any

import bentoml
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.api import build_app
from serving.deadlines import guard_connections
from serving.logs import BatchedHandler
from serving.settings import Settings

application = build_app(Settings.from_environment)


class Doorway:
    """Lead every request to our application, so that nothing of BentoML's own pages can be reached.

    Parameters
    ----------
    app
        What BentoML would answer with; it still sees the start and the end of the process.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one message on."""
        chosen = self._app if scope["type"] == "lifespan" else application
        await chosen(scope, receive, send)


class EdgeService(bentoml.Service[Any]):  # type: ignore[misc]  # BentoML hands the class out as Any
    """Let :class:`Doorway` stand outside of all that BentoML does per request.

    Middleware that BentoML is given stands inside its timers and tracers, which cost more than a score even
    where they are switched off.
    """

    def to_asgi(self, is_main: bool = True) -> ASGIApp:  # noqa: FBT001, FBT002 - the signature is BentoML's
        """Return the application that a worker runs; its connections get deadlines."""
        guard_connections(Settings.from_environment().limits)
        return Doorway(super().to_asgi(is_main))


@bentoml.asgi_app(application, path="/")
@bentoml.service(
    name="xm_predict",
    tracing={"excluded_urls": [".*"]},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
    traffic={"timeout": 60},
    service_class=EdgeService,
)
class XmPredict:
    """Answer scores, reasons, drivers and model facts from verified local bundles."""

    def __init__(self) -> None:
        """Send our log, one line of JSON per event, to the terminal."""
        log = logging.getLogger("xm_predict")
        if not log.handlers:
            log.addHandler(BatchedHandler(sys.stdout))
        log.setLevel(logging.INFO)
        log.propagate = False
        # Our lines hold none of these, and finding them out costs more than writing the line.
        logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
