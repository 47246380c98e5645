from datetime import timedelta
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from features.frame.release import HIDDEN, AnswerDays, plan_release
from tests.features.frame.naive_release import release_naively
from tests.features.naive import EPOCH

MINIMUM = 3  # smaller than any real one, so that small worlds have many sets near each other
SNAPSHOTS = [30, 60, 90, 120]
WINDOWS = [30, 60]
NEVER = 2**31 - 1
ANSWERS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 29, 30, 31, 60, 75, 90, 119]),  # day of the answer
        st.sampled_from([1, 1, 1, 15, 40]),  # days until it is known
        st.sampled_from([NEVER, NEVER, NEVER, 60, 91]),  # day on which it is withdrawn
    ),
    max_size=14,
)


def to_days(answers):
    event, delay, gone = (np.array([one[place] for one in answers], np.int64) for place in range(3))
    return AnswerDays(event, event + delay, gone)


def choose(answers, snapshot, window):
    return frozenset(
        place
        for place, (day, delay, gone) in enumerate(answers)
        if day + delay <= snapshot < gone and snapshot - window <= day < snapshot
    )


def plan(answers, snapshots=SNAPSHOTS, windows=WINDOWS):
    return plan_release(to_days(answers), snapshots, windows, MINIMUM).tolist()


@settings(max_examples=150, deadline=None)
@given(ANSWERS)
def test_the_plan_is_that_of_sets_compared_one_by_one(answers):
    moments = {EPOCH + timedelta(days=day): day for day in SNAPSHOTS}
    naive = release_naively(
        list(moments), WINDOWS, lambda at, window: choose(answers, moments[at], window), MINIMUM
    )
    for place, at in enumerate(moments):
        for column, window in enumerate(WINDOWS):
            shown = naive[at, window]
            expected = HIDDEN if shown is None else SNAPSHOTS.index(moments[shown])
            assert plan(answers)[place][column] == expected


@settings(max_examples=150, deadline=None)
@given(ANSWERS)
def test_no_two_values_that_are_shown_differ_by_the_answers_of_a_few(answers):
    shown = {
        choose(answers, SNAPSHOTS[source], window)
        for line in plan(answers)
        for source, window in zip(line, WINDOWS, strict=True)
        if source != HIDDEN
    }
    assert all(len(one) >= MINIMUM for one in shown)
    assert all(len(one ^ other) >= MINIMUM for one, other in combinations(shown, 2))


@settings(max_examples=100, deadline=None)
@given(ANSWERS, ANSWERS)
def test_what_is_known_later_changes_no_earlier_plan(answers, later):
    more = [(day, max(delay, 91 - day), gone) for day, delay, gone in later]
    early = [place for place, day in enumerate(SNAPSHOTS) if day <= 90]
    assert plan(answers + more)[: len(early)] == plan(answers, [SNAPSHOTS[place] for place in early])


def test_one_leaver_leaves_the_value_where_it_was():
    wave = [(20, 1, NEVER)] * 4 + [(1, 1, NEVER)]
    assert plan(wave, [30, 32, 60], [30]) == [[0], [0], [HIDDEN]]


def test_a_fresh_wave_is_shown_however_few_left_since_the_last_one():
    waves = [(20, 1, NEVER)] * 4 + [(50, 1, NEVER)] * 3
    assert plan(waves, windows=[30]) == [[0], [1], [HIDDEN], [HIDDEN]]


def test_a_late_answer_moves_the_value_only_together_with_enough_others():
    wave = [(20, 1, NEVER)] * 4
    assert plan([*wave, (21, 20, NEVER)], windows=[60]) == [[0], [0], [HIDDEN], [HIDDEN]]
    assert plan([*wave, *[(21, 20, NEVER)] * 3], windows=[60]) == [[0], [1], [HIDDEN], [HIDDEN]]


def test_two_windows_that_differ_by_one_answer_are_not_both_shown():
    wave = [(50, 1, NEVER)] * 4 + [(10, 1, NEVER)]
    assert plan(wave, [60], [30, 60]) == [[0, HIDDEN]]


def test_nobody_answering_is_hidden():
    assert plan([]) == [[HIDDEN, HIDDEN]] * 4
