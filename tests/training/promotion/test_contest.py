"""Champion and challenger: the same rows, none that either had learned from, and the right verdict."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from features.usecase import parse
from tests.training.promotion.candidates import altered, candidate_of
from tests.training.sample_bundles import RATING_FEATURES, fit_sample, make_bundle
from training.evaluation import Comparison, RatingComparison
from training.promotion import Candidate, Contest, KeptBack, compare
from training.rows import LabelOutcome, TrainingRows


@pytest.fixture(scope="module")
def customers(company):
    return candidate_of(company)


@pytest.fixture(scope="module")
def people(members):
    return candidate_of(members)


def noisy(column, seed=0):
    """Return forecasts that know less: log-odds with noise."""
    odds = np.log(column / (1 - column)) + np.random.default_rng(seed).normal(0, 2.0, len(column))
    return 1 / (1 + np.exp(-odds))


def told_until(candidate, version, day, kept_back=None):
    """Return a version that learned from outcomes up to a day."""
    facts = {**candidate.bundle.facts, "observed_until": day.isoformat()}
    return Candidate(version, replace(candidate.bundle, facts=facts), kept_back)


def test_a_version_does_not_differ_from_itself(company, customers):
    contest = compare(customers, replace(customers, version=2), company.learned.rows)
    judged = company.learned.assessment.all_rows.by_horizon["90d"]
    assert (contest.champion, contest.challenger, contest.horizon) == (1, 2, "90d")
    assert contest.n_rows == judged.n_rows
    assert contest.n_entities == judged.n_entities
    assert contest.n_by_bundle == (0, 0)
    assert (contest.difference.loss.low, contest.difference.loss.high) == (0, 0)
    assert not contest.is_clearly_worse


def test_a_worse_one_is_found_out_and_the_difference_has_its_sign(company, customers):
    worse = altered(customers, 2, noisy)
    contest = compare(customers, worse, company.learned.rows)
    assert contest.is_clearly_worse
    assert "clearly worse" in contest.summary
    back = compare(worse, replace(customers, version=3), company.learned.rows)
    assert back.difference.is_better
    assert "clearly better" in back.summary
    assert back.difference.loss.value == pytest.approx(-contest.difference.loss.value)
    assert back.difference.auc.value > 0


def test_the_days_that_were_compared_are_named(company, customers):
    contest = compare(customers, customers, company.learned.rows)
    forecast = company.learned.rows.snapshot_date[company.learned.assessment.forecasts.positions]
    assert (contest.first, contest.last) == (forecast.min().item(), forecast.max().item())
    assert f"of {contest.first} to {contest.last}" in contest.summary


def test_without_memory_and_newer_rows_there_is_nothing_to_compare(company, customers):
    contest = compare(replace(customers, kept_back=None), replace(customers, version=2), company.learned.rows)
    assert contest.difference is None
    assert not contest.is_clearly_worse
    assert "not compared, version 1 has no stored forecasts" in contest.summary


def test_after_its_data_ended_a_bundle_is_asked_as_it_stands(company, customers):
    """Take a champion from half a year earlier: it is judged on newer snapshots, by its bundle."""
    rows = company.learned.rows
    days = rows.snapshot_date
    newest = days[company.learned.assessment.forecasts.positions].max()
    old = told_until(customers, 1, newest.item())
    contest = compare(old, replace(customers, version=2), rows)
    assert contest.first == contest.last == newest.item()
    assert contest.n_by_bundle == (contest.n_rows, 0)
    chosen = rows.take(days == newest)
    scored = old.bundle.model.probabilities(old.bundle.encoder.encode(chosen.columns).matrix)[:, 1]
    exact = compare(
        replace(customers, kept_back=_remembering(company, chosen, scored)),
        replace(customers, version=2),
        rows,
    )
    assert exact.n_by_bundle == (0, 0)
    assert exact.difference == contest.difference


def _remembering(company, rows, probability):
    """Return a memory of forecasts at 90 days for some rows."""
    kept = KeptBack.of(company.learned.rows, company.learned.assessment.forecasts, company.usecase)
    every = KeptBack(kept.salt, kept.digests, {})
    places = every.find(rows, company.usecase)
    digests = tuple(kept.digests[place] for place in places[places >= 0])
    return KeptBack(kept.salt, digests, {"probability.90d": probability[places >= 0]})


def test_a_day_before_its_data_ended_is_never_asked(company, customers):
    newest = company.learned.rows.snapshot_date[company.learned.assessment.forecasts.positions].max().item()
    late = told_until(customers, 1, date.fromordinal(newest.toordinal() + 1))
    assert compare(late, customers, company.learned.rows).difference is None


def test_rows_that_both_bundles_can_be_asked_about_need_no_memory(company, customers):
    newest = company.learned.rows.snapshot_date[company.learned.assessment.forecasts.positions].max().item()
    pair = told_until(customers, 1, newest), told_until(customers, 2, newest)
    contest = compare(*pair, company.learned.rows)
    assert contest.n_rows > 30
    assert contest.n_by_bundle == (contest.n_rows, contest.n_rows)


def test_a_bundle_of_other_features_is_not_asked(company, customers):
    newest = company.learned.rows.snapshot_date[company.learned.assessment.forecasts.positions].max().item()
    old = told_until(customers, 1, newest)
    rows = company.learned.rows
    names = list(rows.catalogue.names)[1:]
    fewer = replace(
        rows,
        catalogue=type(rows.catalogue)(tuple(one for one in rows.catalogue if one.name in names)),
        columns={name: rows.columns[name] for name in names},
    )
    assert compare(old, customers, fewer).difference is None


def test_somebody_new_in_a_flat_table_is_asked_about(members, people):
    """Take a champion that knew half of the people: it is asked about the other half."""
    kept = people.kept_back
    half = len(kept.digests) // 2
    knew = KeptBack(kept.salt, kept.digests[:half], {name: one[:half] for name, one in kept.columns.items()})
    contest = compare(replace(people, kept_back=knew), replace(people, version=2), members.learned.rows)
    assert contest.n_rows == len(members.learned.rows)
    assert contest.n_by_bundle == (contest.n_rows - half, 0)
    assert (contest.first, contest.last) == (None, None)


def test_an_event_and_an_answer_cannot_be_compared(members, people):
    kept = people.kept_back
    answers = {"target": members.learned.rows.outcome.target[members.learned.assessment.forecasts.positions]}
    answers |= dict.fromkeys(("value", "rps"), np.full(len(kept.digests), 0.5))
    other = replace(people, version=2, kept_back=replace(kept, columns=answers))
    contest = compare(people, other, members.learned.rows)
    assert contest.difference is None
    assert "one of them forecasts an event, the other an answer" in contest.summary


@pytest.fixture(scope="module")
def rated(tmp_path_factory):
    """Return rows with answers, a bundle that was fitted to them, and a memory of other forecasts."""
    bundle = make_bundle(tmp_path_factory.mktemp("rated") / "b", "ordinal")
    columns = fit_sample("ordinal")[2]
    n_rows = len(columns["a"])
    named = {"file": "t.csv", "label": "y", "kind": "ordinal", "id": "who"}
    usecase = parse({"version": 1, "name": "rated", "table": named}, "rated.yaml")
    bundle = replace(bundle, usecase=usecase, facts={**bundle.facts, "observed_until": None})
    value = bundle.model.expected(bundle.encoder.encode(columns).matrix)
    target = np.clip(np.round(value + np.random.default_rng(0).normal(0, 1, n_rows)), 1, 5)
    entity = np.array([f"r{number}" for number in range(n_rows)], dtype=object)
    rows = TrainingRows(
        RATING_FEATURES, columns, entity, entity, LabelOutcome(target, "ordinal"), weight=None, value=None
    )
    return rows, bundle, target


def remembered(rows, usecase, target, value, rps):
    salt = b"s" * 32
    from training.promotion.kept_back import _digest

    return KeptBack(salt, _digest(salt, rows, usecase), {"target": target, "value": value, "rps": rps})


def test_answers_are_compared_by_their_ranked_probability_score(rated):
    rows, bundle, target = rated
    n_rows = len(target)
    good = remembered(rows, bundle.usecase, target, target, np.full(n_rows, 0.1))
    bad = remembered(rows, bundle.usecase, target, target + 1, np.full(n_rows, 0.4))
    contest = compare(Candidate(1, bundle, good), Candidate(2, bundle, bad), rows)
    assert isinstance(contest.difference, RatingComparison)
    assert contest.difference.rps.value == pytest.approx(0.3)
    assert contest.difference.mae.value == pytest.approx(1.0)
    assert contest.is_clearly_worse


def test_an_answer_that_changed_since_is_left_out(rated):
    rows, bundle, target = rated
    then = target.copy()
    then[:100] = np.where(target[:100] == 5, 4, 5)
    memory = remembered(rows, bundle.usecase, then, then, np.full(len(target), 0.1))
    contest = compare(Candidate(1, bundle, memory), Candidate(2, bundle, memory), rows)
    assert contest.n_rows == len(target) - 100


def test_a_bundle_is_asked_about_answers_of_new_people(rated):
    rows, bundle, target = rated
    nobody = remembered(rows.take(np.arange(0)), bundle.usecase, *(np.empty(0) for _ in range(3)))
    contest = compare(Candidate(1, bundle, nobody), Candidate(2, bundle, nobody), rows)
    assert contest.n_by_bundle == (len(target), len(target))
    assert contest.difference.rps.value == 0


def test_plain_values_tell_the_same(company, customers, rated):
    found = compare(customers, altered(customers, 2, noisy), company.learned.rows)
    assert isinstance(found.difference, Comparison)
    assert Contest.from_json(found.to_json()) == found
    nothing = replace(found, difference=None, problem="none", first=None, last=None)
    assert Contest.from_json(nothing.to_json()) == nothing
