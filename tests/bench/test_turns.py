import json

import pytest

from serving.call_settings import CallSettings
from tests.bench import turns
from tests.bench.turns import play_calls, time_in_process, to_figures


def test_calls_have_the_turns_asked_for_and_the_last_is_long():
    calls = play_calls(500)
    assert sum(map(len, calls[:-1])) == 500
    assert len(calls[-1]) == CallSettings().max_turns
    starts = [turn.start_s for turn in calls[-1]]
    assert starts == sorted(set(starts))


def test_every_turn_is_timed():
    calls = play_calls(300)
    times = time_in_process(calls)
    assert [len(each) for each in times] == [len(call) for call in calls]
    assert min(map(min, times)) > 0


def test_the_figures_are_those_of_ordinary_turns_after_the_first_and_of_the_end_of_the_long_call():
    slow_start = [[1000.0] * 100, [float(number) for number in range(1, 101)], [7.0] * 20]
    figures = to_figures(slow_start, slow_start)
    assert figures["turns"] == 100
    assert figures["turn_p95_ms"] == pytest.approx(95.05)
    assert figures["turn_p50_ms"] == 50.5
    assert figures["long_call_turn_p95_ms"] == 7.0


@pytest.mark.long
def test_the_last_line_is_json_with_both_figures(capsys):
    assert turns.main(["--turns", "150"]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["turns"] == 50
    assert 0 < figures["turn_p95_ms_in_process"] < figures["turn_p95_ms"]
