"""Quoted figures: a marker behind a number says which bench it is from.

``0.57 <!-- figure: bench-text en_f1 .2f -->``: the number before the marker has to be ``en_f1`` of
``docs/figures/bench-text.json`` in the format ``.2f``. Keys of inner objects are parted by dots, places of a
list count from 0, a key with a blank stands in quotes; a fourth word multiplies (``100`` for per cent,
``1e-6`` for millions). Where an interval stands behind the number, ``0.57 (0.55 to 0.60) <!-- ... -->``, its
ends are checked as well: those of an estimate (``value``, ``low``, ``high``), of a list of three, or the keys
that end in ``_low`` and ``_high``.
"""

import difflib
import json
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_NUMBER = r"-?[\d.,]*\d"
MARKER = re.compile(
    rf"(?P<value>{_NUMBER})(?: \((?P<low>{_NUMBER})(?: to |-)(?P<high>{_NUMBER})\))?"
    r"[^\d<\n]{0,12}<!-- figure: (?P<words>[^>]*?) -->"
)
ANY = re.compile(r"<!-- figure:")


class UnknownFigureError(LookupError):
    """What a bench has kept has no such key, or holds no number there; the message says what it has."""


@dataclass(frozen=True)
class Quoted:
    """One number in a page, or a number with its interval, with the figure that it quotes."""

    page: str
    texts: tuple[str, ...]
    bench: str
    key: str
    form: str
    factor: float = 1.0
    places: tuple[tuple[int, int], ...] = field(default=(), compare=False)

    def stored(self, folder: Path) -> tuple[str, ...] | None:
        """Return the numbers as the page has to say them; None where the bench has left no figures yet.

        Raises
        ------
        UnknownFigureError
            If it has left figures, but not these.
        """
        file = folder / f"{self.bench}.json"
        if not file.exists():
            return None
        kept = json.loads(file.read_text(encoding="utf-8"))
        numbers = (look_up(kept, self.key),) if len(self.texts) == 1 else look_up_interval(kept, self.key)
        return tuple(self._write(number, text) for number, text in zip(numbers, self.texts, strict=True))

    def _write(self, number: Any, text: str) -> str:
        """Return a number in the form of the page, which may leave out a zero before the point."""
        try:
            written = format(number * self.factor if self.factor != 1 else number, self.form)
        except (TypeError, ValueError) as error:
            message = f"'{self.key}' is {number!r}, which has no form '{self.form}'"
            raise UnknownFigureError(message) from error
        is_short = text.removeprefix("-").startswith(".")
        return re.sub(r"^(-?)0\.", r"\1.", written) if is_short else written


def look_up(kept: Any, key: str) -> Any:
    """Return what stands under a key; of an estimate its value.

    Raises
    ------
    UnknownFigureError
        If there is no such key.

    Examples
    --------
    >>> look_up({"set-1.0": {"auc": [0.7, 0.6, 0.8]}}, "set-1.0.auc.2")
    0.8
    """
    found = _walk(kept, key, key)
    if isinstance(found, dict) and "value" in found:
        return found["value"]
    return found[0] if isinstance(found, list) and len(found) == 3 else found


def look_up_interval(kept: Any, key: str) -> tuple[Any, Any, Any]:
    """Return a figure with the ends of its interval.

    Raises
    ------
    UnknownFigureError
        If there is no such key, or no interval beside it.

    Examples
    --------
    >>> look_up_interval({"auc": 0.7, "auc_low": 0.6, "auc_high": 0.8}, "auc")
    (0.7, 0.6, 0.8)
    """
    found = _walk(kept, key, key)
    if isinstance(found, dict):
        return _walk(found, "value", key), _walk(found, "low", key), _walk(found, "high", key)
    if isinstance(found, list) and len(found) == 3:
        return found[0], found[1], found[2]
    return found, _walk(kept, f"{key}_low", key), _walk(kept, f"{key}_high", key)


def _walk(kept: Any, rest: str, key: str) -> Any:
    """Follow a key into objects and lists; names may hold dots themselves, so longer ones are tried first."""
    if isinstance(kept, list) and rest.partition(".")[0].isdecimal():
        kept = {str(place): one for place, one in enumerate(kept)}
    if not isinstance(kept, dict):
        message = f"'{key}' leads to {kept!r}, which holds no '{rest}'"
        raise UnknownFigureError(message)
    if rest in kept:
        return kept[rest]
    for name in sorted(kept, key=len, reverse=True):
        if rest.startswith(f"{name}."):
            return _walk(kept[name], rest[len(name) + 1 :], key)
    near = difflib.get_close_matches(rest.partition(".")[0], kept, n=1, cutoff=0.6)
    message = f"there is no '{key}'; {f'did you mean {near[0]!r}?' if near else f'there are {sorted(kept)}'}"
    raise UnknownFigureError(message)


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
        words = shlex.split(one["words"])
        if len(words) not in {3, 4}:
            message = f"{page}: '{one['words']}' is no marker; write bench, key, form and maybe a factor"
            raise ValueError(message)
        bench, key, form, *factor = words
        parts = [part for part in ("value", "low", "high") if one[part] is not None]
        yield Quoted(
            page,
            tuple(one[part] for part in parts),
            bench,
            key,
            form,
            float(factor[0]) if factor else 1.0,
            tuple(one.span(part) for part in parts),
        )


def requote(text: str, quoted: Iterable[Quoted], folder: Path) -> str:
    """Return a page with the numbers that the benches have left; the words around them are for people.

    Raises
    ------
    UnknownFigureError
        If a bench has left figures, but not one that is quoted.
    """
    for one in sorted(quoted, key=lambda quote: quote.places, reverse=True):
        stored = one.stored(folder) or one.texts
        for (start, end), number in sorted(zip(one.places, stored, strict=True), reverse=True):
            text = text[:start] + number + text[end:]
    return text
