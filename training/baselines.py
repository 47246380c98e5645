"""Simple rules that always run beside a model: a model that does not beat them is not worth its trouble."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from features.catalogue import Feature
from features.errors import TooFewEventsError
from training.statistics import Floats, as_column, as_weight

Rule = Callable[[Floats], Floats]

PRIOR = "prior"
LAST_SCORE = "last_score"
LOGISTIC = "logistic"
LINEAR = "linear"

_LAST = ".last"
_GRID = (np.arange(200) + 0.5) / 200


def fit_baselines(
    matrix: Floats,
    features: Sequence[Feature],
    target: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
) -> dict[str, Rule]:
    """Learn the baselines from training rows.

    Parameters
    ----------
    matrix
        ``[n, p]`` encoded training rows: numbers, codes of categories, NaN where missing.
    features
        What each column is, in the order of the columns.
    target
        ``[n]`` labels, 0 or 1.
    weight
        ``[n]`` row weights; ones when absent.

    Returns
    -------
    dict
        By name a function from encoded rows to probabilities: ``prior`` (the share of events, for everyone),
        ``last_score`` (a logistic regression on the last survey score, or on its absence; only with such a
        feature), ``logistic`` (a logistic regression on all features).

    Raises
    ------
    TooFewEventsError
        If the labels hold one class only.
    ValueError
        If rows, labels and features do not fit together.
    """
    labels = as_column("target", target, len(matrix))
    weights = as_weight(weight, labels.size)
    if matrix.shape != (labels.size, len(features)):
        message = f"rows have the shape {matrix.shape} where {(labels.size, len(features))} is needed"
        raise ValueError(message)
    if np.unique(labels[weights > 0]).size < 2:
        problem = f"all {labels.size} training rows have the label {labels[0]:g}"
        raise TooFewEventsError("target", problem, "a baseline needs rows with the event and rows without it")
    share = float(np.average(labels, weights=weights))
    rules: dict[str, Rule] = {PRIOR: lambda rows: np.full(len(rows), share)}
    score = last_score(matrix, features)
    if score is not None:
        rules[LAST_SCORE] = _fit_logistic(
            matrix[:, [score]], [features[score]], labels, weights, column=score
        )
    rules[LOGISTIC] = _fit_logistic(matrix, features, labels, weights)
    return rules


def last_score(matrix: Floats, features: Sequence[Feature]) -> int | None:
    """Return the column of the last survey score: of several, the one that most rows have.

    Parameters
    ----------
    matrix
        ``[n, p]`` encoded training rows.
    features
        What each column is; a last score is a number of X-data whose name ends with ``.last``.
    """
    found = [
        place
        for place, feature in enumerate(features)
        if feature.data == "X" and feature.kind == "number" and feature.name.endswith(_LAST)
    ]
    return min(found, key=lambda place: int(np.isnan(matrix[:, place]).sum()), default=None)


def fit_answer_baselines(
    matrix: Floats,
    features: Sequence[Feature],
    answers: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    question: str | None = None,
    worth: Callable[[Floats], Floats] = np.asarray,
) -> dict[str, Rule]:
    """Learn the baselines of an answer from training rows that have one.

    Parameters
    ----------
    matrix, features, weight
        As for :func:`fit_baselines`.
    answers
        ``[n]`` what the answers count as; none may be missing.
    question
        ``source.column`` of the answer, to find the last one that was given.
    worth
        What a raw answer counts as.

    Returns
    -------
    dict
        By name a function from encoded rows to expected answers: ``prior`` (the mean, for everyone),
        ``last_score`` (the last answer to the same question, carried forward; the mean where there is none;
        only with such a feature), ``linear`` (a ridge regression on all features, kept inside the range of
        the answers).
    """
    found = as_column("answers", answers, len(matrix))
    weights = as_weight(weight, found.size)
    mean = float(np.average(found, weights=weights))
    rules: dict[str, Rule] = {PRIOR: lambda rows: np.full(len(rows), mean)}
    names = [feature.name.partition("_")[2] for feature in features]
    if question is not None and f"{question}{_LAST}" in names:
        place = names.index(f"{question}{_LAST}")

        def carry_forward(rows: Floats) -> Floats:
            last = worth(rows[:, place])
            return np.where(np.isnan(last), mean, last)

        rules[LAST_SCORE] = carry_forward
    model = make_pipeline(_prepare(features), Ridge(1.0))
    model.fit(matrix, found, ridge__sample_weight=weights)
    rules[LINEAR] = lambda rows: np.clip(model.predict(rows), found.min(), found.max())
    return rules


def spread_points(points: Floats, errors: Floats, weight: Floats | None, values: Floats) -> Floats:
    """Return the probability of each level where a rule knows only a point: the point plus its own errors.

    A rule that answers with one number is compared on equal terms only if it may be as unsure as it was when
    it was fitted.

    Parameters
    ----------
    points
        What the rule expects of each row, shape (rows,).
    errors, weight
        Answers minus points of the rows that the rule was fitted to, and the weights of these rows.
    values
        What each level is worth, rising, shape (levels,).

    Examples
    --------
    >>> spread_points(np.array([3.0]), np.array([-1.0, 0.0, 0.0, 1.0]), None, np.arange(1.0, 6.0))
    array([[0.  , 0.25, 0.5 , 0.25, 0.  ]])
    """
    spread = np.quantile(errors, _GRID, weights=weight, method="inverted_cdf")
    reached = np.searchsorted((values[1:] + values[:-1]) / 2, points[:, None] + spread)
    return np.stack([(reached == place).mean(axis=1) for place in range(len(values))], axis=1)


def _fit_logistic(
    matrix: Floats, features: Sequence[Feature], labels: Floats, weights: Floats, *, column: int | None = None
) -> Rule:
    """Fit a logistic regression."""
    model: Any = make_pipeline(_prepare(features), LogisticRegression(solver="newton-cholesky"))
    model.fit(matrix, labels, logisticregression__sample_weight=weights)

    def predict(rows: Floats) -> Floats:
        chosen = rows if column is None else rows[:, [column]]
        return np.asarray(model.predict_proba(chosen)[:, 1], dtype=np.float64)

    return predict


def _prepare(features: Sequence[Feature]) -> Any:
    """Return what readies columns: numbers standardised with a flag for missing, categories one-hot."""
    categories = [place for place, feature in enumerate(features) if feature.kind == "category"]
    numbers = [place for place, feature in enumerate(features) if feature.kind == "number"]
    impute = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    return make_column_transformer(
        (make_pipeline(impute, StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories),
    )
