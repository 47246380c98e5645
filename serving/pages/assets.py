"""Style sheet and script of live pages: fixed files, named by their hash, so that browsers may keep them."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving.reading import read_query
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
    def version(self) -> str:
        """Return what tells this content from another."""
        return hashlib.sha256(self.content).hexdigest()[:16]

    @property
    def address(self) -> str:
        """Return where it is found; another content has another address."""
        return f"{self.path}?v={self.version}"

    @property
    def hash(self) -> str:
        """Return what a page says of it, so that the browser takes no other."""
        return f"sha256-{base64.b64encode(hashlib.sha256(self.content).digest()).decode()}"


STYLE = Asset("/reports/style.css", "text/css", render_live_style().encode())
SCRIPT = Asset("/reports/htmx.js", "text/javascript", SCRIPT_FILE.read_bytes())


async def _style(request: Request) -> Response:
    """Return the style sheet."""
    return _answer(request, STYLE)


async def _script(request: Request) -> Response:
    """Return the script."""
    return _answer(request, SCRIPT)


def _answer(request: Request, asset: Asset) -> Response:
    """Return a file; it may be kept by those alone who asked for this version of it.

    While a new version of the service takes over, its pages may ask an old worker, and the other way round.
    """
    is_of_page = read_query(request, ("v",)).get("v") == asset.version
    return Response(asset.content, headers=_FOR_A_YEAR if is_of_page else None, media_type=asset.media_type)


ROUTES = (Route(STYLE.path, _style, methods=["GET"]), Route(SCRIPT.path, _script, methods=["GET"]))
