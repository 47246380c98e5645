"""Drivers and levers from a notebook: pandas tables in, pandas tables out; no use-case file, no tracker.

The same code judges here and in ``train``; only the wrapping differs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue import Catalogue, Feature
from features.errors import InputError
from features.usecase import Driver, UseCase, parse
from training.drivers import (
    DRIVER_COLUMNS,
    driver_sheet,
    rank_drivers,
    split_variance,
)
from training.encoding import Column
from training.levers import LEVER_COLUMNS, judge_levers, lever_sheet
from training.rows import LabelOutcome, TrainingRows
from training.statistics import Estimate

Declared = Mapping[str, Driver | Mapping[str, Any]]
_ENDS = ("value", "low", "high")


def compare_levers(
    table: pd.DataFrame,
    target: str,
    drivers: Declared,
    *,
    positive: object = None,
    experience: Sequence[str] = (),
    entity: str | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Return what is known of each declared lever: grade, refusals, effect with its range.

    Parameters
    ----------
    table
        One row per case; its columns are the features.
    target
        Column with what is to change: 0 and 1, a number of which more is better, or, with ``positive``, any
        two values. Rows without one are left out.
    drivers
        By name what is declared of each: the keys of ``drivers`` in a use-case file. Levers need ``actor``,
        ``goal`` and ``window``; context needs ``window``.
    positive
        The value of the target that is the event; less of it is better.
    experience
        Columns with what people said themselves.
    entity
        Column that says whose row it is, where somebody has several.

    Returns
    -------
    pandas.DataFrame
        One row per lever, in the order of the table's columns.

    Raises
    ------
    InputError
        If a column is missing, or a declaration has to be mended; the message says how.

    Examples
    --------
    See docs/notebook.md.
    """
    _demand(table, [target, *experience, *([] if entity is None else [entity])])
    kept = table[table[target].notna()].reset_index(drop=True)
    usecase = _declare(target, drivers, experience, is_event=positive is not None)
    shown = [column for column in kept.columns if column not in {target, entity}]
    features = tuple(_feature(kept[column], str(column), experience) for column in shown)
    catalogue = Catalogue(features).with_drivers(usecase.drivers)
    names = np.arange(len(kept)) if entity is None else kept[entity]
    of_row = np.array([str(name) for name in names], dtype=object)
    rows = TrainingRows(
        catalogue=catalogue,
        columns={feature.name: _column(kept[feature.name], feature) for feature in features},
        entity=of_row,
        group=of_row,
        outcome=_outcome(kept[target], positive),
        weight=None,
        value=None,
    )
    return pd.DataFrame(lever_sheet(judge_levers(rows, usecase, seed=seed)), columns=list(LEVER_COLUMNS))


def rank_from_shap(
    attributions: pd.DataFrame,
    values: pd.DataFrame,
    drivers: Declared | None = None,
    *,
    refits: Sequence[pd.DataFrame] = (),
    entities: Sequence[object] | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the ranking of drivers, with ranges and ties, from SHAP values of any model.

    Parameters
    ----------
    attributions
        One row per case, one column per feature: additive attributions, as of ``shap``.
    values
        The feature values of the same rows and columns; numbers.
    drivers
        By name what is declared of each, as in a use-case file; a feature of no driver stands for itself.
    refits
        Attributions of at least eight models, each fitted on another random half of the entities. Without
        them ranges hold only the chance in the rows, which is far too little.
    entities
        Whose row it is.

    Returns
    -------
    pandas.DataFrame
        One row per driver, largest share first.

    Raises
    ------
    InputError
        If the tables do not have the same columns, or a declaration has to be mended.
    ValueError
        If there are one to seven refits, or rows do not fit together.

    Examples
    --------
    >>> shap_values = pd.DataFrame({"wait": [0.4, -0.4, 0.5], "price": [0.1, -0.1, 0.1]})
    >>> found = rank_from_shap(shap_values, shap_values)
    >>> found[["driver", "share"]].round(2).to_dict("list")
    {'driver': ['wait', 'price'], 'share': [0.81, 0.19]}
    """
    for shown in (values, *refits):
        if list(shown.columns) != list(attributions.columns):
            problem = f"has the columns {list(shown.columns)}, attributions {list(attributions.columns)}"
            where = "values or refits"
            raise InputError(where, problem, "pass the same features in the same order")
    usecase = _declare("target", drivers or {}, (), is_event=True)
    features = tuple(Feature(str(column), "number", "table") for column in attributions.columns)
    ranked = rank_drivers(
        attributions.to_numpy(dtype=np.float64),
        values.to_numpy(dtype=np.float64),
        Catalogue(features).with_drivers(usecase.drivers),
        usecase.drivers,
        entities=None if entities is None else np.array([str(name) for name in entities]),
        refits=[refit.to_numpy(dtype=np.float64) for refit in refits],
        seed=seed,
    )
    return pd.DataFrame(driver_sheet(ranked), columns=list(DRIVER_COLUMNS))


def split_explained(
    table: pd.DataFrame, target: str, columns: Sequence[str], *, entity: str | None = None, seed: int = 0
) -> pd.DataFrame:
    """Return how the explained variance of a target splits over columns, comparable with older reports.

    Parameters
    ----------
    target
        Column of numbers; rows without one are left out.
    columns
        Columns of numbers, the important ones first: of those that are combinations of each other the first
        are kept. Missing values are set to the mean.

    Returns
    -------
    pandas.DataFrame
        One row per column: Johnson's relative weight and, with up to 12 columns, Shapley's part of R squared
        (LMG), with ranges. ``attrs["r2"]`` holds R squared with its range.

    Raises
    ------
    InputError
        If a column is missing.
    """
    _demand(table, [target, *columns, *([] if entity is None else [entity])])
    kept = table[table[target].notna()]
    found = split_variance(
        kept[target].to_numpy(dtype=np.float64),
        {name: kept[name].to_numpy(dtype=np.float64) for name in columns},
        entity=None if entity is None else kept[entity].astype(str).to_numpy(),
        seed=seed,
    )
    shapley = found.shapley_r2 or {}
    sheet = pd.DataFrame(
        [
            {
                "column": name,
                **_cells("relative_weight", weight),
                **_cells("shapley_r2", shapley.get(name)),
                "missing": found.missing[name],
            }
            for name, weight in found.relative_weight.items()
        ]
    )
    sheet.attrs["r2"] = {end: getattr(found.r2, end) for end in _ENDS}
    return sheet


def _demand(table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse columns that are not there."""
    for column in columns:
        if column not in table.columns:
            has = ", ".join(map(str, table.columns))
            raise InputError(f"column '{column}'", "is not in the table", f"it has: {has}")


def _declare(target: str, drivers: Declared, experience: Sequence[str], *, is_event: bool) -> UseCase:
    """Return the declarations as a use case, so that they are checked like one."""
    plain = {
        name: driver.model_dump(by_alias=True, exclude_none=True)
        if isinstance(driver, Driver)
        else dict(driver)
        for name, driver in drivers.items()
    }
    kind = {"kind": "binary", "positive": "yes"} if is_event else {"kind": "numeric"}
    table = {"file": "notebook.csv", "label": target, "experience": list(experience), **kind}
    return parse({"version": 1, "name": "notebook", "table": table, "drivers": plain}, "notebook")


def _feature(values: "pd.Series[Any]", name: str, experience: Sequence[str]) -> Feature:
    """Return what a column is: numbers and truth values are numbers, all else is a category."""
    is_number = pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)
    return Feature(name, "number" if is_number else "category", "table", "X" if name in experience else "O")


def _column(values: "pd.Series[Any]", feature: Feature) -> Column:
    """Return a column as models take it: NaN or None where a value is missing."""
    if feature.kind == "number":
        return np.asarray(values.astype("float64"), dtype=np.float64)
    cells = zip(values, values.isna(), strict=True)
    return np.array([None if is_missing else str(value) for value, is_missing in cells], dtype=object)


def _outcome(values: "pd.Series[Any]", positive: object) -> LabelOutcome:
    """Return what is to change."""
    if positive is not None:
        is_positive = np.asarray(values == positive, dtype=np.float64)
        if not is_positive.any():
            found = ", ".join(map(str, values.unique()[:5]))
            raise InputError("positive", f"no row has the target '{positive}'", f"it has: {found}")
        return LabelOutcome(is_positive)
    return LabelOutcome(values.to_numpy(dtype=np.float64), "numeric")


def _cells(name: str, estimate: Estimate | None) -> dict[str, float | None]:
    """Return an estimate as three columns."""
    ends = {end: None if estimate is None else getattr(estimate, end) for end in _ENDS}
    return {name: ends["value"], f"{name}_low": ends["low"], f"{name}_high": ends["high"]}
