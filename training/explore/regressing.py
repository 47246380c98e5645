"""A target explained by several columns at once: linear, logistic or ordinal by the kind of the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from features.errors import InputError
from training.explore.design import Design, drop_redundant, inflation, make_design
from training.explore.exploration import Bar, Bars, Exploration, Sheet
from training.explore.models import Family, Fit, fit
from training.explore.repeating import number_people
from training.explore.table import Table, TableColumn, group_rows
from training.explore.weights import split_explanation
from training.explore.words import write_adjusted, write_p
from training.statistics import LEVEL, Estimate, Floats, Ints, of_size
from training.statistics.families import holm_p_values

ROWS_PER_TERM: Final = 10
MOST_INFLATION: Final = 10.0
_MOST_STANDARDISED: Final = 15.0  # log odds per standard deviation: no finite estimate is that large
_FEWEST_LEVELS, _MOST_LEVELS = 3, 11
_LEVEL: Final = 1 - LEVEL


@dataclass(frozen=True)
class Target:
    """Hold what is explained.

    Attributes
    ----------
    values
        ``[n]`` NaN where missing.
    family
        The model.
    because
        Why that model.
    label
        What more of it means: the column, or the column with the word that counts as 1.
    """

    values: Floats
    family: Family
    because: str
    label: str


def regress(
    table: Table, target: str, by: Sequence[str] = (), *, person: str = "", positive: str = ""
) -> Exploration:
    """Explain a target by several columns at once.

    Numbers get a linear model, yes-no columns a logistic one, ratings of 3 to 11 levels proportional odds.
    Errors are robust. Coefficients are those of all columns together: each with the others held equal, which
    is no proof that changing one would move the target.

    Parameters
    ----------
    table
        The rows.
    target
        Column to explain.
    by
        Columns that explain; all others when empty.
    person
        Column that says whose rows they are, where people have several: errors allow for it.
    positive
        The value that counts as 1, where the target has two.

    Raises
    ------
    InputError
        If a column is missing or of no use, rows are too few, or the target can be told without error.
    """
    column = table.column(target)
    goal = read_target(table, column, positive)
    others, left = table.usable(by)
    chosen = [other for other in others if other.name not in {target, person}]
    if not chosen:
        raise table.problem(
            target, "has no column to be explained by", "name numbers or categories under --by"
        )
    design = make_design(table, chosen, ~np.isnan(goal.values))
    _demand_rows(table, design, goal.values[design.is_used])
    design, separated = _leave_out_separated(design, goal)
    values = goal.values[design.is_used]
    _demand_rows(table, design, values)
    found = fit(goal.family, design.matrix, values, _cluster(table, person, design))
    _demand_estimate(table, design, found, goal)
    adjusted = holm_p_values(found.p_values)
    shares = split_explanation(design, values, [other.name for other in chosen])
    own = [reason for reason in left if f"'{target}'" not in reason and f"'{person}'" not in reason]
    return Exploration(
        "regress",
        (_make_sheet(design, found, adjusted, values, goal), _make_shares(shares)),
        tuple(_tell(design, found, adjusted, goal)),
        (*table.remarks, *_caution(table, design, found, goal, values), *separated, *design.remarks, *own),
        _to_json(design, found, adjusted, goal, values, shares),
        _draw(design, found, adjusted, goal, values),
    )


def read_target(table: Table, column: TableColumn, positive: str = "") -> Target:
    """Return the target with the model that its kind asks for."""
    if column.kind in {"yes-no", "category"}:
        names = group_rows(table, column).names
        if len(names) > 2:
            hint = "name a number, a rating, or a column with two values"
            raise table.problem(column.name, f"has {len(names)} values without an order", hint)
        word = positive or column.yes or names[1]
        if word not in names:
            hint = f"write --positive '{names[0]}' or --positive '{names[1]}'"
            raise table.problem(column.name, f"has no value '{word}'", hint)
        values = np.array([np.nan if text is None else float(text == word) for text in column.words()])
        return Target(
            values,
            "logistic",
            f"it has the two values '{names[0]}' and '{names[1]}'",
            f"{column.name} = {word}",
        )
    if column.kind not in {"number", "rating"}:
        hint = "name a number, a rating, or a column with two values"
        raise table.problem(column.name, f"is of the kind {column.kind}, which cannot be explained", hint)
    values = column.amounts()
    levels = np.unique(values[~np.isnan(values)])
    if levels.size < 2:
        raise table.problem(
            column.name, f"is {column.show(float(levels[0]))} in every row", "name a target that varies"
        )
    if column.kind == "rating" and _FEWEST_LEVELS <= levels.size <= _MOST_LEVELS:
        return Target(
            values,
            "ordinal",
            f"it is a rating of {levels.size} levels, whose steps need not be equal",
            column.name,
        )
    return Target(values, "linear", f"it is a number with {levels.size:,} different values", column.name)


def _cluster(table: Table, person: str, design: Design) -> Ints | None:
    """Return whose row each used one is."""
    if not person:
        return None
    people, _ = number_people(table, person)
    used = people[design.is_used]
    if (used < 0).any():
        raise table.problem(
            person, f"is empty in {int((used < 0).sum()):,} used rows", "say whose rows they are"
        )
    return used


def _demand_rows(table: Table, design: Design, values: Floats) -> None:
    """Demand enough rows for the columns of the model, and a target that varies in them."""
    where = f"{table.name}: {values.size:,} rows with all columns"
    if not design.terms:
        raise InputError(where, "leave nothing that varies to explain by", "name other columns under --by")
    needed = ROWS_PER_TERM * (len(design.terms) + 1)
    if values.size < needed:
        found = f"are too few for {len(design.terms)} coefficients; at least {needed} are needed"
        raise InputError(where, found, "name fewer columns under --by, or columns with fewer missing values")
    if np.ptp(values) == 0:
        raise InputError(
            where, "all have the same value of the target", "name columns with fewer missing values"
        )


def _leave_out_separated(design: Design, goal: Target) -> tuple[Design, list[str]]:
    """Leave out levels in which everybody answers alike: their coefficient has no finite value."""
    values = goal.values[design.is_used]
    alone = [
        at
        for at, term in enumerate(design.terms)
        if goal.family != "linear" and term.level and np.ptp(values[design.matrix[:, at] == 1]) == 0
    ]
    if not alone:
        return design, []
    told = [
        f"'{design.terms[at].label}' is left out with its rows: all of them have the same value of the "
        "target, so that its coefficient has no finite value (separation)."
        for at in alone
    ]
    is_kept = ~(design.matrix[:, alone] == 1).any(axis=1)
    kept = [at for at in range(len(design.terms)) if at not in alone]
    used = design.is_used.copy()
    used[np.flatnonzero(used)[~is_kept]] = False
    terms = tuple(design.terms[at] for at in kept)
    return drop_redundant(Design(terms, design.matrix[is_kept][:, kept], used, design.remarks)), told


def _demand_estimate(table: Table, design: Design, found: Fit, goal: Target) -> None:
    """Demand a finite estimate: without it one column, or several together, tell the target without error."""
    size = np.abs(found.coefficients) * design.matrix.std(axis=0)
    if goal.family == "linear" or (found.has_converged and size.max() < _MOST_STANDARDISED):
        return
    worst = design.terms[int(np.argmax(size))].column
    problem = f"tells '{goal.label}' without error, alone or with others, so that no coefficient is finite"
    raise table.problem(worst, problem, "leave it out under --by: it may be the target in other words")


def _estimate(design: Design, found: Fit, at: int, scale: float = 1.0) -> Estimate:
    """Return a coefficient with its range, times a scale."""
    value, half = found.coefficients[at] * scale, found.half_factor * found.errors[at] * scale
    return Estimate.around(float(value), float(value - half), float(value + half), design.matrix.shape[0])


def _scales(design: Design, goal: Target, values: Floats) -> Floats:
    """Return what makes each coefficient one per standard deviation (of the target as well, if linear)."""
    spread = design.matrix.std(axis=0)
    return np.asarray(spread / values.std() if goal.family == "linear" else spread)


def _make_sheet(design: Design, found: Fit, adjusted: Floats, values: Floats, goal: Target) -> Sheet:
    """Return a line per coefficient."""
    scales, factors = _scales(design, goal, values), inflation(design.matrix)
    rows = []
    for at, term in enumerate(design.terms):
        raw, standard = _estimate(design, found, at), _estimate(design, found, at, float(scales[at]))
        cells = [term.label, _write(raw), _write(standard)]
        if goal.family != "linear":
            cells.append(f"{np.exp(raw.value):.3g}")
        rows.append((*cells, f"{factors[at]:.1f}", write_p(float(adjusted[at]))))
    ratio = () if goal.family == "linear" else ("odds ratio",)
    header = (
        "term",
        "coefficient (likely range)",
        "standardised (likely range)",
        *ratio,
        "VIF",
        "adjusted p",
    )
    kind = "R squared" if goal.family == "linear" else "McFadden's R squared"
    title = f"{goal.family.capitalize()} regression of {goal.label}, {values.size:,} rows"
    title += f", {kind} {found.explained:.3f}"
    return Sheet(title, header, tuple(rows))


def _make_shares(shares: dict[str, Estimate]) -> Sheet:
    """Return the share of each column in what is explained."""
    rows = [
        (name, f"{share.value:.3f}", f"{share.low:.3f} to {share.high:.3f}")
        for name, share in sorted(shares.items(), key=lambda item: -item[1].value)
    ]
    return Sheet(
        "Relative weights (they add up to R squared of the linear fit)",
        ("column", "weight", "likely range"),
        tuple(rows),
    )


def _tell(design: Design, found: Fit, adjusted: Floats, goal: Target) -> list[str]:
    """Return a sentence per coefficient beyond chance, the surest first, and one for the others."""
    order = [int(at) for at in np.argsort(found.p_values, kind="stable")]
    clear = [at for at in order if adjusted[at] <= _LEVEL]
    told = [_tell_one(design, found, at, goal, float(adjusted[at])) for at in clear]
    if rest := len(order) - len(clear):
        told.append(f"Nothing beyond chance for {rest} of {len(order)} coefficients, the others held equal.")
    return told


def _tell_one(design: Design, found: Fit, at: int, goal: Target, p_value: float) -> str:
    """Return the sentence of one coefficient."""
    term, raw = design.terms[at], _estimate(design, found, at)
    against = f"For one more in '{term.column}'"
    if term.level:
        against = f"Where '{term.column}' is '{term.level}' rather than '{term.base}'"
    ending = f"all else in the model held equal ({write_adjusted(p_value)})."
    if goal.family == "linear":
        way = "higher" if raw.value > 0 else "lower"
        return f"{against}, '{goal.label}' is {_write(of_size(raw))} {way}, {ending}"
    odds = Estimate(float(np.exp(raw.value)), float(np.exp(raw.low)), float(np.exp(raw.high)), raw.n)
    what = f"the odds of {'a higher ' if goal.family == 'ordinal' else ''}'{goal.label}'"
    return f"{against}, {what} are {_write(odds)} times as high, {ending}"


def _caution(table: Table, design: Design, found: Fit, goal: Target, values: Floats) -> list[str]:
    """Return the model and why, and what has to be kept in mind."""
    family = f"{len(design.terms)} coefficients are one family (Holm)"
    told = [f"Model: {goal.family}, because {goal.because}. {family}."]
    if not table.hides:
        told.append(f"{values.size:,} of {table.n_rows:,} rows have all columns; all others are left out.")
    factors = inflation(design.matrix)
    worst = int(np.argmax(factors))
    if factors[worst] > MOST_INFLATION:
        told.append(
            f"'{design.terms[worst].label}' goes so closely with other columns (VIF {factors[worst]:.0f}) "
            "that their coefficients cannot be told apart; leave one of them out."
        )
    if not found.has_converged:
        told.append("The fit did not come to its end; take the figures with care.")
    return told


def _to_json(
    design: Design, found: Fit, adjusted: Floats, goal: Target, values: Floats, shares: dict[str, Estimate]
) -> dict[str, Any]:
    """Return plain values."""
    scales, factors = _scales(design, goal, values), inflation(design.matrix)
    return {
        "target": goal.label,
        "model": goal.family,
        "because": goal.because,
        "n": int(values.size),
        "explained": found.explained,
        "coefficients": [
            {
                "term": term.label,
                "column": term.column,
                "raw": _estimate(design, found, at).to_json(),
                "standardised": _estimate(design, found, at, float(scales[at])).to_json(),
                "vif": float(factors[at]),
                "p_value": float(found.p_values[at]),
                "p_adjusted": float(adjusted[at]),
            }
            for at, term in enumerate(design.terms)
        ],
        "relative_weights": {name: share.to_json() for name, share in shares.items()},
    }


def _draw(design: Design, found: Fit, adjusted: Floats, goal: Target, values: Floats) -> Bars:
    """Return the standardised coefficients."""
    scales = _scales(design, goal, values)
    bars = [
        Bar(term.label, _estimate(design, found, at, float(scales[at])), bool(adjusted[at] <= _LEVEL))
        for at, term in enumerate(design.terms)
    ]
    axis = "standard deviations of the target" if goal.family == "linear" else "log odds"
    bars.sort(key=lambda bar: -abs(bar.estimate.value))
    return Bars(
        f"What goes with {goal.label}, all else equal",
        f"{axis} per standard deviation",
        tuple(bars[:30]),
        0.0,
    )


def _write(estimate: Estimate) -> str:
    """Return an estimate with three digits that count."""
    return f"{estimate.value:.3g} (likely {estimate.low:.3g} to {estimate.high:.3g})"
