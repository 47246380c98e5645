"""The search for a recipe: budgets, the base first, same seed same trials, better than a bad base."""

from dataclasses import replace
from itertools import count
from math import log

import pytest

from features.errors import InputError
from training import tuning
from training.models.recipe import DEFAULT_RECIPE, Recipe
from training.tuning import Budget, SearchPlan, Trial, best_of, search


def _distance(recipe: Recipe) -> float:
    """Return a loss that is least at a known penalty and learning rate, with all members kept."""
    rates = [log(member.learning_rate / 0.1) ** 2 for member in recipe.boosters]
    return log(recipe.inverse_penalties[0] / 0.2) ** 2 + sum(rates) + 3 - len(recipe.boosters)


@pytest.mark.parametrize("text", ["", "soon", "-5", "3.5", "30 trials", "trials", "1e3", "10s"])
def test_a_budget_that_cannot_be_read_is_told(text: str) -> None:
    with pytest.raises(InputError, match=r"--tune: .* is no budget; write seconds \(600\) or trials"):
        Budget.parse(text)


def test_budgets_are_seconds_or_trials_or_none() -> None:
    assert Budget.parse("600") == Budget(seconds=600)
    assert Budget.parse("30trials") == Budget(trials=30)
    assert Budget.parse("0") is None
    assert Budget.parse("0trials") is None


def test_the_base_is_tried_first_and_as_it_is() -> None:
    (only,) = search(DEFAULT_RECIPE, _distance, SearchPlan(Budget(trials=1)))
    assert only.recipe == DEFAULT_RECIPE
    assert only.loss == _distance(DEFAULT_RECIPE)


def test_the_search_comes_closer_to_a_known_optimum() -> None:
    bad = replace(DEFAULT_RECIPE, inverse_penalties=(0.03,))
    trials = search(bad, _distance, SearchPlan(Budget(trials=60)), seed=1)
    assert len(trials) == 60
    assert best_of(trials).loss < 0.5 * trials[0].loss


def test_same_seed_same_trials_and_another_seed_others() -> None:
    def recipes(seed: int) -> list[Recipe]:
        return [
            trial.recipe
            for trial in search(DEFAULT_RECIPE, _distance, SearchPlan(Budget(trials=15)), seed=seed)
        ]

    assert recipes(3) == recipes(3)
    assert recipes(3) != recipes(4)


def test_settings_stay_within_what_trees_take() -> None:
    for trial in search(DEFAULT_RECIPE, _distance, SearchPlan(Budget(trials=40)), seed=5):
        for member in (*trial.recipe.boosters, *trial.recipe.large_boosters):
            assert member.n_leaves >= 2
            assert member.min_leaf_rows >= 1
            assert 0 < member.learning_rate <= 1
            assert 0 < member.feature_share <= 1


def test_seconds_end_the_search_and_the_base_is_always_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count(step=2)  # each look at the clock is two seconds later
    monkeypatch.setattr(tuning, "monotonic", lambda: next(ticks))
    assert len(search(DEFAULT_RECIPE, _distance, SearchPlan(Budget(seconds=1)))) == 1
    assert len(search(DEFAULT_RECIPE, _distance, SearchPlan(Budget(seconds=15)))) == 3


def test_trials_are_told_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    lines, seen = list[str](), list[Trial]()
    trials = search(DEFAULT_RECIPE, _distance, SearchPlan(Budget(trials=3), seen.append), report=lines.append)
    assert tuple(seen) == trials
    assert lines[0] == f"trial 0: {trials[0].loss:.4f}, best {trials[0].loss:.4f}"
    assert len(lines) == 3
    assert capfd.readouterr() == ("", "")


def test_the_earliest_of_equals_is_best() -> None:
    trials = search(DEFAULT_RECIPE, lambda _: 0.5, SearchPlan(Budget(trials=4)))
    assert best_of(trials).number == 0
