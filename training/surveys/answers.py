"""All that is known of the answers to one survey question, wave by wave."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from training.reports import WaveRows
from training.statistics import Bools, Floats, Ints
from training.statistics.levels import MeanWorth

Labels = npt.NDArray[np.object_]


@dataclass(frozen=True)
class SurveyAnswers:
    """Hold the answers to one question with who was invited, who belonged, and to which groups.

    Attributes
    ----------
    source
        Name of the source.
    metric
        What an answer is worth.
    rows
        One row per person and wave, silent members included.
    was_invited
        ``[n]`` 1, 0, or NaN where nobody knows who was invited.
    lag_days
        ``[n]`` days from the invitation to the answer; NaN for unknown.
    cuts
        ``[n]`` group of each row by the name of the cut; None for unknown.
    is_anonymous
        Whether nobody knows who answered.
    """

    source: str
    metric: MeanWorth
    rows: WaveRows
    was_invited: Floats
    lag_days: Floats
    cuts: Mapping[str, Labels]
    is_anonymous: bool = False

    @cached_property
    def people(self) -> Ints:
        """Return a number for the person of each row; anonymous answers are of somebody else each."""
        names = [f"#{place}" if name is None else f"={name}" for place, name in enumerate(self.rows.entities)]
        return np.unique(np.array(names, dtype=np.str_), return_inverse=True)[1].astype(np.int64)

    @property
    def is_answered(self) -> Bools:
        """Return which rows hold an answer."""
        found: Bools = np.isfinite(self.rows.worth)
        return found

    @property
    def is_member(self) -> Bools:
        """Return which rows are of people who belonged when the wave closed."""
        found: Bools = self.rows.was_member == 1
        return found

    def is_in(self, wave: int) -> Bools:
        """Return which rows belong to a wave."""
        found: Bools = self.rows.waves == wave
        return found

    def count_invited(self, wave: int) -> int | None:
        """Return how many members were invited in a wave; None where nobody knows.

        Of people who are no members only those who answered have a row; they would make response look better.
        """
        if self.is_anonymous or self.count_members(wave) is None:
            return None
        return _count(self.was_invited[self.is_in(wave) & self.is_member])

    def count_members(self, wave: int) -> int | None:
        """Return how many belonged when a wave closed; None where nobody knows."""
        return None if self.is_anonymous else _count(self.rows.was_member[self.is_in(wave)])

    def list_finished(self, minimum: int) -> tuple[int, ...]:
        """Return the finished waves with enough answers, oldest first."""
        found = self.rows.waves[self.is_answered]
        return tuple(
            number
            for number in sorted(self.rows.names)
            if number not in self.rows.open_waves and int((found == number).sum()) >= max(minimum, 1)
        )


def _count(flags: Floats) -> int | None:
    """Return how many flags are set; None where none is known."""
    return int(np.nansum(flags)) if np.isfinite(flags).any() else None
