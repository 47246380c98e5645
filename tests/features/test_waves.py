from datetime import date

import pytest

from features.errors import ContractError
from features.frame.waves import collect_with_status
from features.sources import open_sources
from features.waves import KEPT_WAVES, SCHEMA, name_period
from tests.features.event_tables import day
from tests.features.frame.company import SPEC, load_company, section
from tests.features.survey_waves import SURVEYS, answer, customer, make_world, row_of, waves_of, waves_on


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Return the waves of the plain world."""
    return waves_of(tmp_path_factory.mktemp("plain"))


class TestAnswers:
    def test_one_row_holds_all_that_somebody_answered_in_a_wave(self, plain):
        row = row_of(plain, "ann", "2024 Q1")
        assert (row["value"], row["worth"], row["answers"]) == (8.0, 50.0, 2)
        assert row["answered_on"] == date(2024, 2, 10)

    def test_nps_counts_promoters_less_detractors(self, tmp_path):
        ratings = (0, 6, 7, 8, 9, 10)
        given = [answer("ann", f"2024-0{month}-10", rating) for month, rating in enumerate(ratings, 1)]
        waves = waves_of(tmp_path, make_world(surveys=given), surveys={"waves": "month"})
        worth = [row_of(waves, "ann", f"2024-0{month}")["worth"] for month in range(1, 7)]
        assert worth == [-100, -100, 0, 0, 100, 100]

    def test_csat_counts_the_upper_third_of_its_scale(self, tmp_path):
        given = [answer("ann", f"2024-02-1{rating}", None, csat=rating) for rating in (3, 4, 5)]
        row = row_of(waves_of(tmp_path, make_world(surveys=given)), "ann", "2024 Q1", "csat")
        assert (row["value"], row["worth"], row["answers"]) == (4.0, pytest.approx(2 / 3), 3)

    def test_a_skipped_question_is_no_answer_to_it(self, tmp_path):
        tables = make_world(surveys=[answer("ann", "2024-02-10", None, csat=5)])
        waves = waves_of(tmp_path, tables)
        assert row_of(waves, "ann", "2024 Q1")["answers"] == 0
        assert row_of(waves, "ann", "2024 Q1")["value"] is None
        assert row_of(waves, "ann", "2024 Q1", "csat")["answers"] == 1


class TestKnownAt:
    def test_an_answer_counts_from_the_day_on_which_it_was_known(self, tmp_path):
        late = [answer("ann", "2024-02-10", 9, known="2024-05-02T08:00")]
        tables = make_world(surveys=[*late, answer("bob", "2024-02-11", 0)])
        found = waves_on(tmp_path, tables, "2024-05-02", "2024-05-03")
        assert [row_of(waves, "ann", "2024 Q1")["answers"] for waves in found] == [0, 1]

    def test_nothing_that_becomes_known_later_changes_anything(self, tmp_path):
        later = "2024-08-01"
        world = make_world()
        more = make_world(
            customers=[
                *world["customers"],
                {**world["customers"][0], "since": day("2024-02-01"), "loaded_at": day(later), "plan": "pro"},
                {
                    **customer("dan", "2023-01-01", "2024-02-01", known=later)[1],
                },
            ],
            surveys=[
                *world["surveys"],
                answer("dan", "2024-02-12", 10, known=later),
                answer("ann", "2024-07-30", 1),
            ],
            invites=[*world["invites"], {"customer": "cy", "sent_at": day(later)}],
        )
        cuts = {"cuts": ["customers.plan"]}
        assert waves_of(tmp_path / "a", more, **cuts).equals(waves_of(tmp_path / "b", world, **cuts))

    def test_of_a_corrected_answer_the_last_version_known_counts(self, tmp_path):
        given = [
            answer("ann", "2024-02-10", 2, answer="a1"),
            answer("ann", "2024-02-10", 9, answer="a1", known="2024-06-01"),
        ]
        tables, surveys = make_world(surveys=given), {"corrections": True}
        found = waves_on(tmp_path, tables, "2024-05-30", "2024-07-01", surveys=surveys)
        assert [row_of(waves, "ann", "2024 Q1")["value"] for waves in found] == [2, 9]

    def test_the_order_of_rows_is_of_no_account(self, tmp_path):
        sources = section("sources", surveys=SURVEYS)
        found = []
        for seed in (1, 2):
            usecase = load_company(tmp_path / str(seed), make_world(), shuffle=seed, sources=sources)
            with open_sources(usecase) as opened:
                found.append(collect_with_status(opened, usecase, 19_900))
        assert found[0].equals(found[1])


class TestOpenWaves:
    def test_a_quarter_is_open_until_its_last_day_has_passed(self, tmp_path, plain):
        (before,) = waves_on(tmp_path, None, "2024-06-30")
        for waves, is_open in ((before, True), (plain, False)):
            assert row_of(waves, "ann", "2024 Q2")["is_open"] is is_open
            assert row_of(waves, "ann", "2024 Q1")["is_open"] is False
            assert row_of(waves, "ann", "2024 Q2")["closes_on"] == date(2024, 7, 1)

    def test_who_belongs_to_an_open_wave_is_asked_on_the_last_day_observed(self, tmp_path):
        tables = make_world(customers=[*make_world()["customers"], *customer("eve", "2024-06-20")])
        before, after = waves_on(tmp_path, tables, "2024-06-10", "2024-06-25")
        assert row_of(before, "eve", "2024 Q2") is None
        assert row_of(after, "eve", "2024 Q2")["was_member"]


class TestMembership:
    def test_members_who_stayed_silent_have_a_row(self, plain):
        row = row_of(plain, "dan", "2024 Q1")
        assert (row["value"], row["worth"], row["answers"], row["answered_on"]) == (None, None, 0, None)
        assert row["was_member"] is True

    def test_who_did_not_belong_and_stayed_silent_has_none(self, plain):
        assert row_of(plain, "cy", "2024 Q1") is None
        assert row_of(plain, "bob", "2024 Q2") is None

    def test_an_answer_makes_nobody_a_member(self, tmp_path):
        """Bob answers in April and leaves before the wave closes; the answer stays."""
        tables = make_world(surveys=[*make_world()["surveys"], answer("bob", "2024-04-02", 1)])
        row = row_of(waves_of(tmp_path, tables), "bob", "2024 Q2")
        assert (row["answers"], row["was_member"]) == (1, False)

    def test_a_leaver_belongs_until_it_is_known(self, tmp_path):
        people = [
            *customer("ann", "2023-01-01"),
            *customer("bob", "2023-01-01", "2024-03-30", known="2024-04-03"),
        ]
        waves = waves_of(tmp_path, make_world(customers=people))
        assert row_of(waves, "bob", "2024 Q1")["was_member"] is True
        assert row_of(waves, "bob", "2024 Q2") is None

    def test_whom_o_data_does_not_know_yet_has_no_status(self, tmp_path):
        zoe = [{**row, "loaded_at": day("2024-08-01")} for row in customer("zoe", "2024-01-01")]
        world = make_world()
        tables = make_world(
            customers=[*world["customers"], *zoe],
            surveys=[*world["surveys"], answer("zoe", "2024-02-10", 5)],
        )
        assert row_of(waves_of(tmp_path, tables), "zoe", "2024 Q1")["was_member"] is None

    def test_nobodys_status_is_known_where_answering_makes_a_member(self, tmp_path):
        waves = waves_of(tmp_path, cohort={"active": "surveys", "within": "365d"})
        assert {row["was_member"] for row in waves.to_pylist()} == {None}
        assert {row["answers"] for row in waves.to_pylist() if row["metric"] == "nps"} == {1, 2}

    def test_buyers_without_a_contract_are_members_while_they_buy(self, tmp_path):
        bought = [
            {"customer": who, "opened_at": day(at), "loaded_at": day(at), "hours": 1}
            for who, at in (("ann", "2024-03-20"), ("ann", "2024-06-20"), ("bob", "2024-03-20"))
        ]
        waves = waves_of(tmp_path, make_world(tickets=bought), cohort={"active": "tickets", "within": "30d"})
        assert row_of(waves, "bob", "2024 Q1")["was_member"] is True
        assert row_of(waves, "bob", "2024 Q2") is None
        assert row_of(waves, "ann", "2024 Q2")["was_member"] is True


class TestInvitations:
    def test_days_run_from_the_newest_invitation_before_the_first_answer(self, tmp_path):
        sent = [
            {"customer": "ann", "sent_at": day(at)} for at in ("2024-01-05", "2024-02-08T12:00", "2024-02-20")
        ]
        row = row_of(waves_of(tmp_path, make_world(invites=sent)), "ann", "2024 Q1")
        assert (row["lag_days"], row["was_invited"]) == (1.5, True)

    def test_who_was_not_invited_in_the_wave_is_said_so(self, plain):
        assert row_of(plain, "dan", "2024 Q1")["was_invited"] is True
        assert row_of(plain, "dan", "2024 Q1")["lag_days"] is None
        assert row_of(plain, "dan", "2024 Q2")["was_invited"] is False
        assert row_of(plain, "cy", "2024 Q2")["lag_days"] is None

    def test_nothing_is_said_of_invitations_that_no_rule_names(self, tmp_path):
        rules = {name: rule for name, rule in SPEC["features"].items() if name != "response_rate"}
        rows = waves_of(tmp_path, features=rules).to_pylist()
        assert {(row["was_invited"], row["lag_days"]) for row in rows} == {(None, None)}


class TestPeriods:
    @pytest.mark.parametrize(
        ("period", "names"),
        [
            ("month", ["2024-02", "2024-03", "2024-05"]),
            ("quarter", ["2024 Q1", "2024 Q2"]),
            ("half_year", ["2024 H1"]),
            ("year", ["2024"]),
        ],
    )
    def test_answers_are_parted_as_declared(self, tmp_path, period, names):
        waves = waves_of(tmp_path, surveys={"waves": period})
        assert sorted(set(waves.column("wave_name").to_pylist())) == names
        if period == "month":  # waves that follow each other differ by one
            numbers = sorted(set(waves.column("wave").to_pylist()))
            assert [number - numbers[0] for number in numbers] == [0, 1, 3]

    def test_only_the_newest_waves_are_kept(self, tmp_path):
        given = [answer("ann", f"20{year}-02-10", 9) for year in range(10, 24)]
        waves = waves_of(tmp_path, make_world(surveys=given), surveys={"waves": "year"})
        names = sorted(set(waves.column("wave_name").to_pylist()))
        assert names == [f"20{year}" for year in range(24 - KEPT_WAVES, 24)]

    def test_years_before_1970_have_names(self):
        assert name_period("quarter", -1) == "1969 Q4"


ROUNDS = {"waves": {"column": "round"}}


def make_rounds(*more):
    """Return a world of two rounds, with more answers."""
    return make_world(
        surveys=[
            answer("ann", "2024-02-10", 9, round="Spring"),
            answer("bob", "2024-02-12", 0, round="Spring"),
            answer("ann", "2024-05-10", 6, round="After the fair"),
            answer("cy", "2024-05-20", 10, round="After the fair"),
            answer("dan", "2024-05-21", 10),
            *more,
        ]
    )


@pytest.fixture(scope="module")
def rounds(tmp_path_factory):
    """Return the waves of two rounds by the day on which they are collected."""
    days = ("2024-06-03", "2024-06-04", "2024-07-01")
    found = waves_on(tmp_path_factory.mktemp("rounds"), make_rounds(), *days, surveys=ROUNDS)
    return dict(zip(days, found, strict=True))


class TestRounds:
    def test_rounds_follow_the_days_of_their_answers_not_their_names(self, rounds):
        waves = rounds["2024-07-01"]
        found = {row["wave"]: (row["wave_name"], row["closes_on"]) for row in waves.to_pylist()}
        assert found == {
            1: ("Spring", date(2024, 2, 13)),
            2: ("After the fair", date(2024, 5, 21)),
        }
        assert row_of(waves, "dan", "After the fair")["answers"] == 0

    def test_a_straggler_keeps_no_round_from_closing(self, tmp_path):
        late = [answer("dan", "2024-06-15", 4, round="Spring")]
        waves = waves_of(tmp_path, make_rounds(*late), surveys=ROUNDS)
        row = row_of(waves, "dan", "Spring")
        assert (row["answers"], row["wave"], row["closes_on"]) == (1, 1, date(2024, 5, 15))

    @pytest.mark.parametrize(("until", "is_open"), [("2024-06-03", True), ("2024-06-04", False)])
    def test_a_round_is_open_until_nobody_has_answered_for_a_fortnight(self, rounds, until, is_open):
        assert row_of(rounds[until], "ann", "After the fair")["is_open"] is is_open
        assert row_of(rounds[until], "ann", "Spring")["is_open"] is False

    def test_membership_is_that_of_the_day_on_which_the_round_closed(self, rounds):
        waves = rounds["2024-07-01"]
        assert row_of(waves, "bob", "Spring")["was_member"] is True
        assert row_of(waves, "bob", "After the fair") is None
        assert row_of(waves, "cy", "After the fair")["was_member"] is True

    def test_invitations_belong_to_the_round_that_they_precede(self, tmp_path):
        sent = [{"customer": "dan", "sent_at": day("2024-05-01")}]
        waves = waves_of(tmp_path, make_rounds() | {"invites": sent}, surveys=ROUNDS)
        assert row_of(waves, "dan", "Spring")["was_invited"] is False
        assert row_of(waves, "dan", "After the fair")["was_invited"] is True

    def test_a_column_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(ContractError, match="rounds: the column is not there; the nearest"):
            waves_of(tmp_path, make_rounds(), surveys={"waves": {"column": "rounds"}})


class TestAnonymous:
    def test_answers_stand_one_by_one_and_name_nobody(self, tmp_path):
        anonymous = SURVEYS | {"join": "unit", "key": "plan", "answered_by": "other"}
        given = [{**answer("x", at, 9), "plan": "basic", "answer": at} for at in ("2024-02-10", "2024-02-11")]
        rules = {name: rule for name, rule in SPEC["features"].items() if name in ("customers", "tickets")}
        waves = waves_of(
            tmp_path,
            make_world(surveys=given),
            surveys=anonymous,
            features=rules,
            units="customers.plan",
            cuts=["customers.seats"],
        )
        rows = [row for row in waves.to_pylist() if row["metric"] == "nps"]
        assert [row["answers"] for row in rows] == [1, 1]
        assert {(row["entity_id"], row["was_member"], row["cut_seats"]) for row in rows} == {
            (None, None, None)
        }


class TestCuts:
    def test_a_cut_is_that_known_on_the_day_the_wave_closed(self, tmp_path):
        people = make_world()["customers"]
        moved = {**people[0], "since": day("2024-03-10"), "loaded_at": day("2024-04-02"), "plan": "pro"}
        waves = waves_of(tmp_path, make_world(customers=[*people, moved]), cuts=["customers.plan"])
        shown = [row_of(waves, "ann", wave)["cut_plan"] for wave in ("2024 Q1", "2024 Q2")]
        assert shown == ["basic", "pro"]
        assert row_of(waves, "dan", "2024 Q2")["cut_plan"] == "basic"

    def test_a_survey_without_metrics_has_no_waves(self, tmp_path):
        usecase = load_company(tmp_path, make_world(), cuts=["customers.plan"])
        with open_sources(usecase) as opened:
            waves = collect_with_status(opened, usecase, 19_900)
        assert waves.num_rows == 0
        assert waves.schema.names == [*SCHEMA.names, "cut_plan"]
