import pytest

from training.runs.money import money_figures, money_metrics

ONE = {"value": 0.2, "low": 0.1, "high": 0.3, "n": 100}
OTHER = {"value": 2.0, "low": -1.0, "high": 3.0, "n": 100}


def test_leading_figures_stand_with_their_ends():
    metrics = money_metrics({"money": {"best_profit": ONE, "empc": OTHER, "at_budget": None, "random": ONE}})
    assert metrics == {
        "money.best_profit": 0.2,
        "money.best_profit.low": 0.1,
        "money.best_profit.high": 0.3,
        "money.empc": 2.0,
        "money.empc.low": -1.0,
        "money.empc.high": 3.0,
    }


def test_profit_at_the_budget_stands_where_one_is_declared():
    metrics = money_metrics({"money": {"best_profit": ONE, "empc": ONE, "at_budget": OTHER}})
    assert [metrics[f"money.at_budget{end}"] for end in ("", ".low", ".high")] == [2.0, -1.0, 3.0]


@pytest.mark.parametrize("evaluation", [{}, {"all_rows": {}}, {"money": None}])
def test_bundles_without_money_log_nothing(evaluation):
    assert money_metrics(evaluation) == {}
    assert money_figures(evaluation) == {}


def test_a_trained_company_logs_its_money(company):
    evaluation = company.bundle.evaluation
    metrics = money_metrics(evaluation)
    assert metrics["money.best_profit"] == evaluation["money"]["best_profit"]["value"]
    assert all(isinstance(value, float) for value in metrics.values())
    assert metrics["money.empc.low"] <= metrics["money.empc"] <= metrics["money.empc.high"]
    assert list(money_figures(evaluation)) == ["figures/money.png"]
