"""What monitoring found, as the service reads it: what the verb wrote, and nothing else."""

import json
import math
import os
from dataclasses import replace
from datetime import date
from typing import get_args

import msgspec
import pytest

from features.errors import SourceError
from features.usecase import AlertKind
from serving import driver_schemas, health, metrics
from serving.health import HealthFiles, list_gauges
from serving.metrics import Metrics
from serving.plain_files import MAX_FILE_BYTES
from tests.serving.health_samples import FEED, MISSING, make_health, write_health
from tests.serving.test_metrics import read
from training.monitoring import record
from training.statistics import Estimate


def test_what_is_read_is_what_was_written(tmp_path):
    written = make_health()
    write_health(tmp_path, written)
    found = HealthFiles(tmp_path).find("churn")
    assert found is not None
    assert json.loads(msgspec.json.encode(found)) == json.loads(written.to_text())
    assert [check.about for check in found.alerts] == ["x_tickets"]


def test_a_figure_that_does_not_exist_is_none(tmp_path):
    nothing = Estimate(math.nan, math.nan, math.nan, 0)
    write_health(tmp_path, make_health(checks=(replace(MISSING, value=nothing),)))
    found = HealthFiles(tmp_path).find("churn")
    assert found is not None
    assert found.checks[0].value == driver_schemas.Estimate(None, None, None, 0)


def test_the_words_are_those_of_the_record():
    assert get_args(AlertKind) == get_args(record.Kind)
    assert get_args(health.State) == get_args(record.State)
    both = ((health.CheckOutline, record.Check), (health.PerformanceOutline, record.Performance))
    for outline, plain in both:
        assert list(outline.__struct_fields__) == list(plain.__dataclass_fields__)


def test_a_file_is_followed_as_it_changes(tmp_path):
    files = HealthFiles(tmp_path)
    assert files.find("churn") is None
    write_health(tmp_path, make_health())
    first = files.find("churn")
    assert files.find("churn") is first
    path = write_health(tmp_path, make_health(n_rows=12_345))
    found = files.find("churn")
    assert found is not None
    assert found.n_rows == 12_345
    path.unlink()
    assert files.find("churn") is None


def test_earlier_days_are_listed_and_read(tmp_path):
    for month in (4, 6, 5):
        write_health(tmp_path, make_health(as_of=date(2026, month, 1)))
    (tmp_path / "churn" / "notes.json").write_text("{}")
    (tmp_path / "churn" / "2026-13-01.json").write_text("{}")
    files = HealthFiles(tmp_path)
    assert files.list_days("churn") == ["2026-06-01", "2026-05-01", "2026-04-01"]
    found = files.find_day("churn", "2026-04-01")
    assert found is not None
    assert found.as_of == date(2026, 4, 1)
    assert files.find_day("churn", "2026-01-01") is None
    assert files.find_day("churn", "latest") is None
    assert files.list_days("../churn") == files.list_days("absent") == []


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        "[]",
        "[" * 100_000,
        make_health().to_text().replace("xm-predict health", "another"),
        make_health().to_text().replace('"alert"', '"worse"'),
        make_health(usecase="attrition").to_text(),
        make_health().to_text().replace('"90d"', '"90d\\" } evil"'),
        make_health().to_text() + " " * MAX_FILE_BYTES,
    ],
    ids=["empty", "list", "deep", "format", "state", "usecase", "label", "large"],
)
def test_what_is_no_such_file_is_refused(tmp_path, content):
    path = write_health(tmp_path, make_health())
    path.write_text(content)
    with pytest.raises(SourceError, match=r"latest\.json.*run 'xm-predict monitor' again"):
        HealthFiles(tmp_path).find("churn")


def test_nothing_is_read_behind_a_link(tmp_path):
    write_health(tmp_path / "elsewhere", make_health())
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "churn").symlink_to(tmp_path / "elsewhere" / "churn")
    with pytest.raises(SourceError):
        HealthFiles(tmp_path / "here").find("churn")
    assert HealthFiles(tmp_path / "here").list_days("churn") == []
    assert HealthFiles(tmp_path / "elsewhere").find("../elsewhere/churn") is None


def test_gauges_tell_alerts_by_kind_and_the_newest_figures(tmp_path):
    write_health(tmp_path, make_health())
    found = read(Metrics().write(list_gauges(HealthFiles(tmp_path), ["attrition", "churn"])))
    name = ("usecase", "churn")
    assert found[metrics.MONITOR_ALERTS, ("kind", "missing"), name] == 1
    assert found[metrics.MONITOR_ALERTS, ("kind", "feed"), name] == 0
    assert found[metrics.MONITOR_ROWS_OF, name] == 1_780_272_000
    assert found[metrics.MONITOR_RETRAIN, name] == 1
    figures = {
        basis: found[metrics.MONITOR_FIGURE, ("basis", basis), ("figure", "auc"), ("horizon", "90d"), name]
        for basis in ("promised", "estimated", "realised")
    }
    assert figures == {"promised": 0.81, "estimated": 0.82, "realised": 0.8}
    assert not [key for key in found if ("usecase", "attrition") in key]


def test_the_age_is_told_even_of_a_damaged_file(tmp_path):
    path = write_health(tmp_path, make_health(checks=(FEED,), advice=None, as_of=None))
    os.utime(path, (path.stat().st_mtime - 2 * health.SECONDS_A_DAY,) * 2)
    found = read(Metrics().write(list_gauges(HealthFiles(tmp_path), ["churn"])))
    assert 2 <= found[metrics.MONITOR_AGE, ("usecase", "churn")] < 2.1
    assert (metrics.MONITOR_RETRAIN, ("usecase", "churn")) not in found
    path.write_text("{}")
    names = [name for name, _, _ in list_gauges(HealthFiles(tmp_path), ["churn"])]
    assert names == [metrics.MONITOR_AGE]
