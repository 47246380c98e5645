"""Two waves side by side: what their change is made of, and the groups of people behind its parts."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from training.reports.wave_rows import WaveRows
from training.statistics import Bools
from training.statistics.composition import Composition, Unexplained, decompose

LONGEST_SPACING_RATIO = 1.5


@dataclass(frozen=True)
class WavePair:
    """Hold two waves of named people, and the one before them at the same distance.

    Attributes
    ----------
    earlier, before, after
        Numbers of the waves; ``earlier`` is None where there is none.
    """

    rows: WaveRows
    earlier: int | None
    before: int
    after: int

    @classmethod
    def of(cls, rows: WaveRows, before: int, after: int) -> Self | None:
        """Lay two waves side by side; None where nobody answered by name or nobody knows who belonged."""
        is_here = (rows.waves == before) | (rows.waves == after)
        if not rows.is_own or not np.isfinite(rows.was_member[is_here]).any():
            return None
        return cls(rows, _wave_at_same_distance(rows, before, after), before, after)

    def split(self) -> Composition | Unexplained:
        """Take the change apart."""
        return decompose(
            self.rows.answers(self.before),
            self.rows.answers(self.after),
            was_member=self.rows.membership(self.before),
            is_member=self.rows.membership(self.after),
            earlier=None if self.earlier is None else self.rows.answers(self.earlier),
        )

    def groups(self) -> dict[int, dict[str, dict[str, Bools]]]:
        """Return by wave the groups of people that the parts of the change speak of.

        Returns
        -------
        dict
            By wave and table, for each group ``[people]`` who is in it; groups of a table do not overlap.
        """
        first, second = (np.isfinite(self.rows.answers(number)) for number in (self.before, self.after))
        is_gone, is_new = (self.rows.membership(number) == 0 for number in (self.after, self.before))
        both = first & second
        found: dict[int, dict[str, dict[str, Bools]]] = {
            self.before: {
                "onward": {
                    "repeated": both,
                    "left": first & ~second & is_gone,
                    "fell silent": first & ~second & ~is_gone,
                }
            },
            self.after: {
                "since": {
                    "repeated": both,
                    "joined": second & ~first & is_new,
                    "newly answering": second & ~first & ~is_new,
                }
            },
        }
        if self.earlier is not None:
            third = np.isfinite(self.rows.answers(self.earlier))
            for number in (self.earlier, self.before, self.after):
                found.setdefault(number, {})["all three"] = {"yes": both & third}
            for number in (self.earlier, self.before):
                found[number]["first two"] = {"yes": first & third}
        return found


def _wave_at_same_distance(rows: WaveRows, before: int, after: int) -> int | None:
    """Return the finished wave that lies about as long before the first as the second lies after it."""
    closing = {number: closes.toordinal() for number, closes in rows.closes_on.items()}
    distance = closing[after] - closing[before]
    ratios = {
        number: max(gap / distance, distance / gap)
        for number in rows.names
        if (gap := closing[before] - closing[number]) > 0
    }
    nearest = min(ratios, key=lambda number: ratios[number], default=None)
    return nearest if nearest is not None and ratios[nearest] <= LONGEST_SPACING_RATIO else None
