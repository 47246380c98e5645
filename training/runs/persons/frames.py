"""The feature table and the partial results of large logs."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from features.frame import Frame, erase
from training.pages import Label
from training.runs.persons.wanted import Removed, Told, Wanted

_WHAT: dict[str, Label] = {
    "table": {"en": "rows of the feature table", "de": "Zeilen der Merkmalstabelle"},
    "latest": {"en": "newest row", "de": "neueste Zeile"},
    "answers": {"en": "survey answers", "de": "Antworten in Umfragen"},
    "protected": {
        "en": "protected attributes, held apart for the check of fairness alone",
        "de": "geschützte Merkmale, getrennt gehalten, nur für die Prüfung auf Fairness",
    },
    "waves": {"en": "answers by survey wave", "de": "Antworten nach Befragungswelle"},
    "verbatims": {
        "en": "what was read from free texts; the words themselves are not kept",
        "de": "was aus Freitexten gelesen wurde; die Worte selbst werden nicht aufbewahrt",
    },
}


class Frames:
    """Find people in ``frames/`` and ``partials/``; tombstones in ``erased/`` keep them out later."""

    homes: ClassVar[tuple[str, ...]] = ("frames", "partials", "erased")

    def tell(self, wanted: Wanted) -> list[Told]:
        """Return their rows in every table."""
        folder = wanted.workspace.frame(wanted.usecase)
        if not (folder / "frame.json").exists():
            return []
        frame = Frame.read(folder)
        return [
            Told(f"frames/{wanted.usecase}", what, tuple(_rows(getattr(frame, name), wanted.ids)))
            for name, what in _WHAT.items()
            if _count(getattr(frame, name), wanted.ids)
        ]

    def erase(self, wanted: Wanted) -> Removed:
        """Write the table and the partial results again without them."""
        workspace, name = wanted.workspace, wanted.usecase
        erased = erase(workspace.frame(name), workspace.partials(name), wanted.ids)
        return Removed(
            {
                "rows": erased.rows,
                "latest": erased.latest,
                "answers": erased.answers,
                "partials": erased.partials,
            }
        )


def _pick(table: pa.Table, ids: tuple[str, ...]) -> pa.Table:
    """Return the rows of some people."""
    return table.filter(pc.is_in(table.column("entity_id"), pa.array(ids, pa.string())))


def _count(table: pa.Table, ids: tuple[str, ...]) -> int:
    """Return how many rows some people have."""
    return int(_pick(table, ids).num_rows)


def _rows(table: pa.Table, ids: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield the rows of some people as plain values; days are texts, what is not known is left out."""
    for row in _pick(table, ids).to_pylist():
        yield {name: _plain(cell) for name, cell in row.items() if cell is not None}


def _plain(cell: Any) -> Any:
    """Return a value that JSON can hold; NaN is None."""
    if isinstance(cell, float):
        return cell if cell == cell else None  # noqa: PLR0124 - NaN alone is not itself
    return cell if isinstance(cell, (str, int, bool, list, dict)) else str(cell)
