"""Checks of features one by one: what is measured, what is usual, and what is said."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from tests.training.monitoring.faults import change, put, rename
from tests.training.monitoring.past_frames import N_TRAINED, as_of, look
from training.monitoring.comparison import compare_rows
from training.monitoring.inputs import check_features

HOURS = "o_tickets.hours_to_resolve.mean_90d"
PLAN = "o_customers.plan"


def find(company, frame, kind, about):
    """Return the check of a kind about a feature, if there is one."""
    checks = check_features(compare_rows(company.bundle, frame), company.bundle)
    return next((one for one in checks if (one.kind, one.about) == (kind, about)), None)


def test_every_feature_is_watched(company, batch):
    found = list(check_features(compare_rows(company.bundle, batch), company.bundle))
    names = company.bundle.catalogue.names
    assert {one.about for one in found if one.kind == "missing"} == set(names)
    assert {one.about for one in found if one.kind == "level"} == set(names)
    categories = {feature.name for feature in company.bundle.catalogue if feature.kind == "category"}
    assert {one.about for one in found if one.kind == "unseen"} == categories
    assert all(one.value.low <= one.value.value <= one.value.high for one in found if one.value)


def test_the_share_that_is_missing_is_that_of_the_rows(company, batch):
    found = find(company, batch, "missing", HOURS)
    column = batch.latest.column(HOURS)
    assert found.value.value == pytest.approx(column.null_count / len(column))
    assert found.value.n == len(column)
    assert found.usual[0] < found.value.value < found.usual[1]


def test_what_is_said_names_share_number_and_range_in_both_languages(company, batch):
    gone = change(batch, HOURS, lambda x: np.where(np.arange(len(x)) % 2, np.nan, x))
    found = find(company, gone, "missing", HOURS)
    people = f"{batch.latest.num_rows:,}"
    assert found.sentence["en"].startswith("Time to resolve tickets (average of 90 days) is missing for ")
    assert f"of {people} customers; usual is " in found.sentence["en"]
    assert f"von {people} Kunden; üblich sind " in found.sentence["de"]
    assert HOURS not in found.sentence["en"]


def test_a_handful_more_is_not_told_however_rare_it_was(company, batch):
    few = put(batch.latest, PLAN, [None, None, *batch.latest.column(PLAN).to_pylist()[2:]])
    assert find(company, replace(batch, latest=few), "missing", PLAN).p_value == 1.0


def test_the_middle_value_is_told_in_its_unit(company, batch):
    found = find(company, change(batch, HOURS, lambda x: x + 30), "level", HOURS)
    assert found.state == "alert"
    assert found.value.value > 0.8
    assert " hours, it was " in found.sentence["en"]
    assert " Stunden, er war " in found.sentence["de"]
    assert "stability index" in found.sentence["en"]


def test_values_that_spread_are_told_although_their_middle_stays(company, batch):
    wide = change(batch, HOURS, lambda x: np.nanmedian(x) + 4 * (x - np.nanmedian(x)))
    found = find(company, wide, "level", HOURS)
    assert found.state == "alert"
    assert "further apart than usual" in found.sentence["en"]
    narrow = change(batch, HOURS, lambda x: np.nanmedian(x) + 0.2 * (x - np.nanmedian(x)))
    assert "closer together than usual" in find(company, narrow, "level", HOURS).sentence["en"]


def test_a_unit_is_asked_for_only_where_values_are_many_times_as_large(company, batch):
    assert find(company, change(batch, HOURS, lambda x: x * 2), "unit", HOURS) is None
    found = find(company, change(batch, HOURS, lambda x: x / 24), "unit", HOURS)
    assert found.state == "alert"
    assert found.value.value == pytest.approx(1 / 24, rel=0.2)
    assert "another unit" in found.sentence["en"]
    assert "anderen Einheit" in found.sentence["de"]


def test_a_trend_around_nought_has_no_unit(company, batch):
    slope = "o_usage.logins.slope_30d"
    assert find(company, change(batch, slope, lambda x: x + 1), "unit", slope) is None


def test_a_mix_is_told_by_the_level_that_moved(company, batch):
    random = np.random.default_rng(2)
    plans = batch.latest.column(PLAN).to_pylist()
    more = ["Basic" if random.random() < 0.4 else plan for plan in plans]
    found = find(company, replace(batch, latest=put(batch.latest, PLAN, more)), "level", PLAN)
    assert found.state == "alert"
    assert "“Basic” makes up" in found.sentence["en"]
    assert found.value.value > 0.4


def test_new_levels_are_named_unless_few_have_them(company, batch):
    renamed = replace(batch, latest=rename(batch.latest, PLAN, "Standard", "Std"))
    found = find(company, renamed, "unseen", PLAN)
    assert found.state == "alert"
    assert "(Std)" in found.sentence["en"]
    plans = batch.latest.column(PLAN).to_pylist()
    few = put(batch.latest, PLAN, ["Secret"] * 4 + plans[4:])
    found = find(company, replace(batch, latest=few), "unseen", PLAN)
    assert found.state == "no clear change"
    assert "Secret" not in found.sentence["en"]


def test_a_model_of_an_earlier_version_is_watched_by_todays_table_alone(company, batch):
    old = replace(company, bundle=replace(company.bundle, reference=None))
    assert [one for one in look(old, batch) if one.state == "alert"] == []
    found = find(old, change(batch, HOURS, lambda x: x * 60), "unit", HOURS)
    assert found.state == "alert"
    everywhere = replace(
        batch,
        table=rename(batch.table, PLAN, "Standard", "Std"),
        latest=rename(batch.latest, PLAN, "Standard", "Std"),
    )
    assert find(old, everywhere, "level", PLAN).state == "no clear change"
    assert find(company, everywhere, "level", PLAN).state == "alert"


def test_rows_without_any_past_are_not_judged(company):
    first = as_of(company.frame, 0)
    old = replace(company.bundle, reference=None)
    found = list(check_features(compare_rows(old, first), old))
    assert {one.kind for one in found} <= {"unseen"}


def test_no_rows_are_no_error(company, batch):
    nobody = replace(batch, latest=batch.latest.slice(0, 0))
    assert all(one.about != HOURS or one.kind != "level" for one in look(company, nobody))


def test_the_newest_rows_are_not_their_own_past(company, batch):
    compared = compare_rows(company.bundle, batch)
    days = company.frame.facts.snapshot_dates
    assert compared.now.day == days[N_TRAINED]
    assert [one.day for one in compared.earlier] == list(days[:N_TRAINED])
    assert [one.day for one in compared.trained] == list(days[:N_TRAINED])
    assert compared.ahead == 1
    later = compare_rows(company.bundle, as_of(company.frame, N_TRAINED + 3))
    assert later.ahead == 4
    assert isinstance(later.rows, pa.Table)
    again = compare_rows(company.bundle, as_of(company.frame, N_TRAINED - 1))
    assert again.trained[-1].day == days[N_TRAINED - 2]
