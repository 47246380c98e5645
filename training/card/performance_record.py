"""Section 3 of the card as data: how good the model was on rows kept back, and what that is worth."""

from dataclasses import dataclass
from typing import Literal

from training.card.figures import Figure
from training.evaluation import Measure


@dataclass(frozen=True)
class Bin:
    """Hold a tenth of the rows by forecast: mean forecast and what was observed."""

    forecast: float
    observed: Figure


@dataclass(frozen=True)
class Baseline:
    """Hold the difference of losses, model minus simple rule; negative is better."""

    rule: str
    loss: Figure
    is_better: bool


@dataclass(frozen=True)
class HorizonFigures:
    """Hold how good the model was on kept-back rows at one horizon, and on those of people new to it."""

    horizon: str
    is_primary: bool
    figures: dict[str, Figure]
    of_new_entities: dict[str, Figure]
    bins: tuple[Bin, ...]
    baselines: tuple[Baseline, ...]
    n_rows: int
    n_events: int | None


@dataclass(frozen=True)
class PartFigures:
    """Hold the figures of one segment of a cut, or of one wave.

    Attributes
    ----------
    n_events
        None where answers are forecast, and where it would tell of too few people.
    figures
        Empty where there is too little for an interval.
    """

    name: str
    n_rows: int
    n_entities: int
    n_events: int | None
    figures: dict[str, Figure]


@dataclass(frozen=True)
class Breakdown:
    """Hold the figures of all segments of a cut; of those in ``suppressed`` nothing but the name is told."""

    cut: str
    parts: tuple[PartFigures, ...]
    suppressed: tuple[str, ...]


@dataclass(frozen=True)
class FeatureKinds:
    """Compare forecasts from what people said (X), from what happened (O), and from both.

    Attributes
    ----------
    features
        Figures by ``X+O``, ``O`` and ``X``; empty where they were not compared.
    x_adds
        X+O minus O; negative is better for the loss, positive for the order.
    """

    state: Literal["compared", "one_kind", "too_few"]
    features: dict[str, dict[str, Figure]]
    x_adds: dict[str, Figure]


@dataclass(frozen=True)
class LearningPoint:
    """Hold the figures after learning from a share of the entities; none where it had too few events."""

    share: str
    n_entities: int
    figures: dict[str, Figure]


@dataclass(frozen=True)
class LearningCurve:
    """Say whether more data would help: None where that cannot be told."""

    points: tuple[LearningPoint, ...]
    half_to_all: dict[str, Figure]
    helps: bool | None


@dataclass(frozen=True)
class Money:
    """Say whom to contact and what that earned on kept-back rows, in EUR for all who are scored."""

    scored: int
    share: Figure
    cutoff: Figure
    profit: Figure
    over_random: Figure | None
    reference_values: tuple[str, ...]


@dataclass(frozen=True)
class Silence:
    """Say what everybody who was asked thinks: as answered, and corrected for who stays silent.

    Attributes
    ----------
    answered, silent
        How many answered, and how many did not.
    as_answered, corrected
        The measure over those who answered; over everybody, if silence depends on nothing but what is known.
    low, high
        The ends if silence also depends on the answer, as strongly as on ``strongest``.
    strongest
        What is known to keep people from answering most; empty where nothing is.
    worst, best
        The ends whatever the silent think.
    """

    measure: Measure
    answered: int
    silent: int
    as_answered: Figure
    corrected: Figure
    low: float
    high: float
    strongest: str
    worst: float
    best: float


@dataclass(frozen=True)
class Performance:
    """Say how good the model was on rows that it had not seen, and what acting on it was worth."""

    horizons: tuple[HorizonFigures, ...]
    left_out: dict[str, str]
    segments: tuple[Breakdown, ...]
    waves: Breakdown | None
    feature_kinds: FeatureKinds | None
    learning_curve: LearningCurve | None
    money: Money | None = None
    silence: Silence | None = None
