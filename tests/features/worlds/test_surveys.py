"""Who answers, and what: many never do, the unhappy a little more, leavers less; scores mirror mood."""

import pytest

_ANSWERED = """
    (SELECT i.*, (s.response_id IS NOT NULL) AS is_answered, nps, csat, ces, mood, ease, is_intending
     FROM invites AS i LEFT JOIN surveys AS s USING (invite_id)
     JOIN truth AS t ON t.customer_id = i.customer_id AND t.month = date_trunc('month', i.sent_at))
"""


def test_about_two_in_five_invitations_are_answered(company):
    rate = company.value("SELECT (SELECT count(*) FROM surveys) / (SELECT count(*) FROM invites)")
    assert 0.30 < rate < 0.50
    assert rate == pytest.approx(company.truth.figures["response_rate"], abs=0.02)


def test_a_third_never_answers_however_often_they_are_asked(company):
    per_customer = company.ask(
        "SELECT i.customer_id, count(*) AS asked, count(s.response_id) AS answered "
        "FROM invites AS i LEFT JOIN surveys AS s USING (invite_id) GROUP BY 1 HAVING count(*) >= 12"
    )
    assert 0.26 < (per_customer["answered"] == 0).mean() < 0.36


def test_nobody_is_asked_twice_in_a_wave_and_no_invitation_is_answered_twice(company):
    waves = (
        "SELECT count(*) - count(DISTINCT (customer_id, sent_at)) FROM invites WHERE survey = 'relationship'"
    )
    assert company.value(waves) == 0
    assert company.value("SELECT count(*) - count(DISTINCT invite_id) FROM surveys") == 0
    assert company.value("SELECT count(DISTINCT sent_at) FROM invites WHERE survey = 'relationship'") == 8


def test_an_answer_comes_after_its_invitation_from_the_same_contact(company):
    joined = "surveys AS s JOIN invites AS i USING (invite_id)"
    assert company.value(f"SELECT count(*) FROM {joined} WHERE s.answered_at < i.sent_at") == 0
    assert company.value(f"SELECT count(*) FROM {joined} WHERE s.contact_id <> i.contact_id") == 0
    assert company.value(f"SELECT count(*) FROM {joined} WHERE s.customer_id <> i.customer_id") == 0


def test_no_contact_is_asked_before_it_is_there(company):
    assert (
        company.value("SELECT count(*) FROM invites JOIN contacts USING (contact_id) WHERE sent_at < since")
        == 0
    )
    assert (
        company.value(
            "SELECT count(*) FROM invites WHERE contact_id NOT IN (SELECT contact_id FROM contacts)"
        )
        == 0
    )


def test_those_who_want_to_leave_fall_silent(company):
    rates = company.ask(
        f"SELECT is_intending, avg(CAST(is_answered AS INT)) AS rate FROM {_ANSWERED} GROUP BY 1 ORDER BY 1"
    )["rate"]
    assert rates.iloc[1] < rates.iloc[0] - 0.06


def test_the_unhappy_answer_a_little_more(company):
    found = company.ask(
        f"SELECT mood < -0.5 AS is_unhappy, avg(CAST(is_answered AS INT)) AS rate FROM {_ANSWERED} "
        "WHERE NOT is_intending GROUP BY 1 ORDER BY 1"
    )["rate"]
    assert 0.01 < found.iloc[1] - found.iloc[0] < 0.12


def test_scores_mirror_mood_and_ease(company):
    found = company.ask(
        f"SELECT corr(nps, mood) AS nps, corr(csat, mood) AS csat, corr(ces, ease) AS ces FROM {_ANSWERED}"
    )
    assert found["nps"].iloc[0] > 0.75
    assert found["csat"].iloc[0] > 0.6
    assert found["ces"].iloc[0] > 0.6


@pytest.mark.parametrize(
    ("score", "low", "high"), [("nps", 0, 10), ("csat", 1, 5), ("ces", 1, 7), ("layout_rating", 1, 5)]
)
def test_scores_use_their_whole_scale(company, score, low, high):
    found = company.ask(
        f"SELECT min({score}) AS low, max({score}) AS high, count(DISTINCT {score}) AS n FROM surveys"
    )
    assert tuple(found.iloc[0]) == (low, high, high - low + 1)


def test_nps_is_asked_in_the_relationship_survey_and_ces_after_tickets(company):
    asked = company.ask(
        "SELECT survey, count(nps) AS nps, count(ces) AS ces, count(csat) AS csat FROM surveys GROUP BY 1"
    )
    asked = asked.set_index("survey")
    assert asked.loc["relationship", "ces"] == 0
    assert asked.loc["after_ticket", "nps"] == 0
    assert (asked["csat"] > 1000).all()
