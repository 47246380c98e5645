"""What features, drivers and the model did to a score, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from features.catalogue import Catalogue, Role
from features.usecase import Language, UseCase
from training.drivers import DriverGroup, driver_groups
from training.models.odds import Floats
from training.reasons import driver_label
from training.statistics import plain_values
from training.text_names import TopicLabels


@dataclass(frozen=True)
class FeatureEffect:
    """Hold what one feature did.

    Attributes
    ----------
    effect
        In the unit of the score: probability (0.01 is one point), or the answer.
    log_odds
        The same in calibrated log-odds; None for answers and for groups.
    words
        Feature with its old and new value; its name alone for groups.
    """

    feature: str
    effect: float
    log_odds: float | None
    words: str


@dataclass(frozen=True)
class DriverEffect:
    """Hold what one driver did: the sum over its features, which are named largest first."""

    name: str
    label: str
    role: Role | None
    effect: float
    log_odds: float | None
    features: tuple[FeatureEffect, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(plain_values(self))


def list_drivers(
    catalogue: Catalogue,
    usecase: UseCase,
    effects: Floats,
    log_odds: Floats | None,
    words: Sequence[str],
    language: Language,
    topics: TopicLabels | None = None,
) -> tuple[DriverEffect, ...]:
    """Gather the effects of features by driver, largest first; what did nothing is left out.

    Parameters
    ----------
    catalogue
        What each column is.
    usecase
        Whose drivers they belong to.
    effects, log_odds
        What each feature did, shape (features,).
    words
        Each feature in words.
    language
        Of the labels.
    topics
        What topics of verbatims are called.
    """

    def gather(group: DriverGroup) -> DriverEffect:
        moved = sorted((place for place in group.columns if effects[place]), key=lambda at: -abs(effects[at]))
        features = tuple(
            FeatureEffect(catalogue.names[at], float(effects[at]), _at(log_odds, at), words[at])
            for at in moved
        )
        return DriverEffect(
            name=group.name,
            label=driver_label(catalogue.features[group.columns[0]], usecase, language, topics),
            role=group.role,
            effect=sum(one.effect for one in features),
            log_odds=None if log_odds is None else sum(float(log_odds[at]) for at in moved),
            features=features,
        )

    found = [gather(group) for group in driver_groups(catalogue, usecase.drivers)]
    return tuple(sorted((one for one in found if one.features), key=lambda one: -abs(one.effect)))


def _at(column: Floats | None, place: int) -> float | None:
    """Return one value of a column that may be absent."""
    return None if column is None else float(column[place])
