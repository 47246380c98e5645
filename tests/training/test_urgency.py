"""Whom to call first: by expected loss, else by risk; and who has such a list at all."""

import numpy as np
import pytest

from features.usecase import parse
from tests.training.reports import samples
from training.reports import first_to_call
from training.reports.inputs import ScoredCohort
from training.urgency import expected_losses, has_call_list, order_calls

RISK = np.array([0.5, 0.9, 0.1, 0.5])


def test_the_largest_expected_loss_comes_first_and_unknown_ones_last():
    revenue = np.array([100.0, 10.0, np.nan, 200.0])
    assert order_calls(RISK, revenue).tolist() == [3, 0, 1, 2]
    losses = expected_losses(RISK, revenue)
    assert losses is not None
    assert losses[[0, 1, 3]].tolist() == [50.0, 9.0, 100.0]


@pytest.mark.parametrize("revenue", [None, np.full(4, np.nan)])
def test_without_any_revenue_risk_decides_and_ties_keep_their_order(revenue):
    assert order_calls(RISK, revenue).tolist() == [1, 0, 3, 2]
    assert expected_losses(RISK, revenue) is None


def test_a_customer_without_revenue_to_lose_stands_before_one_of_whom_nothing_is_known():
    assert order_calls(np.array([0.9, 0.9]), np.array([np.nan, 0.0])).tolist() == [1, 0]


def test_nobody_is_nobody():
    assert order_calls(np.zeros(0), None).tolist() == []


def test_reports_begin_with_the_same_customers():
    revenue = np.array([100.0, 10.0, np.nan, 200.0])
    cohort = ScoredCohort(("a", "b", "c", "d"), RISK, revenue=revenue)
    assert first_to_call(cohort, 3).tolist() == order_calls(RISK, revenue)[:3].tolist()


@pytest.mark.parametrize(
    ("subject", "is_dated", "expected"),
    [
        ("customer", True, True),
        ("customer", False, False),
        ("employee", True, False),
        ("supplier", True, False),
    ],
)
def test_lists_are_of_customers_on_a_day(subject, is_dated, expected):
    assert has_call_list(samples.usecase(subject), is_dated=is_dated) is expected


def test_where_nobody_leaves_there_is_no_list():
    table = {"file": "t.csv", "label": "mood", "positive": "up", "means": "good"}
    usecase = parse({"version": 1, "name": "t", "table": table, "privacy": {"subject": "customer"}}, "t")
    assert not has_call_list(usecase, is_dated=True)
