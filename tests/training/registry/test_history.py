"""What the registry itself says of the versions of a use case."""

from datetime import UTC, datetime, timedelta

import mlflow
import pytest

from training import registry
from training.registry import CONTEST_NOTE, RegisteredBundle

TODAY = datetime.now(UTC).date()


def test_the_newest_come_first_and_no_more_than_asked_for(usecase, make_versions):
    make_versions(12)
    found = registry.list_versions(usecase, 11)
    assert [one.registered.version for one in found] == list(range(12, 1, -1))
    assert {TODAY - one.made_on for one in found} <= {timedelta(0), timedelta(1)}


def test_without_versions_there_is_nothing(usecase):
    assert registry.list_versions(usecase, 50) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [('{"champion": 1}', {"champion": 1}), ("no JSON", {}), ("[1]", {}), (None, {})],
)
def test_a_comparison_is_read_back_and_what_is_none_counts_as_none(usecase, make_versions, text, found):
    make_versions(1)
    if text is not None:
        mlflow.MlflowClient().set_model_version_tag(usecase, "1", CONTEST_NOTE, text)
    (version,) = registry.list_versions(usecase, 50)
    assert version.contest == found


def test_a_run_is_found_with_its_day_and_one_that_is_gone_is_none(connected, usecase):
    with registry.tracked_run("test") as run_id:
        pass
    run = registry.find_run(RegisteredBundle(usecase, 1, "", run_id))
    experiment = mlflow.get_experiment_by_name(registry.tracking.EXPERIMENT)
    assert run.experiment_id == experiment.experiment_id
    assert TODAY - run.began_on <= timedelta(1)
    assert registry.find_run(RegisteredBundle(usecase, 1, "", "0" * 32)) is None
    assert registry.find_run(RegisteredBundle(usecase, 1, "", "")) is None
