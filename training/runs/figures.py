"""Figures for data scientists, logged with a run: calibration, lift, spread, money, learning, SHAP beeswarm.

Each is a figure of its own that no global state of matplotlib holds on to: nothing has to be closed. Equal
input gives equal pixels.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter, StrMethodFormatter

from training.evaluation import CalibrationBin, Evaluation, RatingBin
from training.evaluation.record import SHARES
from training.statistics import Estimate, Floats, Ranking, as_weight

BLUE = "#0b5c8f"
VERMILLION = "#a93a06"
GREY = "#6b7280"
MAX_SWARM_ROWS = 2000
_MOST_LEVELS = 12

_SIZE = (6.4, 4.8)


def draw_calibration(evaluation: Evaluation, title: str = "Calibration") -> Figure:
    """Draw observed share against forecast in tenths, with intervals.

    Parameters
    ----------
    evaluation
        What test rows say.
    title
        Heading; name the horizon.
    """
    figure, axes = _make_axes(title, "Mean forecast", "Observed share")
    forecasts = [part.forecast for part in evaluation.bins]
    _draw_estimates(axes, forecasts, [part.observed for part in evaluation.bins])
    top = 1.05 * max(*forecasts, *(part.observed.high for part in evaluation.bins))
    axes.plot([0, top], [0, top], color=GREY, linestyle="--", linewidth=1, zorder=0, label="perfect")
    axes.set(xlim=(0, top), ylim=(0, top))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(["observed, 95 % interval", "perfect"], frameon=False, loc="upper left")
    axes.text(0.98, 0.03, f"ECE {evaluation.ece}", transform=axes.transAxes, ha="right", color=GREY)
    return figure


def draw_answers(bins: Sequence[RatingBin] | Sequence[CalibrationBin], title: str = "Calibration") -> Figure:
    """Draw mean answer against mean forecast in tenths, with intervals.

    Parameters
    ----------
    bins
        Tenths of the test rows by forecast.
    title
        Heading; name the horizon.
    """
    figure, axes = _make_axes(title, "Mean forecast", "Mean answer")
    forecasts = [part.forecast for part in bins]
    observed = [part.observed for part in bins]
    _draw_estimates(axes, forecasts, observed)
    ends = [
        min(*forecasts, *(part.low for part in observed)),
        max(*forecasts, *(part.high for part in observed)),
    ]
    axes.plot(ends, ends, color=GREY, linestyle="--", linewidth=1, zorder=0, label="perfect")
    axes.legend(["answered, 95 % interval", "perfect"], frameon=False, loc="upper left")
    return figure


def draw_lift(
    evaluation: Evaluation,
    target: npt.ArrayLike,
    probability: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    title: str = "Lift",
) -> Figure:
    """Draw how many times the average share of events the highest forecasts hold, with some intervals.

    Parameters
    ----------
    evaluation
        What the same rows say.
    target, probability, weight
        ``[n]`` labels, forecasts and row weights.
    title
        Heading; name the horizon.
    """
    ranking = Ranking.of(target, probability)
    mass = ranking.weigh(as_weight(weight, ranking.order.size)[ranking.order][None])
    shares = np.linspace(0.01, 1, 100)
    figure, axes = _make_axes(
        title, "Share of rows, highest forecasts first", "Times the average share of events"
    )
    axes.plot(shares, mass.capture(shares)[0] / shares, color=BLUE, linewidth=1.5)
    _draw_estimates(axes, list(SHARES.values()), [evaluation.lift[share] for share in SHARES])
    axes.axhline(1, color=GREY, linestyle="--", linewidth=1, zorder=0)
    axes.set(xlim=(0, 1.01))
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure


def draw_discrimination(outcomes: Floats, forecasts: Floats, title: str = "Discrimination") -> Figure:
    """Draw how forecasts are spread among rows with each outcome; a good model keeps the groups apart.

    Parameters
    ----------
    outcomes
        ``[n]`` 0 and 1 for an event, or answers; more than a dozen different ones are put into fifths.
    forecasts
        ``[n]`` probabilities, or expected answers.
    title
        Heading; name the horizon.
    """
    is_event = set(np.unique(outcomes)) <= {0.0, 1.0}
    figure, axes = _make_axes(title, "Outcome", "Forecast")
    groups = _group_by_outcome(outcomes)
    names = {"0": "no event", "1": "event"} if is_event else {}
    for place, chosen in enumerate(groups.values()):
        low, lower, middle, upper, high = np.quantile(forecasts[chosen], [0.05, 0.25, 0.5, 0.75, 0.95])
        axes.plot([place, place], [low, high], color=GREY, linewidth=1.5, zorder=1)
        axes.plot([place, place], [lower, upper], color=BLUE, linewidth=8, solid_capstyle="butt", zorder=2)
        axes.plot([place], [middle], "o", color=VERMILLION, markersize=6, zorder=3)
    labels = [f"{names.get(name, name)}\n{int(chosen.sum()):,} rows" for name, chosen in groups.items()]
    axes.set_xticks(range(len(groups)), labels)
    axes.set_xlim(-0.5, len(groups) - 0.5)
    if is_event:
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    note = "median, middle half, and 90 % of the rows"
    axes.text(0.02, 0.98, note, transform=axes.transAxes, va="top", color=GREY)
    return figure


def _group_by_outcome(outcomes: Floats) -> dict[str, npt.NDArray[np.bool_]]:
    """Return the rows of each outcome by name, lowest first; fifths where there are many."""
    levels = np.unique(outcomes)
    if levels.size <= _MOST_LEVELS:
        return {f"{level:g}": outcomes == level for level in levels}
    ends = np.unique(np.quantile(outcomes, np.linspace(0, 1, 6)))
    places = np.clip(np.searchsorted(ends, outcomes, side="right") - 1, 0, ends.size - 2)
    return {
        f"{ends[place]:.3g} to {ends[place + 1]:.3g}": places == place
        for place in range(ends.size - 1)
        if (places == place).any()
    }


def draw_learning_curve(curve: Mapping[str, Any]) -> Figure:
    """Draw the loss on the same kept-back rows against the entities learned from, with intervals.

    Parameters
    ----------
    curve
        ``evaluation["learning_curve"]`` of a bundle, as judged; shares with too few events are left out.
    """
    points = [point for point in curve["points"] if point["figures"]]
    loss = "log_loss" if "log_loss" in points[0]["figures"] else "rps"
    name = {"log_loss": "Log loss", "rps": "Ranked probability score"}[loss]
    figure, axes = _make_axes("Learning curve", "Entities learned from", name)
    entities = [point["n_entities"] for point in points]
    estimates = [Estimate.from_json(point["figures"][loss]) for point in points]
    axes.plot(entities, [estimate.value for estimate in estimates], color=BLUE, linewidth=1)
    _draw_estimates(axes, entities, estimates)
    axes.set_xscale("log", base=2)
    axes.set_xticks(entities, [f"{point['n_entities']:,}\n{point['share']}" for point in points])
    axes.minorticks_off()
    return figure


def draw_money(money: Mapping[str, Any]) -> Figure:
    """Draw profit against the share contacted, by forecast and at random, and mark the best cut-off.

    Parameters
    ----------
    money
        Money figures of an evaluation; drawn in EUR for all who are scored.
    """
    size, shares = money["cohort_size"], np.array(money["shares"])
    value, low, high = (
        size * np.array([profit[end] for profit in money["profits"]]) for end in ("value", "low", "high")
    )
    figure, axes = _make_axes(
        f"Money, {money['horizon']}", "Share contacted, highest forecasts first", "Profit in EUR"
    )
    axes.fill_between(shares, low, high, color=BLUE, alpha=0.2, linewidth=0, label="95 % interval")
    axes.plot(shares, value, color=BLUE, linewidth=1.5, label="by forecast")
    axes.plot([0, 1], [0, value[-1]], color=GREY, linestyle="--", linewidth=1, label="at random")
    best, cutoff = money["best_share"]["value"], money["best_cutoff"]["value"]
    axes.axvline(
        best, color=VERMILLION, linewidth=1.5, label=f"best: {best:.1%}, forecasts from {cutoff:.3f}"
    )
    axes.axhline(0, color=GREY, linewidth=0.5, zorder=0)
    axes.set(xlim=(0, 1))
    if high.max() > 0:  # the losses of contacting nearly everybody would make the summit too small to see
        axes.set_ylim(max(1.1 * low.min(), -2 * high.max()), 1.1 * high.max())
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.legend(frameon=False, loc="upper right")
    return figure


def draw_beeswarm(
    contributions: Floats, matrix: Floats, names: Sequence[str], *, max_features: int = 15, seed: int = 0
) -> Figure:
    """Draw the SHAP values of many rows, coloured by feature value (blue low, vermillion high, grey missing).

    Parameters
    ----------
    contributions
        ``[n, p]`` attributions in log-odds.
    matrix
        ``[n, p]`` encoded feature values; NaN where missing.
    names
        Names of the columns.
    max_features
        Features shown one by one; the rest is summed in the last row.
    seed
        Chooses the rows, 2,000 at most.

    Raises
    ------
    ValueError
        If the shapes do not fit together.
    """
    if contributions.shape != matrix.shape or contributions.shape[1] != len(names):
        found = f"contributions {contributions.shape}, rows {matrix.shape} and {len(names)} names"
        message = f"{found} do not fit together"
        raise ValueError(message)
    import shap  # takes a second: only when a swarm is drawn

    random = np.random.default_rng(seed)
    n_rows = len(matrix)
    rows = np.sort(random.choice(n_rows, min(n_rows, MAX_SWARM_ROWS), replace=False))
    values = matrix[rows].copy()
    values[:, np.isnan(values).all(axis=0)] = 0.0
    figure = Figure(figsize=(8, 0.4 * min(max_features, len(names)) + 1.5), layout="constrained")
    explanation = shap.Explanation(contributions[rows].copy(), data=values, feature_names=list(names))
    colours = LinearSegmentedColormap.from_list("low_to_high", [BLUE, "#d8d5cf", VERMILLION])
    before = np.random.get_state()  # noqa: NPY002  shap spreads the dots by the global generator
    try:
        np.random.seed(seed)  # noqa: NPY002
        shap.plots.beeswarm(
            explanation,
            max_display=max_features,
            color=colours,
            ax=figure.subplots(),
            plot_size=None,
            show=False,
        )
    finally:
        np.random.set_state(before)  # noqa: NPY002
    return figure


def _make_axes(title: str, across: str, up: str) -> tuple[Figure, Axes]:
    """Return an empty figure with labelled axes."""
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, loc="left")
    axes.set(xlabel=across, ylabel=up)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _draw_estimates(axes: Axes, places: Sequence[float], estimates: Sequence[Estimate]) -> None:
    """Draw dots with intervals."""
    values = np.array([estimate.value for estimate in estimates])
    down = values - [estimate.low for estimate in estimates]
    up = np.array([estimate.high for estimate in estimates]) - values
    axes.errorbar(
        places, values, yerr=[down, up], fmt="o", color=BLUE, ecolor=VERMILLION, capsize=3, markersize=5
    )
