import json

import pytest

from features.errors import BundleError
from tests.training.beliefs.belief_world import both, ranked, spell, stated
from training.beliefs import belief_from_json, check_beliefs

RANKED = ranked(("workload",), ("training", "support"), ("pay", "night_shifts"))


@pytest.mark.parametrize("facts", [stated(), stated(given=3, heard=4), None], ids=["many", "few", "none"])
def test_plain_values_come_back(facts):
    found = check_beliefs(spell(both()), facts, RANKED)
    content = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert belief_from_json(content) == found


def test_plain_values_say_who_was_asked_and_name_the_reasons():
    content = check_beliefs(spell(both()), stated(unmapped=40, other_reasons={"Moved": 12}), RANKED).to_json()
    assert content["stated"]["other_reasons"] == [{"reason": "Moved", "n": 12}]
    assert content["stated"]["is_enough"] is True
    assert content["rows"][0]["stated"]["n"] == 203
    assert content["rows"][0]["measured"] == {"low": 4, "high": 5, "of": 5}


@pytest.mark.parametrize(
    "content", [{}, {"rows": [{}], "stated": None}, {"rows": [], "stated": {"heard": 1}}]
)
def test_what_is_no_belief_check_is_refused(content):
    with pytest.raises(BundleError, match="beliefs cannot be read"):
        belief_from_json(content)
