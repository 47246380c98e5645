"""The use-case file: the typed, frozen, versioned spec that describes one prediction.

Import from here; the modules inside are an arrangement, not an interface.
"""

from features.usecase.belief import Beliefs, StatedReasons
from features.usecase.journey import Journey, Touchpoint, column_of, good_of
from features.usecase.meaning import Driver, LeverCost, MeasuredSpan, Privacy, Value
from features.usecase.means import Means
from features.usecase.membership import Cohort, Snapshots
from features.usecase.metric import DETRACTOR_TO, PROMOTER_FROM, Metric, counts_in_points, good_from
from features.usecase.model import UseCase
from features.usecase.outcome import Cause, EventTarget, NextTarget, OutcomeKind, SilenceTarget, Target
from features.usecase.reading import load, parse
from features.usecase.retraining import AlertKind, Retrain
from features.usecase.rule import FeatureRule, ResponseRateRule, parse_condition
from features.usecase.schema import build_schema, render_schema
from features.usecase.source import Delay, NamedRounds, ReadOptions, Source, WavePeriod
from features.usecase.table import FlatTable, Join, NotApplicable, Span, Weight
from features.usecase.verbatim import CALL_COLUMNS, TEXT_COLUMNS, TextReading, TurnTable
from features.usecase.vocabulary import Actor, DataKind, Language, Role

__all__ = [
    "CALL_COLUMNS",
    "DETRACTOR_TO",
    "PROMOTER_FROM",
    "TEXT_COLUMNS",
    "Actor",
    "AlertKind",
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
    "Journey",
    "Language",
    "LeverCost",
    "Means",
    "MeasuredSpan",
    "Metric",
    "NamedRounds",
    "NextTarget",
    "NotApplicable",
    "OutcomeKind",
    "Privacy",
    "ReadOptions",
    "ResponseRateRule",
    "Retrain",
    "Role",
    "SilenceTarget",
    "Snapshots",
    "Source",
    "Span",
    "StatedReasons",
    "Target",
    "TextReading",
    "Touchpoint",
    "TurnTable",
    "UseCase",
    "Value",
    "WavePeriod",
    "Weight",
    "build_schema",
    "column_of",
    "counts_in_points",
    "good_from",
    "good_of",
    "load",
    "parse",
    "parse_condition",
    "render_schema",
]
