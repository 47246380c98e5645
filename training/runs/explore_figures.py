"""Figures of ``explore``: estimates with ranges, and coloured grids; equal input gives equal bytes."""

from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from training.explore import Bars, Grid
from training.runs.figures import BLUE, GREY, VERMILLION

_LONGEST_LABEL = 60
_SETTINGS: Final[dict[Any, str]] = {"svg.hashsalt": "xm-predict", "svg.fonttype": "none"}


def draw(figure: Bars | Grid, path: Path) -> None:
    """Write a figure as SVG with its texts as text.

    Parameters
    ----------
    figure
        What to draw.
    path
        The file.
    """
    made = draw_bars(figure) if isinstance(figure, Bars) else draw_grid(figure)
    with mpl.rc_context(_SETTINGS):
        made.savefig(path, format="svg", metadata={"Date": None, "Title": figure.title})


def draw_bars(figure: Bars) -> Figure:
    """Draw estimates below each other, each with its range; those within chance in grey."""
    count = len(figure.bars)
    made = Figure(figsize=(8, 1.4 + 0.3 * count), layout="constrained")
    axes = made.subplots()
    for place, bar in enumerate(figure.bars):
        colour = BLUE if bar.is_clear else GREY
        ends = [
            end if np.isfinite(end) else bar.estimate.value for end in (bar.estimate.low, bar.estimate.high)
        ]
        axes.plot(ends, [place, place], color=VERMILLION if bar.is_clear else GREY, linewidth=1.5)
        axes.plot([bar.estimate.value], [place], "o", color=colour, markersize=6)
    if figure.reference is not None:
        axes.axvline(figure.reference, color=GREY, linestyle="--", linewidth=1, zorder=0)
    axes.set_yticks(range(count), [_cut(bar.label) for bar in figure.bars])
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_title(figure.title, loc="left")
    axes.set_xlabel(f"{figure.axis}; dot: estimate, line: likely range (95 %)")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="#e5e7eb", linewidth=0.8)
    axes.set_axisbelow(True)
    return made


def draw_grid(figure: Grid) -> Figure:
    """Draw cells coloured from low to high, each with its text; cells without a value stay white."""
    rows, columns = len(figure.rows), len(figure.columns)
    made = Figure(figsize=(3 + 1.1 * columns, 1.4 + 0.4 * rows), layout="constrained")
    axes = made.subplots()
    colours = LinearSegmentedColormap.from_list("low_to_high", [BLUE, "#f5f5f4", VERMILLION])
    values = np.ma.masked_invalid(figure.values)
    axes.imshow(values, cmap=colours, aspect="auto", alpha=0.55)
    for row in range(rows):
        for column in range(columns):
            axes.text(column, row, figure.texts[row][column], ha="center", va="center", fontsize=9)
    axes.set_xticks(range(columns), [_cut(name) for name in figure.columns])
    axes.set_yticks(range(rows), [_cut(name) for name in figure.rows])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(figure.title, loc="left")
    return made


def _cut(label: str) -> str:
    """Return a label that is not too long, without signs that matplotlib takes for formulas."""
    short = label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
    return short.replace("$", r"\$")
