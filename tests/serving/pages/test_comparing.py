"""What may be said of two versions: nothing where their ranges meet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from serving.history import Contest, Range
from serving.pages.comparing import compare_versions, judge, list_reasons
from tests.serving.histories import CHALLENGER, CHAMPION, OLD

NUMBERS = st.floats(-10, 10)


def range_of(numbers):
    low, value, high = sorted(numbers)
    return Range(value, low, high)


@given(st.tuples(NUMBERS, NUMBERS, NUMBERS), st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_a_verdict_turns_around_with_the_sides_and_with_what_is_good(one, other):
    one, other = range_of(one), range_of(other)
    turned = {"better": "worse", "worse": "better", "unclear": "unclear"}
    assert judge("auc", other, one) == turned[judge("auc", one, other)]
    assert judge("mae", one, other) == turned[judge("auc", one, other)]
    is_apart = one.high < other.low or other.high < one.low
    assert (judge("auc", one, other) != "unclear") is is_apart


def test_what_one_of_both_lacks_is_not_compared():
    assert judge("auc", None, Range(0.7, 0.6, 0.8)) is None
    figures = {line["name"]: line for line in compare_versions(CHAMPION, OLD, 3)["figures"]}
    assert figures["auc"]["verdict"] == "worse"
    assert figures["calibration_gap"] == {
        "name": "calibration_gap",
        "champion": {"value": 0.012, "low": 0.004, "high": 0.02},
        "version": None,
        "verdict": None,
    }
    assert compare_versions(None, OLD, 3)["figures"][0]["champion"] is None


@pytest.mark.parametrize(
    ("loss", "verdict"),
    [
        (Range(-0.004, -0.009, 0.001), "unclear"),
        (Range(-0.02, -0.03, -0.01), "better"),
        (Range(0.02, 0.01, 0.03), "worse"),
        (None, None),
    ],
)
def test_a_comparison_on_the_same_rows_has_its_own_verdict(loss, verdict):
    version = structs.replace(CHALLENGER, contest=Contest(3, 100, loss))
    assert compare_versions(CHAMPION, version, 3)["contest"]["verdict"] == verdict
    assert compare_versions(CHAMPION, version, 2)["contest"] is None


@pytest.mark.parametrize(
    ("told", "names"),
    [
        (
            "model churn: version 2 is refused (usable: a (b); c; champion: was not compared); compare or",
            ["usable", "champion"],
        ),
        ("model churn: version 2 is refused (simple rules: x; model card: y; leaks: z)", None),
        ("model churn: version 3 is champion already", ["already"]),
        (
            "model churn: the champion changed from none to version 2 meanwhile; compare with that one",
            ["changed"],
        ),
        ("model churn: the champion is version 2 by now, it was changed meanwhile; look", ["changed"]),
        ("model churn: has no champion before version 1; promote", ["no way back"]),
        ("model churn: has no version 9; see the versions", ["gone"]),
        ("the key may not do this any more", ["key"]),
        ("facts.json is not the file that the manifest describes", []),
        ("", []),
    ],
)
def test_the_reasons_of_a_refusal_are_found_by_name(told, names):
    assert list_reasons(told) == (["simple rules", "model card", "leaks"] if names is None else names)
