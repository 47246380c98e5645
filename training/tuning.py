"""Search the settings of a recipe for one data set, within a number of trials or of seconds."""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Self

import optuna

from features.errors import InputError
from features.progress import Report, silent
from training.models.recipe import BoosterSettings, Recipe

_SPELLING = re.compile(r"(\d{1,7})(trials)?")


@dataclass(frozen=True)
class Budget:
    """Hold how long a search may go on: trials, the same on every machine, or seconds, which are not."""

    seconds: float | None = None
    trials: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read ``600`` as seconds and ``30trials`` as trials; 0 of either is no search.

        Raises
        ------
        InputError
            If it is spelled in another way.
        """
        match = _SPELLING.fullmatch(text.strip())
        if match is None:
            raise InputError("--tune", f"{text!r} is no budget", "write seconds (600) or trials (30trials)")
        count = int(match[1])
        if not count:
            return None
        return cls(trials=count) if match[2] else cls(seconds=count)


@dataclass(frozen=True)
class SearchPlan:
    """Say that there is to be a search, how long, and who wants to know of each trial when it is over."""

    budget: Budget
    on_trial: Callable[["Trial"], None] = lambda _: None


@dataclass(frozen=True)
class Trial:
    """Hold one recipe that was tried.

    Attributes
    ----------
    number
        From 0, the recipe that the search started from.
    parameters
        What differs from that recipe: factors of its settings, and which tree members stay.
    """

    number: int
    recipe: Recipe
    loss: float
    seconds: float
    parameters: dict[str, Any]


def search(
    base: Recipe,
    objective: Callable[[Recipe], float],
    plan: SearchPlan,
    *,
    seed: int = 0,
    report: Report = silent,
) -> tuple[Trial, ...]:
    """Try recipes around a base, the base first.

    Proposals come from a tree-structured Parzen estimator (Bergstra et al., 2011).

    The best loss of a search flatters: whether its recipe is better has to be judged on rows that
    ``objective`` never saw.

    Parameters
    ----------
    objective
        The loss of a recipe; smaller is better.
    plan
        A trial that has begun is ended, so seconds are passed by up to one trial. The base is
        trial 0 and counts.
    """
    study = _quiet_study(seed)
    start, trials = monotonic(), list[Trial]()
    study.enqueue_trial(_as_base(base))
    while _may_go_on(plan.budget, len(trials), monotonic() - start):
        asked, began = study.ask(), monotonic()
        recipe = _vary(base, asked)
        loss = objective(recipe)
        study.tell(asked, loss)
        trial = Trial(len(trials), recipe, loss, monotonic() - began, dict(asked.params))
        trials.append(trial)
        report(f"trial {trial.number}: {loss:.4f}, best {best_of(trials).loss:.4f}")
        plan.on_trial(trial)
    return tuple(trials)


def best_of(trials: tuple[Trial, ...] | list[Trial]) -> Trial:
    """Return the trial with the least loss, the earliest of equals."""
    return min(trials, key=lambda trial: (trial.loss, trial.number))


def _may_go_on(budget: Budget, n_trials: int, seconds: float) -> bool:
    """Tell whether another trial may begin; the base always may."""
    if budget.trials is not None and n_trials >= budget.trials:
        return False
    return not n_trials or budget.seconds is None or seconds < budget.seconds


def _quiet_study(seed: int) -> optuna.Study:
    """Return a study in memory that writes nothing to the console."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))


def _as_base(base: Recipe) -> dict[str, Any]:
    """Return the parameters that leave the base as it is."""
    factors = ("penalty", "leaves", "rate", "share", "leaf_rows", "l2")
    return dict.fromkeys(factors, 1.0) | {f"has_{name}": True for name in _names(base)}


def _vary(base: Recipe, asked: optuna.Trial) -> Recipe:
    """Return the base with the factors of a trial."""
    penalty = asked.suggest_float("penalty", 0.1, 10.0, log=True)
    factors = {
        "leaves": asked.suggest_float("leaves", 0.5, 4.0, log=True),
        "rate": asked.suggest_float("rate", 0.25, 4.0, log=True),
        "share": asked.suggest_float("share", 0.4, 2.5, log=True),
        "leaf_rows": asked.suggest_float("leaf_rows", 0.25, 4.0, log=True),
        "l2": asked.suggest_float("l2", 0.1, 10.0, log=True),
    }
    kept = {name for name in _names(base) if asked.suggest_categorical(f"has_{name}", [True, False])}
    return replace(
        base,
        inverse_penalties=tuple(value * penalty for value in base.inverse_penalties),
        boosters=tuple(_scale(b, factors) for b in base.boosters if b.name in kept),
        large_boosters=tuple(_scale(b, factors) for b in base.large_boosters if b.name in kept),
    )


def _names(base: Recipe) -> list[str]:
    """Return the names of all tree members."""
    return [settings.name for settings in (*base.boosters, *base.large_boosters)]


def _scale(settings: BoosterSettings, factors: dict[str, float]) -> BoosterSettings:
    """Return a tree member with its settings multiplied, within what LightGBM takes."""
    return replace(
        settings,
        n_leaves=max(2, round(settings.n_leaves * factors["leaves"])),
        learning_rate=min(1.0, settings.learning_rate * factors["rate"]),
        feature_share=min(1.0, settings.feature_share * factors["share"]),
        min_leaf_rows=max(1, round(settings.min_leaf_rows * factors["leaf_rows"])),
        l2=settings.l2 * factors["l2"],
    )
