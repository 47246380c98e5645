"""Why the mean score of a group is another one: who came and went, and what changed in those who stayed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.usecase import Language
from training.bundle import Bundle
from training.change.effects import DriverEffect, list_drivers
from training.change.splitting import Columns, Split, split_change
from training.disclosure import shown_groups
from training.models.odds import Floats
from training.reasons import driver_label
from training.scoring import IndividualScoreRefusedError
from training.text_names import read_topic_labels

Names = NDArray[np.object_]


@dataclass(frozen=True)
class Snapshot:
    """Hold everybody in the cohort on one day.

    Attributes
    ----------
    day
        The day, for messages.
    entity, group
        Who they are, and the group of each in one cut; None where it is not known.
    columns
        Feature values by name.
    """

    day: str
    entity: Names
    group: Names
    columns: Columns

    def take(self, rows: NDArray[np.intp]) -> Columns:
        """Return the features of some of them."""
        return {name: np.asarray(column)[rows] for name, column in self.columns.items()}


@dataclass(frozen=True)
class GroupChange:
    """Hold a change of a group's mean score and what it is made of, all in the unit of the score.

    ``before + drivers + model_effect + moved_effect == after`` to 1e-9.

    Attributes
    ----------
    n_before, n_after, n_stayed
        People in the group on each day, and on both.
    drivers
        What changed in those who stayed, largest first; None where they are too few to speak of drivers.
    features_effect
        The same over all drivers.
    model_effect
        What the other model did to those who stayed.
    joined_effect, left_effect
        What those who came, and those who went, did by being unlike those who stayed; None where one of them
        is a group too small to be shown.
    moved_effect
        Both together.
    """

    group: str
    horizon: str
    is_rating: bool
    n_before: int
    n_after: int
    n_stayed: int
    before: float
    after: float
    drivers: tuple[DriverEffect, ...] | None
    features_effect: float
    model_effect: float
    joined_effect: float | None
    left_effect: float | None
    moved_effect: float

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "group": self.group,
            "horizon": self.horizon,
            "unit": "answer" if self.is_rating else "probability",
            "people": {"before": self.n_before, "after": self.n_after, "stayed": self.n_stayed},
            "before": self.before,
            "after": self.after,
            "features": {"effect": self.features_effect},
            "drivers": None if self.drivers is None else [driver.to_json() for driver in self.drivers],
            "model": {"effect": self.model_effect},
            "moved": {
                "effect": self.moved_effect,
                "joined": self.joined_effect,
                "left": self.left_effect,
            },
        }


def explain_group_change(
    old: Bundle,
    new: Bundle,
    before: Snapshot,
    after: Snapshot,
    group: str,
    *,
    horizon: str | None = None,
    minimum_group: int = 0,
    language: Language = "en",
) -> GroupChange:
    """Split the change of a group's mean score into who joined and left and what changed in those who stayed.

    With means S of those who stayed, J of those who joined and L of those who left: the change is ``S' - S``,
    plus ``(J' - S')`` times the share of joiners after, minus ``(L - S)`` times the share of leavers before.
    ``S' - S`` is the mean of what :func:`training.change.splitting.split_change` finds for each of them.

    Parameters
    ----------
    old, new
        The model of each side.
    before, after
        Everybody in the cohort on each side.
    group
        Name of the group.
    horizon
        Name of a horizon that both models know; the newer one's primary horizon if absent.
    minimum_group
        Fewest people that are spoken of; never less than the use cases ask for.

    Raises
    ------
    IndividualScoreRefusedError
        If the group may not be shown on both days, or so few stayed, or came and went, that something could
        be told of one of them.
    InputError
        If the models do not forecast the same.
    ModelNotUsableError
        If the figures of one of them do not support its use.
    """
    privacy = [bundle.usecase.privacy for bundle in (old, new)]
    minimum = max(minimum_group, *(one.minimum_group for one in privacy))
    for side in (before, after):
        _demand_shown(side, group, minimum)
    rows_before, rows_after = (np.flatnonzero(side.group == group) for side in (before, after))
    _, at_before, at_after = np.intersect1d(
        before.entity[rows_before].astype(str), after.entity[rows_after].astype(str), return_indices=True
    )
    n_joined, n_left = rows_after.size - at_after.size, rows_before.size - at_before.size
    _demand_safe(group, at_before.size, n_joined + n_left, minimum)
    stayed = split_change(
        old, new, before.take(rows_before[at_before]), after.take(rows_after[at_after]), horizon
    ).to_score()
    all_before = _scores(old, before.take(rows_before), stayed.horizon)
    all_after = _scores(new, after.take(rows_after), stayed.horizon)
    joined, left = all_after.mean() - stayed.after.mean(), stayed.before.mean() - all_before.mean()
    is_told = all(n == 0 or n >= minimum for n in (n_joined, n_left))
    has_drivers = at_before.size >= max(one.minimum_group_drivers for one in privacy)
    return GroupChange(
        group=group,
        horizon=stayed.horizon,
        is_rating=stayed.is_rating,
        n_before=rows_before.size,
        n_after=rows_after.size,
        n_stayed=at_before.size,
        before=float(all_before.mean()),
        after=float(all_after.mean()),
        drivers=_drivers(stayed, new, language) if has_drivers else None,
        features_effect=float(stayed.by_feature.mean(axis=0).sum()),
        model_effect=float(stayed.by_model.mean()),
        joined_effect=float(joined) if is_told else None,
        left_effect=float(left) if is_told else None,
        moved_effect=float(joined + left),
    )


def _demand_shown(side: Snapshot, group: str, minimum: int) -> None:
    """Demand that a group may be shown beside the others and the total."""
    names = [str(name) for name in side.group if name is not None]
    sizes = {name: names.count(name) for name in sorted(set(names))}
    shown = shown_groups(sizes, minimum, n_without=side.group.size - len(names))
    if group not in shown:
        rule = f"a group takes {minimum} people, and so do all who are hidden"
        problem = f"'{group}' is not shown on {side.day}: {rule}"
        known = f"name one of {', '.join(shown)}" if shown else "there is no group that may be shown"
        raise IndividualScoreRefusedError("--group", problem, known)


def _demand_safe(group: str, n_stayed: int, n_moved: int, minimum: int) -> None:
    """Refuse what could be taken apart: the mean of few movers follows from those of all and of the rest."""
    if n_stayed < minimum:
        problem = f"fewer than {minimum} people were in '{group}' on both days"
    elif 0 < n_moved < minimum:
        problem = f"fewer than {minimum} people joined or left '{group}': their scores could be worked out"
    else:
        return
    raise IndividualScoreRefusedError("--group", problem, "choose other days, or a larger group")


def _scores(bundle: Bundle, columns: Columns, horizon: str) -> Floats:
    """Return the probability inside the horizon, or the expected answer, of each row."""
    matrix = bundle.encoder.encode(columns).matrix
    return bundle.expected(matrix, horizon)


def _drivers(stayed: Split, new: Bundle, language: Language) -> tuple[DriverEffect, ...]:
    """Return the mean effect of each driver over those who stayed."""
    topics = read_topic_labels(new.facts.get("texts"))
    words = [driver_label(feature, new.usecase, language, topics) for feature in stayed.catalogue]
    effects = stayed.by_feature.mean(axis=0)
    return list_drivers(stayed.catalogue, new.usecase, effects, None, words, language, topics)
