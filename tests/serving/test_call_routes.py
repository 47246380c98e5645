"""Running calls over the application: measures, strict requests, who may, what is kept, who hears of it."""

import json
import logging
from dataclasses import asdict
from typing import Any

import pytest
from starlette.testclient import TestClient

from features.calls import ColdStartReader, Conversation, RiskModel, Turn
from serving.api import build_app
from serving.audit.checking import show
from serving.call_schemas import MAX_TURN_LETTERS, MAX_TURNS_AT_ONCE
from serving.call_settings import CallSettings
from serving.settings import Settings
from serving.turn_readers import CallModel
from tests.features.calls.tone_words import TONE_READER
from tests.serving.company import wait_until
from tests.serving.keys import bearer, make_key
from tests.serving.records import keep_in
from tests.serving.test_reading import SECRET, assert_is_problem

TURNS: list[dict[str, Any]] = [
    {"speaker": "agent", "start_s": 0, "end_s": 2.1, "text": "Hello, this is Jane Doe."},
    {"speaker": "customer", "start_s": 2.4, "end_s": 6.1, "text": "The invoice is wrong again."},
    {"speaker": "agent", "start_s": 5.0, "end_s": 9.5},
    {"speaker": "customer", "start_s": 30.5, "end_s": 34.0, "text": "I want to speak to your supervisor."},
    {"speaker": None, "start_s": 34.5, "text": "?"},
]
MODEL = CallModel(TONE_READER, RiskModel.cold_start())
PATH = "/v1/calls/call-1/turns"


def in_process(turns):
    told = [Turn(turn["speaker"], turn["start_s"], turn.get("end_s"), turn.get("text", "")) for turn in turns]
    return Conversation(MODEL.reader).extend(told)


@pytest.fixture(scope="module")
def settings(filled_cache, tmp_path_factory):
    folder = tmp_path_factory.mktemp("calls")
    return Settings(
        cache=filled_cache, latest=(), keys=folder / "keys.json", poll_seconds=0.05, **keep_in(folder)
    )


def opened(settings, role="app", find_model=lambda champion: MODEL, **limits):
    app = build_app(lambda: settings, find_model)
    return TestClient(
        app, base_url="http://127.0.0.1", headers=bearer(make_key(settings.keys, role, **limits))
    )


@pytest.fixture(scope="module")
def app(settings):
    with opened(settings) as client:
        yield client


@pytest.fixture
def call_id(request):
    """Return an id that no other test uses."""
    return f"c-{abs(hash(request.node.nodeid))}"


def post(client, call_id, turns, **more):
    return client.post(f"/v1/calls/{call_id}/turns", json={"usecase": "churn", "turns": turns}, **more)


def listen(client, call_id, **more):
    return client.get(f"/v1/calls/{call_id}/events?usecase=churn", **more)


def events_of(answer):
    return [block.splitlines() for block in answer.text.split("\n\n") if block.startswith("event: ")]


class TestMeasures:
    def test_turn_by_turn_they_are_those_in_process(self, app, call_id):
        for place, turn in enumerate(TURNS, start=1):
            answer = post(app, call_id, [turn])
            assert answer.status_code == 200, answer.text
            assert answer.json()["measures"] == asdict(in_process(TURNS[:place]))

    def test_in_one_request_in_any_order_and_twice_they_are_the_same(self, app, call_id):
        first = post(app, call_id, TURNS[::-1]).json()
        assert first["measures"] == asdict(in_process(TURNS))
        assert post(app, call_id, TURNS).json() == first

    def test_the_answer_says_where_it_is_from(self, app, call_id):
        found = post(app, call_id, TURNS).json()
        assert (found["usecase"], found["call_id"]) == ("churn", call_id)
        assert found["model_version"].startswith("churn-")
        assert (found["risk_is_probability"], found["decision_support_only"]) == (False, True)

    def test_a_learnt_risk_says_that_it_is_a_probability(self, settings, call_id):
        learnt = CallModel(TONE_READER, RiskModel((), 0.0, is_probability=True))
        with opened(settings, find_model=lambda champion: learnt) as client:
            found = post(client, call_id, TURNS).json()
        assert (found["measures"]["risk"], found["risk_is_probability"]) == (0.5, True)

    def test_without_a_model_of_tone_no_tone_is_made_up(self, settings, call_id):
        cold = CallModel(ColdStartReader(), RiskModel.cold_start())
        with opened(settings, find_model=lambda champion: cold) as client:
            found = post(client, call_id, TURNS).json()["measures"]
        assert (found["sentiment"], found["sentiment_slope"], found["topic"]) == (None, None, None)
        assert (found["escalation"], found["escalation_s"]) == (True, 30.5)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no turns": ({"turns": None}, "turns"),
    "an empty list": ({"turns": []}, "turns"),
    "too many": ({"turns": TURNS[:1] * (MAX_TURNS_AT_ONCE + 1)}, "turns"),
    "a turn alone": ({"turns": TURNS[0]}, "turns"),
    "a turn that is a text": ({"turns": [SECRET]}, "turns.0"),
    "no use case": ({"usecase": None}, "usecase"),
    "an unknown key": ({SECRET: 1}, ""),
    "an agent id": ({"turns": [{**TURNS[0], "agent_id": SECRET}]}, "turns.0.agent_id"),
    "no speaker": ({"turns": [{"start_s": 0}]}, "turns.0.speaker"),
    "no start": ({"turns": [{"speaker": "customer", "text": SECRET}]}, "turns.0.start_s"),
    "a start in quotes": ({"turns": [{"speaker": "customer", "start_s": "1"}]}, "turns.0.start_s"),
    "a start before the call": ({"turns": [{"speaker": "customer", "start_s": -1}]}, "turns.0.start_s"),
    "a start after a day": ({"turns": [{"speaker": "customer", "start_s": 86_401}]}, "turns.0.start_s"),
    "an end before the start": ({"turns": [TURNS[0], {**TURNS[1], "end_s": 1}]}, "turns.1.end_s"),
    "a text that is none": ({"turns": [{**TURNS[0], "text": [SECRET]}]}, "turns.0.text"),
    "a text that is too long": (
        {"turns": [{**TURNS[0], "text": "a" * (MAX_TURN_LETTERS + 1)}]},
        "turns.0.text",
    ),
    "a speaker that is too long": ({"turns": [{**TURNS[0], "speaker": "a" * 257}]}, "turns.0.speaker"),
}


class TestRefusals:
    @pytest.mark.parametrize(("changed", "place"), REFUSED.values(), ids=REFUSED)
    def test_what_is_wrong_is_said_by_its_place(self, app, changed, place):
        answer = app.post(PATH, json={"usecase": "churn", "turns": TURNS, **changed})
        assert_is_problem(answer, 422, "value")
        assert answer.json()["errors"][0]["path"] == place
        assert SECRET not in answer.text

    @pytest.mark.parametrize("constant", ["NaN", "Infinity", "1e999"])
    def test_times_that_are_no_numbers_are_refused(self, app, constant):
        body = f'{{"usecase":"churn","turns":[{{"speaker":"customer","start_s":{constant}}}]}}'
        answer = app.post(PATH, content=body, headers={"content-type": "application/json"})
        assert answer.status_code in {400, 422}

    def test_a_refused_request_leaves_the_call_as_it_was(self, app, call_id):
        before = post(app, call_id, TURNS[:2]).json()
        assert post(app, call_id, [TURNS[3], {**TURNS[1], "end_s": 0}]).status_code == 422
        assert post(app, call_id, TURNS[:1]).json() == before

    @pytest.mark.parametrize(
        "odd", ["a b", "ü", "a%00", "a" * 129, "{call_id}", "+49305557788", "a;b", "a\\b"]
    )
    def test_an_id_that_is_none_is_refused_and_not_repeated(self, app, odd):
        for answer in (post(app, odd, TURNS), listen(app, odd)):
            assert_is_problem(answer, 422, "value")
            assert answer.json()["errors"][0]["path"] == "call_id"
            assert odd not in answer.text

    @pytest.mark.parametrize(
        "path", ["/v1/calls", "/v1/calls/a", "/v1/calls//turns", "/v1/calls/a/b/turns", "/v1/calls/a/turns/"]
    )
    def test_paths_beside_the_routes_lead_nowhere(self, app, path):
        assert_is_problem(app.post(path, json={}), 404, "route_unknown")

    @pytest.mark.parametrize(
        ("method", "route", "allowed"), [("GET", "turns", "POST"), ("POST", "events", "GET")]
    )
    def test_other_methods_are_named(self, app, method, route, allowed):
        answer = app.request(method, f"/v1/calls/a/{route}")
        assert_is_problem(answer, 405, "method")
        assert answer.headers["allow"] == allowed

    def test_a_query_where_none_is_known(self, app):
        assert_is_problem(app.post(f"{PATH}?usecase=churn", json={}), 422, "parameter")

    def test_a_use_case_without_a_champion(self, app):
        body = {"usecase": "nobody", "turns": TURNS}
        assert_is_problem(app.post(PATH, json=body), 404, "usecase_unknown")

    def test_a_champion_without_a_text_model_says_so(self, settings):
        with opened(settings, find_model=lambda champion: None) as client:
            for answer in (post(client, "a", TURNS), listen(client, "a")):
                assert_is_problem(answer, 409, "text_model_absent")
                assert "train it with texts" in answer.json()["detail"]

    def test_more_turns_than_a_call_may_have(self, settings, tmp_path, call_id):
        few = CallSettings(tmp_path / "calls", max_turns=3)
        with opened(Settings(**{**vars(settings), "calls": few})) as client:
            before = post(client, call_id, TURNS[:3]).json()
            assert_is_problem(post(client, call_id, TURNS[3:]), 409, "call_full")
            assert post(client, call_id, TURNS[:3]).json() == before

    def test_more_calls_than_a_key_may_have(self, settings, tmp_path):
        few = CallSettings(tmp_path / "calls", max_calls=1)
        with opened(Settings(**{**vars(settings), "calls": few})) as client:
            assert post(client, "a", TURNS).status_code == 200
            answer = post(client, "b", TURNS)
            assert_is_problem(answer, 503, "calls_full")
            assert answer.headers["retry-after"] == "30"
            assert post(client, "a", TURNS).status_code == 200


class TestWho:
    @pytest.mark.parametrize("role", ["manager", "data_scientist", "admin", "works_council"])
    def test_other_roles_may_not(self, settings, role):
        limits = {"units": "all"} if role == "manager" else {}
        with opened(settings, role, **limits) as client:
            for answer in (post(client, "a", TURNS), listen(client, "a")):
                assert_is_problem(answer, 403, "scope_missing")

    @pytest.mark.parametrize("headers", [{"authorization": ""}, {"authorization": "Bearer xmp_0_x"}])
    def test_nobody_without_a_key(self, app, headers):
        assert_is_problem(post(app, "a", TURNS, headers=headers), 401, "unauthenticated")
        assert_is_problem(listen(app, "a", headers=headers), 401, "unauthenticated")

    def test_a_key_of_another_use_case_may_not(self, settings):
        with opened(settings, usecases=["other"]) as client:
            assert_is_problem(post(client, "a", TURNS), 403, "usecase_not_allowed")

    def test_another_key_has_other_calls_of_the_same_id(self, app, settings, call_id):
        own = post(app, call_id, TURNS).json()
        with opened(settings) as other:
            assert_is_problem(listen(other, call_id), 404, "call_unknown")
            assert post(other, call_id, TURNS[:1]).json()["measures"]["turn_count"] == 1
        assert post(app, call_id, TURNS[:1]).json() == own

    @pytest.mark.parametrize("is_agreed", [False, True], ids=["plain", "with an agreement"])
    def test_people_at_work_are_nobodys_to_measure(self, settings, is_agreed):
        scopes = ["score:customer", "score:employee:aggregate", "score:employee:individual"][: 2 + is_agreed]
        agreed = ["attrition"] if is_agreed else []
        with opened(settings, "analyst", scopes=scopes, usecases=["attrition"], agreed=agreed) as client:
            for answer in (
                client.post(PATH, json={"usecase": "attrition", "turns": TURNS}),
                client.get("/v1/calls/call-1/events?usecase=attrition"),
            ):
                assert_is_problem(answer, 403, "calls_of_customers_only")


class TestEvents:
    def test_who_listens_gets_what_who_sends_gets(self, app, call_id):
        sent = post(app, call_id, TURNS).json()
        answer = listen(app, call_id)
        assert answer.headers["content-type"] == "text/event-stream"
        assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-store", "no")
        assert answer.text.startswith("retry: 1000\n\n")
        ((kind, content),) = events_of(answer)
        assert kind == "event: measures"
        assert json.loads(content.removeprefix("data: ")) == sent

    def test_a_call_without_turns_is_not_there(self, app, call_id):
        assert_is_problem(listen(app, call_id), 404, "call_unknown")

    def test_its_head_is_answered_at_once(self, app, call_id):
        post(app, call_id, TURNS)
        answer = app.head(f"/v1/calls/{call_id}/events?usecase=churn")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")

    def test_where_nobody_else_may_listen(self, settings, tmp_path, call_id):
        none = CallSettings(tmp_path / "calls", max_listeners=0)
        with opened(Settings(**{**vars(settings), "calls": none})) as client:
            post(client, call_id, TURNS)
            answer = listen(client, call_id)
            assert_is_problem(answer, 503, "busy")
            assert answer.headers["retry-after"] == "5"

    def test_a_forgotten_call_ends_the_stream(self, settings, tmp_path, call_id):
        soon = CallSettings(tmp_path / "calls", idle_seconds=0.6, max_listen_seconds=60)
        with opened(Settings(**{**vars(settings), "calls": soon})) as client:
            post(client, call_id, TURNS)
            kinds = [kind for kind, _ in events_of(listen(client, call_id))]
            assert kinds == ["event: measures", "event: end"]
            assert_is_problem(listen(client, call_id), 404, "call_unknown")
            wait_until(lambda: not [path for path in soon.folder.glob("*/*") if path.parent.name != "locks"])


class TestBooks:
    def test_the_log_and_the_audit_log_name_the_route_and_not_the_call(self, app, settings, caplog):
        logging.getLogger("xm_predict").propagate = True
        with caplog.at_level(logging.INFO, logger="xm_predict"):
            post(app, "id-5557788", TURNS)
            listen(app, "id-5557788")
        lines = [
            json.loads(record.getMessage()) for record in caplog.records if '"route"' in record.getMessage()
        ]
        assert [(line["route"], line.get("rows")) for line in lines] == [
            ("/v1/calls/{call_id}/turns", 5),
            ("/v1/calls/{call_id}/events", None),
        ]
        wait_until(lambda: "calls/events" in {line["action"] for line in show(settings.audit, 200)})
        (turns, *_) = [line for line in show(settings.audit, 200)[::-1] if line["action"] == "calls/turns"]
        assert (turns["usecase"], turns["count"], turns["role"], turns["decision"]) == (
            "churn",
            5,
            "app",
            "allowed",
        )
        assert turns["model_version"].startswith("churn-")
        kept = caplog.text + json.dumps(show(settings.audit, 200))
        assert not [word for word in ("5557788", "Jane", "supervisor", "invoice") if word in kept]

    def test_turns_are_counted_by_use_case_and_requests_by_route(self, app, settings, call_id):
        counters = bearer(make_key(settings.keys, "admin"))
        wait_until(lambda: app.get("/metrics", headers=counters).status_code == 200)

        def count(name):
            lines = app.get("/metrics", headers=counters).text.splitlines()
            return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

        turns = 'xm_call_turns_total{usecase="churn"}'
        requests = 'xm_requests_total{route="/v1/calls/{call_id}/turns"'
        before = count(turns), count(requests)
        post(app, call_id, TURNS)
        assert (count(turns), count(requests)) == (before[0] + 5, before[1] + 1)
        text = app.get("/metrics", headers=counters).text
        assert call_id not in text

    def test_nothing_is_put_into_the_record_of_predictions(self, app, settings, call_id):
        post(app, call_id, TURNS)
        app.app.state.desk.books.leave()
        folder = settings.journal
        assert not folder.exists() or not list(folder.iterdir())
