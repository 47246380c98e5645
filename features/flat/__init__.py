"""One table with a row per entity and the label in a column -> typed columns, target, and what was left out.

Import from here; the modules inside are an arrangement, not an interface.
"""

from features.flat.opening import read_flat
from features.flat.rows import FlatFacts, FlatRows

__all__ = ["FlatFacts", "FlatRows", "read_flat"]
