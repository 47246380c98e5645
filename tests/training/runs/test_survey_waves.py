"""Survey questions straight from the sources: the same answers as a build keeps."""

import numpy as np
import pytest

from features.errors import SpecError
from features.frame import build
from features.usecase import load
from tests.training.runs.test_explore_whole import change_spec, make_world
from training.runs.survey_waves import demand_metrics, read_questions
from training.runs.waves import list_rows


@pytest.fixture(scope="module")
def usecase(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small") / "data"
    make_world(folder, n=300)
    return load(folder / "small.yaml", folder)


@pytest.fixture(scope="module")
def question(usecase):
    (found,) = read_questions(usecase)
    return found


def test_the_answers_are_those_of_a_build(usecase, question):
    ((name, _, rows),) = list_rows(build(usecase).waves, usecase)
    assert name == question.source
    assert rows.entities.tolist() == question.rows.entities.tolist()
    np.testing.assert_array_equal(rows.worth, question.rows.worth)
    np.testing.assert_array_equal(rows.was_member, question.rows.was_member)
    assert rows.names == question.rows.names


def test_invitations_lags_and_groups_stand_beside_the_answers(question):
    assert set(question.was_invited) == {1.0}
    assert np.isfinite(question.lag_days).tolist() == question.is_answered.tolist()
    assert np.nanmin(question.lag_days) >= 0
    regions = dict(zip(question.rows.entities, question.cuts["region"], strict=True))
    assert regions["c000"] == "South"
    assert regions["c001"] == "North"


def test_what_is_read_is_reported(usecase):
    lines: list[str] = []
    read_questions(usecase, report=lines.append)
    assert lines[-1] == "collecting waves"


def test_without_a_metric_there_is_nothing_to_ask(tmp_path):
    make_world(tmp_path / "data", n=20)
    without = ("    metrics: {nps: nps}\n", ""), ("kind: nps_group", "kind: ordinal")
    path = change_spec(tmp_path / "data", *without)
    with pytest.raises(SpecError, match="small: sources: no source names a survey metric"):
        demand_metrics(load(path, tmp_path / "data"))
