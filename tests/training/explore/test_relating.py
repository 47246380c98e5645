import json

import numpy as np
import pytest
from scipy import stats

from features.errors import InputError
from tests.training.explore.tables import number, survey, table_of, words, yes_no
from training.explore import relate

CAUSAL = ("because of", "causes", "leads to", "drives", "due to", "impact", "results in", "influence")


def pair_of(answer, *names):
    return next(pair for pair in answer.content["pairs"] if pair["columns"] == list(names))


def test_planted_relations_are_found_and_noise_is_not():
    answer = relate(survey(), ["left"])
    assert pair_of(answer, "rating", "left")["is_clear"]
    assert pair_of(answer, "wait", "left")["is_clear"]
    assert not pair_of(answer, "noise", "left")["is_clear"]
    assert answer.findings[-1] == "Nothing beyond chance was found between 'left' and 'noise'."


def test_the_strongest_comes_first():
    strengths = [pair["strength"] for pair in relate(survey(), ["rating"]).content["pairs"]]
    assert strengths == sorted(strengths, reverse=True)


def test_each_pair_of_kinds_has_its_test():
    table = survey()
    tests = {
        tuple(pair["columns"]): pair["test"] for pair in relate(table, list(table.columns)).content["pairs"]
    }
    assert len(tests) == 15
    assert tests["wait", "rating"] == "Spearman's correlation"
    assert tests["wait", "noise"] in {"Pearson's correlation", "Spearman's correlation"}
    assert tests["region", "left"] == "chi-squared test"
    assert tests["wait", "region"] == "Welch's analysis of variance"
    assert tests["rating", "left"] in {"Mann-Whitney test", "Brunner-Munzel test"}
    assert tests["rating", "region"] == "Welch's test on ranks"


def test_the_family_is_the_call():
    answer = relate(survey(), ["rating"])
    for pair in answer.content["pairs"]:
        assert pair["p_adjusted"] >= pair["p_value"]
    assert "adjusted for the 5 tests of this call (Holm)" in answer.remarks[0]


def test_answers_of_one_survey_are_marked():
    answer = relate(survey(), ["rating"])
    assert pair_of(answer, "ease", "rating")["is_same_survey"]
    assert not pair_of(answer, "wait", "rating")["is_same_survey"]
    assert any(remark.startswith("'same survey'") for remark in answer.remarks)


def test_sentences_are_true():
    table = survey()
    answer = relate(table, ["left"], ["region", "rating"])
    region, left = table.column("region").words(), table.column("left").as_share()
    shares = {name: 100 * left[region == name].mean() for name in set(region)}
    top, bottom = max(shares, key=shares.get), min(shares, key=shares.get)
    high, low = f"{shares[top]:.1f} % of rows where 'region' is '{top}'", f"{shares[bottom]:.1f} %"
    told = f"'left' is 'yes' in {high} and in {low}"
    assert any(sentence.startswith(told) for sentence in answer.findings)
    rating = table.column("rating").amounts()
    ahead = np.sign(rating[left == 0][:, None] - rating[left == 1]).mean()
    shown = f"the first is higher in {100 * (1 + ahead) / 2:.1f} % of all pairs, ties counting half"
    assert any(shown in sentence and "where 'left' is 'no' than" in sentence for sentence in answer.findings)


def test_directions_of_correlations_are_true():
    (sentence,) = relate(survey(), ["rating"], ["wait"]).findings
    assert sentence.startswith("Where 'wait' is higher, 'rating' tends to be lower (")
    (rising,) = relate(survey(), ["rating"], ["ease"]).findings
    assert rising.startswith("Where 'ease' is higher, 'rating' tends to be higher (")


def test_means_are_told_with_their_unit_and_order():
    table = survey()
    (sentence,) = relate(table, ["region"], ["wait"]).findings
    wait, region = table.column("wait").amounts(), table.column("region").words()
    assert "highest where 'region' is 'west'" in sentence
    assert f"on average {wait[region == 'west'].mean():.3g} min against" in sentence


def test_two_categories_name_the_cell_that_stands_out():
    random = np.random.default_rng(1)
    plan = random.choice(["gold", "basic"], 400)
    channel = np.where(
        (plan == "gold") & (random.random(400) < 0.5), "phone", random.choice(["web", "shop"], 400)
    )
    (sentence,) = relate(
        table_of(words("plan", plan), words("channel", channel)), ["plan", "channel"]
    ).findings
    met = int(((plan == "gold") & (channel == "phone")).sum())
    expected = (plan == "gold").sum() * (channel == "phone").sum() / 400
    assert (
        f"'gold' and 'phone' meet in {met} rows where {expected:.0f} would be expected by chance" in sentence
    )


def test_no_sentence_speaks_of_causes():
    told = " ".join((*relate(survey(), ["left"]).findings, *relate(survey(), ["rating"]).findings)).lower()
    assert not [word for word in CAUSAL if word in told]


def test_every_test_says_why():
    sheet = relate(survey(), ["left"]).sheets[1]
    assert sheet.title == "Why these tests"
    assert all(len(row) == 3 and row[2] for row in sheet.rows)


def test_p_values_are_those_of_scipy():
    table = survey()
    found = pair_of(relate(table, ["rating"], ["wait"]), "wait", "rating")
    expected = stats.spearmanr(table.column("wait").amounts(), table.column("rating").amounts())
    assert found["p_value"] == pytest.approx(expected.pvalue, rel=1e-9)


class TestRefusals:
    def test_no_column(self):
        with pytest.raises(InputError, match="--columns: is empty; name a target"):
            relate(survey(), [])

    def test_a_constant_target(self):
        table = table_of(number("same", [3] * 20), number("wait", range(20)))
        with pytest.raises(InputError, match="cannot be related to anything: all 20 values are '3'"):
            relate(table, ["same"])

    def test_too_few_rows(self):
        table = table_of(number("a", range(6)), number("b", range(6)))
        with pytest.raises(InputError, match="no pair of columns can be tested; name columns with more rows"):
            relate(table, ["a"])

    def test_a_pair_that_cannot_be_tested_is_told_beside_others(self):
        table = table_of(
            number("a", range(40)), number("b", [*range(4), *[np.nan] * 36]), number("c", range(40))
        )
        answer = relate(table, ["a"])
        assert "'b' and 'a' were not tested: 4 rows have both; at least 10 are needed." in answer.remarks


def test_small_groups_of_people_take_no_part():
    random = np.random.default_rng(2)
    team = ["a"] * 60 + ["b"] * 40 + ["c"] * 3
    table = table_of(number("mood", random.normal(size=103)), words("team", team), minimum_group=5)
    with pytest.raises(InputError, match="no pair of columns can be tested"):
        relate(table, ["mood"])  # with c hidden, b would be all that is left beside a
    table = table_of(
        number("mood", random.normal(size=103)), yes_no("left", [True] * 50 + [False] * 53), minimum_group=5
    )
    assert relate(table, ["mood"]).content["n_tests"] == 1


def test_the_answer_is_plain_json_and_has_a_figure():
    answer = relate(survey(), ["left"])
    assert len(json.loads(json.dumps(answer.to_json(), allow_nan=False))["pairs"]) == 5
    assert [bar.is_clear for bar in answer.figure.bars] == [
        pair["is_clear"] for pair in answer.content["pairs"]
    ]


def false_alarms(draw, n_tables):
    """Return the share of null tables in which anything is named."""
    named = 0
    for seed in range(n_tables):
        answer = relate(draw(np.random.default_rng(seed)), ["target"])
        named += any(pair["is_clear"] for pair in answer.content["pairs"])
    return named / n_tables


def draw_mixed(random, n=120):
    """Return a table of many kinds of columns in which nothing goes with the target."""
    spread = np.where(random.random(n) < 0.3, 4.0, 1.0)
    return table_of(
        yes_no("target", random.random(n) < 0.3),
        number("normal", random.normal(size=n)),
        number("skewed", random.lognormal(0, 1.2, n)),
        number("spread", random.normal(size=n) * spread),
        number("rating", random.choice([1, 2, 3, 4, 5], n, p=[0.05, 0.1, 0.15, 0.3, 0.4]), "rating"),
        words("rare", random.choice(["a", "b", "c", "d"], n, p=[0.9, 0.05, 0.03, 0.02])),
    )


def test_nothing_is_named_in_nearly_all_tables_without_anything():
    assert false_alarms(draw_mixed, 60) <= 0.1
