"""What each changed feature does to a boosted score on the way from one row to another, exactly.

The game is plain: a set of features has its new values, the others still have the old ones, and the trees are
asked. Its Shapley values are interventional TreeSHAP with the old row as the only background row (Lundberg et
al. 2020; Sundararajan and Najmi 2020 call them baseline Shapley values). They add up to the difference of the
two scores, a feature whose value did not change gets exactly nothing, and the way back is the way there with
the signs turned. The libraries at hand do not offer this for LightGBM's own categories.
"""

from collections.abc import Mapping
from functools import cache
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.models.boosters import BoosterModel
from training.models.odds import Floats

Bools = NDArray[np.bool_]
Node = Mapping[str, Any]
# By feature on the way to a leaf: whether the old value, and whether the new value, leads there.
_Ways = Mapping[int, tuple[Bools, Bools]]

_ZERO = float(np.float32(1e-35))  # what LightGBM takes for zero
_CHUNK_ROWS = 4096


def attribute_tree_change(model: BoosterModel, before: Floats, after: Floats) -> Floats:
    """Return what each feature adds to the log-odds between two rows, pair by pair.

    Parameters
    ----------
    model
        Boosted trees.
    before, after
        Encoded rows, shape (pairs, features) each; NaN where missing.

    Returns
    -------
    numpy.ndarray
        Shape (pairs, features); a row adds up to the score after minus the score before.
    """
    total = np.zeros(before.shape)
    for start in range(0, len(before), _CHUNK_ROWS):
        pairs = slice(start, start + _CHUNK_ROWS)
        for tree in model.structure:
            _walk(tree["tree_structure"], before[pairs], after[pairs], {}, total[pairs])
    return total


def _walk(node: Node, before: Floats, after: Floats, ways: _Ways, total: Floats) -> None:
    """Go down to every leaf that old and new values together can reach, and add up what it gives."""
    if "leaf_value" in node:
        _add_leaf(float(node["leaf_value"]), ways, total)
        return
    feature = int(node["split_feature"])
    old_left, new_left = goes_left(node, before[:, feature]), goes_left(node, after[:, feature])
    old_here, new_here = ways.get(feature, (np.True_, np.True_))
    for child, old, new in (
        ("left_child", old_left & old_here, new_left & new_here),
        ("right_child", ~old_left & old_here, ~new_left & new_here),
    ):
        if (old | new).any():
            _walk(node[child], before, after, {**ways, feature: (old, new)}, total)


def _add_leaf(value: float, ways: _Ways, total: Floats) -> None:
    """Add a leaf, which counts when all that must be new is new, and all that must be old is old.

    With u of the first and v of the second kind each of the first gets ``value (u-1)! v! / (u+v)!``, each of
    the second loses ``value u! (v-1)! / (u+v)!``.
    """
    if not ways:
        return
    old, new = (np.stack(side) for side in zip(*ways.values(), strict=True))
    must_be_new, must_be_old = new & ~old, old & ~new
    reached = np.flatnonzero((old | new).all(axis=0) & (must_be_new | must_be_old).any(axis=0))
    if not reached.size:
        return
    must_be_new, must_be_old = must_be_new[:, reached], must_be_old[:, reached]
    gains, losses = _shares(len(ways))
    u, v = must_be_new.sum(axis=0), must_be_old.sum(axis=0)
    amounts = value * (must_be_new * gains[u, v] - must_be_old * losses[u, v])
    for feature, amount in zip(ways, amounts, strict=True):
        total[reached, feature] += amount


def goes_left(node: Node, column: Floats) -> Bools:
    """Tell which values take the left branch of a node, by LightGBM's rules for missing values and levels."""
    is_missing = np.isnan(column)
    if node["decision_type"] == "==":
        levels = np.array(str(node["threshold"]).split("||"), dtype=np.float64)
        found: Bools = ~is_missing & np.isin(np.trunc(column), levels)
        return found
    known = np.where(is_missing, 0.0, column)
    left: Bools = known <= float(node["threshold"])
    if node["missing_type"] == "NaN":
        return np.where(is_missing, bool(node["default_left"]), left)
    if node["missing_type"] == "Zero":
        return np.where(np.abs(known) <= _ZERO, bool(node["default_left"]), left)
    return left


@cache
def _shares(most: int) -> tuple[Floats, Floats]:
    """Return which part of a leaf each feature gains or loses, by how many must be new (u) and old (v)."""
    gains, losses = np.zeros((most + 1, most + 1)), np.zeros((most + 1, most + 1))
    for u in range(most + 1):
        for v in range(most + 1 - u):
            if u:
                gains[u, v] = factorial(u - 1) * factorial(v) / factorial(u + v)
            if v:
                losses[u, v] = factorial(u) * factorial(v - 1) / factorial(u + v)
    return gains, losses
