"""A call of the client: against the real service, and against services that end, fail and say odd things."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from serving.client import (
    Client,
    MalformedAnswerError,
    NotFoundError,
    Patience,
    RequestRefusedError,
    UnavailableError,
)
from serving.client.conversation import _read_events
from tests.serving.company import wait_until
from tests.serving.keys import bearer, make_key

KEY = "xmp_0123456789ab_secret"
HASTY = Patience(timeout_seconds=5, first_wait_seconds=0.001)
ANGRY = ("customer", 2.4, 6.1, "I want to speak to your supervisor.")


@pytest.fixture(scope="module")
def real(server, ask, keys):
    key = make_key(keys, "app")
    wait_until(lambda: ask.get("/openapi.json", headers=bearer(key)).status_code == 200)
    with Client(server[0], key=key) as client:
        yield client


class TestReal:
    def test_turns_are_added_and_measured(self, real):
        call = real.call("churn", "client-1")
        state = call.add(*ANGRY)
        assert (state.usecase, state.call_id, state.risk_is_probability) == ("churn", "client-1", False)
        assert (state.measures.escalation, state.measures.escalation_s) == (True, 0.0)
        assert state.measures.sentiment == 0.0
        assert call.add("agent", 7.0).measures.turn_count == 2

    def test_several_at_once_are_as_one_by_one(self, real):
        one = real.call("churn", "client-2")
        for turn in (ANGRY, ("agent", 7.0, 9.0), (None, 9.5)):
            by_one = one.add(*turn)
        names = ("speaker", "start_s", "end_s", "text")
        turns = [dict(zip(names, turn, strict=False)) for turn in (ANGRY, ("agent", 7.0, 9.0), (None, 9.5))]
        assert real.call("churn", "client-3").extend(turns).measures == by_one.measures

    def test_what_is_wrong_is_said_with_its_place(self, real):
        with pytest.raises(RequestRefusedError) as caught:
            real.call("churn", "client-4").add("customer", 5.0, 4.0, "words that are not repeated")
        assert caught.value.findings[0].path == "turns.0.end_s"
        assert "repeated" not in str(caught.value)


@pytest.mark.parametrize("odd", ["", "a b", "a/b", "ü", "a" * 129, "a\n", "../a"])
def test_an_id_that_is_none_is_refused_before_anything_is_sent(odd):
    with (
        Client("http://127.0.0.1:9", key=KEY) as client,
        pytest.raises(ValueError, match=f"'{re.escape(odd)}' is no id"),
    ):
        client.call("churn", odd)


def state_of(n_turns):
    measures = {
        "duration_s": 1.0,
        "turn_count": n_turns,
        "silence_share": 0.0,
        "talk_share": 1,
        "interruptions_by_customer": 0,
        "interruptions_by_company": 0,
        "interruptions_per_minute": 0.0,
        "longest_silence_s": 0.0,
        "sentiment": None,
        "sentiment_slope": None,
        "sentiment_end": None,
        "effort": None,
        "escalation": False,
        "escalation_s": None,
        "topic": None,
        "risk": 0.2,
        "a_new_one": 5,
    }
    told = {"usecase": "churn", "model_version": "churn-1", "call_id": "a", "risk_is_probability": False}
    return {**told, "measures": measures, "decision_support_only": True}


def event(n_turns):
    return f"event: measures\ndata: {json.dumps(state_of(n_turns))}\n\n"


END = "event: end\ndata: {}\n\n"
PROBLEM = {"code": "call_unknown", "detail": "There is no such call.", "errors": [], "request_id": "0"}


class Streams(ThreadingHTTPServer):
    """Give one stream of a script after the other: a status and a text; None hangs up."""

    daemon_threads = True

    def __init__(self, *script):
        super().__init__(("127.0.0.1", 0), _Stream)
        self.script, self.asked = list(script), []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def listen(self):
        client = Client(f"http://127.0.0.1:{self.server_port}", key=KEY, patience=HASTY)
        return client.call("churn", "a").listen()


class _Stream(BaseHTTPRequestHandler):
    server: Streams

    def do_GET(self):
        self.server.asked.append(self.path)
        status, text = self.server.script.pop(0)
        if status is None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            self.wfile.write(f"{len(text):x}\r\n{text}".encode())
            return
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """Keep still."""


@pytest.fixture
def serve():
    opened = []

    def begin(*script):
        opened.append(Streams(*script))
        return opened[-1]

    yield begin
    for server in opened:
        server.shutdown()
        server.server_close()


class TestListening:
    def test_states_come_once_each_over_several_streams_until_the_end(self, serve):
        last = event(2) + event(3) + END
        server = serve((200, event(1) + event(1) + event(2)), (200, event(2)), (200, last))
        assert [state.measures.turn_count for state in server.listen()] == [1, 2, 3]
        assert server.asked == ["/v1/calls/a/events?usecase=churn"] * 3

    def test_a_call_that_is_not_there_any_more_has_ended(self, serve):
        server = serve((200, event(1)), (404, json.dumps(PROBLEM)))
        assert len(list(server.listen())) == 1

    def test_a_call_that_never_was_is_an_error(self, serve):
        with pytest.raises(NotFoundError, match="call_unknown"):
            next(serve((404, json.dumps(PROBLEM))).listen())

    def test_a_stream_that_breaks_is_asked_for_again(self, serve):
        server = serve((None, event(1)), (503, "{}"), (200, event(2) + END))
        assert [state.measures.turn_count for state in server.listen()] == [1, 2]

    def test_but_no_more_often_in_a_row_than_patience_allows(self, serve):
        server = serve(*[(503, "{}")] * 9)
        with pytest.raises(UnavailableError):
            list(server.listen())
        assert len(server.asked) == HASTY.tries

    @pytest.mark.parametrize("content", ["nothing", "[]", "{}", '{"measures": 5}'])
    def test_what_is_no_state_is_said(self, serve, content):
        with pytest.raises(MalformedAnswerError):
            next(serve((200, f"event: measures\ndata: {content}\n\n")).listen())


def test_events_are_read_as_the_standard_says_as_far_as_the_service_writes_them():
    told = (
        b"retry: 1000\n\n: still here\n\nevent: measures\r\ndata: {}\r\n\r\nid: 5\n\nevent: end\ndata: {}\n"
    )
    assert list(_read_events(told.splitlines(keepends=True))) == [("measures", b"{}")]
