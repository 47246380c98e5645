from typing import Any

import pytest

from features.usecase import UseCase
from tests.training.examples import Example
from training.assessment.worth import budget_share, judge_worth, offer_of, tell_worth
from training.evaluation.money import Offer

ONE = {"value": 0.2, "low": 0.1, "high": 0.3, "n": 100}
MONEY = {"best_cutoff": ONE, "best_profit": ONE, "cohort_size": 1000, "reference_defaults": ["success_rate"]}


def priced(usecase: UseCase, **terms: Any) -> UseCase:
    plain = usecase.model_dump(mode="json", by_alias=True, exclude_unset=True)
    revenue = {"revenue": plain["value"]["revenue"]} if plain.get("value") else {}
    return usecase.model_copy(update={"value": type(usecase.value).model_validate({**revenue, **terms})})


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
    found = judge_worth(learned.rows, learned.assessment.forecasts, company.usecase, 1000)["money"]
    assert found["horizon"] == learned.rows.horizon_names[learned.rows.primary_index]
    assert found["best_profit"]["value"] >= found["random"]["value"]
    assert "logistic" in found["gain_over"]
    assert learned.parts.evaluation["money"]["empc"]["value"] == found["empc"]["value"]


def test_flat_table_has_money(members: Example) -> None:
    learned = members.learned
    found = judge_worth(learned.rows, learned.assessment.forecasts, members.usecase, 1000)["money"]
    assert ("revenue" in found["reference_defaults"]) is (members.usecase.value is None)
    assert found["empc"]["low"] <= found["empc"]["value"] <= found["empc"]["high"]


def test_line_names_cutoff_worth_and_reference_values() -> None:
    (line,) = tell_worth({"money": MONEY})
    assert "contact from a risk of 0.200 (0.100 to 0.300) on" in line
    assert "worth 200 EUR (100 to 300) for 1,000 scored; reference values for success_rate" in line


def test_line_says_that_no_contact_pays() -> None:
    nothing = {**MONEY, "best_profit": {"value": 0.0, "low": 0.0, "high": 0.0, "n": 100}}
    assert tell_worth({"money": nothing}) == ["money: at the declared costs no contact pays for itself"]


def test_old_bundles_tell_nothing() -> None:
    assert tell_worth({"all_rows": {}}) == []
