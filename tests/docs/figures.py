"""Quoted figures: a marker behind a number says which bench it is from.

``0.57 <!-- figure: bench-text en_rank .2f -->``: the number before the marker has to be ``en_rank`` of
``docs/figures/bench-text.json`` in the format ``.2f``. Keys of inner objects are parted by dots; a fourth
word multiplies (``100`` for per cent, ``1e-6`` for millions).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARKER = re.compile(r"(?P<quoted>-?[\d.,]*\d)[^\d<\n]{0,12}<!-- figure: (?P<words>[^>]*?) -->")
ANY = re.compile(r"<!-- figure:")


@dataclass(frozen=True)
class Quoted:
    """One number in a page with the figure that it quotes."""

    page: str
    text: str
    bench: str
    key: str
    form: str
    factor: float = 1.0

    def stored(self, folder: Path) -> str | None:
        """Return the number as the page has to say it; None where the bench has left no figures yet."""
        file = folder / f"{self.bench}.json"
        if not file.exists():
            return None
        value: Any = json.loads(file.read_text(encoding="utf-8"))
        for part in self.key.split("."):
            value = value[part]
        written = format(value * self.factor if self.factor != 1 else value, self.form)
        return written.removeprefix("0") if self.text.startswith(".") else written


def quoted_in(page: str, text: str) -> Iterator[Quoted]:
    """Yield the marked figures of a page.

    Raises
    ------
    ValueError
        If a marker has no number before it, or not three or four words.
    """
    found = list(MARKER.finditer(text))
    if len(found) != len(ANY.findall(text)):
        message = f"{page}: a marker has no number right before it"
        raise ValueError(message)
    for one in found:
        bench, key, form, *factor = one["words"].split()
        yield Quoted(page, one["quoted"], bench, key, form, float(factor[0]) if factor else 1.0)
