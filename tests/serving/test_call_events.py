import asyncio

import pytest

from serving import call_events
from serving.call_events import END, MEDIA_TYPE, Listeners, Source, follow, stream
from serving.problems import ProblemError


@pytest.fixture(autouse=True)
def look_often(monkeypatch):
    monkeypatch.setattr(call_events, "LOOK_SECONDS", 0.005)


class Call:
    """A call that changes as a test says: a list of what is seen at each look; None: forgotten."""

    def __init__(self, *looks, most_looks=10**6):
        self.looks, self.most_looks = list(looks), most_looks

    def source(self):
        def find_stamp():
            self.most_looks -= 1
            return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]

        return Source(find_stamp, lambda: b'{"n": 1}', lambda: self.most_looks > 0)


def listen(call, listeners=None, seconds=60.0):
    async def collect():
        return [part async for part in follow(call.source(), listeners or Listeners(1), seconds)]

    return asyncio.run(collect())


EVENT = b'event: measures\ndata: {"n": 1}\n\n'


def test_the_measures_come_at_once_and_after_every_change():
    assert listen(Call(1, 1, 2, 2, 2, 3, None)) == [b"retry: 1000\n\n", EVENT, EVENT, EVENT, END]


def test_a_call_that_is_forgotten_while_it_is_looked_at_ends_the_stream():
    async def collect():
        source = Source(lambda: 1, lambda: None, lambda: True)
        return [part async for part in follow(source, Listeners(1), 60)]

    assert asyncio.run(collect()) == [b"retry: 1000\n\n", END]


def test_the_stream_ends_after_its_time_without_saying_that_the_call_has():
    assert listen(Call(1), seconds=0.05) == [b"retry: 1000\n\n", EVENT]


def test_who_may_no_longer_listen_hears_nothing_more():
    assert listen(Call(1, 2, 3, 4, most_looks=2)) == [b"retry: 1000\n\n", EVENT, EVENT]


def test_a_stream_breathes_when_nothing_changes(monkeypatch):
    monkeypatch.setattr(call_events, "BREATH_SECONDS", 0.01)
    parts = listen(Call(1), seconds=0.2)
    assert parts[:2] == [b"retry: 1000\n\n", EVENT]
    assert len(parts) > 3
    assert set(parts[2:]) == {b": still here\n\n"}


def test_listeners_are_counted_while_they_listen_and_no_longer():
    listeners = Listeners(1)

    async def leave_early():
        parts = follow(Call(1).source(), listeners, 60)
        await anext(parts)
        assert listeners.n_open == 1
        with pytest.raises(ProblemError) as caught:
            stream(Call(1).source(), listeners, 60)
        assert (caught.value.status, caught.value.code) == (503, "busy")
        assert caught.value.headers["retry-after"] == "5"
        await parts.aclose()

    asyncio.run(leave_early())
    assert listeners.n_open == 0
    assert stream(Call(1).source(), listeners, 60).status_code == 200


def test_the_answer_is_a_stream_that_proxies_pass_on():
    headers = dict(stream(Call(1).source(), Listeners(1), 60).headers)
    assert headers["content-type"] == MEDIA_TYPE
    assert headers["x-accel-buffering"] == "no"
