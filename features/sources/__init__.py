"""Raw tables of a use case -> tables with an entity, typed columns and both clocks in UTC.

Every source becomes one DuckDB table. Events have ``entity_id VARCHAR``, ``event_time TIMESTAMP`` and
``known_at TIMESTAMP``; attributes and links have ``entity_id``, ``valid_from``, ``valid_to`` (NULL: open end)
and ``known_at``. Events of a source that asks for corrections have ``known_until TIMESTAMP`` as well: the
moment from which another version counts, or none, because the event was withdrawn; NULL while it is valid.
After these come the columns that the use case reads, under their own names, as DOUBLE, TIMESTAMP, BOOLEAN or
VARCHAR. Import from here; the modules inside are an arrangement, not an interface.
"""

from features.sources.arrivals import Arrivals
from features.sources.links import find_route
from features.sources.match import SourceFacts
from features.sources.needs import list_clocks
from features.sources.opening import open_sources
from features.sources.refining import ENTITIES, select_clocks
from features.sources.streaming import EventFiles
from features.sources.tables import Sources
from features.sources.unit_changes import UnitChange

__all__ = [
    "ENTITIES",
    "Arrivals",
    "EventFiles",
    "SourceFacts",
    "Sources",
    "UnitChange",
    "find_route",
    "list_clocks",
    "open_sources",
    "select_clocks",
]
