"""Why the score of one entity is another one than before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from features.usecase import Language
from training.bundle import Bundle
from training.change.effects import DriverEffect, list_drivers
from training.change.splitting import split_change
from training.reasons import describe_change
from training.scoring import IndividualScoreRefusedError, Value
from training.text_names import read_topic_labels


@dataclass(frozen=True)
class Change:
    """Hold a change of a score and what it is made of.

    ``before + sum of the drivers' effects + model_effect == after`` to 1e-9, and for a risk the same in
    log-odds.

    Attributes
    ----------
    before, after
        Probability of the event inside the horizon, or the expected answer.
    log_odds_before, log_odds_after
        The same in calibrated log-odds; None for an answer.
    drivers
        What changed features did, largest first.
    model_effect, model_log_odds
        What the other model did to the same row; 0 for one and the same model.
    """

    horizon: str
    before: float
    after: float
    log_odds_before: float | None
    log_odds_after: float | None
    drivers: tuple[DriverEffect, ...]
    model_effect: float
    model_log_odds: float | None

    @property
    def is_rating(self) -> bool:
        """Tell whether the score is an expected answer."""
        return self.log_odds_before is None

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "horizon": self.horizon,
            "unit": "answer" if self.is_rating else "probability",
            "before": self.before,
            "after": self.after,
            "log_odds_before": self.log_odds_before,
            "log_odds_after": self.log_odds_after,
            "drivers": [driver.to_json() for driver in self.drivers],
            "model": {"effect": self.model_effect, "log_odds": self.model_log_odds},
        }


def explain_change(
    old: Bundle,
    new: Bundle,
    before: Mapping[str, Value],
    after: Mapping[str, Value],
    *,
    horizon: str | None = None,
    language: Language = "en",
) -> Change:
    """Split the change of one score into what changed features did and what the changed model did.

    See :func:`training.change.splitting.split_change` for the rule.

    Parameters
    ----------
    old, new
        The model of each side; the same one if it did not change.
    before, after
        The row of each side: feature values by name, None where missing.
    horizon
        Name of a horizon that both models know; the newer one's primary horizon if absent.

    Raises
    ------
    IndividualScoreRefusedError
        If one of the use cases is about employees: see :func:`training.change.explain_group_change`.
    InputError
        If the models do not forecast the same.
    ModelNotUsableError
        If the figures of one of them do not support its use.
    """
    for bundle in (old, new):
        if bundle.usecase.privacy.is_about_employees:
            problem = "changes of single employees are not explained"
            raise IndividualScoreRefusedError(bundle.usecase.name, problem, "ask for a group")
    columns = [{name: [value] for name, value in row.items()} for row in (before, after)]
    split = split_change(old, new, columns[0], columns[1], horizon)
    score, log_odds = split.to_score(), None if split.is_rating else split.by_feature[0]
    topics = read_topic_labels(new.facts.get("texts"))
    words = [
        describe_change(one, before.get(one.name), after.get(one.name), new.usecase, language, topics)
        for one in split.catalogue
    ]
    return Change(
        horizon=split.horizon,
        before=float(score.before[0]),
        after=float(score.after[0]),
        log_odds_before=None if split.is_rating else float(split.before[0]),
        log_odds_after=None if split.is_rating else float(split.after[0]),
        drivers=list_drivers(
            split.catalogue, new.usecase, score.by_feature[0], log_odds, words, language, topics
        ),
        model_effect=float(score.by_model[0]),
        model_log_odds=None if split.is_rating else float(split.by_model[0]),
    )
