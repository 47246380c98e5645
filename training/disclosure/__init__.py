"""Disclosure control: hide small groups so that nobody can subtract them back.

Everything that one reader may see goes through :func:`release` at once, for a single cut :func:`shown_groups`
is enough where nothing else is told of it. What went out is kept in a :class:`Ledger`, and
:func:`training.disclosure.attack.attack` tries to break a release before it goes out.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.disclosure.cells import Cell, Key, Kind, Minimums, Table, Wave
from training.disclosure.cut import shown_groups
from training.disclosure.cuts import MOST_ROWS, ShownCuts, show_driver_groups
from training.disclosure.ledger import Ledger, record
from training.disclosure.programs import Limits
from training.disclosure.refusals import ReleaseRefusedError
from training.disclosure.release import release
from training.disclosure.released import Released, ReleasedCell, State
from training.disclosure.shares import ShownShare, bound_share, show_shares

__all__ = [
    "MOST_ROWS",
    "Cell",
    "Key",
    "Kind",
    "Ledger",
    "Limits",
    "Minimums",
    "ReleaseRefusedError",
    "Released",
    "ReleasedCell",
    "ShownCuts",
    "ShownShare",
    "State",
    "Table",
    "Wave",
    "bound_share",
    "record",
    "release",
    "show_driver_groups",
    "show_shares",
    "shown_groups",
]
