"""Counters and times: as Prometheus reads them, and right over several workers."""

import math
import os
import subprocess
import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from serving.metrics import (
    AUDIT_FAILURES,
    BOUNDS_SECONDS,
    CHAMPION,
    HELP,
    REFUSALS,
    REQUESTS,
    ROWS,
    SECONDS,
    STALE,
    UNSEEN,
    WAITING,
    WORKING,
    Metrics,
)
from tests.serving.company import ROOT


def read(text):
    """Return every sample as the client of Prometheus reads it."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_kind_of_status():
    metrics = Metrics()
    for status in (200, 200, 401, 422, 503):
        metrics.count_request("/v1/score", status, 0.001)
    found = read(metrics.write())
    kinds = {
        kind: found[REQUESTS, ("route", "/v1/score"), ("status", kind)] for kind in ("2xx", "4xx", "5xx")
    }
    assert kinds == {"2xx": 2, "4xx": 2, "5xx": 1}


def test_times_are_a_histogram_whose_counts_grow_with_the_bounds():
    metrics = Metrics()
    for seconds in (0.0001, 0.001, 0.0011, 0.3, 99.0):
        metrics.count_request("/v1/score", 200, seconds)
    found = read(metrics.write())
    counts = {
        bound: found[f"{SECONDS}_bucket", ("le", bound), ("route", "/v1/score")]
        for bound in ("0.001", "0.0025", "0.25", "0.5", "+Inf")
    }
    assert counts == {"0.001": 2, "0.0025": 3, "0.25": 3, "0.5": 4, "+Inf": 5}
    assert found[f"{SECONDS}_count", ("route", "/v1/score")] == 5
    assert math.isclose(found[f"{SECONDS}_sum", ("route", "/v1/score")], 99.3022)
    assert list(BOUNDS_SECONDS) == sorted(BOUNDS_SECONDS)


def test_rows_unseen_categories_and_refusals_are_counted():
    metrics = Metrics()
    metrics.count_rows("churn", 3, 1)
    metrics.count_rows("churn", 2)
    metrics.count_request("-", 404, 0.001, "route_unknown")
    found = read(metrics.write())
    assert found[ROWS, ("usecase", "churn")] == 5
    assert found[UNSEEN, ("usecase", "churn")] == 1
    assert found[REFUSALS, ("code", "route_unknown")] == 1


def test_gauges_and_totals_of_others_stand_beside_them():
    gauges = [(CHAMPION, (("usecase", "churn"), ("model_version", "churn-1")), 1.0), (STALE, (), 0.0)]
    found = read(Metrics().write(gauges, {AUDIT_FAILURES: 2}))
    assert found[CHAMPION, ("model_version", "churn-1"), ("usecase", "churn")] == 1
    assert (found[STALE,], found[AUDIT_FAILURES,]) == (0, 2)


def test_every_kind_is_explained_even_before_anything_happened():
    text = Metrics().write()
    assert [name for name in HELP if f"# TYPE {name} {HELP[name][0]}\n" not in text] == []


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb", "Ünal 🙂"])
def test_a_label_comes_back_as_it_was(name):
    metrics = Metrics()
    metrics.count_rows(name, 1)
    assert read(metrics.write())[ROWS, ("usecase", name)] == 1


class TestWorkers:
    def test_whoever_is_asked_adds_up_all(self, tmp_path):
        one, other = Metrics(tmp_path), Metrics(tmp_path)
        one.count_request("/v1/score", 200, 0.002)
        other.count_request("/v1/score", 200, 0.002)
        other.count_rows("churn", 7)
        for metrics in (one, other):
            metrics.leave({AUDIT_FAILURES: 1})
        for metrics in (one, other):
            found = read(metrics.write(totals={AUDIT_FAILURES: 1}))
            assert found[REQUESTS, ("route", "/v1/score"), ("status", "2xx")] == 2
            assert found[f"{SECONDS}_bucket", ("le", "0.0025"), ("route", "/v1/score")] == 2
            assert (found[ROWS, ("usecase", "churn")], found[AUDIT_FAILURES,]) == (7, 2)

    def test_what_a_worker_counted_outlives_it(self, tmp_path):
        code = "import sys; from pathlib import Path; from serving.metrics import Metrics; "
        code += "one = Metrics(Path(sys.argv[1])); one.count_rows('churn', 4); one.leave()"
        for _ in range(2):
            subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=True)
        assert read(Metrics(tmp_path).write())[ROWS, ("usecase", "churn")] == 8

    def test_how_busy_they_are_is_added_up_while_they_live(self, tmp_path):
        busy, asked = Metrics(tmp_path), Metrics(tmp_path)
        busy.leave({WORKING: 3, WAITING: 5, AUDIT_FAILURES: 2})
        found = read(asked.write(totals={WORKING: 1, WAITING: 0, AUDIT_FAILURES: 1}))
        assert (found[WORKING,], found[WAITING,], found[AUDIT_FAILURES,]) == (4, 5, 3)
        (file,) = tmp_path.glob("*.json")
        os.utime(file, (1, 1))
        found = read(asked.write(totals={WORKING: 1, WAITING: 0, AUDIT_FAILURES: 1}))
        assert (found[WORKING,], found[WAITING,], found[AUDIT_FAILURES,]) == (1, 0, 3)

    def test_what_was_counted_since_is_not_counted_twice(self, tmp_path):
        metrics = Metrics(tmp_path)
        for _ in range(3):
            metrics.count_rows("churn", 1)
            metrics.leave()
        assert read(metrics.write())[ROWS, ("usecase", "churn")] == 3

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"], ids=range(4))
    def test_a_damaged_file_of_another_worker_counts_as_absent(self, tmp_path, content):
        (tmp_path / "1-aa.json").write_bytes(content)
        assert ROWS in Metrics(tmp_path).write()

    def test_a_disk_that_takes_nothing_disturbs_nobody(self, tmp_path):
        (tmp_path / "file").touch()
        metrics = Metrics(tmp_path / "file" / "metrics")
        metrics.count_rows("churn", 1)
        metrics.leave()
        assert read(metrics.write())[ROWS, ("usecase", "churn")] == 1
