import numpy as np
import pytest

from training.assessment.cohort import CohortForecasts, _count, _worths
from training.models.levels import Levels
from training.rows import LabelOutcome


def test_a_declared_recommendation_leads_and_is_told_in_points():
    answers = np.tile(np.arange(11.0), 12)
    levels = Levels.fit(answers, "ordinal", (0, 10))
    worths = _worths(levels, LabelOutcome(answers, "ordinal", (0, 10), metric="nps"))
    assert list(worths) == ["nps", "satisfied", "mean"]
    assert worths["nps"].tolist() == [-100.0] * 7 + [0.0] * 2 + [100.0] * 2
    counted = _count("nps", levels, np.array([6.0, np.nan, 8.0, 9.0]))
    assert counted == pytest.approx([-100.0, np.nan, 0.0, 100.0], nan_ok=True)


def test_a_rating_is_told_as_good_share_and_mean():
    answers = np.repeat([1.0, 2.0, 3.0, 4.0, 5.0], 20)
    levels = Levels.fit(answers, "ordinal", (1, 5))
    worths = _worths(levels, LabelOutcome(answers, "ordinal", (1, 5), metric="csat"))
    assert list(worths) == ["satisfied", "mean"]
    assert worths["satisfied"].tolist() == [0.0, 0.0, 0.0, 1.0, 1.0]
    assert _count("satisfied", levels, np.array([3.0, 4.0])).tolist() == [0.0, 1.0]


def test_groups_of_nps_and_amounts_have_one_measure():
    answers = np.repeat([0.0, 7.0, 9.0], 20)
    groups = Levels.fit(answers, "nps_group")
    assert {name: worth.tolist() for name, worth in _worths(groups, LabelOutcome(answers)).items()} == {
        "nps": [-100.0, 0.0, 100.0]
    }
    assert _count("nps", groups, np.array([7.0, 9.0])).tolist() == [0.0, 100.0]
    amounts = Levels.fit(np.arange(100.0), "numeric")
    assert list(_worths(amounts, LabelOutcome(np.arange(100.0)))) == ["mean"]


def test_splits_are_joined_with_the_measures_that_all_have():
    pair = np.array([[1.0, np.nan], [0.5, 0.5]])
    first = CohortForecasts(np.array([0, 1]), {"satisfied": pair, "mean": pair})
    second = CohortForecasts(np.array([2, 3]), {"mean": pair + 1})
    joined = CohortForecasts.join([first, second])
    assert joined.positions.tolist() == [0, 1, 2, 3]
    assert list(joined.measures) == ["mean"]
    assert joined.measures["mean"][1].tolist() == [0.5, 0.5, 1.5, 1.5]
