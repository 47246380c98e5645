"""Checks of the features: emptier than usual, moved, in another unit, with categories nobody knew, gone."""

import math
from collections.abc import Iterator

import numpy as np

from features.catalogue import Feature
from training.bundle import Bundle
from training.monitoring.comparison import Comparison, Pick, of_feature
from training.monitoring.figures import Standing, arc, stability, stand, un_arc
from training.monitoring.input_words import (
    label_feature,
    tell_gone,
    tell_missing,
    tell_mix,
    tell_moved,
    tell_other_unit,
    tell_unseen,
)
from training.monitoring.movement import Moved, Past, judge_all
from training.monitoring.record import Check, Kind, Text
from training.monitoring.shares import around_share, variance_of_arc
from training.reference import Counts
from training.reference.bins import Bins
from training.reference.counting import column_of, is_of_kind
from training.statistics import LEVEL, Estimate, Floats

ALLOWED_ARC = 0.06
"""A move of a share, on the arcsine scale, that is not told: from 20 to 25 % or from 1 to 2.5 %."""
LEAST_POINTS = 0.02
"""Nor is a move of a share by less than two points."""
ALLOWED_PLACE = 0.05
"""A move of the mean place among usual values that is not told: about 0.18 standard deviations."""
ALLOWED_SPREAD = 0.2
LEAST_RATIO = 3.0
"""From this ratio of medians on it is asked whether a number is in another unit."""
_Z = 1.959963984540054


def check_features(compared: Comparison, bundle: Bundle) -> Iterator[Check]:
    """Yield the checks of all features of the champion."""
    for feature in compared.catalogue:
        name = feature.name
        bins = compared.features.get(name)
        if name not in compared.rows.column_names or not is_of_kind(compared.rows, name, Bins(feature.kind)):
            yield _refuse(feature, compared)
        elif bins is not None:
            now = compared.now.features[name]
            yield from _check_missing(feature, compared, now)
            yield from (
                _check_number(feature, compared, now)
                if bins.kind == "number"
                else _check_category(feature, compared, now, bins)
            )
        if feature.kind == "category":
            yield from _check_unseen(feature, compared, bundle)


def _refuse(feature: Feature, compared: Comparison) -> Check:
    """Say that a feature is not there any more, or is of another kind."""
    is_there = feature.name in compared.rows.column_names
    sentence = tell_gone(feature, compared.usecase, is_there=is_there)
    return Check.stated("missing", feature.name, label_feature(feature, compared.usecase), "alert", sentence)


def _check_missing(feature: Feature, compared: Comparison, now: Counts) -> Iterator[Check]:
    """Check the share of rows without a value."""
    share = now.missing_share
    pick = of_feature(feature.name)
    pasts = compared.pasts(pick, lambda counts: arc(counts.missing_share), variance_of_arc)
    moved = judge_all(arc(share), variance_of_arc(now), pasts, ALLOWED_ARC)
    if moved is None:
        return
    found, usual = around_share(share, now.n), (un_arc(moved.low), un_arc(moved.high))
    is_small = abs(share - un_arc(moved.before)) < LEAST_POINTS
    yield _make(
        "missing",
        feature,
        compared,
        found,
        usual,
        "share",
        1.0 if is_small else moved.p_value,
        tell_missing(feature, compared.usecase, found, usual),
    )


def _check_number(feature: Feature, compared: Comparison, now: Counts) -> Iterator[Check]:
    """Check where the values of a number stand among usual ones, and how large they are."""
    pick = of_feature(feature.name)
    usual, n_usual = compared.usual(pick)
    here = stand(now, usual) if len(usual) else None
    if here is None or not math.isfinite(here.place):
        return
    place = judge_standing(compared, pick, usual, here, "place")
    if place is None:
        return
    spread = judge_standing(compared, pick, usual, here, "spread")
    p_spread = 1.0 if spread is None else spread.p_value
    p_value = min(1.0, 2 * min(place.p_value, p_spread))
    found = around_place(here, now)
    limits = (max(0.0, place.low), min(1.0, place.high))
    medians = [counts.median for one in compared.earlier if (counts := pick(one)) is not None]
    medians = medians or [counts.median for one in compared.trained if (counts := pick(one)) is not None]
    sentence = tell_moved(
        feature,
        compared.usecase,
        now,
        medians,
        found,
        limits,
        stability(now, usual, n_usual),
        is_spread=p_spread < min(place.p_value, 1 - LEVEL),
    )
    yield _make("level", feature, compared, found, limits, "place", p_value, sentence)
    yield from _check_unit(feature, compared, now, pick)


def judge_standing(
    compared: Comparison, pick: Pick, usual: Floats, here: Standing, which: str
) -> Moved | None:
    """Return whether the place of values, or their spread, moved.

    Parameters
    ----------
    pick
        Finds the counts in a snapshot.
    usual
        The usual rows in each bin.
    here
        Where the newest rows stand.
    which
        ``place`` or ``spread``.
    """
    allowed = ALLOWED_PLACE if which == "place" else ALLOWED_SPREAD
    pasts = compared.pasts(
        pick,
        lambda counts: float(getattr(stand(counts, usual), which)),
        lambda counts: float(getattr(stand(counts, usual), f"{which}_variance")),
    )
    return judge_all(getattr(here, which), getattr(here, f"{which}_variance"), pasts, allowed)


def around_place(here: Standing, now: Counts) -> Estimate:
    """Return the place of values with its range."""
    margin = _Z * math.sqrt(here.place_variance)
    n = round(now.n_present)
    return Estimate.around(here.place, max(0.0, here.place - margin), min(1.0, here.place + margin), n)


def _check_unit(feature: Feature, compared: Comparison, now: Counts, pick: Pick) -> Iterator[Check]:
    """Check whether a number seems to be in another unit: its median is several times as large or small."""
    sampling = _variance_of_size(now)
    pasts = [past for past in compared.pasts(pick, _size, _variance_of_size) if _has_one_size(past)]
    size = _size(now)
    moved = judge_all(size, sampling, pasts, math.log10(LEAST_RATIO))
    if moved is None or abs(size - moved.before) < math.log10(LEAST_RATIO):
        return
    margin = _Z * math.sqrt(sampling)
    value, low, high = (10 ** (size - moved.before + edge) for edge in (0, -margin, margin))
    ratio = Estimate(value, low, high, n=round(now.n_present))
    usual = (10 ** (moved.low - moved.before), 10 ** (moved.high - moved.before))
    sentence = tell_other_unit(feature, compared.usecase, now, 10**moved.before, ratio, usual)
    yield _make("unit", feature, compared, ratio, usual, "ratio", moved.p_value, sentence)


def _has_one_size(past: Past) -> bool:
    """Tell whether a number is of one order of magnitude; a trend around nought has none."""
    return float(np.ptp(past.values)) < math.log10(LEAST_RATIO)


def _size(counts: Counts) -> float:
    """Return the order of magnitude of the values: the decimal logarithm of the median."""
    return math.log10(abs(counts.median)) if counts.median and math.isfinite(counts.median) else math.nan


def _variance_of_size(counts: Counts) -> float:
    """Return a cautious variance of the size: that of the median of values spread over a factor of ten."""
    return math.pi / 2 * 0.5**2 / max(counts.n_present, 1.0)


def _check_category(feature: Feature, compared: Comparison, now: Counts, bins: Bins) -> Iterator[Check]:
    """Check the mix of the levels of a category: that level which moved most clearly, out of so many."""
    pick = of_feature(feature.name)
    if not now.present:
        return
    n = now.n_present
    clearest: tuple[int, Moved] | None = None
    for at in range(len(now.bins)):
        pasts = compared.pasts(
            pick,
            lambda counts, at=at: _arc_of(counts, at),  # type: ignore[misc] # the bin is bound here
            lambda counts: 0.25 / max(counts.n_present, 1.0),
        )
        moved = judge_all(_arc_of(now, at), 0.25 / max(n, 1.0), pasts, ALLOWED_ARC)
        if moved is not None and (clearest is None or moved.p_value < clearest[1].p_value):
            clearest = at, moved
    if clearest is None:
        return
    at, moved = clearest
    found = around_share(float(now.bins[at] / now.present), n)
    usual = (un_arc(moved.low), un_arc(moved.high))
    level = bins.levels[at] if at < len(bins.levels) else None
    is_small = abs(found.value - un_arc(moved.before)) < LEAST_POINTS
    p_value = 1.0 if is_small else min(1.0, moved.p_value * len(now.bins))
    sentence = tell_mix(feature, compared.usecase, level, found, usual)
    yield _make("level", feature, compared, found, usual, "share", p_value, sentence)


def _arc_of(counts: Counts, at: int) -> float:
    """Return the share of a level on the arcsine scale."""
    return arc(float(counts.bins[at] / counts.present)) if counts.present else math.nan


def _check_unseen(feature: Feature, compared: Comparison, bundle: Bundle) -> Iterator[Check]:
    """Check the share of rows with a level that training never saw."""
    words, name = bundle.encoder.vocabularies[feature.name], feature.name
    if words is None or not compared.now.n_rows or name not in compared.rows.column_names:
        return
    if not is_of_kind(compared.rows, name, Bins("category")):
        return
    values = column_of(compared.rows, name, Bins("category"))
    known = np.array([value is not None for value in values])
    strangers = [value for value in values[known] if value not in words.codes]
    n = int(known.sum())
    if not n:
        return
    share = len(strangers) / n
    pasts = compared.pasts(of_feature(name), lambda _: 0.0, lambda counts: 0.25 / max(counts.n_present, 1.0))
    moved = judge_all(arc(share), 0.25 / n, pasts, ALLOWED_ARC)
    if moved is None:
        return
    found, usual = around_share(share, n), (0.0, un_arc(moved.high))
    p_value = 1.0 if share < LEAST_POINTS else moved.p_value
    sentence = tell_unseen(feature, compared.usecase, found, strangers)
    yield _make("unseen", feature, compared, found, usual, "share", p_value, sentence)


def _make(
    kind: Kind,
    feature: Feature,
    compared: Comparison,
    value: Estimate,
    usual: tuple[float, float],
    unit: str,
    p_value: float,
    sentence: Text,
) -> Check:
    """Return a check of a feature; its state is decided with all others of the batch."""
    label = label_feature(feature, compared.usecase)
    return Check.tested(kind, feature.name, label, value, usual, unit, p_value, sentence)
