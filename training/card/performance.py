"""Section 3 of the card: how good the model was on rows it had not seen, overall and by segment."""

from collections.abc import Mapping, Sequence
from typing import Any

from training.bundle import Bundle
from training.card.breakdown import (
    describe_feature_kinds,
    describe_learning_curve,
    describe_segments,
    describe_waves,
)
from training.card.figures import Figure, read_figure
from training.card.performance_record import Baseline, Bin, HorizonFigures, Money, Performance, Silence
from training.evaluation import ROWS_PER_PERSON, CalibrationBin, join_small_bins
from training.statistics import Estimate
from training.usability import doubts_of

_OF_EVENTS = ("auc", "pr_auc", "log_loss", "brier", "ece", "calibration_gap", "calibration_gap_top_tenth")
_OF_ANSWERS = ("rank_correlation", "mae", "rps", "bias", "coverage", "width")


def describe_performance(bundle: Bundle) -> Performance:
    """Return the figures of every horizon; empty where a bundle holds none."""
    evaluation = bundle.evaluation
    judged = evaluation.get("all_rows") or {}
    new = (evaluation.get("new_entities") or {}).get("horizons", {})
    primary = bundle.primary_horizon
    fewest = ROWS_PER_PERSON * bundle.usecase.privacy.minimum_group
    return Performance(
        horizons=tuple(
            _describe_horizon(horizon, found, new.get(horizon, {}), fewest, is_primary=horizon == primary)
            for horizon, found in judged.get("horizons", {}).items()
        ),
        left_out=dict(judged.get("left_out", {})),
        segments=describe_segments(evaluation),
        waves=describe_waves(evaluation),
        feature_kinds=describe_feature_kinds(evaluation),
        learning_curve=describe_learning_curve(evaluation),
        # Whom to contact is no question for forecasts that may not be used.
        money=None if doubts_of(bundle) else _describe_money(evaluation.get("money")),
        silence=_describe_silence(evaluation.get("population")),
    )


def _describe_horizon(
    horizon: str, found: Mapping[str, Any], new: Mapping[str, Any], fewest: int, *, is_primary: bool
) -> HorizonFigures:
    """Return the figures of one horizon."""
    is_answer = found.get("kind") == "rating"
    names, loss = (_OF_ANSWERS, "rps") if is_answer else (_OF_EVENTS, "log_loss")
    figures = _read_figures(found, names)
    if not is_answer and "capture" in found:
        figures["capture_top_tenth"] = read_figure(found["capture"]["10%"])
    return HorizonFigures(
        horizon=horizon,
        is_primary=is_primary,
        figures=figures,
        of_new_entities=_read_figures(new, names),
        bins=_read_bins(found.get("bins", ()), fewest),
        baselines=tuple(
            Baseline(rule, read_figure(comparison[loss]), bool(comparison["is_better"]))
            for rule, comparison in found.get("baselines", {}).items()
        ),
        n_rows=int(found.get("n_rows", 0)),
        n_events=found.get("n_events"),
    )


def _read_bins(found: Sequence[Mapping[str, Any]], fewest: int) -> tuple[Bin, ...]:
    """Return what was forecast beside what was observed, nowhere of fewer rows than asked for."""
    bins = [CalibrationBin(part["forecast"], Estimate.from_json(part["observed"])) for part in found]
    return tuple(
        Bin(one.forecast, read_figure(one.observed.to_json())) for one in join_small_bins(bins, fewest)
    )


def _describe_money(found: Mapping[str, Any] | None) -> Money | None:
    """Return what contacts earned; None for ratings, employees and older bundles."""
    if found is None:
        return None
    size, over = int(found["cohort_size"]), found.get("gain_over_random")
    return Money(
        scored=size,
        share=read_figure(found["best_share"]),
        cutoff=read_figure(found["best_cutoff"]),
        profit=_for_all(found["best_profit"], size),
        over_random=None if over is None else _for_all(over, size),
        reference_values=tuple(found["reference_defaults"]),
    )


def _describe_silence(found: Mapping[str, Any] | None) -> Silence | None:
    """Return the value of everybody who was asked; None for events and older bundles."""
    if found is None:
        return None
    measure = found["lead"]
    value = found["values"][measure]
    return Silence(
        measure=measure,
        answered=found["answered"],
        silent=found["silent"],
        as_answered=read_figure(value["answered"]),
        corrected=read_figure(value["corrected"]),
        low=value["bound"]["low"]["value"],
        high=value["bound"]["high"]["value"],
        strongest=found["strongest"],
        worst=value["worst_case"]["low"],
        best=value["worst_case"]["high"],
    )


def _for_all(per_row: Mapping[str, Any], size: int) -> Figure:
    """Return an amount per row for all who are scored."""
    value, low, high = (per_row[end] * size for end in ("value", "low", "high"))
    return Figure(value, low, high, int(per_row["n"]))


def _read_figures(found: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Figure]:
    """Return those of the named figures that were judged."""
    return {name: read_figure(found[name]) for name in names if name in found}
