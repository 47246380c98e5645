from typing import Any

import numpy as np
import pytest

from features.usecase import UseCase, Value
from tests.training.examples import SEED, Example
from training.assessment.cohort import CohortForecasts
from training.assessment.forecasting import RatingForecasts
from training.assessment.worth import budget_share, judge_worth, offer_of, tell_worth
from training.evaluation import AnswerForecasts
from training.evaluation.contacts import Offer

ONE = {"value": 0.2, "low": 0.1, "high": 0.3, "n": 100}
MONEY = {
    "best_share": ONE,
    "best_cutoff": ONE,
    "best_profit": ONE,
    "gain_over_random": {**ONE, "low": -0.1},
    "cohort_size": 1000,
    "reference_defaults": [],
}


def priced(usecase: UseCase, **terms: Any) -> UseCase:
    value = Value.model_validate({"revenue": "customers.yearly_revenue_eur", **terms})
    return usecase.model_copy(update={"value": value})


def test_declared_terms_stand_and_the_others_are_named(company: Example) -> None:
    offer, missing = offer_of(priced(company.usecase, contact_cost_eur=4, success_rate=0.5))
    assert offer == Offer(success_rate=0.5, contact_cost_eur=4)
    assert missing == ["success_evidence", "incentive_cost_eur"]


def test_without_values_all_is_reference(company: Example) -> None:
    offer, missing = offer_of(company.usecase.model_copy(update={"value": None}))
    assert (offer, missing[0], len(missing)) == (Offer(), "revenue", 5)


@pytest.mark.parametrize(
    ("terms", "share"),
    [
        ({}, None),
        ({"budget_contacts": 50}, 0.05),
        ({"budget_eur": 1000.0, "contact_cost_eur": 6, "incentive_cost_eur": 4}, 0.1),
        ({"budget_eur": 1000.0, "contact_cost_eur": 6, "incentive_cost_eur": 4, "budget_contacts": 20}, 0.02),
        ({"budget_contacts": 9999}, 1.0),
    ],
)
def test_budget_buys_a_share(company: Example, terms: dict[str, Any], share: float | None) -> None:
    usecase = priced(company.usecase, **terms)
    assert budget_share(usecase, offer_of(usecase)[0], 1000) == share


def test_trained_bundle_tells_money(company: Example) -> None:
    learned = company.learned
    found = judge_worth(learned.rows, learned.assessment.forecasts, company.usecase, 1000, SEED)["money"]
    assert found["horizon"] == learned.rows.horizon_names[learned.rows.primary_index]
    assert found["best_profit"]["low"] <= found["best_profit"]["value"] <= found["best_profit"]["high"]
    assert found["reference_defaults"] == []
    assert found["at_budget"] is not None
    assert "logistic" in found["gain_over"]
    assert learned.parts.evaluation["money"]["empc"]["value"] == found["empc"]["value"]


def test_flat_table_has_money(members: Example) -> None:
    learned = members.learned
    found = judge_worth(learned.rows, learned.assessment.forecasts, members.usecase, 1000)["money"]
    assert ("revenue" in found["reference_defaults"]) is (members.usecase.value is None)
    assert found["empc"]["low"] <= found["empc"]["value"] <= found["empc"]["high"]


def test_nothing_declared_and_zero_declared_differ(company: Example) -> None:
    offer, missing = offer_of(priced(company.usecase, contact_cost_eur=0))
    assert offer.contact_cost_eur == 0
    assert "contact_cost_eur" not in missing
    offer, missing = offer_of(priced(company.usecase))
    assert offer.contact_cost_eur == 1
    assert "contact_cost_eur" in missing


def test_employees_get_no_money(company: Example) -> None:
    privacy = company.usecase.privacy.model_copy(update={"subject": "employee"})
    usecase = company.usecase.model_copy(update={"privacy": privacy})
    learned = company.learned
    assert judge_worth(learned.rows, learned.assessment.forecasts, usecase, 1000) == {}


def test_ratings_get_no_money(company: Example) -> None:
    nothing = np.zeros(0)
    nobody, new = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
    answers = AnswerForecasts(*[nothing] * 5)
    cohort = CohortForecasts(nobody, {})
    ratings = RatingForecasts(nobody, new, nothing, answers, {}, cohort)
    assert judge_worth(company.learned.rows, ratings, company.usecase, 1000) == {}


def test_words_say_whom_to_contact_and_what_it_is_worth() -> None:
    assert tell_worth({"money": MONEY}) == [
        "money: contact the 20.0% with the highest forecasts: those of 0.200 (0.100 to 0.300) or more",
        "  that earns 200 EUR (100 to 300) more than contacting nobody; 1,000 are scored",
        "  and 200 EUR (-100 to 300) more than contacting as many at random",
    ]


def test_words_name_reference_values() -> None:
    last = tell_worth({"money": {**MONEY, "reference_defaults": ["revenue", "success_rate"]}})[-1]
    told = "not declared under value, so taken from the literature: revenue 200, success_rate 0.3"
    assert last.endswith(f"at random; {told}")


def test_words_doubt_a_range_that_holds_nothing() -> None:
    doubtful = {**MONEY, "best_profit": {**ONE, "low": -0.05}}
    assert (
        "200 EUR (-50 to 300) more than contacting nobody, not clearly worth it"
        in tell_worth({"money": doubtful})[1]
    )


@pytest.mark.parametrize("value", [0.0, -0.1])
def test_words_say_that_no_profit_is_seen(value: float) -> None:
    nothing = {**MONEY, "best_profit": {"value": value, "low": value, "high": 0.0, "n": 100}}
    told = f"money: no profit of contacts is seen at these costs: {1000 * value:,.0f} EUR"
    (line,) = tell_worth({"money": nothing})
    assert line.startswith(told)
    assert line.endswith("to 0); 1,000 are scored")


def test_large_amounts_are_told_to_three_figures() -> None:
    assert "12,300 EUR" in tell_worth({"money": {**MONEY, "cohort_size": 61_728}})[1]


@pytest.mark.parametrize("evaluation", [{}, {"all_rows": {}}, {"money": None}])
def test_old_bundles_tell_nothing(evaluation: dict[str, Any]) -> None:
    assert tell_worth(evaluation) == []
