from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from features.catalogue import Catalogue, Feature
from features.timeline import Duration, Horizon
from tests.training.examples import LINEAR, SEED
from training.fitting import fit_rows
from training.rows import FollowUp, LabelOutcome, TrainingRows
from training.thinning import thin_rows

CATALOGUE = Catalogue((Feature("a", "number", "table"), Feature("b", "number", "table")))
N_ROWS = 20_000


def make_rows(outcome, *, weight=None, n_rows: int = N_ROWS, seed: int = 3) -> TrainingRows:
    random = np.random.default_rng(seed)
    names = np.array([f"e{number}" for number in range(n_rows)], object)
    return TrainingRows(
        catalogue=CATALOGUE,
        columns={"a": random.normal(size=n_rows), "b": random.normal(size=n_rows)},
        entity=names,
        group=names,
        outcome=outcome,
        weight=weight,
        value=None,
    )


def make_labels(share: float, n_rows: int = N_ROWS) -> LabelOutcome:
    target = np.zeros(n_rows)
    target[: round(share * n_rows)] = 1.0
    return LabelOutcome(np.random.default_rng(5).permutation(target))


def make_follow_up(event: np.ndarray, days: np.ndarray) -> FollowUp:
    spans = tuple(Horizon(Duration(length)) for length in (30, 90))
    return FollowUp(
        snapshot_date=np.full(len(event), "2025-01-01", "datetime64[D]"),
        days=days,
        event=event,
        known_days=days,
        spans=spans,
        primary=spans[-1],
        observed_until=date(2026, 1, 1),
    )


def test_a_table_that_is_small_enough_stays_as_it_is():
    rows = make_rows(make_labels(0.1))
    assert thin_rows(rows, N_ROWS) is rows


def test_all_rows_with_the_event_stay_and_the_others_stand_for_all():
    rows = make_rows(make_labels(0.1))
    kept = thin_rows(rows, 6_000)
    assert len(kept) == 6_000
    assert kept.outcome.target.sum() == 2_000
    is_event = kept.outcome.target == 1
    assert np.all(kept.weight[is_event] == 1.0)
    assert np.allclose(kept.weight[~is_event], 18_000 / 4_000)
    assert kept.weight.sum() == pytest.approx(N_ROWS)
    assert np.average(kept.outcome.target, weights=kept.weight) == pytest.approx(0.1)


def test_the_rarer_value_stays_whichever_it_is():
    kept = thin_rows(make_rows(make_labels(0.9)), 6_000)
    assert (kept.outcome.target == 0).sum() == 2_000
    assert np.average(kept.outcome.target, weights=kept.weight) == pytest.approx(0.9)


def test_many_rows_with_the_event_fill_half_of_the_places():
    kept = thin_rows(make_rows(make_labels(0.4)), 6_000)
    assert kept.outcome.target.sum() == 3_000
    assert kept.weight.sum() == pytest.approx(N_ROWS)
    assert np.average(kept.outcome.target, weights=kept.weight) == pytest.approx(0.4)


def test_rows_keep_their_order_and_belong_together():
    rows = make_rows(make_labels(0.1))
    places = {name: place for place, name in enumerate(rows.entity)}
    kept = thin_rows(rows, 6_000)
    found = np.array([places[name] for name in kept.entity])
    assert np.all(np.diff(found) > 0)
    assert np.array_equal(kept.columns["a"], rows.columns["a"][found])
    assert np.array_equal(kept.outcome.target, rows.outcome.target[found])


def test_declared_weights_are_multiplied():
    weight = np.random.default_rng(1).uniform(0.5, 2.0, N_ROWS)
    rows = make_rows(make_labels(0.1), weight=weight)
    places = {name: place for place, name in enumerate(rows.entity)}
    kept = thin_rows(rows, 6_000)
    stands_for = kept.weight / np.array([weight[places[name]] for name in kept.entity])
    assert np.allclose(np.unique(stands_for.round(9)), [1.0, 4.5])


def test_the_choice_depends_on_the_seed_alone():
    rows = make_rows(make_labels(0.1))
    assert np.array_equal(thin_rows(rows, 6_000, 1).entity, thin_rows(rows, 6_000, 1).entity)
    assert not np.array_equal(thin_rows(rows, 6_000, 1).entity, thin_rows(rows, 6_000, 2).entity)


def test_events_of_all_causes_up_to_the_last_horizon_stay():
    random = np.random.default_rng(8)
    event = random.choice([0.0, 1.0, 2.0], N_ROWS, p=[0.8, 0.1, 0.1])
    days = random.uniform(0, 120, N_ROWS)
    kept = thin_rows(make_rows(make_follow_up(event, days)), 8_000)
    is_late = kept.outcome.days >= 90
    counted = (kept.outcome.event > 0) & ~is_late
    assert counted.sum() == ((event > 0) & (days < 90)).sum()
    assert np.all(kept.weight[counted] == 1.0)
    # An event after the last horizon counts as none, like a row that is still watched then.
    assert np.all(kept.weight[(kept.outcome.event > 0) & is_late] > 1.0)


def test_answers_are_all_drawn_alike():
    answers = LabelOutcome(np.random.default_rng(2).integers(1, 6, N_ROWS).astype(float), kind="ordinal")
    kept = thin_rows(make_rows(answers), 5_000)
    assert np.allclose(kept.weight, 4.0)
    shares = [np.mean(kept.outcome.target == level) for level in range(1, 6)]
    assert np.allclose(shares, 0.2, atol=0.03)


def test_a_model_of_thinned_rows_tells_the_probabilities_of_all():
    random = np.random.default_rng(13)
    rows = make_rows(LabelOutcome(np.zeros(N_ROWS)))
    log_odds = -3.5 + 1.2 * rows.columns["a"] - 0.8 * rows.columns["b"]
    truth = 1 / (1 + np.exp(-log_odds))
    rows = replace(rows, outcome=LabelOutcome((random.random(N_ROWS) < truth).astype(float)))
    thinned = fit_rows(rows, replace(LINEAR, most_rows=5_000), SEED)
    whole = fit_rows(rows, LINEAR, SEED)
    assert (thinned.facts.n_rows, whole.facts.n_rows) == (5_000, N_ROWS)
    assert thinned.facts.n_events == whole.facts.n_events
    told = thinned.probabilities(rows)[:, 0]
    assert told.mean() == pytest.approx(truth.mean(), rel=0.05)
    assert (
        np.mean(np.abs(told - truth)) < 1.5 * np.mean(np.abs(whole.probabilities(rows)[:, 0] - truth)) + 0.002
    )


def test_vocabularies_still_come_from_all_rows():
    catalogue = Catalogue((*CATALOGUE.features, Feature("c", "category", "table")))
    rows = make_rows(make_labels(0.1))
    words = np.array(["usual"] * N_ROWS, object)
    words[np.flatnonzero(rows.outcome.target == 0)[:30]] = "seldom"
    rows = replace(rows, catalogue=catalogue, columns=rows.columns | {"c": words})
    fitted = fit_rows(rows, replace(LINEAR, most_rows=2_500), SEED)
    assert fitted.encoder.vocabularies["c"].levels == ("seldom", "usual")
