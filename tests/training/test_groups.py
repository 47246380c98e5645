import json
from dataclasses import replace

import numpy as np
import pytest

from features.usecase import Privacy, parse
from tests.training.sample_bundles import fit_sample, make_bundle
from training.disclosure import ShownCuts
from training.groups import risk_band, score_groups

SIZES = {"sales": 400, "service": 300, "board": 3, "legal": 97}


@pytest.fixture(scope="module")
def employees(tmp_path_factory):
    return make_bundle(tmp_path_factory.mktemp("binary") / "b", "binary", "employee")


@pytest.fixture(scope="module")
def ratings(tmp_path_factory):
    return make_bundle(tmp_path_factory.mktemp("rating") / "b", "ordinal", "employee")


GROUPS = [name for name, size in SIZES.items() for _ in range(size)]


def show(groups, minimum=5):
    return ShownCuts.of({"team": groups}, Privacy(subject="employee", minimum_group=minimum))


@pytest.fixture
def groups():
    return show(GROUPS)


class TestEvents:
    def test_a_group_is_its_mean_forecast_with_a_range(self, employees, groups):
        columns = fit_sample("binary")[2]
        probabilities = employees.model.probabilities(employees.encoder.encode(columns).matrix)[:, 0]
        found = {group.name: group for group in score_groups(employees, columns, groups, "team")}
        sales = found["sales"].probabilities["outcome"]
        assert sales.value == pytest.approx(probabilities[:400].mean())
        chance = 1.96 * np.sqrt((probabilities * (1 - probabilities))[:400].sum()) / 400
        assert sales.value - sales.low == pytest.approx(np.hypot(chance, 0.04), rel=1e-3)
        assert sales.high - sales.value == pytest.approx(np.hypot(chance, 0.02), rel=1e-3)
        assert found["sales"].n == sales.n == 400
        assert found["sales"].value is None

    def test_small_groups_are_hidden_and_cannot_be_subtracted(self, employees, groups):
        found = [group.name for group in score_groups(employees, fit_sample("binary")[2], groups, "team")]
        assert found == ["sales", "service"]

    def test_the_minimum_is_that_of_the_use_case(self, employees):
        found = score_groups(employees, fit_sample("binary")[2], show(GROUPS, minimum=350), "team")
        assert [group.name for group in found] == ["sales"]

    def test_groups_of_two_cuts_cannot_be_subtracted_from_each_other(self, employees):
        # Sales and the north differ by three people: one of the two has to stay hidden.
        site = ["north"] * 397 + ["south"] * 403
        both = ShownCuts.of({"team": GROUPS, "site": site}, Privacy(subject="employee"))
        columns = fit_sample("binary")[2]
        found = {
            cut: [group.name for group in score_groups(employees, columns, both, cut)] for cut in both.labels
        }
        assert not {"sales"} <= set(found["team"]) or "north" not in found["site"]

    def test_people_without_a_group_are_in_none(self, employees, groups):
        without = show([None if name == "board" else name for name in GROUPS])
        found = [group.name for group in score_groups(employees, fit_sample("binary")[2], without, "team")]
        assert found == ["sales", "service"]

    def test_of_a_good_event_the_risk_is_that_of_missing_it(self, employees):
        """On average 3 of 10 have the event, so 7 of 10 miss it; from 1.4 on a risk would be high."""
        spec = employees.usecase.to_json()
        good = parse(spec | {"table": {**spec["table"], "means": "good"}}, "sample.yaml")
        shares = (1.0, 0.31, 0.3, 0.0)
        assert [risk_band(replace(employees, usecase=good), share) for share in shares] == [
            "low",
            "low",
            "medium",
            "medium",
        ]
        frequent = replace(employees, usecase=good, facts={**employees.facts, "average_risk": 0.8})
        assert [risk_band(frequent, share) for share in (0.81, 0.79, 0.61, 0.59)] == [
            "low",
            "medium",
            "medium",
            "high",
        ]

    def test_risk_bands_have_fixed_cuts(self, employees):
        assert [risk_band(employees, share) for share in (0.29, 0.3, 0.59, 0.6)] == [
            "low",
            "medium",
            "medium",
            "high",
        ]


class TestAnswers:
    def test_a_group_is_its_mean_answer_and_the_shares_of_levels(self, ratings, groups):
        columns = fit_sample("ordinal")[2]
        matrix = ratings.encoder.encode(columns).matrix
        sales = score_groups(ratings, columns, groups, "team")[0]
        assert sales.value.value == pytest.approx(ratings.model.expected(matrix)[:400].mean())
        assert sales.value.low < sales.value.value < sales.value.high
        assert sum(share.value for share in sales.probabilities.values()) == pytest.approx(1.0)
        assert list(sales.probabilities) == ["1", "2", "3", "4", "5"]
        assert sales.risk_band is None

    def test_plain_values_can_be_written(self, ratings, groups):
        found = score_groups(ratings, fit_sample("ordinal")[2], groups, "team")
        content = json.loads(json.dumps([group.to_json() for group in found], allow_nan=False))
        assert content[0]["name"] == "sales"
        assert content[0]["value"]["n"] == 400
