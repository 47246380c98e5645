"""Numbers that were made from the label: the mean label of a group, written into its rows.

A number that is honestly tied to the label leaves the scatter of chance between what it says of a group and
how often the label occurs there. A mean taken from these very rows leaves none.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from features.leaks.evidence import Values, encode_exactly, measure_auc
from features.leaks.finding import Finding

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_FEWEST_LEVELS = 10
_FEWEST_LARGE_LEVELS = 6
_MANY_ROWS = 20  # means of fewer rows meet a line by chance: they have few values to take
_BY_CHANCE = 1e-6
_SCATTER = 0.1
_TOLD_APART = 0.99
_OF_ENTITY = "of each entity"


def find_encoded(
    columns: Mapping[str, Values], outcome: Floats, groups: NDArray[np.object_] | None = None
) -> list[Finding]:
    """Return an error for every number that is the mean label of the rows that share it, or of their group.

    Parameters
    ----------
    columns
        Features, one value per row; categories among them are groups whose mean a number may be.
    outcome
        Label of each row: 0 and 1, or the rating or amount.
    groups
        A further group of each row, such as the entity.

    Examples
    --------
    >>> shops = np.repeat(np.arange(40), 20)
    >>> bought = (np.random.default_rng(1).random(800) < 0.3).astype(float)
    >>> rate = (np.bincount(shops, weights=bought) / 20)[shops]
    >>> [found.kind for found in find_encoded({"rate": rate}, bought)]
    ['target_encoded']
    """
    by = {
        f"of each '{name}'": encode_exactly(values)
        for name, values in columns.items()
        if values.dtype != np.float64
    }
    if groups is not None:
        by[_OF_ENTITY] = encode_exactly(groups)
    found = []
    for name, values in columns.items():
        if values.dtype == np.float64 and not np.isnan(numbers := values.astype(np.float64)).all():
            of_what = next(_name_groups(numbers, outcome, by), None)
            if of_what is not None:
                found.append(_tell(name, of_what))
    return found


def _tell(name: str, of_what: str) -> Finding:
    """Return the finding on one column."""
    evidence = (
        f"it is the mean label {of_what}, taken from these very rows: what it says differs from what they "
        "show by far less than chance would have it"
    )
    remedy = f"leave it out, or make it from rows that are older; accept_leak: {{{name}: why it is honest}}"
    return Finding(name, "target_encoded", "error", evidence, remedy)


def _name_groups(numbers: Floats, outcome: Floats, by: Mapping[str, Codes]) -> Iterator[str]:
    """Yield of what the numbers are the mean label, if they are."""
    present = ~np.isnan(numbers)
    values, label = numbers[present], outcome[present]
    codes = np.unique(values, return_inverse=True)[1]
    if _is_mean(codes, values, label):
        yield "of the rows with the same value"
    for what, all_codes in by.items():
        codes = np.unique(all_codes[present], return_inverse=True)[1]
        if _is_mean(codes, values, label):
            yield what
        # Rows of one entity follow each other in time: there a value may tell early from late.
        elif what != _OF_ENTITY and _leaves_one_out(codes, values, label):
            yield f"{what} but for the row itself"


def _is_mean(codes: Codes, values: Floats, label: Floats) -> bool:
    """Tell whether values are the same inside each level and follow its mean label closer than chance."""
    rows = np.bincount(codes).astype(np.float64)
    fewest = _FEWEST_LEVELS if np.median(rows) < _MANY_ROWS else _FEWEST_LARGE_LEVELS
    if len(rows) < fewest or len(rows) > 0.7 * len(values):
        return False
    value = np.bincount(codes, weights=values) / rows
    if np.abs(values - value[codes]).max() > 1e-9 * max(float(np.abs(values).max()), 1.0):
        return False
    sums = np.bincount(codes, weights=label)
    inside = float(((label - (sums / rows)[codes]) ** 2).sum()) / max(len(values) - len(rows), 1)
    if inside <= 0 or np.ptp(value) <= 0:
        return False
    plain = _scatter(sums / rows, [value], rows, inside)
    shrunk = _scatter(sums / rows - value, [value / rows, 1 / rows], rows, inside, has_constant=False)
    # Levels that do not differ beyond chance have nothing that a mean could tell.
    differ = float((rows * (sums / rows - label.mean()) ** 2).sum()) / inside
    freedom = len(rows) - 2
    return differ > freedom / 4 and any(
        scatter < _SCATTER * freedom and gammainc(freedom / 2, scatter / 2) < _BY_CHANCE
        for scatter in (plain, shrunk)
    )


def _scatter(
    means: Floats, parts: list[Floats], rows: Floats, inside: float, *, has_constant: bool = True
) -> float:
    """Return the squared distance of means from the best line, in units of what chance gives."""
    design = np.stack([*parts, *([np.ones_like(means)] if has_constant else [])], axis=1)
    weight = np.sqrt(rows)
    solved = np.linalg.lstsq(design * weight[:, None], means * weight, rcond=None)[0]
    return float((((means - design @ solved) * weight) ** 2).sum()) / inside


def _leaves_one_out(codes: Codes, values: Floats, label: Floats) -> bool:
    """Tell whether, inside the groups, the value alone tells the label: the mean of all other rows does."""
    rows = np.bincount(codes)
    sums = np.bincount(codes, weights=label)
    is_mixed = (sums > 0) & (sums < rows)
    if np.unique(label).size != 2 or is_mixed.sum() < _FEWEST_LEVELS:
        return False
    mean = np.bincount(codes, weights=values) / rows
    apart = np.round(values - mean[codes], 9)
    of_level = np.unique(np.stack([codes, apart]), axis=1)[0].astype(np.int64)
    inside = (is_mixed & (np.bincount(of_level, minlength=len(rows)) == 2))[codes]
    if np.unique(codes[inside]).size < max(_FEWEST_LEVELS, is_mixed.sum() / 2):
        return False
    return measure_auc(apart[inside], label[inside].astype(np.int8)).low > _TOLD_APART
