import pytest

from training.card.figures import read_all, read_figure
from training.statistics import Estimate


@pytest.mark.parametrize("value", [0.5, None])
def test_what_does_not_exist_stays_none(value):
    figure = read_figure({"value": value, "low": None, "high": None, "n": 4})
    assert (figure.value, figure.low, figure.n) == (value, None, 4)


def test_figures_keep_their_names():
    found = read_all(
        {"auc": Estimate(0.7, 0.6, 0.8, 100).to_json(), "ece": Estimate(0.1, 0.0, 0.2, 9).to_json()}
    )
    assert {name: (one.low, one.n) for name, one in found.items()} == {"auc": (0.6, 100), "ece": (0.0, 9)}
