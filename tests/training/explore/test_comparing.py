import json

import numpy as np
import pytest
from scipy import stats

from features.errors import InputError
from tests.training.explore.tables import number, survey, table_of, words, yes_no
from training.explore import compare
from training.statistics.families import holm_p_values


def metric_of(answer, at=0):
    return answer.content["metrics"][at]


def test_a_planted_difference_is_found_with_its_pairs():
    answer = compare(survey(), ["wait"], "region")
    found = metric_of(answer)
    assert found["overall"]["p_adjusted"] < 0.001
    clear = {tuple(pair["groups"]) for pair in found["pairs"] if pair["p_adjusted"] <= 0.05}
    assert clear == {("north", "west"), ("south", "west")}
    assert "2 of 3 pairs of groups differ beyond chance" in answer.findings[1]
    assert "highest where 'region' is 'west'" in answer.findings[0]


def test_noise_is_no_difference():
    answer = compare(survey(), ["noise"], "region")
    assert answer.findings[0].startswith(
        "No difference of 'noise' between the 3 groups of 'region' beyond chance ("
    )


def test_groups_have_their_mean_and_size():
    table = survey()
    wait, region = table.column("wait").amounts(), table.column("region").words()
    for group in metric_of(compare(table, ["wait"], "region"))["groups"]:
        own = wait[region == group["name"]]
        assert (group["value"], group["n"]) == (pytest.approx(own.mean()), own.size)
        assert group["low"] < own.mean() < group["high"]


def test_pairs_follow_holm_and_stand_only_where_groups_differ_at_all():
    found = metric_of(compare(survey(), ["noise"], "region"))
    holm = holm_p_values([pair["p_value"] for pair in found["pairs"]])
    for pair, p_value in zip(found["pairs"], holm, strict=True):
        assert pair["p_adjusted"] == pytest.approx(max(p_value, found["overall"]["p_adjusted"]))


def test_metrics_share_the_level():
    alone = metric_of(compare(survey(), ["wait"], "region"))["overall"]
    beside = metric_of(compare(survey(), ["noise", "wait"], "region"), 1)["overall"]
    assert beside["p_value"] == alone["p_value"]
    assert beside["p_adjusted"] == pytest.approx(2 * alone["p_adjusted"])


def test_shares_are_compared_by_counts():
    table = survey()
    answer = compare(table, ["left"], "region")
    left, region = table.column("left").as_share(), table.column("region").words()
    counts = [
        [(left[region == name] == value).sum() for value in (0, 1)] for name in ("north", "south", "west")
    ]
    expected = stats.chi2_contingency(counts, correction=False)
    assert metric_of(answer)["overall"]["test"] == "chi-squared test"
    assert metric_of(answer)["overall"]["p_value"] == pytest.approx(expected.pvalue, rel=1e-9)
    assert (
        f"'left' is 'yes' in {100 * left[region == 'west'].mean():.1f} % where 'region' is 'west'"
        in answer.findings[0]
    )


def test_the_reason_of_each_test_is_told():
    (remark,) = compare(survey(), ["wait", "rating"], "region").remarks
    assert "'wait': Welch's analysis of variance, because groups differ" in remark
    assert "'rating': Welch's test on ranks, because a rating has an order" in remark
    assert "2 metrics and 6 pairs of groups" in remark


class TestSamePeople:
    random = np.random.default_rng(3)
    people = np.repeat(np.arange(60), 2)
    wave = np.tile(["spring", "autumn"], 60)
    mood = 3 * random.normal(size=60)[people] + random.normal(size=120) + 0.8 * (wave == "autumn")
    table = table_of(number("mood", mood), words("wave", wave), words("who", people.astype(str), "id"))

    def test_they_are_compared_with_themselves(self):
        answer = compare(self.table, ["mood"], "wave", "who")
        before, after = (self.mood[self.wave == name] for name in ("autumn", "spring"))
        assert metric_of(answer)["overall"]["test"] == "paired t test"
        assert metric_of(answer)["overall"]["p_value"] == pytest.approx(stats.ttest_rel(before, after).pvalue)
        assert answer.findings[0].startswith("The same people differ in 'mood': on average ")

    def test_without_the_id_the_difference_is_lost(self):
        assert metric_of(compare(self.table, ["mood"], "wave"))["overall"]["p_value"] > 0.05

    def test_people_in_one_group_alone_are_left_out_aloud(self):
        table = self.table.only(np.arange(120) != 0)
        answer = compare(table, ["mood"], "wave", "who")
        assert metric_of(answer)["overall"]["n"] == 59
        assert "1 people lack a value of 'mood' in some group and are left out." in answer.remarks

    def test_several_rows_of_a_person_in_a_group_are_averaged(self):
        twice = np.concatenate([np.arange(120), np.arange(120)])
        table = table_of(
            number("mood", self.mood[twice]),
            words("wave", self.wave[twice]),
            words("who", self.people[twice].astype(str), "id"),
        )
        once = metric_of(compare(self.table, ["mood"], "wave", "who"))["overall"]
        assert metric_of(compare(table, ["mood"], "wave", "who"))["overall"]["p_value"] == pytest.approx(
            once["p_value"]
        )

    def test_three_conditions_have_pairs(self):
        random = np.random.default_rng(4)
        people = np.repeat(np.arange(50), 3)
        wave = np.tile(["a", "b", "c"], 50)
        stars = np.clip(np.round(3 + (wave == "c") + random.normal(size=150)), 1, 5)
        table = table_of(number("stars", stars, "rating"), words("wave", wave), number("who", people))
        found = metric_of(compare(table, ["stars"], "wave", "who"))
        assert found["overall"]["test"] == "Friedman test"
        assert {pair["test"] for pair in found["pairs"]} == {"Wilcoxon signed-rank test"}

    def test_too_few_people_in_both(self):
        table = self.table.only(np.arange(120) < 6)
        with pytest.raises(InputError, match=r"fewer than two groups|3 people have a value in every group"):
            compare(table, ["mood"], "wave", "who")

    def test_an_id_of_other_people_finds_nobody_in_both(self):
        table = table_of(*(self.table.column(name) for name in ("mood", "wave")), number("row", range(120)))
        with pytest.raises(
            InputError, match="0 people have a value in every group; 5 are the least; leave out --person"
        ):
            compare(table, ["mood"], "wave", "row")


class TestRefusals:
    def test_no_metric(self):
        with pytest.raises(InputError, match="--columns: is empty"):
            compare(survey(), [], "region")

    def test_a_metric_without_a_mean(self):
        with pytest.raises(InputError, match="is of the kind category, which has no mean; name a number"):
            compare(survey(), ["region"], "left")

    def test_the_metric_as_group(self):
        with pytest.raises(InputError, match="is the metric and the groups at once"):
            compare(survey(), ["rating"], "rating")

    def test_one_group_that_is_large_enough(self):
        table = table_of(number("wait", range(40)), words("plan", ["a"] * 38 + ["b", "c"]))
        with pytest.raises(
            InputError, match="has fewer than two groups with 5 values of 'wait'; join small groups"
        ):
            compare(table, ["wait"], "plan")

    def test_a_metric_that_does_not_vary(self):
        table = table_of(number("wait", [2.0] * 40), words("plan", ["a", "b"] * 20))
        with pytest.raises(InputError, match="'wait' is 2 in every group; name a metric that varies"):
            compare(table, ["wait"], "plan")


def test_small_groups_are_left_out_aloud():
    table = table_of(number("wait", range(43)), words("plan", ["a", "b"] * 20 + ["c"] * 3))
    answer = compare(table, ["wait"], "plan")
    assert [group["name"] for group in metric_of(answer)["groups"]] == ["a", "b"]
    assert "1 groups of 'plan' take no part for 'wait': below 5 rows" in answer.remarks[0]


def test_people_at_work_are_hidden_so_that_nobody_is_subtracted():
    team = ["a"] * 40 + ["b"] * 30 + ["c"] * 12 + ["d"] * 3
    is_left = [True] * 2 + [False] * 38 + [True] * 15 + [False] * 30
    table = table_of(yes_no("left", is_left), words("team", team), minimum_group=5)
    answer = compare(table, ["left"], "team")
    groups = metric_of(answer)["groups"]
    assert [group["name"] for group in groups] == ["a", "b"]  # c would give d away
    assert groups[0] == {"name": "a", "bound": "under 10 %", "n": 40}
    assert answer.figure.bars[0].estimate.value == 0.1


def test_the_answer_is_plain_json():
    answer = compare(survey(), ["wait", "left"], "region")
    assert len(json.loads(json.dumps(answer.to_json(), allow_nan=False))["metrics"]) == 2
