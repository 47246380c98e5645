"""Charts as pure functions: values and texts in, SVG text out, the same bytes for the same input.

Colours are classes that the page's CSS fills from its variables, so one drawing serves light, dark and print.
"""

from training.pages.charts.calibration import calibration_dots
from training.pages.charts.effect import effect_bar
from training.pages.charts.forest import forest_bar
from training.pages.charts.matrix import Mark, importance_matrix
from training.pages.charts.spark import spark_band
from training.pages.charts.waterfall import Bar, waterfall

__all__ = [
    "Bar",
    "Mark",
    "calibration_dots",
    "effect_bar",
    "forest_bar",
    "importance_matrix",
    "spark_band",
    "waterfall",
]
