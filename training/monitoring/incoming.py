"""All checks of what comes in and of what the model says, in one go."""

from collections.abc import Iterator

from features.frame import Frame
from features.usecase import UseCase
from training.bundle import Bundle
from training.monitoring.comparison import compare_rows
from training.monitoring.crowd import check_cohort, check_waves
from training.monitoring.feeds import check_feeds
from training.monitoring.inputs import check_features
from training.monitoring.record import Check, Text
from training.monitoring.scores import check_scores
from training.reference import Reference
from training.reference.counting import forecast_rows

NOTHING_KEPT: Text = {
    "en": "The model was trained by a version that kept nothing to compare with: what changed throughout, "
    "earlier rows included, is not seen before the next training.",
    "de": "Das Modell wurde mit einer Version trainiert, die nichts zum Vergleich behalten hat: Was sich "
    "durchweg geändert hat, auch in früheren Zeilen, ist bis zum nächsten Training nicht zu sehen.",
}


def watch_inputs(bundle: Bundle, frame: Frame, usecase: UseCase) -> Iterator[Check]:
    """Yield the checks of features, sources, people, answers and forecasts.

    Parameters
    ----------
    bundle
        The champion.
    frame
        The feature table as it is today; its newest rows are looked at.
    usecase
        The use case that it was built with.

    Yields
    ------
    Check
        With its p-value, and its state as if it were alone: :func:`training.monitoring.decide` decides on all
        checks of a batch together.
    """
    compared = compare_rows(bundle, frame)
    reference = None if bundle.reference is None else Reference.from_json(bundle.reference)
    yield from check_features(compared, bundle)
    yield from check_feeds(frame, reference)
    yield from check_cohort(compared)
    yield from check_waves(frame.waves, usecase)
    yield from check_scores(compared, forecast_rows(frame.latest, bundle.encoder, bundle.model))


def limits_of_inputs(bundle: Bundle) -> tuple[Text, ...]:
    """Return what cannot be seen of what comes in."""
    return (NOTHING_KEPT,) if bundle.reference is None else ()
