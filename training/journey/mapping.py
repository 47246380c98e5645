"""Touches -> the journey map."""

from collections.abc import Sequence

import numpy as np

from training.journey.effects import find_effects
from training.journey.experience import find_weakest, rate_stages
from training.journey.footing import level
from training.journey.order import Stages, find_order
from training.journey.record import Coverage, JourneyRecord
from training.journey.setting import Setting
from training.journey.touches import Journeys, Point, Touches, gather
from training.journey.transitions import count_transitions, find_stays
from training.journey.windows import find_windows
from training.statistics.controls import Control

FEWEST_FOR_EFFECTS = 25


def map_journeys(
    touches: Touches,
    points: Sequence[Point],
    *,
    usecase: str,
    subject: str = "customer",
    restart_days: int,
    end_day: float,
    stages: Stages | None = None,
    context: Sequence[Control] = (),
    fewest_shown: int = 5,
    fewest_for_effects: int = FEWEST_FOR_EFFECTS,
    n_draws: int = 999,
    seed: int = 0,
) -> JourneyRecord:
    """Return the journey map of touches; equal touches in any order give the same map.

    Parameters
    ----------
    touches, points
        What happened, and what is declared of the touchpoints.
    usecase, subject
        Name of the use case, and whose journeys they are: customer, employee, supplier, applicant.
    restart_days
        The silence that ends a journey.
    end_day
        First day that is not observed, in days since 1970-01-01.
    stages
        Stages as declared; found from the order of touches if absent.
    context
        Columns known when each journey began, one row per journey.
    fewest_shown, fewest_for_effects
        Smallest number of entities that a stage, and an effect or best time, is told of.
    n_draws, seed
        How many searches chance gets at least for every best time, and where its random numbers start.
    """
    journeys = gather(touches, points)
    order = find_order(journeys, stages)
    last_touch = np.full(touches.n_journeys, -np.inf)
    np.maximum.at(last_touch, touches.journey, touches.day)
    table = level(journeys, points, order.stages, last_touch + restart_days <= end_day)
    is_settled = table.last_day + restart_days <= end_day
    setting = Setting(tuple(points), order.stages, journeys, table, tuple(context), is_settled)
    stays = find_stays(touches, order.stages, patience_days=restart_days, end_day=end_day)
    rated = rate_stages(table, fewest_shown)
    return JourneyRecord(
        usecase=usecase,
        coverage=_cover(touches, journeys, subject, restart_days, end_day),
        points=tuple(points),
        is_declared=stages is not None,
        order=order,
        transitions=count_transitions(stays, len(order.stages), fewest_shown),
        experiences=rated,
        weakest=find_weakest(table, rated),
        effects=find_effects(setting, fewest_for_effects),
        windows=find_windows(setting, order, fewest_for_effects, n_draws=n_draws, seed=seed),
        n_hidden=len(setting.told) - len(rated),
    )


def _cover(touches: Touches, journeys: Journeys, subject: str, restart_days: int, end_day: float) -> Coverage:
    """Return what the map rests on."""
    return Coverage(
        subject=subject,
        n_entities=np.unique(touches.entity).size,
        n_journeys=touches.n_journeys,
        n_touches=touches.day.size,
        restart_days=restart_days,
        observed_until=str(np.datetime64(int(end_day), "D")),
        journeys=tuple(journeys.is_touched.sum(axis=0).tolist()),
        told=tuple(np.isfinite(journeys.is_good).sum(axis=0).tolist()),
    )
