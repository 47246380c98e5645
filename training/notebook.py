"""Drivers and levers from a notebook: pandas tables in, pandas tables out; no use-case file, no tracker.

The same code judges here and in ``train``; only the wrapping differs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue import Catalogue
from features.errors import InputError
from features.usecase import Driver, UseCase, parse
from training.drivers import (
    DRIVER_COLUMNS,
    agree,
    driver_sheet,
    estimate_cells,
    rank_drivers,
    split_variance,
)
from training.levers import LEVER_COLUMNS, judge_levers, lever_sheet
from training.rows import LabelOutcome, TrainingRows
from training.statistics import Floats
from training.tables import (
    demand_columns,
    describe_features,
    is_number,
    read_column,
    read_entities,
    read_numbers,
    show_values,
)

Declared = Mapping[str, Driver | Mapping[str, Any]]


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
        One row per case; its columns are the features, of which those that drivers name are read. Codes that
        are no amounts have the dtype ``category``.
    target
        Column with what is to change: a number of which more is better, or, with ``positive``, any two
        values. Rows without one are left out.
    drivers
        By name what is declared of each: the keys of ``drivers`` in a use-case file. Levers need ``actor``,
        ``goal`` and ``window``; context needs ``window``.
    positive
        The value of the target that is the event, such as ``1`` or ``"Yes"``; less of it is better.
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
    demand_columns(table, [target, *experience, *([] if entity is None else [entity])])
    kept = table[table[target].notna()]
    usecase = _declare(target, drivers, experience, is_event=positive is not None)
    others = kept.drop(columns=[target] if entity is None else [target, entity])
    catalogue = Catalogue(describe_features(others, experience)).with_drivers(usecase.drivers)
    claimed = Catalogue(tuple(feature for feature in catalogue if feature.driver is not None))
    of_row = read_entities(kept, entity)
    rows = TrainingRows(
        catalogue=claimed,
        columns={feature.name: read_column(kept[feature.name], feature) for feature in claimed},
        entity=of_row,
        group=of_row,
        outcome=_outcome(kept[target], target, positive),
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
        The feature values of the same rows, in the same order; further columns are not read.
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
        If a table lacks a column, an attribution is missing, or a declaration has to be mended.
    ValueError
        If there are one to seven refits, or rows do not fit together.

    Examples
    --------
    >>> shap_values = pd.DataFrame({"wait": [0.4, -0.4, 0.5], "price": [0.1, -0.1, 0.1]})
    >>> found = rank_from_shap(shap_values, shap_values)
    >>> found[["driver", "share"]].round(2).to_dict("list")
    {'driver': ['wait', 'price'], 'share': [0.81, 0.19]}
    """
    demand_columns(attributions, what="attributions")
    names = list(attributions.columns)
    demand_columns(values, names, "values")
    for place, refit in enumerate(refits):
        demand_columns(refit, names, f"refits[{place}]")
    usecase = _declare("target", drivers or {}, (), is_event=True)
    ranked = rank_drivers(
        _read_attributions(attributions, names),
        np.column_stack([_encode(values[name], name) for name in names]),
        Catalogue(describe_features(values[names])).with_drivers(usecase.drivers),
        usecase.drivers,
        entities=None if entities is None else np.array([str(name) for name in entities]),
        refits=[_read_attributions(refit, names) for refit in refits],
        seed=seed,
    )
    return pd.DataFrame(driver_sheet(ranked), columns=list(DRIVER_COLUMNS))


def split_explained(
    table: pd.DataFrame,
    target: str,
    columns: Sequence[str],
    *,
    positive: object = None,
    shares: "Mapping[str, float] | pd.Series[float] | None" = None,
    entity: str | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Return how the explained variance of a target splits over columns, comparable with older reports.

    Parameters
    ----------
    target
        Column of numbers, or, with ``positive``, of any values; rows without one are left out.
    columns
        Columns of numbers, the important ones first: of those that are combinations of each other the first
        are kept. Missing values are set to the mean.
    positive
        The value of the target that counts as 1, all others as 0.
    shares
        By column its share of an explanation, as :func:`rank_from_shap` gives it, to set beside.
    entity
        Column that says whose row it is, where somebody has several.

    Returns
    -------
    pandas.DataFrame
        One row per column: Johnson's relative weight and, with up to 12 columns, Shapley's part of R squared
        (LMG), with ranges; neither where it is a ``combination_of`` others. ``attrs["r2"]`` holds R squared
        with its range, ``attrs["agreement"]`` with ``shares`` how far both orders agree.

    Raises
    ------
    InputError
        If a column is missing or holds no numbers, or ``shares`` tells of none of the columns.
    """
    demand_columns(table, [target, *columns, *([] if entity is None else [entity])])
    kept = table[table[target].notna()]
    found = split_variance(
        _outcome(kept[target], target, positive, is_value=True).target,
        {name: read_numbers(kept[name], name) for name in columns},
        entity=None if entity is None else read_entities(kept, entity).astype(str),
        seed=seed,
    )
    told = None if shares is None else {name: float(share) for name, share in dict(shares).items()}
    lines = [
        {
            "column": name,
            **estimate_cells("relative_weight", found.relative_weight.get(name)),
            **estimate_cells("shapley_r2", (found.shapley_r2 or {}).get(name)),
            **({} if told is None else {"share": told.get(name)}),
            "missing": found.missing[name],
            "combination_of": ", ".join(found.combinations.get(name, ())),
        }
        for name in columns
    ]
    sheet = pd.DataFrame(lines)
    sheet.attrs["r2"] = found.r2.to_json()
    if told is not None:
        weights = {name: weight.value for name, weight in found.relative_weight.items()}
        sheet.attrs["agreement"] = _agree(weights, told)
    return sheet


def _agree(weights: Mapping[str, float], shares: Mapping[str, float]) -> dict[str, Any]:
    """Return how far two views agree, as plain values."""
    if not weights.keys() & shares.keys():
        problem = f"tells of {', '.join(shares)}, columns are {', '.join(weights)}"
        raise InputError("shares", problem, "name the same columns")
    return agree({"explanation": shares, "explained variance": weights}).to_json()


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


def _outcome(
    values: "pd.Series[Any]", name: str, positive: object, *, is_value: bool = False
) -> LabelOutcome:
    """Return what is to change; 0 and 1 alone do not say which of them is better."""
    where = f"target '{name}'"
    if positive is not None:
        is_positive = np.asarray(values == positive, dtype=np.float64)
        if not is_positive.any():
            problem = f"no row has the target '{positive}'"
            raise InputError("positive", problem, f"it has: {show_values(values)}")
        return LabelOutcome(is_positive)
    hint = "pass positive=, the value that is the event"
    if not is_number(values):
        raise InputError(where, f"holds {show_values(values)}, not numbers", hint)
    numbers = read_numbers(values, name)
    if np.isin(numbers, (0.0, 1.0)).all() and not is_value:
        raise InputError(where, f"holds {show_values(values)} alone", f"{hint}, of which less is better")
    return LabelOutcome(numbers, "numeric")


def _read_attributions(table: pd.DataFrame, names: Sequence[str]) -> Floats:
    """Return attributions, every one of which has to be there."""
    found = np.column_stack([read_numbers(table[name], name) for name in names])
    for name, n_missing in zip(names, np.isnan(found).sum(axis=0).tolist(), strict=True):
        if n_missing:
            problem = f"has no attribution in {n_missing:,} rows"
            raise InputError(f"column '{name}'", problem, "explain every row, or leave it out")
    return found


def _encode(values: "pd.Series[Any]", name: str) -> Floats:
    """Return a column as numbers: a category as codes, which only tell its levels apart."""
    if is_number(values):
        return read_numbers(values, name)
    codes = pd.factorize(values)[0]
    return np.where(codes < 0, np.nan, codes)
