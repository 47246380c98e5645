"""The planted wave: NPS rises, nobody feels better, the parts add up; what people show follows their mood."""

import numpy as np
import pytest

from features.worlds.moods import expected_nps

_WAVE = """
    (SELECT s.customer_id, s.nps, i.sent_at,
        100 * (CAST(s.nps >= 9 AS INT) - CAST(s.nps <= 6 AS INT)) AS person
     FROM surveys AS s JOIN invites AS i USING (invite_id)
     WHERE s.nps IS NOT NULL AND date_trunc('quarter', i.sent_at) = TIMESTAMPTZ '{quarter} 00:00+00')
"""
BEFORE, AFTER = _WAVE.format(quarter="2024-04-01"), _WAVE.format(quarter="2024-07-01")


def test_the_expected_nps_is_that_of_many_answers():
    random = np.random.default_rng(3)
    mood = 0.4
    answers = np.clip(np.rint(7.3 + 2.0 * mood + random.standard_normal(200_000)), 0, 10)
    counted = 100 * ((answers >= 9).mean() - (answers <= 6).mean())
    assert expected_nps(np.array([mood]))[0] == pytest.approx(counted, abs=0.5)


def test_the_parts_of_the_true_change_add_up(company):
    wave = company.truth.planted_wave
    assert (wave.wave_before, wave.wave) == ("2024-Q2", "2024-Q3")
    assert wave.within + wave.leavers + wave.joiners == pytest.approx(wave.total, abs=1e-9)
    assert wave.nps - wave.nps_before == pytest.approx(wave.total, abs=1e-9)


def test_nps_rises_though_nobody_feels_better(company):
    wave = company.truth.planted_wave
    assert wave.total > 3
    assert wave.leavers > 5
    assert wave.within <= 0
    assert wave.highest_mood_change <= 0


def test_the_moods_written_down_say_the_same(company):
    changes = company.ask(
        "SELECT b.mood - a.mood AS change, b.expected_nps - a.expected_nps AS nps_change FROM truth AS a "
        "JOIN truth AS b USING (customer_id) WHERE a.month = '2024-05-01 00:00+00' "
        "AND b.month = '2024-08-01 00:00+00' "
        "AND customer_id NOT IN "
        "(SELECT customer_id FROM cancellations WHERE cancelled_at < '2024-09-01 00:00+00')"
    )
    assert len(changes) > 2500
    assert (changes["change"] <= 0).all()
    assert changes["nps_change"].mean() == pytest.approx(company.truth.planted_wave.within, abs=0.3)


def test_the_nps_of_answers_rises_and_same_customers_do_not(company):
    before, after = (company.value(f"SELECT avg(person) FROM {wave}") for wave in (BEFORE, AFTER))
    assert after - before > 2
    within = company.value(
        f"SELECT avg(b.person - a.person) FROM {BEFORE} AS a JOIN {AFTER} AS b USING (customer_id)"
    )
    assert within < 1.5


def test_those_who_left_in_between_had_been_unhappy(company):
    left = company.value(
        f"SELECT avg(person) FROM {BEFORE} AS a JOIN cancellations AS c USING (customer_id) "
        "WHERE c.cancelled_at < TIMESTAMPTZ '2024-08-10 00:00+00'"
    )
    assert left < -50


def test_no_other_wave_loses_so_many(company):
    lost = company.ask(
        "SELECT date_trunc('quarter', cancelled_at) AS quarter, count(*) AS n "
        "FROM cancellations GROUP BY 1 ORDER BY n DESC"
    )
    assert str(lost["quarter"].iloc[0])[:10] == "2024-04-01"
    assert lost["n"].iloc[0] > 1.5 * lost["n"].iloc[1]


def test_one_row_per_customer_and_month_under_contract(company):
    doubles = "SELECT count(*) - count(DISTINCT (customer_id, month)) FROM truth"
    assert company.value(doubles) == 0
    after = "SELECT count(*) FROM truth JOIN cancellations USING (customer_id) WHERE month >= cancelled_at"
    assert company.value(after) == 0


def test_the_intention_sours_the_mood(company):
    gap = company.ask("SELECT is_intending, avg(mood) AS mood FROM truth GROUP BY 1 ORDER BY 1")["mood"]
    assert gap.iloc[1] < gap.iloc[0] - 0.5
