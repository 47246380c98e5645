"""The best time of each touchpoint after each earlier one, all searches of a map corrected together."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import stats

from training.journey.order import Order
from training.journey.setting import GOING_ON, Setting, cut, is_split
from training.journey.timing import Band, find_band
from training.statistics import Bools, Estimate, Floats
from training.statistics.adjusted import Lever, adjusted_effects
from training.statistics.families import holm

_SELECTED: Final = 0.01
_FOLLOWS: Final = 0.5
_DRAWS: Final = 999
_DRAWS_PER_PAIR: Final = 100
_FALSE: Final = 0.025


@dataclass(frozen=True)
class TimingWindow:
    """Hold the best time of a touchpoint for one later outcome.

    Attributes
    ----------
    after, point
        Numbers of the earlier touchpoint and of the one whose time is asked about.
    later
        Number of the stage whose experience is best then; ``GOING_ON`` for going on to any later stage.
    band
        The best band of days between the two, with the ranges of its ends.
    held_equal
        What was held equal, as for effects.
    inside, outside
        Outcome of journeys with the touchpoint inside the band, and at other times, less that of journeys
        without it; None where nearly all or none have it, or the band is not clear. Inside is on the good
        side, as the best was searched for.
    is_clear
        Whether it stands after all searches of the map (Holm, at 2.5 %).
    """

    after: int
    point: int
    later: int
    band: Band
    held_equal: tuple[str, ...]
    inside: Estimate | None = None
    outside: Estimate | None = None
    is_clear: bool = False


def find_windows(
    setting: Setting, order: Order, fewest_entities: int, *, n_draws: int = _DRAWS, seed: int = 0
) -> tuple[TimingWindow, ...]:
    """Return the best band of every pair of touchpoints that could be searched, clear or not.

    Parameters
    ----------
    setting
        The journeys.
    order
        Only touchpoints that clearly follow each other have a time between them.
    fewest_entities
        Nothing is told of fewer different entities.
    n_draws, seed
        How many searches chance gets for each pair at least, and where its random numbers start. Many pairs
        need more: the p-value of a few searches is never small enough for all of them together.

    Notes
    -----
    A best time stands out wrongly in :data:`_FALSE` of maps, half of what effects are allowed: it costs
    nothing where a time matters, and p-values that are counted are themselves uncertain.
    """
    found = []
    pairs = list(_list_pairs(setting, order))
    enough = max(n_draws, _DRAWS_PER_PAIR * len(pairs))
    for after, number, later in pairs:
        window = _search(setting, after, number, later, fewest_entities, enough, seed)
        if window is not None:
            found.append(window)
    clear = holm([window.band.p_value for window in found], _FALSE)
    return tuple(
        _weigh(setting, replace(window, is_clear=True)) if is_clear else window
        for window, is_clear in zip(found, clear, strict=True)
    )


def _weigh(setting: Setting, window: TimingWindow) -> TimingWindow:
    """Return a window with what the touchpoint does inside it and at other times, against going without."""
    if window.later == GOING_ON:
        return window  # whoever left early went without: nothing to compare with
    day = setting.journeys.first_day[:, window.point]
    lag = day - setting.journeys.first_day[:, window.after]
    is_inside = (lag >= window.band.low.value) & (lag <= window.band.high.value)
    outcome = setting.table.standing[:, window.later]
    known = np.isfinite(outcome) & setting.in_time(day, window.later)
    sides = []
    for with_it in (is_inside, np.isfinite(lag) & ~is_inside):
        rows = known & (with_it | np.isnan(day))
        sides.append(_compare(setting, window, with_it.astype(np.float64), outcome, rows))
    return replace(window, inside=sides[0], outside=sides[1])


def _compare(
    setting: Setting, window: TimingWindow, with_it: Floats, outcome: Floats, rows: Bools
) -> Estimate | None:
    """Return the adjusted difference of journeys with a touchpoint and without it."""
    if not is_split(with_it[rows] > 0):
        return None
    context = setting.before(setting.stage_of(window.point), setting.journeys.first_day[:, window.point])
    beside = [each for each in setting.time_until(window.later) if each.name in window.held_equal]
    found = adjusted_effects(
        outcome[rows],
        [Lever("with it", with_it[rows])],
        cut(context, rows),
        beside={"with it": cut(beside, rows)},
        entity=setting.journeys.entity[rows],
    )["with it"]
    return found.slope if found.refusal is None else None


def _list_pairs(setting: Setting, order: Order) -> Iterator[tuple[int, int, int]]:
    """Yield earlier touchpoint, touchpoint and outcome of every search."""
    n_points = len(setting.points)
    for after in range(n_points):
        for number in range(n_points):
            if not order.is_before(after, number):
                continue
            stage = setting.stage_of(number)
            yield from ((after, number, later) for later in setting.told if later > stage)
            if stage + 1 < len(setting.stages):
                yield after, number, GOING_ON


def _search(
    setting: Setting, after: int, number: int, later: int, fewest: int, n_draws: int, seed: int
) -> TimingWindow | None:
    """Return the best band of one pair; None where it cannot be searched."""
    day, stage = setting.journeys.first_day[:, number], setting.stage_of(number)
    lag = day - setting.journeys.first_day[:, after]
    goes_on = setting.goes_on(stage)
    rows = np.isfinite(lag) & (lag >= 0)
    if later == GOING_ON:
        if _is_selected(day, goes_on):
            return None
        rows &= setting.is_settled[:, stage] & ~(day >= goes_on)
        outcome = np.isfinite(goes_on).astype(np.float64)
        if not is_split(outcome[rows] > 0):
            return None
    else:
        outcome = setting.table.standing[:, later]
        rows &= np.isfinite(outcome) & setting.in_time(day, later)
    if np.unique(setting.journeys.entity[rows]).size < fewest:
        return None
    return _find(setting, (after, number, later), lag, outcome, rows, n_draws, seed)


def _find(
    setting: Setting,
    pair: tuple[int, int, int],
    lag: Floats,
    outcome: Floats,
    rows: Bools,
    n_draws: int,
    seed: int,
) -> TimingWindow | None:
    """Return the best band of one pair in the rows that tell of it."""
    after, number, later = pair
    context = setting.before(setting.stage_of(number), setting.journeys.first_day[:, number])
    beside = [each for each in setting.time_until(later) if not _follows(each.values[rows], lag[rows])]
    band = find_band(
        lag[rows],
        outcome[rows],
        context=cut(context, rows),
        beside=cut(beside, rows),
        entity=setting.journeys.entity[rows],
        n_draws=n_draws,
        seed=seed,
    )
    if band is None:
        return None
    held_equal = tuple(control.name for control in (*context, *beside))
    return TimingWindow(after, number, later, band, held_equal)


def _is_selected(day: Floats, goes_on: Floats) -> bool:
    """Tell whether a touchpoint often comes after the journey went on.

    Then its late times are seen above all in journeys that did not go on, and early ones would look best.
    """
    known = np.isfinite(day) & np.isfinite(goes_on)
    return bool(known.any()) and float((day[known] >= goes_on[known]).mean()) > _SELECTED


def _follows(time: Floats, lag: Floats) -> bool:
    """Tell whether the later answer follows the touchpoint: places in the one explain most of the other.

    People who are asked as soon as a parcel has come differ in that time because they differ in the lag. To
    hold it equal would hold equal what is asked about.
    """
    known = np.isfinite(time)
    if known.sum() < 2 or np.ptp(time[known]) == 0 or np.ptp(lag[known]) == 0:
        return False
    return float(stats.spearmanr(time[known], lag[known]).statistic) ** 2 > _FOLLOWS
