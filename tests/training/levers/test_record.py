import json

import pytest

from features.errors import BundleError
from tests.training.levers import flat_world
from training.drivers import Goal, word_refusal
from training.levers import Lever, LeverEffect, judge_levers, levers_from_json, levers_to_json
from training.levers.record import Label
from training.statistics import Estimate

LABEL: Label = {"en": "Waiting", "de": "Warten"}
EFFECT = LeverEffect(
    slope=Estimate(0.02, 0.01, 0.03, 900),
    short_slope=Estimate(-0.02, -0.03, -0.01, 900),
    contrast=Estimate(-0.05, -0.08, -0.02, 900),
    p_value=0.001,
    variation=0.7,
    robustness=0.12,
    controls=("size", "plan"),
    n_entities=450,
    n_columns=21,
)
LEVERS = (
    Lever("waiting", LABEL, "wait", Goal("wait", "<=", 24.0, "h"), "B", "offered", (), EFFECT),
    Lever("ease", LABEL, "ease", None, "C", "refused", (word_refusal("own rating", LABEL),)),
    Lever(
        "calls",
        LABEL,
        "calls",
        Goal("calls", ">=", 1.0, None),
        "C",
        "refused",
        (word_refusal("changed before", LABEL), word_refusal("self test failed", LABEL)),
        LeverEffect(**{**vars(EFFECT), "short_slope": None, "contrast": None, "controls": ()}),
    ),
)


def stored():
    return json.loads(json.dumps(levers_to_json(LEVERS), allow_nan=False))


def test_levers_come_back_from_json():
    assert levers_from_json(stored()) == LEVERS
    assert levers_from_json([]) == ()


def test_what_was_judged_comes_back_from_json():
    usecase = flat_world.make_usecase()
    levers = judge_levers(flat_world.make_members(600, usecase=usecase), usecase)
    assert {lever.status for lever in levers} >= {"refused", "offered"}
    assert levers_from_json(json.loads(json.dumps(levers_to_json(levers), allow_nan=False))) == levers


def test_only_what_is_offered_may_be_worked_on_first():
    assert [lever.is_offered for lever in LEVERS] == [True, False, False]


def test_plain_values_are_no_windows_into_the_record():
    content = levers_to_json(LEVERS)
    content[0]["label"]["en"] = "else"
    content[1]["refusals"][0]["reason"]["en"] = "else"
    assert LEVERS[0].label["en"] == "Waiting"
    assert "“Waiting”" in LEVERS[1].refusals[0].reason["en"]


GONE = object()
BROKEN = [
    ("0 status", GONE, "status"),
    ("0 goal", GONE, "KeyError: 'goal'"),
    ("0 effect", GONE, "KeyError: 'effect'"),
    ("0 effect slope", GONE, "KeyError: 'slope'"),
    ("0 effect slope low", GONE, "KeyError: 'low'"),
    ("0 effect p_value", GONE, "p_value"),
    ("0 goal bound", GONE, "bound"),
    ("1 refusals 0 remedy", GONE, "KeyError: 'remedy'"),
    ("1 refusals 0 code", "too tired", "KeyError: 'too tired'"),
    ("0 colour", 1, "colour"),
    ("0 effect colour", 1, "colour"),
    ("0 goal colour", 1, "colour"),
    ("0 grade", "D", "'D' is not one of A, B, C"),
    ("0 status", "maybe", "'maybe' is not one of offered, unclear, wrong way, refused"),
    ("0 effect", "strong", "TypeError"),
    ("0 effect slope", "strong", "AttributeError"),
    ("0 effect slope low", 0.5, "does not hold the estimate"),
    ("0 effect slope value", "much", "ValueError"),
    ("0 refusals", None, "TypeError"),
    ("1 refusals 0", "own rating", "TypeError"),
    ("0", "waiting", "TypeError"),
    ("0", None, "TypeError"),
]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    BROKEN,
    ids=[f"{path} {'gone' if value is GONE else value}" for path, value, _ in BROKEN],
)
def test_broken_content_is_refused_in_one_line(path, value, words):
    content = stored()
    *way, last = [int(part) if part.isdigit() else part for part in path.split()]
    place = content
    for part in way:
        place = place[part]
    if value is GONE:
        del place[last]
    else:
        place[last] = value
    with pytest.raises(BundleError, match=words) as caught:
        levers_from_json(content)
    message = str(caught.value)
    assert message.startswith("evaluation.json: levers: cannot be read (")
    assert message.endswith("; train again with this version")
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("content", [None, 3, "levers", {"waiting": {}}], ids=str)
def test_what_is_no_list_of_levers_is_refused(content):
    with pytest.raises(BundleError, match="levers: cannot be read"):
        levers_from_json(content)
