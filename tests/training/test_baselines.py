import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from features.catalogue import Feature
from features.errors import TooFewEventsError
from training.baselines import fit_answer_baselines, fit_baselines, last_score
from training.evaluation import evaluate
from training.statistics import Floats

FEATURES = (
    Feature("o_usage.count_90d", "number", "usage"),
    Feature("x_surveys.nps.last", "number", "surveys", "X"),
    Feature("o_customers.plan", "category", "customers"),
)


def _make_rows(seed: int, n: int = 3000) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    usage, nps, plan = (
        random.normal(0, 1, n),
        random.integers(0, 11, n).astype(float),
        random.integers(0, 3, n),
    )
    log_odds = -1 - usage + 0.3 * (5 - nps) + np.array([0, 1.5, -1])[plan]
    target = (random.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)
    nps[random.random(n) < 0.4] = np.nan
    return np.column_stack([usage, nps, plan]), target


def test_the_prior_is_the_weighted_share_of_training():
    rows, target = _make_rows(1)
    weight = 1 + target
    found = fit_baselines(rows, FEATURES, target, weight)["prior"](rows[:4])
    np.testing.assert_allclose(found, np.full(4, np.average(target, weights=weight)))


def test_more_knowledge_ranks_better_on_new_rows():
    known_rows, known_target = _make_rows(2)
    rules = fit_baselines(known_rows, FEATURES, known_target)
    rows, target = _make_rows(3)
    forecasts = {name: rule(rows) for name, rule in rules.items()}
    assert list(forecasts) == ["prior", "last_score", "logistic"]
    found = evaluate(target, forecasts["logistic"], baselines=forecasts, n_draws=100)
    assert found.baselines["last_score"].is_better
    assert found.baselines["prior"].log_loss.value < found.baselines["last_score"].log_loss.value
    assert found.is_usable


def test_the_score_rule_reads_the_score_alone():
    rows, target = _make_rows(4)
    rule = fit_baselines(rows, FEATURES, target)["last_score"]
    other = rows.copy()
    other[:, [0, 2]] = 0.0
    np.testing.assert_array_equal(rule(rows), rule(other))
    low, high = rule(np.array([[0.0, 1.0, 0.0], [0.0, 9.0, 0.0]]))
    assert low > high


def test_a_missing_score_gets_the_share_of_those_without_one():
    rows, target = _make_rows(5, 20_000)
    silent = np.isnan(rows[:, 1])
    found = fit_baselines(rows, FEATURES, target)["last_score"](rows[silent][:1])
    assert found[0] == pytest.approx(target[silent].mean(), abs=0.01)


def test_the_logistic_baseline_is_one_on_standardised_and_one_hot_columns():
    rows, target = _make_rows(6, 800)
    rows[:, 1] = np.nan_to_num(rows[:, 1], nan=5.0)
    scaled = StandardScaler().fit_transform(rows[:, :2])
    columns = np.column_stack([scaled, rows[:, [2]] == np.arange(3)])
    reference = (
        LogisticRegression(tol=1e-10, max_iter=10_000).fit(columns, target).predict_proba(columns)[:, 1]
    )
    np.testing.assert_allclose(fit_baselines(rows, FEATURES, target)["logistic"](rows), reference, atol=1e-5)


def test_levels_and_gaps_that_training_did_not_have():
    rows, target = _make_rows(7, 300)
    rows[:, 1] = 5.0
    rule = fit_baselines(rows, FEATURES, target)["logistic"]
    found = rule(np.array([[0.0, np.nan, 17.0], [np.nan, 5.0, np.nan]]))
    assert np.isfinite(found).all()


def test_a_column_without_any_value():
    rows, target = _make_rows(8, 300)
    rows[:, 1] = np.nan
    rules = fit_baselines(rows, FEATURES, target)
    np.testing.assert_allclose(rules["last_score"](rows[:2]), np.full(2, target.mean()), atol=0.01)


class TestLastScore:
    def test_of_several_the_one_that_most_rows_have(self):
        features = [
            Feature(f"x_surveys.{name}.last", "number", "surveys", "X") for name in ("nps", "csat", "ces")
        ]
        rows = np.array([[1.0, 2.0, np.nan], [np.nan, 3.0, 1.0], [np.nan, 1.0, np.nan]])
        assert last_score(rows, features) == 1

    @pytest.mark.parametrize(
        "feature",
        [
            Feature("o_usage.count.last", "number", "usage"),
            Feature("x_surveys.topic.last", "category", "surveys", "X"),
            Feature("x_surveys.nps.mean_90d", "number", "surveys", "X"),
        ],
    )
    def test_what_is_none(self, feature):
        assert last_score(np.zeros((2, 1)), [feature]) is None
        target = np.array([0.0, 1.0])
        assert "last_score" not in fit_baselines(np.array([[0.0], [1.0]]), [feature], target)


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_is_one_line(label):
    with pytest.raises(TooFewEventsError, match=f"target: all 3 training rows have the label {label}; "):
        fit_baselines(np.zeros((3, 3)), FEATURES, [label] * 3)


def test_both_shapes_are_named():
    with pytest.raises(ValueError, match=r"rows have the shape \(2, 2\) where \(2, 3\) is needed"):
        fit_baselines(np.zeros((2, 2)), FEATURES, [0, 1])


class TestAnswers:
    features = (
        Feature("x_surveys.csat.last", "number", "surveys", data="X"),
        Feature("o_use", "number", "crm"),
        Feature("o_plan", "category", "crm"),
    )

    def world(self):
        chance = np.random.default_rng(0)
        matrix = np.column_stack(
            [chance.integers(1, 6, 300), chance.normal(size=300), chance.integers(0, 3, 300)]
        ).astype(np.float64)
        answers = 3.0 + matrix[:, 1] + 0.5 * (matrix[:, 2] == 1)
        matrix[::4, 0] = np.nan
        return matrix, answers

    def test_the_prior_is_the_weighted_mean(self):
        matrix, answers = self.world()
        rules = fit_answer_baselines(matrix, self.features, answers, np.arange(300.0))
        assert rules["prior"](matrix[:2]) == pytest.approx(
            [np.average(answers, weights=np.arange(300.0))] * 2
        )

    def test_the_last_answer_to_the_same_question_is_carried_forward(self):
        matrix, answers = self.world()
        rules = fit_answer_baselines(matrix, self.features, answers, question="surveys.csat")
        carried = rules["last_score"](matrix)
        assert carried[1] == matrix[1, 0]
        assert carried[0] == pytest.approx(answers.mean())
        worth = fit_answer_baselines(
            matrix, self.features, answers, question="surveys.csat", worth=lambda last: 10 * last
        )
        assert worth["last_score"](matrix)[1] == 10 * matrix[1, 0]

    def test_another_question_is_not_carried_forward(self):
        matrix, answers = self.world()
        assert "last_score" not in fit_answer_baselines(
            matrix, self.features, answers, question="surveys.nps"
        )

    def test_the_linear_rule_finds_lines_and_stays_inside_the_range(self):
        matrix, answers = self.world()
        linear = fit_answer_baselines(matrix, self.features, answers)["linear"]
        assert np.corrcoef(linear(matrix), answers)[0, 1] > 0.98
        far = np.array([[3.0, 90.0, 1.0], [3.0, -90.0, np.nan]])
        assert linear(far).tolist() == [answers.max(), answers.min()]
