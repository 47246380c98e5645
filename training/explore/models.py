"""Linear, logistic and ordinal regression with robust errors; the fits are those of statsmodels."""

import warnings
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from scipy import stats

from training.statistics import LEVEL, Floats, Ints

Family = Literal["linear", "logistic", "ordinal"]
_Z: Final = float(stats.norm.ppf((1 + LEVEL) / 2))
_MOST_STEPS: Final = 200


@dataclass(frozen=True)
class Fit:
    """Hold coefficients with robust errors.

    Attributes
    ----------
    coefficients, errors
        ``[p]`` of the columns of the design, per unit.
    p_values
        ``[p]`` two-sided.
    half_factor
        How many errors a range reaches to each side.
    explained
        R squared of a linear fit, McFadden's of the others.
    has_converged
        Whether the fit came to its end.
    """

    coefficients: Floats
    errors: Floats
    p_values: Floats
    half_factor: float
    explained: float
    has_converged: bool = True


def fit(family: Family, matrix: Floats, target: Floats, cluster: Ints | None = None) -> Fit:
    """Fit a model with errors that hold for unequal variances (HC3; HC1 for ordinal) or within people.

    Parameters
    ----------
    family
        Which model.
    matrix
        ``[n, p]`` without a constant.
    target
        ``[n]`` numbers, 0 and 1, or levels.
    cluster
        ``[n]`` whose row each is, where people have several rows.
    """
    return {"linear": _fit_linear, "logistic": _fit_logistic, "ordinal": _fit_ordinal}[family](
        matrix, target, cluster
    )


def _fit_linear(matrix: Floats, target: Floats, cluster: Ints | None) -> Fit:
    """Return least squares."""
    from statsmodels.api import OLS, add_constant

    model = OLS(target, add_constant(matrix, has_constant="add"))
    found = model.fit(**_errors(cluster), use_t=True)
    freedom = float(found.df_resid if cluster is None else len(np.unique(cluster)) - 1)
    factor = float(stats.t.ppf((1 + LEVEL) / 2, freedom))
    return Fit(found.params[1:], found.bse[1:], found.pvalues[1:], factor, float(found.rsquared))


def _fit_logistic(matrix: Floats, target: Floats, cluster: Ints | None) -> Fit:
    """Return logistic regression of 1 against 0."""
    from statsmodels.api import Logit, add_constant

    design = add_constant(matrix, has_constant="add")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # separation and missing convergence are told by has_converged
        options: dict[str, Any] = {} if cluster is None else _errors(cluster)
        found = Logit(target, design).fit(disp=0, maxiter=_MOST_STEPS, **options)
        is_done = bool(found.mle_retvals["converged"])
        errors = found.bse if cluster is not None else _leave_one_out_errors(design, target, found.predict())
    freedom = target.size - design.shape[1] if cluster is None else len(np.unique(cluster)) - 1
    return _judge(found.params[1:], errors[1:], float(freedom), float(found.prsquared), is_done)


def _leave_one_out_errors(design: Floats, target: Floats, probability: Floats) -> Floats:
    """Return HC3 errors of a logistic regression; statsmodels gives HC0 there whatever it is asked for.

    Each residual is divided by one less its leverage (MacKinnon and White 1985), the leverage being that of
    the weighted least squares that the fit ends with.
    """
    weight = probability * (1 - probability)
    bread = np.linalg.pinv((design * weight[:, None]).T @ design)
    leverage = weight * np.einsum("ij,jk,ik->i", design, bread, design)
    residual = (target - probability) / np.maximum(1 - leverage, 1e-9)
    meat = (design * residual[:, None] ** 2).T @ design
    return np.asarray(np.sqrt(np.maximum(np.diag(bread @ meat @ bread), 0.0)))


def _fit_ordinal(matrix: Floats, target: Floats, cluster: Ints | None) -> Fit:
    """Return proportional odds: one slope for all steps between levels."""
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    count = matrix.shape[1]
    scale = matrix.std(axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as above
        model = OrderedModel(target, (matrix - matrix.mean(axis=0)) / scale, distr="logit")
        options: dict[str, Any] = {"cov_type": "HC0"} if cluster is None else _errors(cluster)
        found = model.fit(method="bfgs", disp=0, maxiter=_MOST_STEPS, **options)
        is_done = bool(found.mle_retvals["converged"])
    n, total = target.size, len(found.params)
    growth = np.sqrt(n / (n - total)) if cluster is None else 1.0
    freedom = n - total if cluster is None else len(np.unique(cluster)) - 1
    explained = 1 - float(found.llf) / float(found.llnull)
    slopes, errors = found.params[:count] / scale, growth * found.bse[:count] / scale
    return _judge(slopes, errors, float(freedom), explained, is_done)


def _judge(slopes: Floats, errors: Floats, freedom: float, explained: float, is_done: bool) -> Fit:  # noqa: FBT001 (handed through)
    """Return a fit with p-values of Student's t."""
    with np.errstate(divide="ignore", invalid="ignore"):
        p_values = 2 * stats.t.sf(np.abs(slopes / errors), freedom)
    factor = float(stats.t.ppf((1 + LEVEL) / 2, freedom))
    return Fit(slopes, errors, np.nan_to_num(p_values, nan=1.0), factor, explained, is_done)


def _errors(cluster: Ints | None) -> dict[str, Any]:
    """Return how statsmodels is asked for robust errors."""
    if cluster is None:
        return {"cov_type": "HC3"}
    return {"cov_type": "cluster", "cov_kwds": {"groups": cluster}}
