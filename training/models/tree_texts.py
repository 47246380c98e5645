"""Trees read from LightGBM's text format, as plain lists: the ways to the leaves, and how many rows went."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

# Bits of a decision (LightGBM/tree.h).
_IS_CATEGORY, _IS_DEFAULT_LEFT = 1, 2
_Number = TypeVar("_Number", int, float)


@dataclass(frozen=True)
class TreeText:
    """Hold one tree; a child below 0 is a leaf, whose place is the bitwise complement.

    Attributes
    ----------
    features, thresholds, decisions
        Of each node: column, threshold (of a category: place among the sets), and LightGBM's bits.
    lefts, rights, node_rows
        Of each node: children, and training rows that came through.
    values, leaf_rows
        Of each leaf: value, and training rows that ended there.
    sets
        Codes that go left, by place.
    """

    features: list[int]
    thresholds: list[float]
    decisions: list[int]
    lefts: list[int]
    rights: list[int]
    node_rows: list[float]
    values: list[float]
    leaf_rows: list[float]
    sets: list[frozenset[int]]

    def rows_at(self, place: int) -> float:
        """Return how many training rows came to a node or leaf."""
        return self.node_rows[place] if place >= 0 else self.leaf_rows[~place]

    def set_at(self, node: int) -> frozenset[int] | None:
        """Return the codes that go left at a node, or None where numbers are compared."""
        return self.sets[int(self.thresholds[node])] if self.decisions[node] & _IS_CATEGORY else None

    def missing_at(self, node: int) -> tuple[int, bool]:
        """Return what counts as missing (0 nothing, 1 zero and NaN, 2 NaN), and whether that goes left."""
        decision = self.decisions[node]
        return decision >> 2 & 3, bool(decision & _IS_DEFAULT_LEFT)


@dataclass(frozen=True)
class ModelText:
    """Hold the trees of a model, and how many columns a row has."""

    n_columns: int
    trees: list[TreeText]


def read_trees(text: str) -> ModelText | None:
    """Read all trees of a model.

    Parameters
    ----------
    text
        Model in LightGBM's own text format.

    Returns
    -------
    ModelText or None
        None where leaves are not plain numbers that are added up: forests, linear leaves, several classes.
    """
    head, *blocks = text.split("\nTree=")
    trees = [_fields_of(block.partition("\n\n")[0]) for block in blocks]
    facts = _fields_of(head)
    is_sum = facts.get("num_tree_per_iteration") == "1" and "average_output" not in facts
    if not is_sum or any(fields.get("is_linear", "0") != "0" for fields in trees):
        return None
    return ModelText(int(facts["max_feature_idx"]) + 1, [_read_tree(fields) for fields in trees])


def _fields_of(block: str) -> dict[str, str]:
    """Split lines of the form ``name=value``."""
    pairs = (line.partition("=") for line in block.splitlines())
    return {name: value for name, _, value in pairs}


def _read_tree(fields: dict[str, str]) -> TreeText:
    """Turn the fields of one tree into lists; a tree that never splits has a leaf only."""
    return TreeText(
        features=_numbers(fields, "split_feature", int),
        thresholds=_numbers(fields, "threshold", float),
        decisions=_numbers(fields, "decision_type", int),
        lefts=_numbers(fields, "left_child", int),
        rights=_numbers(fields, "right_child", int),
        node_rows=_numbers(fields, "internal_count", float),
        values=_numbers(fields, "leaf_value", float),
        leaf_rows=_numbers(fields, "leaf_count", float),
        sets=_read_sets(_numbers(fields, "cat_boundaries", int), _numbers(fields, "cat_threshold", int)),
    )


def _numbers(fields: dict[str, str], name: str, kind: type[_Number]) -> list[_Number]:
    """Return the numbers of a field, none where it is absent."""
    return [kind(word) for word in fields.get(name, "").split()]


def _read_sets(bounds: Sequence[int], words: Sequence[int]) -> list[frozenset[int]]:
    """Return sets of codes from their bits, 32 to a word."""
    return [
        frozenset(
            32 * place + bit
            for place, word in enumerate(words[start:stop])
            for bit in range(32)
            if word >> bit & 1
        )
        for start, stop in pairwise(bounds)
    ]
