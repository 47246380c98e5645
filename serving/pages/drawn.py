"""Pages that were drawn already: kept while the documents that they are made of are the same.

What differs between two people who see the same is the secret of the session in the form to sign out; it is
put in when the page is sent.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from serving.pages.frame import Frame

_MOST = 64
# Stands for the secret of a session; drawn by chance, so that no document holds it.
_PLACE = secrets.token_urlsafe(32)


class DrawnPages:
    """Keep the newest pages of one worker."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[tuple[object, ...], str]] = OrderedDict()
        self._changing = threading.Lock()

    def find(
        self,
        frame: Frame,
        asked: Hashable,
        made_of: Sequence[object],
        draw: Callable[[Frame], str],
    ) -> str:
        """Return the text of a page, drawn anew unless it was drawn of the very same documents.

        Parameters
        ----------
        asked
            All that decides on the page beside its frame and its documents.
        made_of
            The parts of its documents: the same objects as long as the files are the same.
        draw
            Draws the page in a frame.
        """
        key = (frame.path, tuple(frame.query.items()), frame.language, frame.links, asked)
        parts = tuple(made_of)
        kept = self._kept.get(key)
        # The parts are kept with the page, so no other object can come to be in their place.
        if kept is None or list(map(id, kept[0])) != list(map(id, parts)):
            kept = (parts, draw(replace(frame, proof=_PLACE if frame.proof else "")))
            with self._changing:
                self._kept[key] = kept
                if len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return kept[1].replace(_PLACE, frame.proof) if frame.proof else kept[1]
