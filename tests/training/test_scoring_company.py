"""Scores and reasons of a real, trained company: exact where they have to be."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from features.errors import InputError
from training.rows import feature_columns
from training.scoring import Scorer

PLAN = "o_customers.plan"
TICKETS = "o_tickets.count_90d"


@pytest.fixture(scope="module")
def rows(company):
    names = list(company.bundle.catalogue.names)
    return company.frame.latest.select(names).slice(0, 120).to_pylist()


@pytest.fixture(scope="module")
def scores(company_scorer, rows):
    return company_scorer.score(rows, reasons=len(company_scorer.bundle.catalogue))


def logit(probability):
    return np.log(probability) - np.log1p(-probability)


def with_average(scorer: Scorer, average: float) -> Scorer:
    """Return a scorer whose bundle has another average risk."""
    bundle = scorer.bundle
    return Scorer(replace(bundle, facts={**bundle.facts, "average_risk": average}))


def test_probabilities_rise_with_the_horizon(scores):
    for score in scores:
        risks = list(score.probabilities.values())
        assert list(score.probabilities) == ["30d", "90d", "180d", "365d"]
        assert 0 < risks[0] <= risks[1] <= risks[2] <= risks[3] < 1


def test_base_and_reasons_add_up_to_the_log_odds(scores, company_scorer):
    assert company_scorer.primary_horizon == "90d"
    for score in scores:
        total = score.base_log_odds + sum(reason.attribution for reason in score.reasons)
        assert total == pytest.approx(logit(score.probabilities["90d"]), abs=1e-9)


def test_reasons_differ_between_rows(scores):
    assert len({score.reasons[0].feature for score in scores}) > 3
    assert len({score.reasons[0].attribution for score in scores}) > 100


def test_reasons_come_largest_first_and_name_every_feature_once(scores, company):
    for score in scores:
        sizes = [abs(reason.attribution) for reason in score.reasons]
        assert sizes == sorted(sizes, reverse=True)
        assert {reason.feature for reason in score.reasons} == set(company.bundle.catalogue.names)


def test_reasons_without_a_share_keep_the_order_of_the_features(scores, company):
    names = company.bundle.catalogue.names
    idle = [reason.feature for reason in scores[0].reasons if reason.attribution == 0]
    assert idle == [name for name in names if name in set(idle)]


def test_a_reason_says_value_driver_and_role(scores, rows, company):
    for score, row in zip(scores, rows, strict=True):
        for reason in score.reasons:
            feature = company.bundle.catalogue.by_name[reason.feature]
            assert reason.value == row[reason.feature]
            assert reason.role == feature.role
            assert reason.driver == company.usecase.drivers[feature.driver].label["en"]
            assert reason.words.startswith(reason.driver)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_as_many_reasons_as_asked_for(company_scorer, rows, scores, count):
    for short, full in zip(company_scorer.score(rows[:5], reasons=count), scores, strict=False):
        assert short.reasons == full.reasons[:count]
        assert short.base_log_odds == (full.base_log_odds if count else None)
        assert short.probabilities == full.probabilities


def test_the_other_language_changes_words_alone(company_scorer, rows, scores, company):
    german = company_scorer.score(rows[:5], reasons=3, language="de")
    for one, other in zip(german, scores, strict=False):
        for said, meant in zip(one.reasons, other.reasons, strict=False):
            assert (said.feature, said.value, said.attribution) == (
                meant.feature,
                meant.value,
                meant.attribution,
            )
            driver = company.usecase.drivers[company.bundle.catalogue.by_name[said.feature].driver]
            assert (said.driver, meant.driver) == (driver.label["de"], driver.label["en"])


def test_one_row_alone_gets_the_score_that_it_gets_among_others(company_scorer, rows, scores):
    """With reasons one row is looked up and many are walked through: the last bits may differ."""
    for index in (0, 17, 119):
        (alone,) = company_scorer.score([rows[index]], reasons=len(scores[0].reasons))
        among = scores[index]
        assert alone.probabilities == pytest.approx(among.probabilities, abs=1e-12)
        assert (alone.risk_band, alone.warnings) == (among.risk_band, among.warnings)
        found = {reason.feature: reason.attribution for reason in alone.reasons}
        assert found == pytest.approx(
            {reason.feature: reason.attribution for reason in among.reasons}, abs=1e-10
        )


def test_whole_columns_get_the_same_bits(company_scorer, company, scores):
    columns = feature_columns(company.frame.latest.slice(0, 120), company.bundle.catalogue)
    found = company_scorer.probabilities(columns)
    assert found.tolist() == [list(score.probabilities.values()) for score in scores]


def test_threads_do_not_disturb_each_other(company_scorer, rows, scores):
    with ThreadPoolExecutor(4) as workers:
        found = list(workers.map(lambda row: company_scorer.score([row])[0].probabilities, rows))
    assert found == [pytest.approx(score.probabilities, rel=1e-12) for score in scores]


def test_no_rows_no_scores(company_scorer):
    assert company_scorer.score([]) == []
    assert company_scorer.score([], reasons=3) == []


class TestMissing:
    @pytest.mark.parametrize("name", [PLAN, "o_customers.region", "o_customers.industry"])
    def test_an_unseen_category_counts_as_missing_exactly(self, company_scorer, rows, name):
        unseen, missing, absent = company_scorer.score(
            [
                rows[0] | {name: "never seen"},
                rows[0] | {name: None},
                {key: value for key, value in rows[0].items() if key != name},
            ],
            reasons=5,
        )
        assert unseen.probabilities == missing.probabilities == absent.probabilities
        assert unseen.base_log_odds == missing.base_log_odds
        assert [reason.attribution for reason in unseen.reasons] == [
            reason.attribution for reason in missing.reasons
        ]
        assert unseen.warnings == (f"{name}: this value was not seen in training and counts as missing",)
        assert missing.warnings == absent.warnings == ()

    def test_only_the_row_with_the_unseen_value_is_warned_of(self, company_scorer, rows):
        found = company_scorer.score([rows[0], rows[0] | {PLAN: "gold"}, rows[0] | {PLAN: "silver"}])
        assert [len(score.warnings) for score in found] == [0, 1, 1]

    def test_a_warning_does_not_repeat_what_was_sent(self, company_scorer, rows):
        (score,) = company_scorer.score([rows[0] | {PLAN: "jane@example.com"}])
        assert "jane" not in str(score.warnings)

    def test_nan_and_blank_are_missing_without_a_warning(self, company_scorer, rows):
        found = company_scorer.score(
            [rows[0] | {TICKETS: float("nan"), PLAN: ""}, rows[0] | {TICKETS: None, PLAN: None}]
        )
        assert found[0].probabilities == found[1].probabilities
        assert found[0].warnings == ()

    def test_somebody_of_whom_nothing_is_known_has_a_score(self, company_scorer):
        (score,) = company_scorer.score([{}], reasons=2)
        assert 0 < score.probabilities["90d"] < 1
        assert all("not known" in reason.words for reason in score.reasons)


class TestRefused:
    @pytest.mark.parametrize(
        ("name", "value", "problem"),
        [
            ("o_tickets.count_9d", 1, "is not a feature of this model"),
            ("entity_id", "c-1", "is not a feature of this model"),
            (TICKETS, "four", "is not a number; send a number or null"),
            (TICKETS, "4", "is not a number; send a number or null"),
            (PLAN, 4, "is not a text; send a text or null"),
            (PLAN, True, "is not a text; send a text or null"),
            (PLAN, float("nan"), "is not a text; send a text or null"),
        ],
    )
    def test_the_message_names_row_and_feature(self, company_scorer, rows, name, value, problem):
        with pytest.raises(InputError) as caught:
            company_scorer.score([rows[0], rows[1] | {name: value}])
        assert str(caught.value).startswith(f"rows.1.features.{name}: {problem}")

    @pytest.mark.parametrize("value", [float("inf"), float("-inf"), [4], {"a": 1}, 10**400])
    def test_no_number_that_a_model_could_read(self, company_scorer, rows, value):
        with pytest.raises(InputError, match=TICKETS):
            company_scorer.score([rows[0] | {TICKETS: value}])

    @pytest.mark.parametrize("horizon", ["91d", "90", "", "outcome"])
    def test_an_unknown_horizon_is_named_with_the_known_ones(self, company_scorer, rows, horizon):
        with pytest.raises(InputError) as caught:
            company_scorer.score(rows[:1], horizons=["90d", horizon])
        assert str(caught.value) == (
            f"churn: horizons: '{horizon}' is not a horizon; ask for one of 30d, 90d, 180d, 365d"
        )


@pytest.mark.parametrize("asked", [["90d"], ["365d", "30d"], []])
def test_only_the_asked_horizons_are_answered(company_scorer, rows, scores, asked):
    (score,) = company_scorer.score(rows[:1], horizons=asked)
    assert list(score.probabilities) == asked
    whole = scores[0].probabilities
    assert score.probabilities == pytest.approx({name: whole[name] for name in asked}, rel=1e-12)
    assert score.risk_band == scores[0].risk_band


@pytest.mark.parametrize(
    ("ratio", "nudge", "band"),
    [
        (1.0, 0.0, "medium"),
        (1.0, 1.0, "low"),
        (0.5, 0.0, "high"),
        (0.5, 1.0, "medium"),
        (10.0, 0.0, "low"),
        (0.01, 0.0, "high"),
    ],
    ids=["average", "below average", "twice", "below twice", "far below", "far above"],
)
def test_risk_bands_begin_at_the_average_and_at_twice_of_it(company_scorer, rows, ratio, nudge, band):
    average = company_scorer.score(rows[:1])[0].probabilities["90d"] * ratio
    average = float(np.nextafter(average, 1)) if nudge else average
    assert with_average(company_scorer, average).score(rows[:1])[0].risk_band == band


def test_flat_tables_have_one_outcome_and_exact_reasons(members, members_scorer):
    rows = members.frame.latest.select(list(members.bundle.catalogue.names)).slice(0, 50).to_pylist()
    for score in members_scorer.score(rows, reasons=6):
        assert list(score.probabilities) == ["outcome"]
        total = score.base_log_odds + sum(reason.attribution for reason in score.reasons)
        assert total == pytest.approx(logit(score.probabilities["outcome"]), abs=1e-9)
