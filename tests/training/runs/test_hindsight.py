"""The file of hindsight: written beside what monitoring found, removed with the people it names."""

import json

import numpy as np
import pytest

from tests.training.hindsight.batches import leave_batch, scores_of
from tests.training.hindsight.conftest import quiet, shop  # noqa: F401 - fixtures
from training.__main__ import main
from training.hindsight import Hindsight
from training.runs.hindsight import FILE_NAME, write_hindsight
from training.runs.workspace import Workspace


def read(path):
    return Hindsight.from_json(json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "out")


def test_scores_and_rows_kept_back_come_together(workspace, shop, quiet):  # noqa: F811 - a fixture
    usecase, frame = quiet
    rows = frame.table.filter(
        np.array(frame.table.column("snapshot_date").to_pylist()) == max(frame.facts.snapshot_dates[:-2])
    )
    day = rows.column("snapshot_date")[0].as_py()
    people = rows.column("entity_id").to_pylist()
    leave_batch(workspace.scores("shop"), day, scores_of(dict.fromkeys(people, 0.3)))
    path = write_hindsight(workspace, usecase, frame, shop.champion)
    assert path == workspace.health("shop") / FILE_NAME
    found = read(path)
    lead = found.leads[0]
    assert lead.n_went_out > 0
    assert lead.n_kept_back > 0
    assert {one.source for loss in found.losses for one in loss.forecasts.values() if one} == {
        "went_out",
        "kept_back",
    }
    alone = read(write_hindsight(workspace, usecase, frame, None))
    assert alone.leads[0].n_kept_back == 0


def test_what_went_out_of_people_at_work_is_never_read(workspace, shop, quiet):  # noqa: F811 - a fixture
    usecase, frame = quiet
    folder = workspace.scores("shop") / "2025-11-01-x"
    folder.mkdir(parents=True)
    (folder / "batch.json").write_text("no batch")
    content = usecase.to_json()
    content["privacy"]["subject"] = "employee"
    staff = type(usecase).model_validate(content)
    path = write_hindsight(workspace, staff, frame, shop.champion)
    assert read(path).losses == ()


def test_without_an_event_there_is_no_file(workspace, members):
    folder = workspace.health("members")
    folder.mkdir(parents=True)
    (folder / FILE_NAME).write_text("{}")
    assert write_hindsight(workspace, members.usecase, members.frame, None) is None
    assert not (folder / FILE_NAME).exists()


def test_erasing_somebody_removes_the_list(workspace, shop, quiet, capsys):  # noqa: F811 - a fixture
    usecase, frame = quiet
    frame.write(workspace.frame("shop"))
    path = write_hindsight(workspace, usecase, frame, shop.champion)
    somebody = read(path).losses[0].entity_id
    assert main(["erase", "--name", "shop", "--entity", somebody, "--out", str(workspace.folder)]) == 0
    assert not path.exists()
    capsys.readouterr()
