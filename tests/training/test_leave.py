"""Leave to score single people at work, and all the doors that it does not open."""

import inspect
from types import SimpleNamespace

import pytest

import training.batch
import training.change.single
import training.registry.flavor
import training.spark
from tests.training.sample_bundles import fit_sample, make_bundle, plain_rows
from training.leave import IndividualLeave
from training.scoring import IndividualScoreRefusedError, Scorer

KINDS = ["binary", "ordinal"]
CLOSED = [
    Scorer.probabilities,
    Scorer.forecasts,
    training.batch.score_table,
    training.spark.score_table,
    training.spark.score_folder,
    training.change.single.explain_change,
]


@pytest.fixture(scope="module", params=KINDS)
def pair(request, tmp_path_factory):
    """Return the kind, and scorers of one model, about people at work and about customers."""
    folder = tmp_path_factory.mktemp("leave")
    subjects = ("employee", "customer")
    return request.param, *(Scorer(make_bundle(folder / one, request.param, one)) for one in subjects)


def grant(scorer):
    return IndividualLeave("BV 2026-07", "retention_talk", scorer.bundle.usecase.name)


def test_with_leave_the_scores_are_those_of_the_model(pair):
    kind, employees, customers = pair
    rows = plain_rows(kind, 3)
    found = employees.score(rows, reasons=2, leave=grant(employees))
    assert [one.probabilities for one in found] == [one.probabilities for one in customers.score(rows)]
    assert [len(one.reasons) for one in found] == [2, 2, 2]


def test_leave_is_for_one_call(pair):
    kind, employees, _ = pair
    employees.score(plain_rows(kind, 1), leave=grant(employees))
    with pytest.raises(IndividualScoreRefusedError, match="single employees"):
        employees.score(plain_rows(kind, 1))


@pytest.mark.parametrize(
    "make",
    [
        lambda _: IndividualLeave("BV 2026-07", "retention_talk", "another"),
        lambda _: True,
        lambda _: "BV 2026-07",
        lambda name: SimpleNamespace(agreement="BV", purpose="talk", usecase=name),
        lambda name: {"agreement": "BV", "purpose": "talk", "usecase": name},
    ],
    ids=["other use case", "true", "text", "look-alike", "mapping"],
)
def test_nothing_else_is_leave(pair, make):
    kind, employees, _ = pair
    with pytest.raises(IndividualScoreRefusedError, match="single employees"):
        employees.score(plain_rows(kind, 1), leave=make(employees.bundle.usecase.name))


@pytest.mark.parametrize("door", CLOSED, ids=lambda door: f"{door.__module__}.{door.__qualname__}")
def test_no_other_way_to_scores_takes_leave(door):
    parameters = inspect.signature(door).parameters.values()
    assert "leave" not in {one.name for one in parameters}
    assert not [one for one in parameters if one.kind is one.VAR_KEYWORD]


@pytest.mark.parametrize("module", [training.batch, training.spark, training.registry.flavor])
def test_files_sql_and_other_servers_do_not_know_of_leave(module):
    assert "leave" not in inspect.getsource(module).lower().replace("leave it", "").replace("leaves", "")


@pytest.mark.parametrize("method", ["probabilities", "forecasts"])
def test_whole_columns_stay_closed(pair, method):
    kind, employees, _ = pair
    with pytest.raises(TypeError, match="leave"):
        getattr(employees, method)(fit_sample(kind)[2], leave=grant(employees))
    with pytest.raises(IndividualScoreRefusedError):
        getattr(employees, method)(fit_sample(kind)[2])


@pytest.mark.parametrize("name", ["agreement", "purpose", "usecase"])
def test_leave_names_all_three(name):
    given = {"agreement": "BV", "purpose": "talk", "usecase": "attrition", name: " "}
    with pytest.raises(ValueError, match=f"{name} is ' '"):
        IndividualLeave(**given)
