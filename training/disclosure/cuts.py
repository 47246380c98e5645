"""The declared cuts of a cohort, decided at once: a page, a file and HTTP tell of the same groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

import numpy as np

from features.usecase import Privacy
from training.disclosure.cells import Minimums, Table, Wave
from training.disclosure.ledger import Ledger
from training.disclosure.release import release
from training.disclosure.released import Released, State
from training.statistics import Bools

MOST_ROWS, MOST_COLUMNS = 8, 6
"""How many groups of the first and of the second cut are crossed."""

Labels = Mapping[str, Sequence[str | None]]
_CROSSED = "crossed"


@dataclass(frozen=True)
class ShownCuts:
    """Hold the cuts of a cohort on one day, and which of their groups one reader may see.

    Attributes
    ----------
    labels
        By cut the group of each person; None where it is not known.
    released
        What was decided: a table for each cut, and one for the two that are crossed.
    crossed
        Of the cut of the rows and of that of the columns, the groups that are crossed; empty where none are.

    Examples
    --------
    >>> from features.usecase import Privacy
    >>> site = ["Rome"] * 30 + ["Oslo"] * 12 + ["Bern"] * 3
    >>> cuts = ShownCuts.of({"site": site}, Privacy(subject="employee"))
    >>> cuts.shown("site"), cuts.listed("site"), cuts.state("site", "Bern")
    (('Rome',), ('Rome', 'Bern', 'Oslo'), 'hidden')
    """

    labels: Mapping[str, tuple[str | None, ...]]
    released: Released
    crossed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        labels: Labels,
        privacy: Privacy,
        *,
        people: Sequence[str] | None = None,
        day: date | None = None,
        history: Ledger | None = None,
    ) -> Self:
        """Decide which groups may be shown.

        Parameters
        ----------
        labels
            By cut the group of each person; None or an empty text where it is not known.
        privacy
            Whose groups these are, and the minimums. The first two cuts are crossed, but not for people at
            work: they are told of by one cut at a time.
        people
            Their ids, each once; needed with a history.
        day
            The day whose forecasts are told; None for a table without dates.
        history
            What was told before.

        Raises
        ------
        ReleaseRefusedError
            If the day was told with other people or minimums before, or safety is not shown.
        """
        known, minimums = _clean(labels), Minimums.of(privacy)
        wave = _make_wave(known, people, day or date.min)
        tables = [Table(name, wave.name, {name: column}) for name, column in known.items()]
        single = cls(known, release(tables, [wave], minimums, history))
        several = [name for name in known if len(single.listed(name)) > 1]
        if privacy.is_about_employees or len(several) < 2:
            return single
        inside = {
            name: single.listed(name)[:most]
            for name, most in zip(several, (MOST_ROWS, MOST_COLUMNS), strict=False)
        }
        columns = {
            name: [label if label in groups else None for label in known[name]]
            for name, groups in inside.items()
        }
        crossed = Table(_CROSSED, wave.name, columns)
        found = cls(known, release([*tables, crossed], [wave], minimums, history))
        in_order = {name: tuple(one for one in found.listed(name) if one in inside[name]) for name in inside}
        return replace(found, crossed=in_order)

    def shown(self, cut: str) -> tuple[str, ...]:
        """Return the groups of a cut that may be shown, largest first."""
        sizes = self.released.shown(self._wave, cut)
        ordered = sorted(sizes, key=lambda key: (-sizes[key], str(key[0])))
        return tuple(name for (name,) in ordered if name is not None)

    def listed(self, cut: str) -> tuple[str, ...]:
        """Return all groups of a cut: those shown, largest first, then the hidden ones by name.

        An order by size would tell how large a hidden group is.
        """
        shown = self.shown(cut)
        hidden = {label for label in self.labels[cut] if label is not None} - set(shown)
        return (*shown, *sorted(hidden))

    def state(self, cut: str, group: str | None) -> State:
        """Tell whether a group may be shown; everybody for None."""
        return self.released.state(self._wave, cut, (group,))

    def crossed_state(self, row: str | None, column: str | None) -> State:
        """Tell whether a group of two cuts may be shown; all of a row or column for None."""
        return self.released.state(self._wave, _CROSSED, (row, column))

    def within(self, cut: str, group: str | None) -> Bools:
        """Return who is in a group; everybody for None."""
        if group is None:
            return np.ones(len(self.labels[cut]), dtype=np.bool_)
        return np.array([label == group for label in self.labels[cut]], dtype=np.bool_)

    @property
    def _wave(self) -> str:
        """Return the name of the one wave."""
        return self.released.waves[0].name


def show_driver_groups(labels: Labels, privacy: Privacy) -> dict[str, tuple[str, ...]]:
    """Return by cut the groups whose drivers may be told, beside one another and beside those of all.

    Parameters
    ----------
    labels
        By cut the group of each person whose attributions are told; None where it is not known.
    privacy
        The minimums: of people, and of people behind drivers.

    Examples
    --------
    >>> from features.usecase import Privacy
    >>> team, site = ["sales"] * 40 + ["legal"] * 40, ["Rome"] * 37 + ["Oslo"] * 43
    >>> show_driver_groups({"team": team}, Privacy())
    {'team': ('legal', 'sales')}
    >>> show_driver_groups({"team": team, "site": site}, Privacy())
    {'team': (), 'site': ('Oslo', 'Rome')}
    """
    known = _clean(labels)
    wave = _make_wave(known, None, date.min)
    tables = [Table(name, wave.name, {name: column}, kind="drivers") for name, column in known.items()]
    released = release(tables, [wave], Minimums.of(privacy))
    return {
        name: tuple(sorted(group for (group,) in released.shown(wave.name, name) if group is not None))
        for name in known
    }


def _clean(labels: Labels) -> dict[str, tuple[str | None, ...]]:
    """Return the labels, an empty text as what is not known."""
    return {name: tuple(label or None for label in column) for name, column in labels.items()}


def _make_wave(labels: Labels, people: Sequence[str] | None, day: date) -> Wave:
    """Return the people of some cuts as a wave of one day; without ids their places stand for them."""
    n_people = max((len(column) for column in labels.values()), default=0)
    ids = tuple(map(str, range(n_people))) if people is None else tuple(people)
    return Wave(day.isoformat(), ids, day, day)
