"""Whether forecasts may be used at all: what the figures on rows kept back say, asked before any score."""

from features.errors import InputError
from training.bundle import Bundle


class ModelNotUsableError(InputError):
    """Report that the figures of a model do not support its use; see :func:`doubts_of`."""


def doubts_of(bundle: Bundle) -> tuple[str, ...]:
    """Return the reasons why forecasts of a bundle must not be used, in words; none when they may be.

    The primary horizon decides, or the first one that could be judged. Bundles that hold no verdict, as none
    that training writes, give no reason.
    """
    judged = bundle.evaluation.get("all_rows", {}).get("horizons", {})
    if not judged:
        return ()
    primary = bundle.primary_horizon
    figures = judged[primary] if primary in judged else next(iter(judged.values()))
    if figures.get("usable", True):
        return ()
    return tuple(doubt.get("words", doubt["problem"]) for doubt in figures["doubts"])


def refuse_unusable(bundle: Bundle) -> None:
    """Demand that the figures of a bundle support its use.

    Raises
    ------
    ModelNotUsableError
        If they do not; the message holds every reason.
    """
    doubts = doubts_of(bundle)
    if doubts:
        problem = f"the model is not reliable enough for scores: {'; '.join(doubts)}"
        hint = "more history, more events or better features may help; train again"
        raise ModelNotUsableError(bundle.usecase.name, problem, hint)
