"""What is said of the drivers of public data is what these data bear: nothing where there is nothing."""

import gzip
import itertools
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from features.usecase import load
from tests.training.examples import LIGHT
from tests.usecases.told import tell
from training.assessment import primary_labels
from training.levers import levers_from_json
from training.models.recipe import DEFAULT_RECIPE

HERE = Path(__file__).parent
NOTHING = "no driver found: forecasts are not reliable enough to say what goes with the outcome"
AIRLINE = "airline-satisfaction/train/airline_passenger_satisfaction.csv.gz"
EVERY_NTH_PASSENGER = 17
OWN_RATING = (
    "no lever: “{}” is a rating by the same people whose outcome is looked at: mood colours both, in any "
    "survey. Use what happened behind it (O-data), or a rating by somebody else."
)


def load_changed(name, folder, data, *, old="", new="", more=""):
    """Read a use case of this folder with a change of its text."""
    text = (HERE / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text
    folder.mkdir(parents=True, exist_ok=True)
    changed = folder / f"{Path(name).name}.yaml"
    changed.write_text(text.replace(old, new) + more, encoding="utf-8")
    return load(changed, data)


# A lever in each: something that a careless report would offer.
LEVERS = {
    "ravenstack-saas": """
drivers:
  resolution:
    label: {en: Hours to solve a ticket, de: Stunden bis zur Lösung}
    features: ['tickets.resolution_time_hours.*']
    role: lever
    actor: company
    goal: '<= 24'
  plan: {features: ['accounts.*'], role: context}
""",
    "variants/ravenstack-saas": """
drivers:
  seats:
    label: {en: Number of seats, de: Zahl der Plätze}
    features: [seats]
    role: lever
    actor: company
    window: {from: 90d, to: 1d}
    goal: '>= 20'
""",
    "hr-multitable-synthetic": """
drivers:
  training:
    label: {en: Days of training, de: Fortbildungstage}
    features: ['trainings.Training Duration(Days).*']
    role: lever
    actor: company
    goal: '>= 3'
""",
    "call-centre-csat-synthetic": """
drivers:
  speed:
    label: {en: Seconds until somebody answers, de: Sekunden bis zur Annahme}
    features: [Speed of answer in seconds]
    role: lever
    actor: company
    window: {from: 2d, to: 1d}
    goal: '<= 60'
""",
}


@pytest.fixture(scope="module", params=list(LEVERS))
def nothing(request, shared_data, tmp_path_factory):
    """Return what a fast training says where nothing is to be found; of the large set a part is enough."""
    rarer = {"old": "every: month, from: 2022-01-01", "new": "every: quarter, from: 2022-10-01"}
    change = rarer if request.param == "hr-multitable-synthetic" else {}
    folder = tmp_path_factory.mktemp("no-signal")
    usecase = load_changed(request.param, folder, shared_data, more=LEVERS[request.param], **change)
    return tell(usecase, LIGHT)


@pytest.mark.long
class TestNoSignal:
    def test_no_driver_is_found_and_no_more_is_said(self, nothing):
        assert nothing.lines == (NOTHING,)

    def test_the_report_has_no_drivers_and_no_first_steps(self, nothing):
        assert not nothing.report.headline.is_usable
        assert (nothing.report.associations, nothing.report.first_steps, nothing.report.calls) == (
            None,
            None,
            None,
        )
        assert not {section for section in nothing.sections if section.startswith("driver")}

    def test_the_page_says_that_no_driver_was_found_in_both_languages(self, nothing):
        assert "No driver found: the model cannot say what goes with the outcome." in nothing.pages["en"]
        assert "this report shows no forecast" in nothing.pages["en"]
        assert "Kein Treiber gefunden: " in nothing.pages["de"]
        assert "zeigt dieser Bericht keine Prognose" in nothing.pages["de"]

    def test_no_driver_is_named_on_the_page(self, nothing):
        for row in nothing.drivers.values():
            if row.role is not None:
                assert row.label["en"] not in nothing.pages["en"]
                assert row.label["de"] not in nothing.pages["de"]

    def test_the_lever_is_none_that_could_be_offered(self, nothing):
        levers = levers_from_json(nothing.bundle.evaluation["levers"])
        assert [lever.is_offered for lever in levers] == [False]


@pytest.mark.long
@pytest.mark.parametrize("name", list(LEVERS))
def test_no_driver_is_found_by_the_whole_recipe_in_all_rows(shared_data, tmp_path, name):
    told = tell(load_changed(name, tmp_path, shared_data, more=LEVERS[name]), DEFAULT_RECIPE)
    assert told.lines == (NOTHING,)
    assert (told.report.associations, told.report.first_steps) == (None, None)
    assert "No driver found" in told.pages["en"]


def tell_airline(folder, data, every, recipe):
    """Train on every so many passengers: the first ones are not like the others."""
    file = folder / AIRLINE
    file.parent.mkdir(parents=True)
    with gzip.open(data / AIRLINE, "rt") as read, gzip.open(file, "wt", compresslevel=1) as written:
        written.write(next(read))
        written.writelines(itertools.islice(read, 0, None, every))
    return tell(load(HERE / "variants" / "airline-drivers.yaml", folder), recipe)


def see_alone(told, feature):
    """Return values of a feature and outcomes, of rows that have both."""
    rows = told.learned.rows
    labels, is_known = primary_labels(rows, np.arange(len(rows)))
    values = np.asarray(rows.columns[feature], dtype=float)
    known = is_known & np.isfinite(values)
    return values[known], labels[known]


def check_directions(told, least=0.05):
    """Demand that no direction is told which the data contradict without that being told as well."""
    checked = 0
    for row in told.drivers.values():
        if row.direction in {"higher", "lower"} and not row.main_feature.endswith("_not_applicable"):
            alone = spearmanr(*see_alone(told, row.main_feature)).statistic
            if abs(alone) > least:
                assert row.is_opposite_alone == ((alone > 0) != (row.direction == "higher")), row.name
                checked += 1
    return checked


def check_goals(told, least=0.1):
    """Demand that no rating is said to go against its goal that goes with it in the data."""
    lines = told.report.associations.levers
    alone = [spearmanr(*see_alone(told, told.drivers[line.name].main_feature)).statistic for line in lines]
    assert sum(correlation < -least for correlation in alone) >= 12
    against = [line.name for line, r in zip(lines, alone, strict=True) if line.is_against_goal and r < -least]
    assert against == []


def check_ratings(told, n_ratings=14):
    """Demand that ratings are refused, each with its reason and remedy, and none is more than associated."""
    levers = levers_from_json(told.bundle.evaluation["levers"])
    assert len(levers) == n_ratings
    assert {lever.status for lever in levers} == {"refused"}
    assert {lever.grade for lever in levers} == {told.drivers[lever.name].evidence_grade for lever in levers}
    assert {lever.grade for lever in levers} == {"C"}
    assert {tuple(refusal.code for refusal in lever.refusals) for lever in levers} == {("own rating",)}
    told_of = [OWN_RATING.format(lever.label["en"]) for lever in levers]
    assert told.lines == ("work on first: no lever stands out", *told_of)
    for lever in levers:
        (refusal,) = lever.refusals
        for language, page in told.pages.items():
            assert f"{refusal.reason[language]} {refusal.remedy[language]}" in page
    assert "No single lever stands out." in told.pages["en"]


def check_wifi(told):
    """Demand that the page says that dissatisfaction is highest in the middle, as it is."""
    values, outcome = see_alone(told, "In-flight Wifi Service")
    satisfied = [1 - outcome[values == grade].mean() for grade in (1, 2, 3, 4, 5)]
    assert satisfied == pytest.approx([0.33, 0.25, 0.25, 0.60, 0.99], abs=0.03)
    wifi = told.drivers["wifi"]
    assert (wifi.direction, wifi.turns_at in {2.0, 3.0}, wifi.is_opposite_alone) == ("lower", True, False)
    turn = round(wifi.turns_at)
    lower = "Lower values go with the worse outcome: more cases are not satisfied."
    assert f"{lower} But not throughout: it turns at {turn}." in told.pages["en"]
    assert f"Aber nicht durchweg: Bei {turn} kehrt" in told.pages["de"]


@pytest.fixture(scope="module")
def airline(shared_data, tmp_path_factory):
    """Return what a fast training on a part of the passengers says."""
    return tell_airline(tmp_path_factory.mktemp("airline"), shared_data, EVERY_NTH_PASSENGER, LIGHT)


class TestAirline:
    def test_every_rating_is_refused_with_its_reason_and_remedy(self, airline):
        check_ratings(airline)

    def test_places_are_ranges_and_those_that_may_swap_are_told(self, airline):
        rows = [row for row in airline.drivers.values() if row.role == "lever"]
        places = {row.name: place for place, row in enumerate(airline.drivers.values(), start=1)}
        assert all(row.rank_low <= places[row.name] <= row.rank_high for row in rows)
        assert all(
            row.rank_low_joint <= row.rank_low and row.rank_high <= row.rank_high_joint for row in rows
        )
        groups = [row.tie_group for row in rows]
        assert max(groups.count(group) for group in groups) > 1
        assert len(set(groups)) > 1
        wide = [row for row in rows if row.rank_low_joint < row.rank_high_joint]
        assert len(wide) > len(rows) / 2
        for row in wide:
            assert f"place {row.rank_low_joint} to {row.rank_high_joint}" in airline.pages["en"]
            assert f"Platz {row.rank_low_joint} bis {row.rank_high_joint}" in airline.pages["de"]
        assert "May swap places with" in airline.pages["en"]

    def test_wifi_is_no_straight_line(self, airline):
        check_wifi(airline)

    def test_no_direction_is_told_that_the_data_contradict(self, airline):
        assert check_directions(airline) >= 12

    def test_no_goal_is_said_to_make_things_worse_where_the_data_say_the_opposite(self, airline):
        check_goals(airline)


@pytest.mark.long
@pytest.mark.parametrize(
    ("every", "recipe"), [(EVERY_NTH_PASSENGER, DEFAULT_RECIPE), (1, LIGHT)], ids=["recipe", "rows"]
)
def test_the_whole_airline_is_told_as_its_sample_is(shared_data, tmp_path, every, recipe):
    told = tell_airline(tmp_path, shared_data, every, recipe)
    check_ratings(told)
    check_wifi(told)
    check_goals(told)
    assert check_directions(told) >= 12


@pytest.fixture(scope="module")
def shop(shared_data):
    """Return what a fast training on all customers of the shop says."""
    return tell(load(HERE / "variants" / "ecommerce-drivers.yaml", shared_data), LIGHT)


@pytest.mark.long
class TestShop:
    def test_the_satisfied_leave_more_often_in_these_data(self, shop):
        values, outcome = see_alone(shop, "SatisfactionScore")
        shares = [outcome[values == score].mean() for score in (1, 5)]
        assert shares == pytest.approx([0.115, 0.238], abs=0.03)

    def test_the_score_is_told_to_go_against_its_goal_in_both_languages(self, shop):
        (line,) = shop.report.associations.levers
        assert (line.direction, line.is_against_goal, line.is_opposite_alone) == ("higher", True, False)
        assert (
            "Higher values go with a higher risk. That is the opposite of what its goal asks for: "
            "look behind it before acting." in shop.pages["en"]
        )
        assert (
            "Höhere Werte gehen mit höherem Risiko einher. Das ist das Gegenteil dessen, was das Ziel "
            "verlangt: vor dem Handeln genauer hinsehen." in shop.pages["de"]
        )

    def test_the_score_is_no_lever(self, shop):
        check_ratings(shop, n_ratings=1)

    def test_no_direction_is_told_that_the_data_contradict(self, shop):
        assert check_directions(shop) >= 5
