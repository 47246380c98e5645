import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from features.leaks.evidence import assign_folds, encode, find_settled, measure_auc, predict_rates


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("levels", [3, 1_000_000], ids=["ties", "no ties"])
def test_auc_is_that_of_others(seed, levels):
    rng = np.random.default_rng(seed)
    target = (rng.random(300) < 0.3).astype(np.int8)
    score = np.floor((rng.normal(size=300) + target) * levels)
    expected = roc_auc_score(target, score)
    assert measure_auc(score, target).value == pytest.approx(max(expected, 1 - expected))
    assert measure_auc(-score, target).value == pytest.approx(max(expected, 1 - expected))


@pytest.mark.parametrize("label", [0, 1])
def test_auc_of_one_class_says_nothing(label):
    assert measure_auc(np.arange(5.0), np.full(5, label, np.int8)).value == 0.5


def test_standard_error_of_auc_is_the_spread_over_samples():
    areas, errors = [], []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        target = np.repeat([0, 1], [150, 50]).astype(np.int8)
        found = measure_auc(rng.normal(size=200) + target, target)
        areas.append(found.value)
        errors.append(found.standard_error)
    assert np.mean(areas) == pytest.approx(norm.cdf(1 / np.sqrt(2)), abs=0.01)
    assert np.mean(errors) == pytest.approx(np.std(areas), rel=0.15)


def test_codes_of_texts_and_numbers():
    assert encode(np.array(["b", None, "a", "b"], object)).tolist() == [2, 0, 1, 2]
    assert encode(np.array([3.0, np.nan, 1.0, 3.0])).tolist() == [2, 0, 1, 2]


def test_many_numbers_share_bins_of_equal_size():
    codes = encode(np.random.default_rng(0).permutation(2_000).astype(float))
    assert np.bincount(codes)[1:].tolist() == [100] * 20


def test_a_frequent_number_keeps_its_rows_together():
    values = np.concatenate([np.zeros(900), np.arange(1.0, 101.0)])
    codes = encode(values)
    assert len(set(codes[:900])) == 1
    assert (np.diff(codes[np.argsort(values, kind="stable")]) >= 0).all()


def test_nothing_but_missing_values():
    assert encode(np.full(3, np.nan)).tolist() == [0, 0, 0]
    assert encode(np.array([None, None], object)).tolist() == [0, 0]


def test_folds_keep_groups_together_and_are_even():
    groups = np.repeat(np.arange(100), 3)
    folds = assign_folds(groups)
    assert all(len(set(folds[groups == group])) == 1 for group in range(100))
    assert np.bincount(folds).tolist() == [60] * 5
    assert (assign_folds(groups) == folds).all()


def test_rates_never_look_at_the_own_fold():
    codes = np.arange(100)
    target = np.tile([0, 1], 50).astype(np.int8)
    rates = predict_rates(codes, target, assign_folds(np.arange(100)))
    assert np.abs(rates).max() < 1e-12


def test_rates_of_noise_say_nothing():
    rng = np.random.default_rng(1)
    target = (rng.random(4_000) < 0.3).astype(np.int8)
    folds = assign_folds(np.arange(4_000))
    for levels in (2, 40, 1_000):
        codes = rng.integers(0, levels, 4_000)
        assert measure_auc(predict_rates(codes, target, folds), target).value < 0.55


def test_rates_follow_the_label():
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 2, 1_000)
    target = (rng.random(1_000) < np.where(codes, 0.9, 0.1)).astype(np.int8)
    rates = predict_rates(codes, target, assign_folds(np.arange(1_000)))
    assert rates[codes == 1].min() > rates[codes == 0].max()


def settled(counts):
    """Return what is found for codes with (positives, negatives) rows each."""
    codes = np.concatenate([np.full(sum(pair), code) for code, pair in enumerate(counts)])
    target = np.concatenate([np.repeat([1, 0], pair) for pair in counts]).astype(np.int8)
    return find_settled(codes, target)


def test_settled_values():
    found = settled([(0, 0), (100, 0), (0, 600), (100, 200)])
    assert (found.always, found.never) == ((1,), (2,))
    assert found.share_of_positives == pytest.approx(0.5)
    assert found.share_of_negatives == pytest.approx(0.75)
    assert found.share_of_rows == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("counts", "always", "never"),
    [
        ([(10, 0), (100, 300)], (), ()),  # ten rows may all be positive by chance
        ([(95, 5), (100, 300)], (), ()),  # nearly always is not always
        ([(0, 30), (100, 300)], (), ()),  # thirty rows may all be negative by chance
        ([(20, 980), (200, 800)], (), ()),  # two in a hundred is not never
        ([(150, 0), (1_700, 100)], (), ()),  # where all but a few are positive, a pure value is no wonder
        ([(4_000, 1), (4_000, 900)], (0,), ()),
        ([(1, 4_000), (900, 4_000)], (), (0,)),
    ],
)
def test_what_counts_as_settled(counts, always, never):
    found = settled(counts)
    assert (found.always, found.never) == (always, never)
