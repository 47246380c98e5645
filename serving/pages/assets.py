"""Style sheet and script of live pages: fixed files, named by their hash, so that browsers may keep them."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from training.pages import render_live_style

# htmx 2.0.11, as published; it makes links and forms smoother, nothing depends on it.
SCRIPT_FILE = Path(__file__).parent / "vendor" / "htmx.min.js"
SCRIPT_SHA256 = "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
_FOR_A_YEAR = {"cache-control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True)
class Asset:
    """Hold one file that pages ask for."""

    path: str
    media_type: str
    content: bytes

    @property
    def address(self) -> str:
        """Return where it is found; another content has another address."""
        return f"{self.path}?v={hashlib.sha256(self.content).hexdigest()[:16]}"

    @property
    def hash(self) -> str:
        """Return what a page says of it, so that the browser takes no other."""
        return f"sha256-{base64.b64encode(hashlib.sha256(self.content).digest()).decode()}"


STYLE = Asset("/reports/style.css", "text/css", render_live_style().encode())
SCRIPT = Asset("/reports/htmx.js", "text/javascript", SCRIPT_FILE.read_bytes())


async def _style(request: Request) -> Response:  # noqa: ARG001 - a route is called with the request
    """Return the style sheet."""
    return Response(STYLE.content, headers=_FOR_A_YEAR, media_type=STYLE.media_type)


async def _script(request: Request) -> Response:  # noqa: ARG001 - as above
    """Return the script."""
    return Response(SCRIPT.content, headers=_FOR_A_YEAR, media_type=SCRIPT.media_type)


ROUTES = (Route(STYLE.path, _style, methods=["GET"]), Route(SCRIPT.path, _script, methods=["GET"]))
