import numpy as np
import pytest

from features.catalogue import Catalogue
from tests.training.answer_world import make_answers
from tests.training.breakdown.worlds import LIGHT, make_table
from training.breakdown.parts import judge_parts
from training.breakdown.trials import Trials, keep_features


def judge(rows, seed=0):
    trials = Trials.of(rows, LIGHT, seed)
    return judge_parts(trials, trials.forecast())


class TestWorlds:
    def test_where_x_tells_something_it_adds(self):
        found = judge(make_table(x_effect=1.2))
        assert found["state"] == "compared"
        assert found["x_adds"]["log_loss"]["high"] < 0
        assert found["x_adds"]["auc"]["low"] > 0
        assert found["o_adds"]["log_loss"]["high"] < 0

    def test_where_x_tells_nothing_it_adds_nothing(self):
        """Over several worlds, as one interval may miss zero by chance."""
        found = [
            judge(make_table(600, x_effect=0.0, seed=seed), seed)["x_adds"]["log_loss"] for seed in range(6)
        ]
        assert sum(one["high"] < 0 for one in found) <= 1

    def test_differences_are_those_of_the_figures_on_the_same_rows(self):
        found = judge(make_table(x_effect=0.5))
        both, alone = found["features"]["X+O"], found["features"]["O"]
        for name in ("log_loss", "auc"):
            difference = both[name]["value"] - alone[name]["value"]
            assert found["x_adds"][name]["value"] == pytest.approx(difference)
        width = both["auc"]["high"] - both["auc"]["low"]
        assert found["x_adds"]["auc"]["high"] - found["x_adds"]["auc"]["low"] < width

    def test_answers_have_the_figures_of_answers(self):
        found = judge(make_answers(120))
        assert set(found["x_adds"]) == {"rps", "rank_correlation"}
        assert found["x_adds"]["rps"]["high"] < 0
        assert found["n_features"] == {"O": 3, "X": 1}


class TestNothingToCompare:
    def test_one_kind_of_features_is_said_and_nothing_is_fitted(self):
        rows = keep_features(make_table(), ["use", "noise_0"])
        found = judge_parts(Trials.of(rows, LIGHT), None)
        assert found == {"state": "one_kind", "horizon": "outcome", "n_features": {"O": 2, "X": 0}}

    def test_too_few_events_are_said(self):
        assert judge(make_table(60))["state"] == "too_few"


def test_features_are_kept_in_the_order_of_the_catalogue_with_their_directions():
    rows = make_table(20)
    directed = type(rows)(**{**vars(rows), "directions": (1, -1, 0)})
    kept = keep_features(directed, ["noise_0", "use"])
    assert kept.catalogue == Catalogue(tuple(one for one in rows.catalogue if one.name != "mood"))
    assert (list(kept.columns), kept.directions) == (["use", "noise_0"], (1, 0))
    np.testing.assert_array_equal(kept.entity, rows.entity)
