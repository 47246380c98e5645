"""The driver report: dataclasses per section, JSON first; HTML and CSV are views of it.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.reports.baseline import MetricSince, SinceBaseline, compare_with_baseline
from training.reports.build import build_report
from training.reports.calls import first_to_call
from training.reports.changes import WaveChange, build_change
from training.reports.export import render_csv, render_html, write_report
from training.reports.inputs import (
    AnswerForecast,
    Drift,
    ModelFacts,
    ReportInputs,
    ScoredCohort,
)
from training.reports.kept_waves import carry_waves, keep_wave
from training.reports.levels import to_level
from training.reports.sections import Report
from training.reports.wave_rows import WaveRows
from training.reports.wave_since import set_against
from training.reports.waves import WavePoint, WaveSeries, build_series

__all__ = [
    "AnswerForecast",
    "Drift",
    "MetricSince",
    "ModelFacts",
    "Report",
    "ReportInputs",
    "ScoredCohort",
    "SinceBaseline",
    "WaveChange",
    "WavePoint",
    "WaveRows",
    "WaveSeries",
    "build_change",
    "build_report",
    "build_series",
    "carry_waves",
    "compare_with_baseline",
    "first_to_call",
    "keep_wave",
    "render_csv",
    "render_html",
    "set_against",
    "to_level",
    "write_report",
]
