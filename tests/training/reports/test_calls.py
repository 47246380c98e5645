from dataclasses import replace

import numpy as np

from tests.training.reports import samples
from training.reports import ScoredCohort, first_to_call
from training.reports.calls import build_calls


def test_order_is_expected_loss() -> None:
    inputs = samples.inputs()
    calls = build_calls(inputs)
    losses = [call.expected_loss or 0.0 for call in calls.rows]
    assert len(calls.rows) == 8
    assert losses == sorted(losses, reverse=True)
    assert inputs.scored.revenue is not None
    assert losses[0] == (inputs.scored.probabilities * inputs.scored.revenue).max()
    assert all(len(call.reasons) == 2 for call in calls.rows)


def test_without_revenue_the_order_is_risk() -> None:
    calls = build_calls(samples.without_value())
    risks = [call.probability for call in calls.rows]
    assert calls.ordered_by == "risk"
    assert risks == sorted(risks, reverse=True)
    assert {call.expected_loss for call in calls.rows} == {None}


def test_unknown_revenue_comes_last_and_is_said() -> None:
    cohort = ScoredCohort(("a", "b", "c"), np.array([0.9, 0.1, 0.2]), revenue=np.array([np.nan, 10.0, 10.0]))
    assert first_to_call(cohort).tolist() == [2, 1, 0]
    calls = build_calls(samples.inputs(scored=cohort))
    assert (calls.rows[2].entity_id, calls.rows[2].revenue, calls.rows[2].expected_loss) == ("a", None, None)


def test_revenue_unknown_for_all_is_no_revenue() -> None:
    cohort = ScoredCohort(("a", "b"), np.array([0.1, 0.9]), revenue=np.array([np.nan, np.nan]))
    assert build_calls(samples.inputs(scored=cohort)).ordered_by == "risk"
    assert first_to_call(cohort).tolist() == [1, 0]


def test_ties_keep_the_order_of_the_rows() -> None:
    cohort = replace(samples.cohort(20), probabilities=np.full(20, 0.5), revenue=None)
    assert first_to_call(cohort, limit=3).tolist() == [0, 1, 2]


def test_whoever_objected_is_not_listed_and_the_next_one_moves_up() -> None:
    inputs = samples.inputs()
    before = [call.entity_id for call in build_calls(inputs).rows]
    objecting = replace(inputs.scored, objected=frozenset(before[:2]))
    after = [call.entity_id for call in build_calls(replace(inputs, scored=objecting)).rows]
    assert after[:6] == before[2:]
    assert len(after) == 8
    assert not set(before[:2]) & set(after)
