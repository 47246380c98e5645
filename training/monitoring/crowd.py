"""Checks of people: how many there are, how many answer, and what they answer."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.usecase import UseCase
from training.monitoring.comparison import Comparison
from training.monitoring.crowd_words import (
    label_answers,
    label_cohort,
    label_response,
    tell_answers,
    tell_cohort,
    tell_response,
)
from training.monitoring.figures import arc, pool, stand, un_arc
from training.monitoring.inputs import ALLOWED_ARC, ALLOWED_PLACE, around_place
from training.monitoring.movement import Past, judge_all, judge_movement
from training.monitoring.record import Check
from training.monitoring.shares import around_share
from training.reference import Counts
from training.rows import numbers
from training.statistics import Estimate, Floats

ALLOWED_GROWTH = 1.1
"""A cohort a tenth larger or smaller than was to be expected is not told."""
LEAST_ANSWERS = 20
"""A wave of fewer people says nothing of shares."""


def check_cohort(compared: Comparison) -> Iterator[Check]:
    """Yield the check of how many rows there are; none without earlier snapshots."""
    now = compared.now.n_rows
    pasts = [
        Past([math.log(one.n_rows + 0.5) for one in snapshots], 1 / (snapshots[-1].n_rows + 0.5), ahead)
        for snapshots, ahead in ((compared.earlier, 1), (compared.trained, compared.ahead))
        if snapshots and snapshots[-1].day is not None
    ]
    moved = judge_all(math.log(now + 0.5), 1 / (now + 0.5), pasts, math.log(ALLOWED_GROWTH))
    if moved is None:
        return
    usual = (max(0.0, math.exp(moved.low) - 0.5), math.exp(moved.high) - 0.5)
    margin = 1.96 * math.sqrt(now)
    found = Estimate(now, max(0.0, now - margin), now + margin, n=now)
    sentence = tell_cohort(compared.usecase, now, usual)
    yield Check.tested("cohort", "cohort", label_cohort(), found, usual, "rows", moved.p_value, sentence)


@dataclass(frozen=True)
class Wave:
    """Hold one closed wave of one question.

    Attributes
    ----------
    name
        Of the wave.
    values
        ``[n]`` the answers.
    n_asked
        How many were invited, or belonged where nothing is known of invitations.
    """

    name: str
    values: Floats
    n_asked: int


def check_waves(waves: pa.Table, usecase: UseCase) -> Iterator[Check]:
    """Yield the checks of each question: who answers, and what.

    Parameters
    ----------
    waves
        Rows as of :mod:`features.waves`.
    usecase
        The use case that they were collected for.
    """
    for name, source in usecase.sources.items():
        for metric in source.metrics:
            found = list_waves(waves, name, metric)
            if len(found) > 1:
                least = max(LEAST_ANSWERS, usecase.privacy.minimum_group)
                yield from _check_response(name, metric, found, usecase, least)
                yield from _check_answers(name, metric, found, least)


def list_waves(waves: pa.Table, source: str, metric: str) -> list[Wave]:
    """Return the closed waves of a question, oldest first."""
    is_meant = pc.and_(
        pc.and_(pc.equal(waves.column("source"), source), pc.equal(waves.column("metric"), metric)),
        pc.invert(waves.column("is_open")),
    )
    rows = waves.filter(is_meant)
    found = []
    for number in sorted(pc.unique(rows.column("wave")).to_pylist()):
        wave = rows.filter(pc.equal(rows.column("wave"), number))
        invited, value = wave.column("was_invited"), numbers(wave, "value")
        n_invited = pc.sum(pc.cast(invited, pa.int64())).as_py() or 0
        n_members = pc.sum(pc.cast(wave.column("was_member"), pa.int64())).as_py() or 0
        if value is not None:
            name = str(wave.column("wave_name")[0].as_py())
            found.append(Wave(name, value[np.isfinite(value)], n_invited or n_members))
    return found


def _check_response(
    name: str, metric: str, waves: list[Wave], usecase: UseCase, least: int
) -> Iterator[Check]:
    """Check which share of those who were asked has answered."""
    asked = [wave for wave in waves if wave.n_asked >= least]
    if len(asked) < 2 or asked[-1] is not waves[-1]:
        return
    rates = [min(1.0, len(wave.values) / wave.n_asked) for wave in asked]
    now, n = rates[-1], asked[-1].n_asked
    past = Past([arc(rate) for rate in rates[:-1]], 0.25 / asked[-2].n_asked, is_steady=True)
    moved = judge_movement(arc(now), 0.25 / n, past, ALLOWED_ARC)
    if moved is None:
        return
    found, usual = around_share(now, n), (un_arc(moved.low), un_arc(moved.high))
    sentence = tell_response(usecase, name, metric, waves[-1].name, found, usual)
    about, label = f"{name}.{metric}", label_response(name, metric)
    yield Check.tested("response", about, label, found, usual, "share", moved.p_value, sentence)


def _check_answers(name: str, metric: str, waves: list[Wave], least: int) -> Iterator[Check]:
    """Check where the answers of the newest wave stand among those of earlier ones."""
    heard = [wave for wave in waves if len(wave.values) >= least]
    if len(heard) < 2 or heard[-1] is not waves[-1]:
        return
    levels = np.unique(np.concatenate([wave.values for wave in heard]))
    counted = [_count(wave.values, levels) for wave in heard]
    usual_counts = pool(counted[:-1])
    stands = [stand(one, usual_counts) for one in counted]
    here = stands[-1]
    past = Past([one.place for one in stands[:-1]], stands[-2].place_variance, is_steady=True)
    moved = judge_movement(here.place, here.place_variance, past, ALLOWED_PLACE)
    if moved is None:
        return
    found, usual = around_place(here, counted[-1]), (max(0.0, moved.low), min(1.0, moved.high))
    means = [float(wave.values.mean()) for wave in heard]
    sentence = tell_answers(name, metric, waves[-1].name, means, found, usual)
    about, label = f"{name}.{metric}", label_answers(name, metric)
    yield Check.tested("answers", about, label, found, usual, "place", moved.p_value, sentence)


def _count(values: Floats, levels: Floats) -> Counts:
    """Return how often each answer was given."""
    bins = np.bincount(np.searchsorted(levels, values), minlength=len(levels)).astype(np.float64)
    return Counts(bins, 0.0, float(len(values)))
