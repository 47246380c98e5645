import json

import numpy as np
import pytest

from tests.training.explore.tables import number, survey, table_of, words, yes_no
from training.explore import describe
from training.statistics import mean, nps, share


def facts_of(answer, name):
    return next(column for column in answer.content["columns"] if column["name"] == name)


def test_numbers_have_middle_quartiles_and_denominator():
    values = np.append(np.random.default_rng(0).normal(10, 2, 200), np.nan)
    answer = describe(table_of(number("wait", values, unit="min")))
    facts = facts_of(answer, "wait")
    assert (facts["n"], facts["n_missing"]) == (200, 1)
    assert facts["mean"] == mean(values[:200]).to_json()
    assert facts["quantiles"]["0.5"]["value"] == pytest.approx(np.nanmedian(values))
    assert facts["lowest"] == np.nanmin(values)
    assert answer.findings[0].startswith("'wait' is ")
    assert "min" in answer.findings[0]
    assert answer.findings[0].endswith("in the 200 rows with a value.")


def test_an_answer_from_0_to_10_has_a_net_promoter_score():
    answers = [10] * 50 + [8] * 30 + [3] * 20
    answer = describe(table_of(number("recommend", answers, "rating", scale=(0.0, 10.0), metric="nps")))
    assert facts_of(answer, "recommend")["nps"] == nps(50, 30, 20).to_json()
    assert (
        "The net promoter score of 'recommend' is 30.0 (likely 14.1 to 44.2) from 100 answers."
        in answer.findings
    )


def test_another_scale_has_a_top_box():
    answer = describe(table_of(number("csat", [1, 2, 4, 5, 5, np.nan], "rating", scale=(1.0, 5.0))))
    facts = facts_of(answer, "csat")
    assert (facts["top_from"], facts["top_box"]) == (4.0, share(3, 5).to_json())
    assert answer.findings[1].startswith("60.0 % of the 5 answers to 'csat' are 4 or better")


def test_a_rating_without_a_declared_scale_has_no_metric():
    facts = facts_of(describe(table_of(number("csat", [1, 2, 4, 5, 5], "rating"))), "csat")
    assert not {"nps", "top_box"} & set(facts)


def test_categories_have_their_most_frequent_values():
    answer = describe(table_of(words("plan", ["a"] * 6 + ["b"] * 3 + [None])))
    facts = facts_of(answer, "plan")
    assert [(top["value"], top["share"]["value"]) for top in facts["top"]] == [("a", 6 / 9), ("b", 3 / 9)]
    assert answer.findings == (
        "'plan' is most often 'a': 66.7 % of the 9 rows with a value; 2 different values.",
    )


def test_yes_and_no_have_a_share_with_a_range():
    answer = describe(table_of(yes_no("left", [True] * 8 + [False] * 2)))
    assert answer.findings == (
        "'left' is 'yes' in 80.0 % of the 10 rows with a value (likely 49.0 % to 94.3 %).",
    )


def test_dates_texts_and_empty_columns_are_told():
    table = table_of(
        number("day", [19723.0, 19730.0, np.nan], "date"),
        words("comment", ["so it was", "good", None], "text"),
        number("empty", [np.nan] * 3),
    )
    answer = describe(table)
    assert "'day' goes from 2024-01-01 to 2024-01-08 in the 2 rows with a value." in answer.findings
    assert "'empty' is empty in all 3 rows." in answer.findings
    assert answer.sheets[-1].title == "Texts, ids, empty columns"


def test_values_far_out_are_counted():
    values = [*range(20), 1000]
    answer = describe(table_of(number("wait", values)))
    assert facts_of(answer, "wait")["n_far"] == 1
    assert any("far from the rest in 1 rows" in sentence for sentence in answer.findings)


def test_remarks_of_reading_are_passed_on():
    answer = describe(
        table_of(number("wait", [1, 2], remarks=("'N/A' (3 rows): no number here.",)), remarks=("R.",))
    )
    assert answer.remarks == ("R.", "'wait': 'N/A' (3 rows): no number here.")


class TestPeopleAtWork:
    table = table_of(
        number("pay", range(100)),
        words("team", ["a"] * 60 + ["b"] * 37 + ["c"] * 3),
        yes_no("left", [True] * 2 + [False] * 98),
        minimum_group=5,
    )

    def test_no_value_of_a_single_person_is_shown(self):
        facts = facts_of(describe(self.table), "pay")
        assert not {"lowest", "highest"} & set(facts)
        assert "hidden" in describe(self.table).sheets[0].rows[0]

    def test_a_small_group_cannot_be_subtracted(self):
        top = facts_of(describe(self.table), "team")["top"]
        assert [one["value"] for one in top] == ["a"]

    def test_shares_near_none_and_all_are_bounds(self):
        answer = describe(self.table)
        assert facts_of(answer, "left")["yes"]["share"] == {"bound": "under 10 %", "n": 100}
        assert "'left' is 'yes' in under 10 % of the 100 rows with a value." in answer.findings

    def test_columns_with_too_few_values_are_told_nothing_of(self):
        table = table_of(number("pay", [1, 2, 3] + [np.nan] * 7), minimum_group=5)
        assert "mean" not in facts_of(describe(table), "pay")


def test_the_answer_is_plain_json_and_has_a_figure():
    answer = describe(survey())
    assert json.loads(json.dumps(answer.to_json(), allow_nan=False))["n_rows"] == 600
    assert len(answer.figure.bars) == 6


def test_named_columns_alone_are_described():
    assert [column["name"] for column in describe(survey(), ["noise"]).content["columns"]] == ["noise"]
