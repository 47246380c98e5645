import json

import pytest

from features.errors import LeakError
from features.leaks import Finding, enforce
from features.usecase import parse


def usecase(**accepted):
    content = {
        "version": 1,
        "name": "churn",
        "table": {"file": "x.csv", "label": "left", "positive": "Yes"},
        "accept_leak": accepted,
    }
    return parse(content, "churn.yaml")


def finding(column, severity="error"):
    return Finding(column, "auc", severity, f"{column} has an AUC of 0.990", f"exclude {column}")


def test_first_column_is_named_with_evidence_and_remedy_and_the_others_counted():
    found = [
        finding("score"),
        finding("reason"),
        finding("score"),
        finding("status"),
        finding("age", "warning"),
    ]
    with pytest.raises(LeakError) as raised:
        enforce(found, usecase())
    assert str(raised.value) == (
        "churn: leakage audit: 'score' knows the outcome: score has an AUC of 0.990 "
        "(so do 2 others: 'reason', 'status'); exclude score"
    )
    assert raised.value.exit_code == 2


def test_one_column_alone():
    with pytest.raises(LeakError, match=r"0\.990; exclude score$"):
        enforce([finding("score")], usecase())


def test_warnings_do_not_stop():
    found = [finding("age", "warning")]
    assert enforce(found, usecase()) == tuple(found)


def test_accepted_columns_carry_their_reason():
    told = enforce([finding("score"), finding("age", "warning")], usecase(score="made before the snapshot"))
    assert [found.accepted for found in told] == ["made before the snapshot", None]
    assert (
        json.loads(json.dumps([found.to_json() for found in told]))[0]["accepted"]
        == "made before the snapshot"
    )


def test_accepting_one_does_not_accept_the_other():
    with pytest.raises(LeakError, match="'reason' knows the outcome"):
        enforce([finding("score"), finding("reason")], usecase(score="made before the snapshot"))


def test_nothing_found():
    assert enforce([], usecase()) == ()
