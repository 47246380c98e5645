"""What a run keeps of the drivers for data scientists: a dependence figure, tables of drivers and levers."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from features.catalogue import Feature
from features.files import write_atomically
from training.bundle import Bundle
from training.drivers import (
    DRIVER_COLUMNS,
    Cell,
    Goal,
    driver_sheet,
    goal_bounds,
    goal_cell,
    rows_from_json,
)
from training.levers import LEVER_COLUMNS, lever_sheet, levers_from_json, levers_to_json
from training.reports.export import defuse
from training.runs.figures import BLUE, GREY, MAX_SWARM_ROWS, VERMILLION
from training.statistics import Bools, Floats
from training.vocabulary import Vocabulary

N_PANELS: Final = 5
MOST_LEVELS: Final = 8
_PANEL_INCHES = (3.4, 2.9)
_LONGEST_TITLE = 34
_LONGEST_LEVEL = 12
_MISSING_PLACE = -0.08
"""Where rows without a value stand, as a share of the width that values take."""
_FAR_OUT = 3
"""Values that stretch an axis to more than this many times the middle 98 % are left out of sight."""


def write_driver_tables(bundle: Bundle, folder: Path) -> list[Path]:
    """Write ``drivers.csv``, ``levers.csv`` and ``levers.json``: one row, or object, per driver and lever.

    Parameters
    ----------
    folder
        Has to exist.

    Returns
    -------
    list of Path
        The files. The same bundle gives the same bytes.
    """
    levers = levers_from_json(bundle.evaluation.get("levers", []))
    plain = json.dumps(levers_to_json(levers), ensure_ascii=False, indent=2, allow_nan=False)
    contents = {
        "drivers.csv": _render(driver_sheet(rows_from_json(bundle.drivers)), DRIVER_COLUMNS),
        "levers.csv": _render(lever_sheet(levers), LEVER_COLUMNS),
        "levers.json": f"{plain}\n",
    }
    for name, content in contents.items():
        write_atomically(folder / name, content)
    return [folder / name for name in contents]


def _render(sheet: Sequence[Mapping[str, Cell]], columns: Sequence[str]) -> str:
    """Return records as CSV; what does not exist is empty, no text is taken for a formula."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for record in sheet:
        cells = {name: defuse(cell) if isinstance(cell, str) else cell for name, cell in record.items()}
        writer.writerow(cells)
    return text.getvalue()


def draw_dependence(contributions: Floats, values: Floats, bundle: Bundle, *, seed: int = 0) -> Figure:
    """Draw how the attribution goes with the value, for the main features of the largest drivers.

    All panels share one scale, so that height is importance. Grey dots have no value; a vertical line is the
    driver's goal where it speaks of this feature, or of the same quantity over another window.

    Parameters
    ----------
    contributions
        ``[n, p]`` attributions, columns in the order of the bundle's catalogue.
    values
        ``[n, p]`` encoded features of the same rows; NaN where missing.
    bundle
        Names the drivers, the features and the levels of categories.
    seed
        Chooses the rows, 2,000 at most, and spreads the dots of categories.

    Raises
    ------
    ValueError
        If the shapes do not fit together.
    """
    expected = (len(values), len(bundle.catalogue))
    if not contributions.shape == values.shape == expected:
        found = f"contributions {contributions.shape}, values {values.shape} and {expected[1]} features"
        message = f"{found} do not fit together; take all from the same training"
        raise ValueError(message)
    random = np.random.default_rng(seed)
    rows = np.sort(random.choice(len(values), min(len(values), MAX_SWARM_ROWS), replace=False))
    panels = _panels(contributions[rows], values[rows], bundle)
    figure, places = _make_grid(len(panels))
    for axes, panel in zip(places, panels, strict=True):
        _draw_panel(axes, panel, random)
    figure.supylabel("Attribution, " + ("in the unit of the answer" if bundle.is_of_answers else "log-odds"))
    return figure


@dataclass(frozen=True)
class _Panel:
    """Hold what one panel shows: the main feature of a driver."""

    title: str
    feature: Feature
    vocabulary: Vocabulary | None
    goal: Goal | None
    values: Floats
    contributions: Floats

    @property
    def is_known(self) -> Bools:
        """Tell which rows have a value."""
        return np.isfinite(self.values)


def _panels(contributions: Floats, values: Floats, bundle: Bundle) -> list[_Panel]:
    """Return the panels of the largest drivers, largest first."""
    catalogue, panels = bundle.catalogue, []
    for place, driver in enumerate(rows_from_json(bundle.drivers)[:N_PANELS], start=1):
        column = catalogue.names.index(driver.main_feature)
        bounds = {} if driver.goal is None else goal_bounds(driver.goal, catalogue)
        panel = _Panel(
            title=_shorten(f"{place}. {driver.label['en']} ({driver.share.value:.0%})"),
            feature=catalogue.features[column],
            vocabulary=bundle.encoder.vocabularies[driver.main_feature],
            goal=replace(driver.goal, bound=bounds[column]) if driver.goal and column in bounds else None,
            values=values[:, column],
            contributions=contributions[:, column],
        )
        panels.append(panel)
    return panels


def _make_grid(n_panels: int) -> tuple[Figure, list[Axes]]:
    """Return a figure with room for so many panels, three in a row, on one scale of attributions."""
    n_across = min(3, n_panels)
    n_down = -(-n_panels // n_across)
    width, height = _PANEL_INCHES
    figure = Figure(figsize=(width * n_across, height * n_down), layout="constrained")
    grid = figure.subplots(n_down, n_across, sharey=True, squeeze=False).ravel()
    for axes in grid[n_panels:]:
        axes.remove()
    return figure, list(grid[:n_panels])


def _draw_panel(axes: Axes, panel: _Panel, random: np.random.Generator) -> None:
    """Draw one feature: a dot per row."""
    axes.set_title(panel.title, loc="left", fontsize="medium")
    unit = "" if panel.feature.unit is None else f", {panel.feature.unit}"
    axes.set_xlabel(panel.feature.name + unit, fontsize="small")
    axes.spines[["top", "right"]].set_visible(False)
    axes.axhline(0, color=GREY, linewidth=0.5, zorder=0)
    if panel.vocabulary is not None:
        _draw_levels(axes, panel, panel.vocabulary, random)
        return
    _draw_numbers(axes, panel)
    if panel.goal is not None:
        axes.axvline(panel.goal.bound, color=VERMILLION, linestyle="--", linewidth=1)
        words = f"goal {goal_cell(panel.goal)}"
        axes.text(0.98, 0.02, words, transform=axes.transAxes, ha="right", color=VERMILLION)


def _draw_numbers(axes: Axes, panel: _Panel) -> None:
    """Draw the dots of a number; those without a value stand at the left in grey."""
    known = panel.is_known
    numbers = panel.values[known]
    low, high = _limits(numbers)
    _draw_dots(axes, numbers, panel.contributions[known], BLUE)
    width = high - low
    if not known.all():
        without = np.full(int((~known).sum()), low + _MISSING_PLACE * width)
        _draw_dots(axes, without, panel.contributions[~known], GREY)
        axes.text(without[0], 0.02, "no value", transform=axes.get_xaxis_transform(), rotation=90, color=GREY)
        low += 1.5 * _MISSING_PLACE * width
    axes.set_xlim(low - 0.03 * width, high + 0.03 * width)


def _limits(numbers: Floats) -> tuple[float, float]:
    """Return the ends of the axis: those of the values, or of their middle 98 % where few lie far out."""
    if numbers.size == 0:
        return 0.0, 1.0
    low, inner_low, inner_high, high = np.quantile(numbers, [0.0, 0.01, 0.99, 1.0]).tolist()
    if high - low > _FAR_OUT * (inner_high - inner_low) > 0:
        low, high = inner_low, inner_high
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _draw_levels(axes: Axes, panel: _Panel, vocabulary: Vocabulary, random: np.random.Generator) -> None:
    """Draw the dots of a category by level, the most frequent levels apart and the rest together."""
    names = (*vocabulary.levels, *(("rare",) if vocabulary.rare else ()))
    known = panel.is_known
    codes = panel.values[known].astype(np.intp)
    counts = np.bincount(codes, minlength=len(names))
    shown = np.sort(np.argsort(-counts, kind="stable")[:MOST_LEVELS])
    shown = shown[counts[shown] > 0]
    places = np.full(len(panel.values), float(len(shown) + 1))
    places[known] = len(shown)
    for place, code in enumerate(shown):
        places[known] = np.where(codes == code, place, places[known])
    labels = [_shorten(names[code], _LONGEST_LEVEL) for code in shown]
    spread = places + random.uniform(-0.25, 0.25, len(places))
    _draw_dots(axes, spread[known], panel.contributions[known], BLUE)
    _draw_dots(axes, spread[~known], panel.contributions[~known], GREY)
    ticks = [*labels, "other levels", "no value"]
    filled = np.unique(places).astype(np.intp)
    axes.set_xticks(filled, [ticks[place] for place in filled], rotation=30, ha="right")


def _draw_dots(axes: Axes, across: Floats, up: Floats, colour: str) -> None:
    """Draw a dot per row, see-through where many lie on each other."""
    axes.scatter(across, up, s=7, color=colour, alpha=0.35, linewidths=0)


def _shorten(text: str, longest: int = _LONGEST_TITLE) -> str:
    """Cut a text that would not fit."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
