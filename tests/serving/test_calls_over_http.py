"""Running calls against the real server: listeners elsewhere, workers that die, a service started again."""

import contextlib
import json
import queue
import threading
import time
from dataclasses import asdict

import httpx
import pytest

from features.calls import Conversation, TextTurnReader, Turn
from serving.access.issuing import revoke_key
from serving.access.records import now_utc
from serving.call_settings import CallSettings
from serving.client import Client, NotFoundError, Patience, ServiceError
from serving.settings import Settings
from tests.serving.company import call_reader, wait_until
from tests.serving.keys import bearer, make_key
from tests.serving.records import keep_in
from tests.serving.started import started

TURNS = [
    ("agent", 0.0, 2.1, "Hello, this is Anneliese-7731 speaking."),
    ("customer", 2.4, 6.1, "The invoice 7731-4 is wrong again, Kowalczyk-7731 is my name."),
    ("agent", 5.0, 9.5, "One moment, Kowalczyk-7731."),
    ("customer", 30.5, 34.0, "I want to speak to your supervisor-7731, this is unacceptable."),
    ("agent", 34.5, 36.0, ""),
    ("customer", 36.5, 38.0, "Fine."),
]
CANARY = "7731"


def in_process(turns):
    reader = TextTurnReader(call_reader())
    return asdict(Conversation(reader).extend([Turn(*turn) for turn in turns]))


@pytest.fixture
def settings(filled_cache, tmp_path, free_port):
    return Settings(
        port=free_port,
        cache=filled_cache,
        latest=(),
        keys=tmp_path / "keys.json",
        **keep_in(tmp_path / "books"),
    )


def await_key(url, key):
    wait_until(lambda: httpx.get(f"{url}/openapi.json", headers=bearer(key)).status_code == 200)


@pytest.mark.long
def test_a_call_survives_a_killed_worker_and_a_new_start_and_leaves_no_words(settings, tmp_path):
    """Two workers share calls; one is killed in the middle, then the service ends and starts again."""
    key = make_key(settings.keys, "app")
    two = {"BENTOML_CONFIG_OPTIONS": "services.xm_predict.workers=2"}
    with started(settings, tmp_path, **two) as service:
        wait_until(lambda: len(service.workers) == 2)
        await_key(service.url, key)
        with Client(service.url, key=key, patience=Patience(tries=8)) as client:
            call = client.call("churn", "call-1")
            call.add(*TURNS[0])
            service.workers[0].kill()
            for place in (1, 2):
                found = call.add(*TURNS[place])
                assert asdict(found.measures) == in_process(TURNS[: place + 1])
    with started(settings, tmp_path) as service, Client(service.url, key=key) as client:
        await_key(service.url, key)
        for place in (3, 4, 5):
            found = client.call("churn", "call-1").add(*TURNS[place])
            assert asdict(found.measures) == in_process(TURNS[: place + 1])
        assert (found.measures.turn_count, found.measures.escalation_s) == (6, 30.5)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"service.log", "keys.json"} <= {path.name for path in files}
    assert any(path.parent.parent == settings.calls.folder for path in files)
    assert [path.name for path in files if CANARY.encode() in path.read_bytes()] == []


class Listener(threading.Thread):
    """Listen to a call in a thread, and pass on what is heard; at the end what ended it."""

    def __init__(self, call):
        super().__init__(daemon=True)
        self.call, self.heard = call, queue.Queue()
        self.start()

    def run(self):
        try:
            for state in self.call.listen():
                self.heard.put(state)
            self.heard.put("over")
        except ServiceError as error:
            self.heard.put(error)

    def next(self):
        return self.heard.get(timeout=60)


@pytest.fixture
def key(server, keys):
    made = make_key(keys, "app")
    await_key(server[0], made)
    return made


def test_who_listens_hears_of_every_turn_also_over_several_streams(server, key):
    """Streams of this server end after half a second, so listening goes on over many of them."""
    with Client(server[0], key=key) as sender, Client(server[0], key=key) as other:
        call = sender.call("churn", "live-1")
        sent = [call.add(*TURNS[0])]
        listener = Listener(other.call("churn", "live-1"))
        assert listener.next() == sent[0]
        for turn in TURNS[1:]:
            time.sleep(0.4)
            sent.append(call.add(*turn))
            assert listener.next() == sent[-1]
        assert listener.heard.empty()


def test_who_listens_with_another_key_or_too_early_hears_that_there_is_nothing(server, key, keys):
    stranger = make_key(keys, "app")
    await_key(server[0], stranger)
    with Client(server[0], key=key) as sender, Client(server[0], key=stranger) as other:
        with pytest.raises(NotFoundError, match="call_unknown"):
            next(sender.call("churn", "live-2").listen())
        sender.call("churn", "live-2").add(*TURNS[1])
        with pytest.raises(NotFoundError, match="call_unknown"):
            next(other.call("churn", "live-2").listen())


def test_a_revoked_key_and_a_forgotten_call_end_the_listening(settings, tmp_path):
    calls = CallSettings(settings.calls.folder, idle_seconds=4, max_listen_seconds=300)
    keys = [make_key(settings.keys, "app") for _ in range(2)]
    with started(Settings(**{**vars(settings), "calls": calls}), tmp_path) as service:
        listeners = []
        for key in keys:
            await_key(service.url, key)
            client = Client(service.url, key=key)
            client.call("churn", "a").add(*TURNS[1])
            listeners.append(Listener(client.call("churn", "a")))
            assert listeners[-1].next().measures.turn_count == 1
        revoke_key(settings.keys, keys[0], now=now_utc())
        assert listeners[0].next().status == 401
        assert listeners[1].next() == "over"


def test_a_listener_that_goes_away_makes_room_and_an_ending_service_is_not_held_up(settings, tmp_path):
    one = CallSettings(settings.calls.folder, max_listeners=1)
    key = make_key(settings.keys, "app")
    with started(Settings(**{**vars(settings), "calls": one}), tmp_path) as service:
        await_key(service.url, key)
        with httpx.Client(base_url=service.url, headers=bearer(key), timeout=60) as client:
            told = dict(zip(("speaker", "start_s", "end_s", "text"), TURNS[1], strict=True))
            client.post("/v1/calls/a/turns", json={"usecase": "churn", "turns": [told]})
            path = "/v1/calls/a/events?usecase=churn"
            with client.stream("GET", path) as first:
                lines = first.iter_lines()
                assert next(lines) == "retry: 1000"
                refused = httpx.get(service.url + path, headers=bearer(key))
                assert (refused.status_code, refused.json()["code"]) == (503, "busy")
            with contextlib.ExitStack() as opened:
                answers = []

                def is_let_in():
                    answers.append(opened.enter_context(client.stream("GET", path)))
                    return answers[-1].status_code == 200

                wait_until(is_let_in)
                lines = answers[-1].iter_lines()
                assert next(lines) == "retry: 1000"
                service.process.terminate()
                assert "event: end" not in list(lines)
            assert service.process.wait(60) in {0, -15, 143}


def test_bodies_that_are_too_large_are_refused(server, key):
    turns = [{"speaker": "customer", "start_s": place, "text": "ä" * 8000} for place in range(100)]
    body = json.dumps({"usecase": "churn", "turns": turns}, ensure_ascii=False).encode()
    headers = {**bearer(key), "content-type": "application/json"}
    answer = httpx.post(f"{server[0]}/v1/calls/a/turns", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_large")
