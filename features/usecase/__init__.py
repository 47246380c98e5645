"""The use-case file: the typed, frozen, versioned spec that describes one prediction.

Import from here; the modules inside are an arrangement, not an interface.
"""

from features.usecase.belief import Beliefs, StatedReasons
from features.usecase.meaning import Driver, LeverCost, MeasuredSpan, Privacy, Value
from features.usecase.membership import Cohort, Snapshots
from features.usecase.model import UseCase
from features.usecase.outcome import Cause, EventTarget, NextTarget, OutcomeKind, SilenceTarget, Target
from features.usecase.reading import load, parse
from features.usecase.rule import FeatureRule, ResponseRateRule, parse_condition
from features.usecase.schema import build_schema, render_schema
from features.usecase.source import Delay, Metric, ReadOptions, Source
from features.usecase.table import FlatTable, Join, NotApplicable, Span, Weight
from features.usecase.vocabulary import Actor, DataKind, Language, Role

__all__ = [
    "Actor",
    "Beliefs",
    "Cause",
    "Cohort",
    "DataKind",
    "Delay",
    "Driver",
    "EventTarget",
    "FeatureRule",
    "FlatTable",
    "Join",
    "Language",
    "LeverCost",
    "MeasuredSpan",
    "Metric",
    "NextTarget",
    "NotApplicable",
    "OutcomeKind",
    "Privacy",
    "ReadOptions",
    "ResponseRateRule",
    "Role",
    "SilenceTarget",
    "Snapshots",
    "Source",
    "Span",
    "StatedReasons",
    "Target",
    "UseCase",
    "Value",
    "Weight",
    "build_schema",
    "load",
    "parse",
    "parse_condition",
    "render_schema",
]
