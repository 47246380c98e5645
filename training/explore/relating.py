"""Which columns go together: every pair asked for, one family of tests."""

from collections.abc import Sequence
from typing import Any

from features.errors import InputError
from training.explore.exploration import Bar, Bars, Exploration, Sheet, limit
from training.explore.pairing import Pair, tell_pair, test_pair
from training.explore.table import Table, TableColumn
from training.explore.words import write_p, write_size
from training.statistics import LEVEL, Floats
from training.statistics.families import holm_p_values

_LEVEL = 1 - LEVEL


def relate(table: Table, columns: Sequence[str], by: Sequence[str] = ()) -> Exploration:
    """Test a target against every other column, or pairs of columns, and sort them by strength.

    Parameters
    ----------
    table
        The rows.
    columns
        One target, or several columns.
    by
        What each is held against. Empty: of one target all other columns, of several each other.

    Raises
    ------
    InputError
        If a column is missing, empty, constant or free text, or no pair can be tested.
    """
    pairs, left = _list_pairs(table, columns, by)
    tried = [test_pair(table, first, second) for first, second in pairs]
    found = [pair for pair in tried if pair.tested is not None]
    left += [
        f"'{p.first.name}' and '{p.second.name}' were not tested: {p.refusal}."
        for p in tried
        if p.tested is None
    ]
    if not found:
        hint = "name columns with more rows, or more than one value"
        raise InputError(
            f"{table.name}: --columns {', '.join(columns)}", "no pair of columns can be tested", hint
        )
    adjusted = holm_p_values([_p(pair) for pair in found])
    order = sorted(range(len(found)), key=lambda at: -_strength(found[at]))
    ranked = [found[at] for at in order]
    p_values = adjusted[order]
    return Exploration(
        "relate",
        (_make_sheet(ranked, p_values), _make_reasons(ranked)),
        tuple(_tell(table, ranked, p_values)),
        (*table.remarks, *_caution(ranked, p_values), *left),
        {"n_tests": len(ranked), "pairs": [_to_json(*one) for one in zip(ranked, p_values, strict=True)]},
        _draw(ranked, p_values),
    )


def _list_pairs(
    table: Table, columns: Sequence[str], by: Sequence[str]
) -> tuple[list[tuple[TableColumn, TableColumn]], list[str]]:
    """Return the pairs to test, and what is left out; what was named as a target must be of use."""
    if not columns:
        raise InputError("--columns", "is empty", "name a target, or several columns to pair")
    targets = []
    for name in columns:
        kept, left = table.usable([name])
        if not kept:
            reason = left[0].partition(": ")[2].rstrip(".")
            raise table.problem(name, f"cannot be related to anything: {reason}", "name another column")
        targets += kept
    if not by and len(targets) > 1:
        pairs = [(one, other) for at, one in enumerate(targets) for other in targets[at + 1 :]]
        return pairs, []
    others, left = table.usable(by)
    pairs = [(other, target) for target in targets for other in others if other.name != target.name]
    return pairs, [reason for reason in left if not any(f"'{target.name}'" in reason for target in targets)]


def _p(pair: Pair) -> float:
    """Return the p-value of a pair that was tested."""
    return float("nan") if pair.tested is None else pair.tested.p_value


def _strength(pair: Pair) -> float:
    """Return the strength of a pair that was tested."""
    return 0.0 if pair.tested is None else pair.tested.effect.strength


def _make_sheet(pairs: Sequence[Pair], p_values: Floats) -> Sheet:
    """Return a line per pair."""
    rows = []
    for pair, p_value in zip(pairs, p_values, strict=True):
        if pair.tested is not None:
            tested = pair.tested
            rows.append(
                (
                    f"{pair.first.name} – {pair.second.name}",
                    f"{tested.n:,}",
                    tested.test,
                    f"{tested.effect.name} {write_size(tested)}",
                    tested.effect.word,
                    write_p(float(p_value)),
                    "same survey" if pair.is_same_survey else "",
                )
            )
    header = ("columns", "rows", "test", "effect", "size", "adjusted p", "")
    return Sheet("What goes together, strongest first", header, tuple(rows))


def _make_reasons(pairs: Sequence[Pair]) -> Sheet:
    """Return which test was used for each pair, and the measured assumption that decided."""
    rows = [
        (f"{pair.first.name} – {pair.second.name}", pair.tested.test, pair.tested.because)
        for pair in pairs
        if pair.tested is not None
    ]
    return Sheet("Why these tests", ("columns", "test", "because"), tuple(rows))


def _tell(table: Table, pairs: Sequence[Pair], p_values: Floats) -> list[str]:
    """Return a sentence per pair beyond chance, and one for all others."""
    clear = [p <= _LEVEL for p in p_values]
    told = [
        tell_pair(table, pair, float(p))
        for pair, p, is_clear in zip(pairs, p_values, clear, strict=True)
        if is_clear
    ]
    others = [f"'{pair.first.name}'" for pair, is_clear in zip(pairs, clear, strict=True) if not is_clear]
    targets = {pair.second.name for pair in pairs}
    if others and len(targets) == 1:
        told.append(f"Nothing beyond chance was found between '{targets.pop()}' and {limit(others)}.")
    elif others:
        told.append(f"Nothing beyond chance was found in {len(others)} of {len(pairs)} pairs.")
    return told


def _caution(pairs: Sequence[Pair], p_values: Floats) -> list[str]:
    """Return what has to be kept in mind."""
    family = f"p is adjusted for the {len(pairs):,} tests of this call (Holm)"
    promise = "at most 5 % of such calls name anything where there is nothing"
    told = [f"{family}: {promise}. What goes together need not bring the other about."]
    if any(pair.is_same_survey for pair, p in zip(pairs, p_values, strict=True) if p <= _LEVEL):
        told.append(
            "'same survey': both are answers that the same people gave at once; mood colours both, so they "
            "go together more than the matters that they speak of."
        )
    return told


def _to_json(pair: Pair, p_value: float) -> dict[str, Any]:
    """Return plain values of a pair."""
    assert pair.tested is not None  # only tested pairs are shown
    return {
        "columns": [pair.first.name, pair.second.name],
        "kinds": [pair.first.kind, pair.second.kind],
        **pair.tested.to_json(),
        "p_adjusted": float(p_value),
        "is_clear": bool(p_value <= _LEVEL),
        "is_same_survey": pair.is_same_survey,
    }


def _draw(pairs: Sequence[Pair], p_values: Floats) -> Bars:
    """Return the strengths, each on the scale of a correlation, with its range."""
    bars = []
    for pair, p_value in zip(pairs[:25], p_values, strict=False):
        if pair.tested is not None:
            bars.append(
                Bar(
                    f"{pair.first.name} – {pair.second.name}",
                    pair.tested.effect.strength_range,
                    bool(p_value <= _LEVEL),
                )
            )
    return Bars("What goes together", "strength, on the scale of a correlation", tuple(bars), 0.0)
