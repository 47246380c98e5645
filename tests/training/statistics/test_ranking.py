import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from training.statistics.arrays import Floats
from training.statistics.ranking import Ranking


def _make_rows(
    seed: int, *, n: int = 400, levels: int | None = None, weighted: bool = False
) -> tuple[Floats, Floats, Floats]:
    random = np.random.default_rng(seed)
    forecast = random.beta(1, 3, n) if levels is None else random.integers(1, levels, n) / levels
    target = (random.random(n) < forecast).astype(float)
    weight = random.gamma(1, 1, n) * (random.random(n) < 0.9) if weighted else np.ones(n)
    return target, forecast, weight


@pytest.mark.parametrize("levels", [None, 8])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", range(5))
class TestAgainstReference:
    def test_auc(self, seed, weighted, levels):
        target, forecast, weight = _make_rows(seed, levels=levels, weighted=weighted)
        ranking = Ranking.of(target, forecast)
        found = ranking.weigh(weight[ranking.order][None]).auc()
        assert found == pytest.approx(roc_auc_score(target, forecast, sample_weight=weight), abs=1e-12)

    def test_average_precision(self, seed, weighted, levels):
        target, forecast, weight = _make_rows(seed, levels=levels, weighted=weighted)
        ranking = Ranking.of(target, forecast)
        found = ranking.weigh(weight[ranking.order][None]).average_precision()
        expected = average_precision_score(target, forecast, sample_weight=weight)
        assert found == pytest.approx(expected, abs=1e-12)

    def test_whole_weights_are_repeated_rows(self, seed, weighted, levels):
        target, forecast, _ = _make_rows(seed, n=60, levels=levels)
        counts = np.random.default_rng(seed + 100).integers(0, 4 if weighted else 2, 60)
        ranking = Ranking.of(target, forecast)
        by_weight = ranking.weigh(counts[ranking.order][None].astype(float))
        repeated = Ranking.of(np.repeat(target, counts), np.repeat(forecast, counts))
        by_rows = repeated.weigh(np.ones((1, counts.sum())))
        cuts = np.array([0.1, 0.37, 0.9])
        assert by_weight.auc() == pytest.approx(by_rows.auc(), abs=1e-12)
        assert by_weight.capture(cuts) == pytest.approx(by_rows.capture(cuts), abs=1e-12)
        assert by_weight.gap(cuts) == pytest.approx(by_rows.gap(cuts), abs=1e-12)


def test_many_weightings_at_once_equal_one_at_a_time():
    target, forecast, _ = _make_rows(1, levels=20)
    weights = np.random.default_rng(2).integers(0, 3, (6, 400)).astype(float)
    ranking = Ranking.of(target, forecast)
    together = ranking.weigh(weights)
    singles = [ranking.weigh(row[None]) for row in weights]
    cuts = np.array([0.05, 0.5])
    np.testing.assert_array_equal(together.auc(), np.concatenate([mass.auc() for mass in singles]))
    np.testing.assert_array_equal(
        together.capture(cuts), np.concatenate([mass.capture(cuts) for mass in singles])
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=30), st.randoms())
def test_order_of_rows_changes_no_figure(rows, random):
    def judge(ordered: list[tuple[bool, int]]) -> Floats:
        ranking = Ranking.of([float(event) for event, _ in ordered], [level / 5 for _, level in ordered])
        mass = ranking.weigh(np.ones((1, len(ordered))))
        cuts = np.linspace(0, 1, 4)
        return np.concatenate(
            [mass.auc(), mass.average_precision(), mass.capture(cuts)[0], mass.gap(cuts)[0]]
        )

    shuffled = list(rows)
    random.shuffle(shuffled)
    np.testing.assert_allclose(judge(rows), judge(shuffled), atol=1e-12, equal_nan=True)


def test_capture_of_a_perfect_ranking():
    target = np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    mass = Ranking.of(target, np.linspace(1, 0, 10)).weigh(np.ones((1, 10)))
    np.testing.assert_allclose(mass.capture(np.array([0.1, 0.2, 0.5])), [[0.5, 1.0, 1.0]])


def test_a_tie_across_the_cut_counts_in_proportion():
    mass = Ranking.of([1, 0, 0, 1], [0.5, 0.5, 0.5, 0.5]).weigh(np.ones((1, 4)))
    np.testing.assert_allclose(mass.capture(np.array([0.25])), [[0.25]])


def test_gap_is_positive_where_too_much_was_forecast():
    mass = Ranking.of([0, 1, 0, 0], [0.9, 0.9, 0.1, 0.1]).weigh(np.ones((1, 4)))
    np.testing.assert_allclose(mass.gap(np.array([0.0, 0.5, 1.0])), [[0.4, 0.1]])


def test_amounts_run_with_the_ranking():
    ranking = Ranking.of([1, 0, 1], [0.2, 0.9, 0.2])
    running = ranking.weigh_amount(np.ones((1, 3)), np.array([10.0, 1.0, 5.0])[ranking.order])
    np.testing.assert_allclose(running, [[0.0, 1.0, 16.0]])


@pytest.mark.parametrize("target", [[0, 0, 0], [1, 1, 1]])
def test_one_class_has_no_auc(target):
    assert np.isnan(Ranking.of(target, [0.1, 0.2, 0.3]).weigh(np.ones((1, 3))).auc()).all()


def test_no_event_captures_nothing_that_could_be_named():
    mass = Ranking.of([0, 0], [0.1, 0.2]).weigh(np.ones((1, 2)))
    assert np.isnan(mass.capture(np.array([0.5]))).all()
    assert np.isnan(mass.average_precision()).all()


def test_both_lengths_are_named():
    with pytest.raises(ValueError, match="target has 2 rows where 3 are needed"):
        Ranking.of([0, 1], [0.1, 0.2, 0.3])
