"""Pages made of documents: reports and model cards, read from files that anybody may have written."""

import logging
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from starlette.responses import Response

from serving.desk import Desk
from serving.documents import refuse_unreadable
from serving.pages.drawn import DrawnPages
from serving.pages.frame import Frame, answer_text
from training.pages import UNFIT, render_live, to_shown

LOG = logging.getLogger("xm_predict.reports")
Parts = Mapping[str, Any]
_DRAWN = DrawnPages()


async def answer_papers(
    desk: Desk, frame: Frame, template: str, papers: Mapping[str, Parts | None], **shown: object
) -> Response:
    """Return a page that is made of documents, drawn in a thread unless it was drawn of them before.

    Parameters
    ----------
    papers
        Documents by the name that the template has for them: the JSON of each part.
    shown
        What the template asks for beside them: words and lists of words.

    Raises
    ------
    ProblemError
        503 for a document that does not hold what pages show.
    """

    def draw(bare: Frame) -> str:
        read = {name: None if parts is None else _read(parts) for name, parts in papers.items()}
        return render_live(template, frame.language, frame=bare, **read, **shown)

    asked = (template, repr(shown), tuple((name, parts is None) for name, parts in papers.items()))
    made_of = [part for parts in papers.values() for part in (parts or {}).values()]
    try:
        text = await desk.run_apart(lambda: _DRAWN.find(frame, asked, made_of, draw))
    except UNFIT as error:
        # Its place and not its message, which may quote the file.
        kind, place = type(error).__name__, _find_place(error)
        LOG.error("%s: a document does not hold what is shown (%s at %s)", template, kind, place)  # noqa: TRY400 - as said
        raise refuse_unreadable() from error
    return answer_text(frame, text)


def _find_place(error: Exception) -> str:
    """Return file and line where an error arose; of a template those of the template."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


def _read(parts: Parts) -> Any:
    """Return a document as templates see it."""
    read = msgspec.json.decode
    return to_shown(
        {name: read(part) if isinstance(part, msgspec.Raw) else part for name, part in parts.items()}
    )
