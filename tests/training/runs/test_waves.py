"""Series of the waves of a frame: every answer counted, every survey for itself."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features.usecase import UseCase
from training.runs.waves import list_series
from training.statistics.composition import Composition

SURVEY = {"file": "s.csv", "event_time": "at", "known_at": "same", "data": "X", "answered_by": "entity"}


@pytest.fixture(scope="module")
def series(company):
    return list_series(company.frame.waves, company.usecase)


def usecase_of(company, **sources) -> UseCase:
    """Return the use case of the company with other sources of answers."""
    found = {
        name: company.usecase.sources["surveys"].model_validate(SURVEY | keys)
        for name, keys in sources.items()
    }
    return company.usecase.model_copy(update={"sources": found})


def rows(source, metric, worths, *, names=None, wave=220, is_open=False):
    """Return rows of one wave."""
    n = len(worths)
    columns = {
        "source": [source] * n,
        "metric": [metric] * n,
        "wave": pa.array([wave] * n, pa.int32()),
        "wave_name": [f"wave {wave}"] * n,
        "closes_on": [date(2025 + (wave - 220), 4, 1)] * n,
        "is_open": [is_open] * n,
        "entity_id": pa.array([f"k{place}" for place in range(n)] if names is None else names, pa.string()),
        "worth": pa.array(worths, pa.float64()),
        "was_member": pa.array([True] * n),
    }
    return pa.table(columns)


def test_metrics_come_in_a_fixed_order(series):
    assert [found.metric for found in series] == ["nps", "ces", "csat"]


def test_everybody_who_answered_in_a_quarter_counts_once(company, series):
    answers = company.frame.answers.filter(
        pc.equal(company.frame.answers.column("metric"), "nps")
    ).to_pylist()
    for point in series[0].points:
        found: dict[str, list[float]] = {}
        for answer in answers:
            day = answer["answered_on"]
            if f"{day.year} Q{(day.month + 2) // 3}" == point.wave:
                worth = 100.0 * (answer["value"] >= 9) - 100.0 * (answer["value"] <= 6)
                found.setdefault(answer["entity_id"], []).append(worth)
        assert point.estimate.n == len(found)
        assert point.estimate.value == pytest.approx(np.mean([np.mean(worth) for worth in found.values()]))


def test_the_scale_of_each_metric_is_its_own(series):
    shown = {found.metric: (found.good_from, found.scale_high) for found in series}
    assert shown == {"nps": (None, None), "ces": (5.0, 7), "csat": (4.0, 5)}


def test_the_last_two_quarters_are_taken_apart(company, series):
    split = series[0].split
    assert isinstance(split, Composition)
    assert split.counts.n_unknown == 0
    last = series[0].points[-1].wave
    waves = [row for row in company.frame.waves.to_pylist() if row["metric"] == "nps"]
    now = {row["entity_id"]: row for row in waves if row["wave_name"] == last}
    before = {row["entity_id"]: row for row in waves if row["wave_name"] == series[0].points[-2].wave}
    gone = [
        name for name, row in before.items() if row["answers"] and not now.get(name, {}).get("was_member")
    ]
    assert split.counts.left == sum(not now.get(name, {}).get("answers") for name in gone) > 0


def test_a_metric_with_too_few_answers_is_no_series(company):
    source = {
        "survey": "a",
        "scales": {"nps": "0..10", "ces": "1..7"},
        "metrics": {"nps": "nps", "ces": "ces"},
    }
    waves = pa.concat_tables([rows("s", "nps", [100.0] * 5), rows("s", "ces", [1.0] * 4)])
    assert [found.metric for found in list_series(waves, usecase_of(company, s=source))] == ["nps"]


def test_the_minimum_is_that_of_the_use_case(company):
    privacy = company.usecase.privacy.model_copy(update={"minimum_group": 7})
    source = {"survey": "a", "scales": {"nps": "0..10"}, "metrics": {"nps": "nps"}}
    usecase = usecase_of(company, s=source).model_copy(update={"privacy": privacy})
    assert list_series(rows("s", "nps", [100.0] * 6), usecase) == ()
    assert list_series(rows("s", "nps", [100.0] * 7), usecase)[0].points[0].estimate.n == 7


def test_surveys_that_ask_the_same_stand_apart_under_their_names(company):
    source = {"scales": {"nps": "0..10"}, "metrics": {"nps": "nps"}}
    usecase = usecase_of(company, a={**source, "survey": "yearly"}, b={**source, "survey": "after a ticket"})
    waves = pa.concat_tables([rows("a", "nps", [100.0] * 5), rows("b", "nps", [-100.0] * 5)])
    found = {one.survey: one.points[0].estimate.value for one in list_series(waves, usecase)}
    assert found == {"yearly": 100.0, "after a ticket": -100.0}


def test_answers_by_others_and_anonymous_ones_are_nobodys_own(company):
    plain = {"survey": "a", "scales": {"nps": "0..10"}, "metrics": {"nps": "nps"}}
    waves = pa.concat_tables([rows("s", "nps", [0.0] * 9), rows("s", "nps", [100.0] * 9, wave=221)])
    for keys, is_own in ({}, True), ({"answered_by": "other"}, False), ({"join": "unit", "key": "u"}, False):
        (found,) = list_series(waves, usecase_of(company, s=plain | keys))
        assert (found.is_own, found.split is not None) == (is_own, is_own)


def test_anonymous_answers_are_never_taken_for_one_person(company):
    plain = {"survey": "a", "scales": {"nps": "0..10"}, "metrics": {"nps": "nps"}, "join": "unit", "key": "u"}
    waves = pa.concat_tables(
        [
            rows("s", "nps", [-100.0, 100.0] * 10, names=[None] * 20),
            rows("s", "nps", [-100.0, 100.0] * 10, names=[None] * 20, wave=221),
        ]
    )
    change = list_series(waves, usecase_of(company, s=plain))[0].change
    assert change is not None
    assert change.high - change.low > 50


def test_open_waves_are_told(company):
    plain = {"survey": "a", "scales": {"nps": "0..10"}, "metrics": {"nps": "nps"}}
    waves = pa.concat_tables(
        [rows("s", "nps", [0.0] * 9), rows("s", "nps", [9.0] * 9, wave=221, is_open=True)]
    )
    (found,) = list_series(waves, usecase_of(company, s=plain))
    assert ([point.wave for point in found.points], found.open_wave) == (["wave 220"], "wave 221")


def test_a_flat_table_has_no_series(members):
    assert list_series(members.frame.waves, members.usecase) == ()
