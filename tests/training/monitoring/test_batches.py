"""Rows that are new to a champion: which snapshots, what it says of them, and what is known by now."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from features.catalogue import Catalogue
from tests.training.answer_world import make_answers, make_silence
from tests.training.exits_world import UNTIL, make_exits
from tests.training.monitoring.drift_world import NOW, TRAINED_UNTIL
from tests.training.promotion.candidates import candidate_of
from training.monitoring.batches import MOST_SNAPSHOTS, labels_by_horizon, list_batches

MONTHS = [date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)]


@pytest.fixture(scope="module")
def batches(shop, quiet):
    return list_batches(shop.champion, quiet[1], quiet[0])


def test_snapshots_after_the_data_of_the_champion_come_one_by_one(batches):
    assert [batch.day for batch in batches] == MONTHS
    assert [batch.positions is None for batch in batches] == [False, False, False, True]
    assert all(set(batch.forecasts) == {"30d", "60d"} for batch in batches)


def test_forecasts_are_what_the_bundle_says_of_these_rows(batches, shop, quiet):
    batch, table = batches[0], quiet[1].table
    rows = table.take(batch.positions)
    assert set(rows.column("snapshot_date").to_pylist()) == {MONTHS[0]}
    assert rows.column("entity_id").to_pylist() == batch.entity.tolist()
    bundle = shop.champion.bundle
    matrix = bundle.encoder.encode(
        {name: rows.column(name).to_pylist() for name in bundle.catalogue.names}
    ).matrix
    assert batch.forecasts["60d"].tolist() == bundle.model.probabilities(matrix)[:, 1].tolist()


def test_outcomes_are_known_once_the_horizon_is_over(batches):
    share_known = [
        [np.isfinite(batch.outcomes[horizon]).mean() for horizon in ("30d", "60d")] for batch in batches[:3]
    ]
    assert share_known == [[1.0, 1.0], [1.0, 1.0], [1.0, 0.0]]
    assert batches[3].outcomes == {}


def test_the_newest_rows_are_everybody_who_can_be_scored(batches, quiet):
    assert batches[-1].entity.tolist() == quiet[1].latest.column("entity_id").to_pylist()


def test_a_champion_of_today_has_the_newest_rows_alone(shop, quiet):
    facts = {**shop.champion.bundle.facts, "observed_until": NOW.isoformat()}
    champion = replace(shop.champion, bundle=replace(shop.champion.bundle, facts=facts))
    assert [batch.day for batch in list_batches(champion, quiet[1], quiet[0])] == [NOW]


def test_the_rows_of_its_own_training_are_none_but_the_newest(shop):
    found = list_batches(shop.champion, shop.frame, shop.usecase)
    assert [(batch.day, batch.positions) for batch in found] == [(TRAINED_UNTIL, None)]


def test_the_first_year_is_enough(shop, quiet):
    facts = {**shop.champion.bundle.facts, "observed_until": "2024-01-01"}
    champion = replace(shop.champion, bundle=replace(shop.champion.bundle, facts=facts))
    found = list_batches(champion, quiet[1], quiet[0])
    assert len(found) == MOST_SNAPSHOTS + 1 == 13
    assert found[0].day == date(2025, 1, 1)


def test_a_table_without_the_features_of_the_champion_has_no_batches(shop, quiet):
    usecase, frame = quiet
    fewer = Catalogue(tuple(frame.facts.catalogue)[1:])
    assert (
        list_batches(shop.champion, replace(frame, facts=replace(frame.facts, catalogue=fewer)), usecase)
        == ()
    )


def test_of_a_flat_table_only_those_count_who_were_not_in_it(members):
    champion = candidate_of(members)
    assert list_batches(champion, members.frame, members.usecase) == ()
    kept = champion.kept_back
    half = replace(kept, digests=kept.digests[:500])
    past, newest = list_batches(replace(champion, kept_back=half), members.frame, members.usecase)
    assert len(past) == len(newest) == len(members.learned.rows) - 500
    assert sorted(past.entity) == sorted(newest.entity)
    assert (past.day, newest.day) == (None, None)
    assert np.isfinite(past.outcomes["outcome"]).all()


def test_labels_of_an_earlier_day_are_those_that_were_known_then():
    rows = make_exits(200)
    now, then = labels_by_horizon(rows), labels_by_horizon(rows, date(2024, 12, 1))
    days = rows.outcome.snapshot_date
    assert np.isfinite(now["120d"]).any()
    assert not np.isfinite(then["120d"][days > np.datetime64("2024-08-03")]).any()
    both = np.isfinite(then["30d"])
    assert np.array_equal(then["30d"][both], now["30d"][both])
    assert np.isfinite(labels_by_horizon(rows, UNTIL)["120d"]).sum() == np.isfinite(now["120d"]).sum()


@pytest.mark.parametrize("make", [make_answers, make_silence])
def test_answers_and_silence_count_from_the_day_on_which_they_were_known(make):
    rows = make(100)
    now, then = labels_by_horizon(rows)["60d"], labels_by_horizon(rows, date(2025, 7, 1))["60d"]
    timing = rows.outcome.timing
    day_known = timing.snapshot_date + np.nan_to_num(timing.known_days, nan=9_999).astype("timedelta64[D]")
    expected = np.isfinite(now) & (day_known <= np.datetime64("2025-07-01"))
    assert np.array_equal(np.isfinite(then), expected)
    assert 0 < expected.sum() < np.isfinite(now).sum()
