import numpy as np
import pytest

from tests.training.surveys.made import make_answers

WAVES = [{"a": 100.0, "b": 0.0, "c": -100.0}, {"a": 0.0, "b": 100.0}]


class TestPeople:
    def test_one_person_has_one_number_in_all_waves(self):
        answers = make_answers(WAVES)
        numbers = dict(zip(answers.rows.entities, answers.people, strict=True))
        assert len(set(numbers.values())) == 3
        for name, number in zip(answers.rows.entities, answers.people, strict=True):
            assert numbers[name] == number

    def test_anonymous_answers_are_of_somebody_else_each(self):
        answers = make_answers([{None: 1.0}, {None: 0.0}], metric="ces", members=[[], []], is_anonymous=True)
        assert np.unique(answers.people).size == 2

    def test_a_name_like_a_number_is_nobody_elses(self):
        answers = make_answers([{"0": 100.0, None: 0.0}], members=[["0"]])
        assert np.unique(answers.people).size == 2


class TestCounts:
    def test_the_invited_are_members(self):
        answers = make_answers(WAVES, members=[["a", "b", "d"], ["a"]], invited={"a", "c", "d"})
        assert [answers.count_members(wave) for wave in (222, 223)] == [3, 1]
        assert [answers.count_invited(wave) for wave in (222, 223)] == [2, 1]

    def test_what_nobody_knows_is_no_zero(self):
        answers = make_answers(WAVES)
        assert answers.count_invited(222) is None
        assert answers.count_members(222) == 3

    def test_invitations_without_members_tell_no_response(self):
        # Without members only those who answered have rows: all of them would seem to have answered.
        answers = make_answers(WAVES, invited={"a", "b", "c"})
        answers.rows.was_member[:] = np.nan
        assert (answers.count_members(222), answers.count_invited(222)) == (None, None)

    def test_nobody_is_counted_behind_anonymous_answers(self):
        answers = make_answers(WAVES, invited={"a"}, is_anonymous=True)
        assert (answers.count_members(222), answers.count_invited(222)) == (None, None)


class TestFinished:
    @pytest.mark.parametrize(
        ("minimum", "open_waves", "finished"),
        [(0, (), (222, 223)), (3, (), (222,)), (4, (), ()), (2, (1,), (222,)), (2, (0, 1), ())],
    )
    def test_open_waves_and_small_ones_are_left_out(self, minimum, open_waves, finished):
        assert make_answers(WAVES, open_waves=open_waves).list_finished(minimum) == finished

    def test_a_wave_of_silence_is_none(self):
        assert make_answers([{"a": 0.0}, {}], members=[["a"], ["a"]]).list_finished(0) == (222,)

    def test_rows_of_a_wave(self):
        answers = make_answers(WAVES)
        assert answers.is_in(223).sum() == answers.is_answered[answers.is_in(223)].sum() + 1
        assert answers.is_member.all()
