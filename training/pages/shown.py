"""What templates see of a document: the plain values of its JSON, asked for by name.

Pages are made of the JSON and of nothing else, so a page that is made while a report is built and one that is
made later from its file are the same.
"""

from collections.abc import Mapping
from typing import Any


class Shown(dict[str, Any]):
    """Let the entries of a JSON object be read as attributes, as templates do.

    Examples
    --------
    >>> shown = to_shown({"values": [{"n": 3}], "label": {"de": "ja"}})
    >>> shown.values[0].n, shown.label.get("de"), shown.label["de"]
    (3, 'ja', 'ja')
    """

    def __getattribute__(self, name: str) -> Any:
        """Return the entry of this name; it comes before what dictionaries can do.

        Names with an underscore in front belong to Python and to the escaping of the page: an entry of such a
        name in a file must not take their place.
        """
        if not name.startswith("_") and name in self:
            return self[name]
        return super().__getattribute__(name)


def to_shown(found: Any) -> Any:
    """Return plain values as templates see them: objects by attribute, lists as tuples."""
    if isinstance(found, Mapping):
        return Shown({key: to_shown(entry) for key, entry in found.items()})
    if isinstance(found, list | tuple):
        return tuple(to_shown(entry) for entry in found)
    return found
