import numpy as np
import pytest
from scipy import stats
from statsmodels.multivariate.manova import MANOVA
from statsmodels.stats.contingency_tables import cochrans_q, mcnemar

from training.statistics.testing import compare_paired

EXACT = 1e-9


def people(seed, n=40, count=2, shift=0.0):
    """Return answers of people who differ from each other more than from themselves."""
    random = np.random.default_rng(seed)
    return 3 * random.normal(size=(n, 1)) + random.normal(size=(n, count)) + shift * np.arange(count)


def test_the_paired_t_test_is_that_of_scipy():
    table = people(1)
    found = compare_paired(table)
    expected = stats.ttest_rel(table[:, 0], table[:, 1])
    assert found.test == "paired t test"
    assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue), rel=EXACT)


def test_wilcoxons_test_is_that_of_scipy():
    random = np.random.default_rng(2)
    table = random.integers(1, 6, (40, 2)).astype(float)
    found = compare_paired(table, "rating")
    expected = stats.wilcoxon(table[:, 0] - table[:, 1], zero_method="pratt")
    assert found.test == "Wilcoxon signed-rank test"
    assert found.p_value == pytest.approx(expected.pvalue, rel=EXACT)
    net = np.sign(table[:, 0] - table[:, 1]).mean()
    assert found.effect.estimate.value == pytest.approx(net)


def test_mcnemars_test_is_that_of_statsmodels():
    random = np.random.default_rng(3)
    table = (random.random((60, 2)) < [0.7, 0.5]).astype(float)
    first, second = table[:, 0] == 1, table[:, 1] == 1
    counts = [
        [(first & second).sum(), (first & ~second).sum()],
        [(~first & second).sum(), (~first & ~second).sum()],
    ]
    found = compare_paired(table, "yes-no")
    assert found.test == "McNemar's exact test"
    assert found.p_value == pytest.approx(mcnemar(np.array(counts), exact=True).pvalue, rel=EXACT)


def test_friedmans_test_is_cochrans_for_yes_and_no():
    table = (np.random.default_rng(4).random((60, 3)) < [0.7, 0.5, 0.4]).astype(float)
    found = compare_paired(table, "yes-no")
    assert found.test == "Friedman test"
    assert found.p_value == pytest.approx(cochrans_q(table).pvalue, rel=EXACT)


def test_hotellings_test_is_that_of_statsmodels():
    table = people(5, count=4, shift=0.1)
    found = compare_paired(table)
    steps = np.diff(table, axis=1)
    expected = (
        MANOVA(steps, np.ones((len(steps), 1))).mv_test().results["x0"]["stat"].loc["Hotelling-Lawley trace"]
    )
    assert found.test == "Hotelling's T squared"
    assert found.statistic == pytest.approx(expected["F Value"], rel=EXACT)
    assert found.p_value == pytest.approx(expected["Pr > F"], rel=1e-6)


def test_pairing_finds_what_other_people_would_hide():
    table = people(6, shift=0.7)
    assert compare_paired(table).p_value < 0.01
    assert stats.ttest_ind(table[:, 0], table[:, 1]).pvalue > 0.05


def test_skewed_differences_ask_for_ranks():
    random = np.random.default_rng(7)
    table = np.column_stack([random.lognormal(0, 1.5, 20), np.zeros(20)])
    found = compare_paired(table)
    assert found.test == "Wilcoxon signed-rank test"
    assert "asks for" in found.because
    three = np.column_stack([table, random.lognormal(0, 1.5, 20)])
    assert compare_paired(three).test == "Friedman test"


def test_a_higher_first_condition_has_a_positive_effect():
    table = people(8, shift=-2)
    assert compare_paired(table).effect.estimate.low > 0
    assert compare_paired(np.round(table), "rating").effect.estimate.value > 0


@pytest.mark.parametrize("values", [np.zeros((4, 2)), np.zeros((20, 1)), np.zeros(20)])
def test_too_few_people_or_conditions(values):
    with pytest.raises(ValueError, match="5 people under two conditions are the least"):
        compare_paired(values)


def test_nobody_changes():
    with pytest.raises(ValueError, match="none of 20 people changes"):
        compare_paired(np.ones((20, 2)))
