"""What the verb gives to programs: the same as to people, and nothing where the model must not be used."""

from tests.training.examples import believed
from training.runs.drivers import describe_levers, list_drivers
from training.usability import doubts_of


def test_a_usable_champion_gives_all_that_its_bundle_holds(company):
    bundle = believed(company.bundle)
    found = list_drivers(bundle)
    assert (found["is_usable"], found["doubts"]) == (True, [])
    assert found["drivers"] == bundle.drivers
    assert found["drivers"]
    assert found["levers"] == bundle.evaluation["levers"]


def test_a_champion_that_is_not_usable_gives_no_ranking_and_says_why(company):
    bundle = company.bundle
    assert bundle.drivers
    found = list_drivers(bundle)
    assert (found["is_usable"], found["doubts"]) == (False, list(doubts_of(bundle)))
    assert found["doubts"]
    assert (found["drivers"], found["levers"], found["beliefs"]) == ([], [], None)
    assert describe_levers(bundle) == [
        "no driver found: forecasts are not reliable enough to say what goes with the outcome"
    ]
