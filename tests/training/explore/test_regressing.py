import json

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.miscmodels.ordinal_model import OrderedModel

from features.errors import InputError
from tests.training.explore.tables import number, survey, table_of, words, yes_no
from training.explore import regress
from training.explore.design import inflation
from training.explore.models import fit
from training.statistics.relative_weights import relative_weights

EXACT = 1e-9


def planted(seed=0, n=400):
    """Return a table in which y is 2 a - b + noise, and c is nothing."""
    random = np.random.default_rng(seed)
    a, b, c = random.normal(size=(3, n))
    y = 2 * a - b + random.normal(size=n)
    plan = random.choice(["basic", "gold"], n, p=[0.6, 0.4])
    return table_of(
        number("y", y),
        number("a", a),
        number("b", b),
        number("c", c),
        words("plan", plan),
        yes_no("up", y > 0),
    )


def coefficients_of(answer):
    return {one["term"]: one for one in answer.content["coefficients"]}


class TestLinear:
    def test_planted_slopes_are_found_and_nothing_else(self):
        found = coefficients_of(regress(planted(), "y", ["a", "b", "c"]))
        assert found["a"]["raw"]["low"] < 2 < found["a"]["raw"]["high"]
        assert found["b"]["raw"]["low"] < -1 < found["b"]["raw"]["high"]
        assert [term for term, one in found.items() if one["p_adjusted"] <= 0.05] == ["a", "b"]

    def test_it_is_that_of_statsmodels_with_hc3(self):
        table = planted()
        matrix = np.column_stack([table.column(name).amounts() for name in "abc"])
        expected = sm.OLS(table.column("y").amounts(), sm.add_constant(matrix)).fit(
            cov_type="HC3", use_t=True
        )
        found = list(coefficients_of(regress(table, "y", ["a", "b", "c"])).values())
        assert [one["raw"]["value"] for one in found] == pytest.approx(expected.params[1:], rel=EXACT)
        assert [one["p_value"] for one in found] == pytest.approx(expected.pvalues[1:], rel=EXACT)
        ends = [(one["raw"]["low"], one["raw"]["high"]) for one in found]
        assert np.array(ends) == pytest.approx(expected.conf_int()[1:], rel=1e-6)

    def test_rows_of_the_same_people_widen_the_range(self):
        random = np.random.default_rng(1)
        people = np.repeat(np.arange(60), 8)
        a = random.normal(size=60)[people]
        y = random.normal(size=60)[people] + 0.3 * random.normal(size=480)
        table = table_of(number("y", y), number("a", a), number("who", people))
        plain = coefficients_of(regress(table, "y", ["a"]))["a"]["raw"]
        within = coefficients_of(regress(table, "y", ["a"], person="who"))["a"]["raw"]
        assert within["value"] == pytest.approx(plain["value"])
        assert within["high"] - within["low"] > 2 * (plain["high"] - plain["low"])

    def test_standardised_slopes_are_those_of_standardised_columns(self):
        def scale(x):
            return (x - x.mean()) / x.std()

        table = planted()
        matrix = np.column_stack([scale(table.column(name).amounts()) for name in "ab"])
        expected = np.linalg.lstsq(matrix, scale(table.column("y").amounts()), rcond=None)[0]
        found = list(coefficients_of(regress(table, "y", ["a", "b"])).values())
        assert [one["standardised"]["value"] for one in found] == pytest.approx(expected, rel=1e-6)

    def test_relative_weights_add_up_to_r_squared(self):
        table = planted()
        answer = regress(table, "y", ["a", "b", "c"])
        weights = answer.content["relative_weights"]
        joint = np.corrcoef([table.column(name).amounts() for name in ("a", "b", "c", "y")])
        expected = relative_weights(joint[:3, :3], joint[:3, 3])
        assert [weights[name]["value"] for name in "abc"] == pytest.approx(expected.tolist(), rel=1e-9)
        assert sum(one["value"] for one in weights.values()) == pytest.approx(answer.content["explained"])
        assert weights["a"]["low"] > weights["c"]["high"]

    def test_a_category_is_held_against_its_largest_level(self):
        found = coefficients_of(regress(planted(), "y", ["plan"]))
        assert list(found) == ["plan = gold (against basic)"]

    def test_sentences_are_plain(self):
        answer = regress(planted(), "y", ["a", "c"])
        value = coefficients_of(answer)["a"]["raw"]["value"]
        assert answer.findings[0].startswith(f"For one more in 'a', 'y' is {value:.3g} (likely ")
        assert answer.findings[0].endswith("higher, all else in the model held equal (adjusted p < 0.001).")
        assert answer.findings[1] == "Nothing beyond chance for 1 of 2 coefficients, the others held equal."


class TestLogistic:
    def test_coefficients_are_those_of_statsmodels(self):
        table = planted()
        matrix = np.column_stack([table.column(name).amounts() for name in "abc"])
        expected = sm.Logit(table.column("up").as_share(), sm.add_constant(matrix)).fit(disp=0)
        answer = regress(table, "up", ["a", "b", "c"])
        found = coefficients_of(answer)
        assert [found[name]["raw"]["value"] for name in "abc"] == pytest.approx(expected.params[1:], rel=1e-9)
        assert answer.content["explained"] == pytest.approx(expected.prsquared, rel=EXACT)
        assert answer.content["target"] == "up = yes"

    def test_errors_leave_each_row_out(self):
        random = np.random.default_rng(2)
        matrix = random.normal(size=(60, 2))
        target = (random.random(60) < 1 / (1 + np.exp(-matrix[:, 0]))).astype(float)
        found = fit("logistic", matrix, target)
        plain = sm.Logit(target, sm.add_constant(matrix)).fit(disp=0, cov_type="HC0")
        assert (found.errors > plain.bse[1:]).all()
        assert found.errors == pytest.approx(plain.bse[1:], rel=0.25)

    def test_the_value_that_counts_can_be_named(self):
        table = planted()
        yes = coefficients_of(regress(table, "up", ["a"], positive="yes"))["a"]["raw"]["value"]
        no = coefficients_of(regress(table, "up", ["a"], positive="no"))["a"]["raw"]["value"]
        assert no == pytest.approx(-yes)
        with pytest.raises(InputError, match="has no value 'maybe'; write --positive '"):
            regress(table, "up", ["a"], positive="maybe")

    def test_a_level_that_decides_alone_is_left_out_aloud(self):
        random = np.random.default_rng(3)
        plan = np.array(["a"] * 150 + ["b"] * 130 + ["c"] * 20)
        left = np.concatenate([random.random(280) < 0.4, np.ones(20, bool)])
        table = table_of(yes_no("left", left), words("plan", plan), number("wait", random.normal(size=300)))
        answer = regress(table, "left", ["plan", "wait"])
        assert any("'plan = c (against a)' is left out with its rows" in remark for remark in answer.remarks)
        assert answer.content["n"] == 280

    def test_a_column_that_decides_alone_is_named(self):
        table = table_of(yes_no("left", np.arange(100) > 50), number("score", np.arange(100.0)))
        with pytest.raises(InputError, match="'score': tells 'left = yes' without error"):
            regress(table, "left", ["score"])


class TestOrdinal:
    def test_coefficients_are_those_of_statsmodels(self):
        table = survey()
        answer = regress(table, "rating", ["wait", "noise"])
        matrix = np.column_stack([table.column(name).amounts() for name in ("wait", "noise")])
        expected = OrderedModel(table.column("rating").amounts(), matrix, distr="logit").fit(
            method="bfgs", disp=0
        )
        found = coefficients_of(answer)
        assert answer.content["model"] == "ordinal"
        assert [one["raw"]["value"] for one in found.values()] == pytest.approx(expected.params[:2], rel=1e-3)
        assert found["wait"]["p_adjusted"] < 0.001
        assert found["noise"]["p_adjusted"] > 0.05
        assert "the odds of a higher 'rating' are" in answer.findings[0]


class TestWarnings:
    def test_columns_that_say_the_same_are_named(self):
        random = np.random.default_rng(4)
        a = random.normal(size=200)
        table = table_of(
            number("y", a + random.normal(size=200)),
            number("a", a),
            number("a2", a + 0.01 * random.normal(size=200)),
        )
        answer = regress(table, "y")
        assert any("goes so closely with other columns (VIF" in remark for remark in answer.remarks)

    def test_a_column_that_others_add_up_to_is_left_out(self):
        table = planted()
        double = number("double", 2 * table.column("a").amounts())
        columns = [table.column(name) for name in ("y", "a", "b")]
        answer = regress(table_of(*columns, double), "y")
        assert "'double' is left out: it does not vary, or the columns before add up to it." in answer.remarks

    def test_missing_rows_are_counted(self):
        values = np.arange(100.0) + np.random.default_rng(5).normal(size=100)
        a = np.arange(100.0)
        a[:10] = np.nan
        answer = regress(table_of(number("y", values), number("a", a)), "y")
        assert "90 of 100 rows have all columns; all others are left out." in answer.remarks

    def test_inflation_is_that_of_statsmodels(self):
        from statsmodels.stats.outliers_influence import variance_inflation_factor

        random = np.random.default_rng(6)
        matrix = random.normal(size=(100, 3))
        matrix[:, 2] += matrix[:, 0]
        full = sm.add_constant(matrix)
        expected = [variance_inflation_factor(full, at) for at in (1, 2, 3)]
        assert inflation(matrix).tolist() == pytest.approx(expected, rel=EXACT)
        assert inflation(matrix[:, :1]).tolist() == [1.0]


class TestRefusals:
    def test_too_few_rows(self):
        table = table_of(number("y", np.arange(15.0)), number("a", np.arange(15.0) ** 2))
        with pytest.raises(
            InputError, match="15 rows with all columns: are too few for 1 coefficients; at least 20"
        ):
            regress(table, "y")

    def test_a_target_without_an_order(self):
        with pytest.raises(InputError, match="has 3 values without an order; name a number, a rating"):
            regress(survey(), "region")

    def test_a_constant_target(self):
        with pytest.raises(InputError, match="is 3 in every row; name a target that varies"):
            regress(table_of(number("y", [3.0] * 30), number("a", range(30))), "y")

    def test_nothing_to_explain_by(self):
        with pytest.raises(InputError, match="has no column to be explained by"):
            regress(table_of(number("y", range(30))), "y")

    def test_free_text(self):
        table = table_of(words("t", [f"a b c {at}" for at in range(30)], "text"), number("a", range(30)))
        with pytest.raises(InputError, match="is of the kind text, which cannot be explained"):
            regress(table, "t")


def test_the_answer_is_plain_json():
    answer = regress(planted(), "up", ["a", "b", "c", "plan"])
    assert json.loads(json.dumps(answer.to_json(), allow_nan=False))["model"] == "logistic"
