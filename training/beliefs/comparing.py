"""Set what is believed beside what is measured, and say nothing about groups that are too small."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.frame import StatedFacts
from features.usecase import Beliefs, UseCase
from training.beliefs.places import Place, judge_place, place_measured, place_shares
from training.beliefs.record import BeliefCheck, BeliefRow, StatedSide
from training.disclosure import shown_groups
from training.drivers import DriverRow
from training.pages import LANGUAGES
from training.statistics import Estimate
from training.statistics import share as share_of

_UNMAPPED = ""  # no driver has an empty name


def check_beliefs(
    usecase: UseCase, stated: StatedFacts | None, drivers: Sequence[DriverRow]
) -> BeliefCheck | None:
    """Compare the ranking of managers and the stated reasons with the measured ranking.

    Shares have Wilson's range over those who gave a reason at all. Below ``privacy.minimum_group_drivers``
    reasons no share is told; a driver that fewer than ``privacy.minimum_group`` people named is hidden, and
    another one with it where its number could be found by subtracting.

    Parameters
    ----------
    usecase
        What is believed, and how small a group may be.
    stated
        The reasons as counted in the frame.
    drivers
        The measured ranking of the model.

    Returns
    -------
    BeliefCheck or None
        None where the use case holds no beliefs.
    """
    beliefs = usecase.beliefs
    if beliefs is None:
        return None
    told = _tell_stated(usecase, stated)
    measured = place_measured(drivers, beliefs.drivers)
    rows = {row.name: row for row in drivers}
    found = [
        _compare(usecase, name, _place_managers(beliefs, name), told, measured.get(name), rows.get(name))
        for name in beliefs.drivers
    ]
    return BeliefCheck(tuple(sorted(found, key=_belief)), told.side)


@dataclass(frozen=True)
class _Told:
    """Hold what may be told of stated reasons: shares of the shown drivers, places of all."""

    side: StatedSide | None
    shares: Mapping[str, Estimate]
    places: Mapping[str, Place]


def _tell_stated(usecase: UseCase, stated: StatedFacts | None) -> _Told:
    """Return shares and places of the drivers that were named often enough."""
    if stated is None:
        return _Told(None, {}, {})
    privacy = usecase.privacy
    fewest, given = privacy.minimum_group_drivers, stated.given
    if given < fewest:
        return _Told(StatedSide(stated.heard, given, fewest, None, (), ()), {}, {})
    counts = {**stated.named, _UNMAPPED: stated.unmapped}
    shown = shown_groups(counts, privacy.minimum_group)
    shares = {name: share_of(counts[name], given) for name in shown}
    unmapped = shares.pop(_UNMAPPED, None)
    others = tuple(stated.other_reasons.items()) if unmapped is not None else ()
    side = StatedSide(stated.heard, given, fewest, unmapped, others, stated.unseen)
    hidden = Estimate(0.0, 0.0, _most_hidden(counts, shown, privacy.minimum_group, given), given)
    bounds = {name: shares.get(name, hidden) for name in stated.named}
    return _Told(side, shares, place_shares(bounds))


def _most_hidden(counts: Mapping[str, int], shown: Sequence[str], minimum: int, given: int) -> float:
    """Return the largest share that something hidden can have, from what anybody may know.

    It was named no more often than what is shown, and no more often than all that is hidden together, which
    can be found by subtracting.
    """
    n_hidden = sum(count for name, count in counts.items() if name not in shown)
    most = min((max(minimum - 1, n_hidden), *(counts[name] for name in shown)))
    return share_of(most, given).high


def _place_managers(beliefs: Beliefs, name: str) -> Place | None:
    """Return the place that managers gave a driver."""
    if name not in beliefs.managers:
        return None
    place = 1 + beliefs.managers.index(name)
    return Place(place, place, len(beliefs.managers))


def _compare(
    usecase: UseCase,
    name: str,
    managers: Place | None,
    told: _Told,
    measured: Place | None,
    row: DriverRow | None,
) -> BeliefRow:
    """Set what is said of one driver beside what is measured of it."""
    stated = told.places.get(name)
    driver = usecase.drivers[name]
    return BeliefRow(
        driver=name,
        label={language: driver.name_in(language, name) for language in LANGUAGES},
        managers=managers,
        stated=told.shares.get(name),
        is_hidden=stated is not None and name not in told.shares,
        stated_place=stated,
        measured=measured,
        share=None if row is None else row.share,
        of_managers=None if managers is None or measured is None else judge_place(managers, measured),
        of_stated=None if stated is None or measured is None else judge_place(stated, measured),
    )


def _belief(row: BeliefRow) -> tuple[float, int, str]:
    """Return the order of the rows: most often named first, then as managers rank them."""
    return (
        0.0 if row.stated is None else -row.stated.value,
        10**6 if row.managers is None else row.managers.low,
        row.driver,
    )
