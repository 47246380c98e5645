import numpy as np
import pytest

from features.catalogue import Catalogue, Feature, plain_name
from features.usecase import Driver
from training.drivers import driver_groups, importance_shares, sample_rows, sum_by_driver
from training.drivers.attribution import normalise

CATALOGUE = Catalogue(
    (
        Feature("o_tickets.hours.mean_90d", "number", "tickets", driver="resolution", role="lever"),
        Feature("o_customers.plan", "category", "customers"),
        Feature("o_tickets.hours.mean_30d", "number", "tickets", driver="resolution", role="lever"),
    )
)
DRIVERS = {
    "resolution": Driver(
        features=["tickets.hours*"],
        role="lever",
        actor="company",
        goal="<= 24",
        label={"en": "Time", "de": "Zeit"},
    )
}


def test_features_of_one_driver_form_one_group_and_others_stand_alone_without_a_role() -> None:
    resolution, plan = driver_groups(CATALOGUE, DRIVERS)
    assert (resolution.name, resolution.role, resolution.columns) == ("resolution", "lever", (0, 2))
    assert (resolution.label["de"], resolution.goal) == ("Zeit", "<= 24")
    assert (plan.name, plan.role, plan.label["en"]) == ("o_customers.plan", None, "Customers plan")


def test_features_of_a_driver_stand_in_the_order_in_which_the_use_case_names_them() -> None:
    """A goal speaks of the first of them, wherever that stands in the frame."""
    features = [
        Feature("o_trainings.hours.sum_365d", "number", "trainings", driver="training"),
        Feature("o_trainings.days_since_last", "number", "trainings", driver="training"),
    ]
    named = Driver(features=["trainings.days*", "trainings.*"], role="signal", goal="<= 365")
    (group,) = driver_groups(features, {"training": named})
    assert group.columns == (1, 0)
    assert group.features == ("o_trainings.days_since_last", "o_trainings.hours.sum_365d")


def test_a_feature_named_like_a_driver_stays_apart() -> None:
    catalogue = Catalogue((*CATALOGUE.features, Feature("resolution", "number", "table")))
    assert [group.role for group in driver_groups(catalogue, DRIVERS)] == ["lever", None, None]


def test_signs_are_added_before_sizes_are_taken() -> None:
    attributions = np.array([[1.0, 0.5, -1.0], [2.0, -0.5, 1.0]])
    by_driver = sum_by_driver(attributions, driver_groups(CATALOGUE, DRIVERS))
    assert by_driver.tolist() == [[0.0, 0.5], [3.0, -0.5]]
    assert importance_shares(by_driver).tolist() == [0.75, 0.25]


def test_sums_per_row_are_kept() -> None:
    attributions = np.random.default_rng(1).normal(size=(50, 3))
    by_driver = sum_by_driver(attributions, driver_groups(CATALOGUE, DRIVERS))
    np.testing.assert_allclose(by_driver.sum(axis=1), attributions.sum(axis=1), atol=1e-12)


def test_a_column_too_many_is_refused_with_both_counts() -> None:
    with pytest.raises(ValueError, match="cover 3 columns, attributions have 4"):
        sum_by_driver(np.zeros((2, 4)), driver_groups(CATALOGUE, DRIVERS))


def test_nothing_explained_gives_zeros_not_nan() -> None:
    assert normalise(np.zeros(3)).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("TotalCharges", "Total charges"),
        ("x_surveys.nps.last", "Surveys nps last"),
        ("SeniorCitizen", "Senior citizen"),
        ("NPS", "NPS"),
        ("streaming_tv", "Streaming tv"),
        ("__", "__"),
    ],
    ids=["camel", "built", "camel-two", "acronym", "snake", "no-letters"],
)
def test_names_become_words(name: str, words: str) -> None:
    assert plain_name(name) == words


def test_the_sample_is_seeded_sorted_and_without_repeats() -> None:
    chosen = sample_rows(20_000, limit=100, seed=3)
    assert chosen.tolist() == sample_rows(20_000, limit=100, seed=3).tolist()
    assert chosen.tolist() != sample_rows(20_000, limit=100, seed=4).tolist()
    assert len(set(chosen.tolist())) == 100
    assert (np.diff(chosen) > 0).all()
    assert sample_rows(7).tolist() == list(range(7))
