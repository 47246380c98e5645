"""Losses and what was forecast before them: the right forecast and figures, nothing of people at work."""

import json
from datetime import date, timedelta

import numpy as np
import pytest

from features.usecase import parse
from tests.training.answer_world import make_answers
from tests.training.exits_world import UNTIL, make_exits, spell_usecase
from training.hindsight import LEAD_DAYS, Hindsight, Told, look_back, read_kept_back
from training.hindsight.looking_back import find_losses

MONTHS = [date(2024, month, 1) for month in range(1, 13)]


@pytest.fixture(scope="module")
def rows():
    return make_exits(900)


def told_on(day, rows, probability=None, source="went_out"):
    """Return forecasts of everybody of a month; by default those who are paid least leave first."""
    chosen = rows.snapshot_date == np.datetime64(day)
    value = 1 / (1 + np.exp(3 + rows.columns["o_pay.last"][chosen])) if probability is None else probability
    value = np.broadcast_to(value, chosen.sum())
    bands = np.where(value >= 0.1, "high", np.where(value >= 0.05, "medium", "low"))
    return Told.of(
        day,
        source,
        "v1",
        {"entity_id": rows.entity[chosen], "probability": value, "risk_band": bands.tolist()},
    )


@pytest.fixture(scope="module")
def every_month(rows):
    return [told_on(day, rows) for day in MONTHS]


@pytest.fixture(scope="module")
def seen(rows, every_month):
    return look_back(spell_usecase(), rows, every_month)


def staff(**privacy):
    content = spell_usecase().to_json()
    return parse(content | {"privacy": {"subject": "employee", **privacy}}, "staff.yaml")


def test_losses_are_those_of_the_predicted_cause_each_once(rows):
    losses = find_losses(rows)
    is_lost = rows.outcome.event == 1
    assert {one for one, _ in losses} == set(rows.entity[is_lost])
    assert len(losses) == len({one for one, _ in losses})
    assert [day for _, day in losses] == sorted(day for _, day in losses)
    by_id = dict(losses)
    days = rows.snapshot_date[is_lost] + rows.outcome.days[is_lost].astype("timedelta64[D]")
    for entity, day in zip(rows.entity[is_lost], days, strict=True):
        assert by_id[entity] == day.item()
    assert all(day < UNTIL for day in by_id.values())


def test_the_forecast_is_the_last_one_that_old(seen):
    for loss in seen.losses:
        for lead, found in loss.forecasts.items():
            if found is None:
                continue
            before = loss.day - found.day
            assert timedelta(days=lead) <= before < timedelta(days=lead + 31)
            assert found.day == max(day for day in MONTHS if day <= loss.day - timedelta(days=lead))


def test_figures_are_those_of_the_list(seen):
    for lead in seen.leads:
        found = [loss.forecasts[lead.days] for loss in seen.losses if loss.forecasts[lead.days]]
        assert lead.n_forecasts == len(found) == lead.n_went_out
        assert lead.n_kept_back == 0
        assert lead.highest_tenth.value == pytest.approx(np.mean([one.is_in_highest_tenth for one in found]))
        assert lead.median_percentile == pytest.approx(np.median([one.percentile for one in found]))
        assert sum(share.value for share in lead.bands.values()) == pytest.approx(1.0)
        assert lead.bands["high"].value == pytest.approx(np.mean([one.band == "high" for one in found]))
        assert lead.highest_tenth.low < lead.highest_tenth.value < lead.highest_tenth.high
        assert lead.n_forecasts <= lead.n_losses <= seen.n_losses == len(seen.losses)
    assert [lead.days for lead in seen.leads] == list(LEAD_DAYS)


def test_a_good_forecast_puts_them_higher_than_a_blind_one(rows, seen):
    assert all(lead.median_percentile > 65 for lead in seen.leads)
    random = np.random.default_rng(0)
    blind = [
        told_on(day, rows, random.random((rows.snapshot_date == np.datetime64(day)).sum())) for day in MONTHS
    ]
    found = look_back(spell_usecase(), rows, blind)
    for lead in found.leads:
        assert 40 < lead.median_percentile < 60
        assert lead.highest_tenth.low <= 0.1 <= lead.highest_tenth.high


def test_a_forecast_after_the_loss_or_too_close_to_it_never_counts(rows):
    late = [told_on(MONTHS[-1], rows)]
    found = look_back(spell_usecase(), rows, late)
    assert all(loss.day >= MONTHS[-1] for loss in found.losses)
    assert all(
        one is None or one.day <= loss.day - timedelta(days=lead)
        for loss in found.losses
        for lead, one in loss.forecasts.items()
    )


def test_scores_that_went_out_come_before_rows_kept_back(rows):
    both = [
        told_on(MONTHS[5], rows, source="kept_back"),
        told_on(MONTHS[4], rows),
        told_on(MONTHS[5], rows, source="kept_back"),
    ]
    found = look_back(spell_usecase(), rows, both)
    one = [loss for loss in found.losses if loss.day == max(MONTHS[5], loss.day) and loss.forecasts[30]]
    sources = {(loss.forecasts[30].day, loss.forecasts[30].source) for loss in one}
    assert sources == {(MONTHS[4], "went_out"), (MONTHS[5], "kept_back")}
    for loss in one:
        if loss.forecasts[30].source == "kept_back":
            assert loss.day - timedelta(days=30) >= MONTHS[4] + timedelta(days=31)
    lead = found.leads[0]
    assert lead.n_went_out + lead.n_kept_back == lead.n_forecasts
    assert min(lead.n_went_out, lead.n_kept_back) > 0


def test_those_who_were_rated_low_until_the_end_come_first(seen):
    flags = [loss.is_low_until_the_end for loss in seen.losses]
    n_low = sum(flags)
    assert 0 < n_low < len(flags)
    assert all(flags[:n_low])
    low = seen.losses[:n_low]
    last = [next(one for one in loss.forecasts.values() if one).percentile for loss in low]
    assert last == sorted(last)
    nothing = [not any(loss.forecasts.values()) for loss in seen.losses]
    assert nothing == sorted(nothing)


def test_losses_that_could_have_no_forecast_yet_are_not_counted(rows):
    found = look_back(spell_usecase(), rows, [told_on(day, rows) for day in MONTHS[6:]])
    assert all(loss.day >= MONTHS[6] for loss in found.losses)
    possible = sum(day >= MONTHS[6] + timedelta(days=90) for _, day in find_losses(rows))
    assert found.leads[2].n_losses == possible


def test_without_any_forecast_it_is_said(rows):
    found = look_back(spell_usecase(), rows, [])
    assert (found.n_losses, found.losses) == (0, ())
    assert all(lead.n_forecasts == 0 and lead.highest_tenth is None for lead in found.leads)
    assert "for nobody yet" in found.leads[0].sentence["en"]


def test_of_people_at_work_no_single_one_is_told(rows, every_month):
    found = look_back(staff(), rows, every_month)
    assert (found.is_individual, found.losses, found.n_losses) == (False, (), None)
    text = json.dumps(found.to_json())
    assert not any(f'"{entity}"' in text for entity in set(rows.entity))
    for lead in found.leads:
        assert (lead.n_losses, lead.n_forecasts, lead.n_went_out, lead.n_kept_back) == (None,) * 4
        assert lead.median_percentile % 10 == 0
        for estimate in (lead.highest_tenth, *lead.bands.values()):
            assert estimate.n % 5 == 0
            assert all(
                round(10 * end) == pytest.approx(10 * end)
                for end in (estimate.low, estimate.value, estimate.high)
            )


def test_one_more_who_leaves_hardly_ever_changes_what_is_told_of_people_at_work(rows, every_month):
    """Leave out one leaver at a time: what is told stays the same for nearly all of them."""
    whole = look_back(staff(), rows, every_month).to_json()
    leavers = [one for one, _ in find_losses(rows)][:40]
    same = [
        look_back(staff(), rows.take(rows.entity != one), every_month).to_json() == whole for one in leavers
    ]
    assert np.mean(same) >= 0.8


def test_too_few_people_at_work_are_not_told_of(rows, every_month):
    found = look_back(staff(minimum_group_drivers=2_000), rows, every_month)
    assert all(lead.is_withheld and lead.highest_tenth is None and not lead.bands for lead in found.leads)
    assert "Too few" in found.leads[0].sentence["en"]


def test_answers_are_no_losses():
    assert look_back(spell_usecase(), make_answers(50), []) is None
    assert find_losses(make_answers(50)) == []


def test_plain_values_tell_the_same(seen, rows):
    assert Hindsight.from_json(json.loads(seen.to_text())) == seen
    nothing = look_back(spell_usecase(), rows, [])
    assert Hindsight.from_json(json.loads(nothing.to_text())) == nothing
    with pytest.raises(ValueError, match="and not 'xm-predict hindsight' 1"):
        Hindsight.from_json({**seen.to_json(), "format_version": 2})


def test_a_real_champion_saw_most_losses_coming(shop, quiet):
    """Look back from January: rows kept back until October tell of those who left since summer."""
    usecase, frame = quiet
    from training.rows import rows_of

    rows = rows_of(frame, usecase)
    told = read_kept_back(shop.champion, rows, usecase)
    found = look_back(usecase, rows, told)
    lead = found.leads[0]
    assert lead.n_kept_back == lead.n_forecasts > 50
    assert lead.median_percentile > 65
    assert lead.highest_tenth.low > 0.15
