"""Figures of surveys as words: points for NPS, percent for shares, each with its likely range."""

from training.explore.words import write_share
from training.statistics import Estimate
from training.statistics.levels import SurveyMetric
from training.surveys.answers import SurveyAnswers

_NAMES = {"nps": "NPS", "enps": "eNPS", "csat": "CSAT", "ces": "CES"}


def name_question(answers: SurveyAnswers) -> str:
    """Return the name of a question; with its survey where several ask the same."""
    name = _NAMES[answers.metric.kind]
    return name if answers.rows.survey is None else f"{name} ({answers.rows.survey})"


def explain_metric(metric: SurveyMetric) -> str:
    """Return what a value is made of.

    Examples
    --------
    >>> explain_metric(SurveyMetric.of("csat", (1, 5))), explain_metric(SurveyMetric.of("nps"))
    ('share of people whose answer is 4 or more of 5', 'promoters minus detractors, -100 to 100 points')
    """
    if metric.good_from is None:
        return "promoters minus detractors, -100 to 100 points"
    return f"share of people whose answer is {metric.good_from:g} or more of {metric.scale[1]:g}"


def write_value(metric: SurveyMetric, value: float, *, is_bounded: bool = False) -> str:
    """Return one value.

    Examples
    --------
    >>> write_value(SurveyMetric.of("nps"), 23.24), write_value(SurveyMetric.of("ces", (1, 7)), 0.5)
    ('23.2', '50.0 %')
    """
    if metric.is_score:
        return _plain(value)
    return write_share(value, is_bounded=is_bounded)


def write_ends(metric: SurveyMetric, found: Estimate, *, is_bounded: bool = False) -> str:
    """Return a likely range."""
    low, high = (write_value(metric, end, is_bounded=is_bounded) for end in (found.low, found.high))
    return f"{low} to {high}"


def write_level(metric: SurveyMetric, found: Estimate) -> str:
    """Return a value with its likely range.

    Examples
    --------
    >>> write_level(SurveyMetric.of("nps"), Estimate(20, 11.04, 29, 240))
    '20.0 (likely 11.0 to 29.0)'
    """
    return f"{write_value(metric, found.value)} (likely {write_ends(metric, found)})"


def write_points(metric: SurveyMetric, value: float) -> str:
    """Return a difference in points, with its sign; of shares in percentage points.

    Examples
    --------
    >>> write_points(SurveyMetric.of("nps"), -3.04), write_points(SurveyMetric.of("csat", (1, 5)), 0.021)
    ('-3.0', '+2.1')
    """
    text = _plain(in_points(metric, value))
    return text if text.startswith("-") or float(text) == 0 else f"+{text}"


def write_size(metric: SurveyMetric, value: float) -> str:
    """Return the size of a difference with its unit.

    Examples
    --------
    >>> write_size(SurveyMetric.of("csat", (1, 5)), -0.021)
    '2.1 percentage points'
    """
    return f"{_plain(abs(in_points(metric, value)))} {name_points(metric)}"


def write_points_range(metric: SurveyMetric, found: Estimate) -> str:
    """Return the likely range of a difference."""
    return f"{write_points(metric, found.low)} to {write_points(metric, found.high)}"


def name_points(metric: SurveyMetric) -> str:
    """Return the unit of a difference."""
    return "points" if metric.is_score else "percentage points"


def in_points(metric: SurveyMetric, value: float) -> float:
    """Return a difference in points; of shares in percentage points."""
    return value if metric.is_score else 100 * value


def join(words: list[str]) -> str:
    """Return words as a list in a sentence.

    Examples
    --------
    >>> join(["a", "b", "c"]), join(["a"])
    ('a, b and c', 'a')
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _plain(value: float) -> str:
    """Return a number without a minus before a zero."""
    text = f"{value:,.1f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text
