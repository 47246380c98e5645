"""What a baseline says, a line each."""

from training.frozen.record import Baseline, FrozenLevel, FrozenModel, FrozenSource, MetricUnit
from training.statistics import Estimate


def tell_baseline(baseline: Baseline) -> list[str]:
    """Return everything that was frozen."""
    measured, window = baseline.measured, baseline.measured.window
    hashes = f"use case {measured.spec_hash[:12]}, data {measured.data_digest[:12]}"
    lines = [
        f"baseline {baseline.number} of {measured.usecase}: {baseline.id}, frozen on {baseline.frozen_on}",
        f"  {measured.entities:,} entities; {hashes}",
    ]
    if window.first_snapshot is not None:
        span = f"snapshots from {window.first_snapshot} to {window.last_snapshot}"
        lines.append(f"  {span}, observed until {window.observed_until}")
    lines += [f"  {_tell_level(level)}" for level in measured.levels]
    lines += [
        f"  response rate {rate.name}: {_show(rate.estimate, 'share')}" for rate in measured.response_rates
    ]
    if not measured.response_rates:
        lines.append("  response rate: not known, the use case has no invitations")
    lines += [f"  {_tell_source(source)}" for source in measured.sources]
    return [*lines, *_tell_model(measured.model)]


def _tell_level(level: FrozenLevel) -> str:
    """Return one wave of a metric with its margin."""
    line = f"{level.metric} {level.wave}: {_show(level.estimate, level.unit)}, {level.estimate.n:,} answers"
    if level.detectable is None:
        return f"{line}, no change can be shown"
    margin = _signed(level.detectable, level.unit).lstrip("+")
    return f"{line}, a change of {margin} points would show"


def _tell_source(source: FrozenSource) -> str:
    """Return one source."""
    said = f", survey {source.survey}" if source.survey is not None else ""
    asked = f" ({', '.join(source.metrics)})" if source.metrics else ""
    return f"source {source.name}: {source.data}-data{said}{asked}, {source.rows:,} rows"


def _tell_model(model: FrozenModel | None) -> list[str]:
    """Return the figures of the model."""
    if model is None:
        return ["  no champion at that time"]
    doubt = "" if model.is_usable else ", not reliable enough for forecasts"
    lines = [f"  champion: version {model.version} ({model.model_version}){doubt}"]
    return lines + [f"    {figure.horizon} {figure.name}: {figure.estimate}" for figure in model.figures]


def _show(estimate: Estimate, unit: MetricUnit) -> str:
    """Return a level with its range."""
    value, low, high = (_number(number, unit) for number in (estimate.value, estimate.low, estimate.high))
    return f"{value} ({low} to {high})"


def _number(value: float, unit: MetricUnit) -> str:
    """Return a share in percent, or points."""
    return f"{value:.1%}" if unit == "share" else f"{value:.1f}"


def _signed(value: float, unit: MetricUnit) -> str:
    """Return a difference in points with its sign."""
    return f"{100 * value:+.1f}" if unit == "share" else f"{value:+.1f}"
