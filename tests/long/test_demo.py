"""The demo on a company that is large enough for all three use cases, in full and watched."""

import pytest

from tests.end_to_end.demonstrated import run_demo

pytestmark = pytest.mark.long


def test_all_three_use_cases_are_trained_and_answer_over_http(tmp_path):
    demo = run_demo(tmp_path, n_customers=900, n_employees=2000)
    assert set(demo.answer) == {"churn", "attrition", "satisfaction"}
    assert all(found["is_champion"] for found in demo.answer.values())
    for name in ("churn", "satisfaction"):
        assert demo.answer[name]["answer"]["rows"], name
    people = demo.answer["attrition"]["answer"]
    assert people.get("groups") or people.get("code") == "model_not_usable"
    assert demo.guard.lines("outward") == []
    assert "keys" not in demo.left
