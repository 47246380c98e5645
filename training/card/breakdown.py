"""Section 3 of the card, the tables: by segment and wave, by kind of feature, by number of entities."""

from collections.abc import Mapping
from typing import Any

from training.card.figures import read_all
from training.card.performance_record import (
    Breakdown,
    FeatureKinds,
    LearningCurve,
    LearningPoint,
    PartFigures,
)

Evaluation = Mapping[str, Any]


def describe_segments(evaluation: Evaluation) -> tuple[Breakdown, ...]:
    """Return the figures of each declared cut; none for bundles that do not hold any."""
    cuts = evaluation.get("segments", {}).get("cuts", {})
    return tuple(_describe_groups(cut, found) for cut, found in cuts.items())


def describe_waves(evaluation: Evaluation) -> Breakdown | None:
    """Return the figures of each snapshot that was forecast; None where there are none."""
    waves = evaluation.get("waves")
    if waves is None or not (waves["groups"] or waves["suppressed"]):
        return None
    return _describe_groups("snapshot", waves)


def describe_feature_kinds(evaluation: Evaluation) -> FeatureKinds | None:
    """Return what X adds to O; None for bundles that were made before it was looked at."""
    parts = evaluation.get("parts")
    if parts is None:
        return None
    return FeatureKinds(
        state=parts["state"],
        features={name: read_all(found) for name, found in parts.get("features", {}).items()},
        x_adds=read_all(parts.get("x_adds", {})),
    )


def describe_learning_curve(evaluation: Evaluation) -> LearningCurve | None:
    """Return what fewer entities would have done; None for bundles that were made before."""
    curve = evaluation.get("learning_curve")
    if curve is None:
        return None
    return LearningCurve(
        points=tuple(
            LearningPoint(point["share"], point["n_entities"], read_all(point["figures"]))
            for point in curve.get("points", ())
        ),
        half_to_all=read_all(curve.get("half_to_all") or {}),
        helps=curve.get("helps"),
    )


def _describe_groups(cut: str, found: Mapping[str, Any]) -> Breakdown:
    """Return the groups of one cut."""
    return Breakdown(
        cut=cut,
        parts=tuple(
            PartFigures(
                name=name,
                n_rows=part["n_rows"],
                n_entities=part["n_entities"],
                n_events=part["n_events"],
                figures=read_all(part["figures"]),
            )
            for name, part in found["groups"].items()
        ),
        suppressed=tuple(found["suppressed"]),
    )
