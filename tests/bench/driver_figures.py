"""Figures of the rules from counts: rates with intervals, goals, tables."""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.driver_ranks import FieldTally, RankTally
from tests.bench.driver_tally import Tally, add_up, expected_calibration_error, monte_carlo_error
from training.statistics import Estimate, share

Cell = tuple[str, int]  # world and rows
MEDIUM_ROWS = 1000


@dataclass(frozen=True)
class Counts:
    """Hold what was counted, by world and rows."""

    levers: Mapping[Cell, Tally]
    ranks: Mapping[Cell, RankTally]
    fields: Mapping[Cell, FieldTally]

    @property
    def sizes(self) -> list[int]:
        """Return the numbers of rows, smallest first."""
        return sorted({size for counts in (self.levers, self.ranks, self.fields) for _, size in counts})

    def of_size(self, size: int) -> "Counts":
        """Return the counts of one number of rows."""
        return Counts(
            {cell: tally for cell, tally in self.levers.items() if cell[1] == size},
            {cell: tally for cell, tally in self.ranks.items() if cell[1] == size},
            {cell: tally for cell, tally in self.fields.items() if cell[1] == size},
        )


@dataclass(frozen=True)
class Goal:
    """Hold a bound for a figure."""

    comparison: str
    bound: float

    def is_met(self, value: float) -> bool:
        """Tell whether a value keeps it."""
        compare: Callable[[float, float], bool] = {"<=": operator.le, ">=": operator.ge}[self.comparison]
        return compare(value, self.bound)

    def may_be_met(self, figure: "float | Estimate") -> bool:
        """Tell whether a value keeps it, or for a rate at least a value within its interval."""
        if isinstance(figure, Estimate):
            return self.is_met(figure.low) or self.is_met(figure.high)
        return self.is_met(figure)


GOALS: Mapping[str, Goal] = {
    "nonlevers_offered": Goal("<=", 0.05),
    "declared_nonlevers_offered": Goal("<=", 0),
    "power_016_n1000": Goal(">=", 0.8),
    "false_refusals": Goal("<=", 0.05),
    "regret": Goal("<=", 0.1),
    "contrast_coverage": Goal(">=", 0.93),
    "width_vs_oracle": Goal("<=", 1.3),
    "refused_by_metadata": Goal(">=", 1.0),
    "rank_coverage": Goal(">=", 0.95),
    "rank_joint_coverage": Goal(">=", 0.95),
    "wrong_sole_winner": Goal("<=", 0.02),
    "quadrant_ece": Goal("<=", 0.03),
    "bootstrap_s": Goal("<=", 10.0),
}

Figures = Mapping[str, float | Estimate | None]


def to_figures(counts: Counts, bootstrap_seconds: float | None = None) -> dict[str, float | Estimate | None]:
    """Return all figures; None where no world tells of one.

    Rates are pooled over worlds and sizes; the calibration error is that of the worst world and size.
    """
    levers = add_up(counts.levers.values())
    at_medium = add_up(tally for (_, size), tally in counts.levers.items() if size == MEDIUM_ROWS)
    ranks = sum(counts.ranks.values(), RankTally())
    errors = [calibration_error_of(tally) for tally in counts.fields.values()]
    return {
        "nonlevers_offered": _rate(levers.with_null, levers.runs),
        "declared_nonlevers_offered": levers.declared if levers.runs else None,
        "power_016_n1000": _rate(at_medium.medium_offered, at_medium.medium),
        "false_refusals": _rate(levers.good_refused, levers.good),
        "regret": 1.0 - levers.gain / levers.runs if levers.runs else None,
        "contrast_coverage": _rate(levers.covered, levers.contrasts),
        "width_vs_oracle": levers.widths / levers.contrasts if levers.contrasts else None,
        "refused_by_metadata": _rate(levers.false_refused, levers.false_levers),
        "rank_coverage": _rate(ranks.covered, ranks.items),
        "rank_joint_coverage": _rate(ranks.jointly_covered, ranks.surveys),
        "wrong_sole_winner": _rate(ranks.wrong_winners, ranks.surveys),
        "quadrant_ece": max(errors, default=None),
        "bootstrap_s": bootstrap_seconds,
    }


def calibration_error_of(tally: FieldTally) -> float:
    """Return by how much stated probabilities of quadrants are wrong on average."""
    return expected_calibration_error(tally.stated, tally.is_right)


def _rate(hits: float, n: float) -> Estimate | None:
    """Return a share with Wilson's interval; None of nothing."""
    return share(hits, n) if n else None


def to_json(counts: Counts, figures: Figures) -> dict[str, Any]:
    """Return plain values: each figure, and by size those that depend on it, rates with their interval."""
    plain: dict[str, Any] = {name: _round(_value_of(figure)) for name, figure in figures.items()}
    plain["by_size"] = {
        str(size): {
            name: _spell(figure)
            for name, figure in to_figures(counts.of_size(size)).items()
            if figure is not None
        }
        for size in counts.sizes
    }
    return plain


def _value_of(figure: float | Estimate | None) -> float | None:
    return figure.value if isinstance(figure, Estimate) else figure


def _round(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)


def _spell(figure: float | Estimate | None) -> float | list[float | None] | None:
    """Return a number, or a rate as value, low and high."""
    if isinstance(figure, Estimate):
        return [_round(figure.value), _round(figure.low), _round(figure.high)]
    return _round(figure)


def list_missed(figures: Figures) -> list[str]:
    """Return the figures that clearly miss their goal."""
    return [
        name for name, figure in figures.items() if figure is not None and not GOALS[name].may_be_met(figure)
    ]


def describe(counts: Counts, figures: Figures) -> str:
    """Return the tables and one line per figure."""
    return "\n".join(
        [
            *_tabulate(_list_lever_rows(counts.levers)),
            "",
            *_tabulate(_list_rank_rows(counts.ranks)),
            "",
            *_tabulate(_list_field_rows(counts.fields)),
            "",
            *(_word(name, figure) for name, figure in figures.items() if figure is not None),
            "",
        ]
    )


def _word(name: str, figure: float | Estimate) -> str:
    """Return a figure beside its goal."""
    goal = GOALS[name]
    shown = str(figure) if isinstance(figure, Estimate) else f"{figure:.3f}"
    value = figure.value if isinstance(figure, Estimate) else figure
    missed = "" if goal.is_met(value) else "  MISSED"
    return f"{name:<27} {shown:<24} goal {goal.comparison} {goal.bound:g}{missed}"


def _list_lever_rows(levers: Mapping[Cell, Tally]) -> Iterator[Sequence[str]]:
    """Yield the heading and a row per world and size."""
    yield "world", "rows", "runs", "null offered", "r .16 offered", "refused", "regret", "covered", "width"
    for (world, size), tally in levers.items():
        yield (
            world,
            f"{size}",
            f"{tally.runs:.0f}",
            _show(tally.with_null, tally.runs),
            _show(tally.medium_offered, tally.medium),
            _show(tally.good_refused, tally.good),
            f"{1.0 - tally.gain / tally.runs:.3f}",
            _show(tally.covered, tally.contrasts),
            f"{tally.widths / tally.contrasts:.2f}" if tally.contrasts else "-",
        )


def _list_rank_rows(ranks: Mapping[Cell, RankTally]) -> Iterator[Sequence[str]]:
    """Yield the heading and a row per world and size."""
    yield "ranks", "rows", "runs", "covered", "all covered", "wrong winner", "right winner", "width"
    for (world, size), tally in ranks.items():
        yield (
            world,
            f"{size}",
            f"{tally.surveys:.0f}",
            _show(tally.covered, tally.items),
            _show(tally.jointly_covered, tally.surveys),
            _show(tally.wrong_winners, tally.surveys),
            _show(tally.right_winners, tally.surveys),
            f"{tally.width / tally.items:.1f}",
        )


def _list_field_rows(fields: Mapping[Cell, FieldTally]) -> Iterator[Sequence[str]]:
    """Yield the heading and a row per world and size."""
    yield "quadrants", "rows", "items", "error", "by chance", "stated", "right", "fix first right"
    for (world, size), tally in fields.items():
        first = tally.is_fix_first > 0
        yield (
            world,
            f"{size}",
            f"{tally.stated.size}",
            f"{calibration_error_of(tally):.3f}",
            f"{monte_carlo_error(tally.stated):.3f}",
            f"{tally.stated.mean():.3f}",
            f"{tally.is_right.mean():.3f}",
            _show(float(tally.is_right[first].sum()), float(first.sum())),
        )


def _show(hits: float, n: float) -> str:
    """Return a rate with its interval, short."""
    if not n:
        return "-"
    found = share(hits, n)
    return f"{found.value:.3f} ({found.low:.3f}-{found.high:.3f})"


def _tabulate(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield lines in which columns stand below each other."""
    cells = list(rows)
    widths = [max(len(row[place]) for row in cells) for place in range(len(cells[0]))]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
