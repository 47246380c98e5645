"""What is seen in hindsight, as the service reads it: what the verb wrote, and nothing else."""

import json
from typing import get_args

import msgspec
import pytest

from features.errors import SourceError
from serving import hindsight
from serving.hindsight import read_hindsight
from serving.plain_files import MAX_FILE_BYTES
from tests.serving.hindsight_samples import make_hindsight, make_hindsight_at_work, write_hindsight
from training.hindsight import looking_back, record
from training.hindsight.record import BANDS


def read(folder, usecase="churn", *, is_about_employees=False):
    return read_hindsight(folder, usecase, is_about_employees=is_about_employees)


@pytest.mark.parametrize("is_at_work", [False, True])
def test_what_is_read_is_what_was_written(tmp_path, is_at_work):
    written = make_hindsight_at_work() if is_at_work else make_hindsight()
    write_hindsight(tmp_path, written)
    found = read(tmp_path, written.usecase, is_about_employees=is_at_work)
    assert json.loads(msgspec.json.encode(found)) == json.loads(written.to_text())


def test_the_words_are_those_of_the_record():
    assert get_args(hindsight.Band) == BANDS
    assert hindsight.MOST_LISTED == looking_back.MOST_LISTED
    pairs = (
        (hindsight.HindsightOutline, record.Hindsight),
        (hindsight.LeadOutline, record.LeadTime),
        (hindsight.ForecastOutline, record.PastForecast),
    )
    for outline, plain in pairs:
        names = [name for name in outline.__struct_fields__ if name not in {"format", "format_version"}]
        assert names == list(plain.__dataclass_fields__)


def test_no_file_is_no_fault(tmp_path):
    assert read(tmp_path) is None
    assert read(tmp_path, "../churn") is None


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        "[" * 100_000,
        make_hindsight().to_text().replace("xm-predict hindsight", "another"),
        make_hindsight().to_text().replace('"high"', '"huge"'),
        make_hindsight(usecase="attrition").to_text(),
        make_hindsight(is_individual=False).to_text(),
        make_hindsight(n_losses=502).to_text(),
        make_hindsight().to_text() + " " * MAX_FILE_BYTES,
    ],
    ids=["empty", "deep", "format", "band", "usecase", "list of whom none may be told", "long list", "large"],
)
def test_what_is_no_such_file_is_refused(tmp_path, content):
    write_hindsight(tmp_path, make_hindsight()).write_text(content)
    with pytest.raises(SourceError, match=r"hindsight\.json.*run 'xm-predict monitor' again"):
        read(tmp_path)


@pytest.mark.parametrize(
    "written", [make_hindsight(), make_hindsight(losses=()), make_hindsight(is_individual=False, losses=())]
)
def test_a_file_that_counts_or_lists_people_at_work_is_refused(tmp_path, written):
    write_hindsight(tmp_path, written)
    with pytest.raises(SourceError):
        read(tmp_path, is_about_employees=True)


def test_nothing_is_read_behind_a_link(tmp_path):
    write_hindsight(tmp_path / "elsewhere", make_hindsight())
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "churn").symlink_to(tmp_path / "elsewhere" / "churn")
    with pytest.raises(SourceError):
        read(tmp_path / "here")
