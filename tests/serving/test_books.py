"""What is kept of requests, seen from outside: every kind of request leaves its line and its count."""

import logging
import warnings
from dataclasses import replace

import anyio
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from serving.access.roles import Actor
from serving.access.routes import ROUTES
from serving.api import build_app
from serving.audit.checking import show, verify
from serving.books import ACTIONS, Books
from serving.cache import RefreshStatus, install, write_status
from serving.settings import Settings
from tests.serving.company import ROW, accept, wait_until, write_latest
from tests.serving.keys import bearer, make_key
from tests.serving.records import keep_in

with warnings.catch_warnings():
    # Starlette's test client asks for a successor of httpx that is not in wide use yet.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

CHURN = {"usecase": "churn", "rows": [{"features": ROW}, {"features": ROW}]}


@pytest.fixture
def settings(cache, tmp_path):
    folder = tmp_path / "frames"
    write_latest(folder, cut_site=["north", "south", "south"])
    return Settings(
        cache=cache, latest=(folder,), keys=tmp_path / "keys.json", poll_seconds=0.05, **keep_in(tmp_path)
    )


@pytest.fixture
def counters(settings):
    """Return the header of a key that sees counters and nothing else."""
    return bearer(make_key(settings.keys, "admin", scopes=["metrics:read"]))


@pytest.fixture
def client(settings, counters):
    app = build_app(lambda: settings)
    key = make_key(settings.keys, "analyst")
    with TestClient(app, base_url="http://127.0.0.1", headers=bearer(key)) as client:
        yield client


def lines_of(settings, action):
    wait_until(lambda: [line for line in show(settings.audit, 1000) if line["action"] == action])
    return [line for line in show(settings.audit, 1000) if line["action"] == action]


def read_metrics(client, counters):
    """Return every sample by name and labels."""
    answer = client.get("/metrics", headers=counters)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_scoring_drivers_and_all_new_routes_are_written_down_by_default():
    open_to_all = {"/reports/sign-in", "/reports/style.css", "/reports/htmx.js"}
    assert set(ACTIONS) == {
        route
        for route in ROUTES
        if route.startswith(("/v1/", "/reports"))
        and not route.startswith("/v1/model")
        and route not in open_to_all
    }
    assert {"/v1/score", "/v1/score-by-id", "/v1/score-groups", "/v1/drivers"} <= set(ACTIONS)


class TestAudit:
    def test_an_answered_request_says_who_what_and_how_much(self, client, settings):
        assert client.post("/v1/score", json=CHURN).status_code == 200
        (line,) = lines_of(settings, "score")
        assert (line["role"], line["usecase"], line["count"], line["decision"]) == (
            "analyst",
            "churn",
            2,
            "allowed",
        )
        assert line["model_version"].startswith("churn-")
        assert len(line["key"]) == 12

    def test_drivers_name_the_use_case(self, client, settings):
        client.get("/v1/drivers?usecase=churn")
        (line,) = lines_of(settings, "drivers")
        assert (line["usecase"], line["decision"]) == ("churn", "allowed")

    def test_groups_name_the_cut_and_for_a_manager_the_units(self, client, settings):
        body = {"usecase": "churn", "cut": "site"}
        assert client.post("/v1/score-groups", json=body).status_code == 200
        manager = bearer(make_key(settings.keys, "manager", units="site=south"))
        wait_until(lambda: client.post("/v1/score-groups", json=body, headers=manager).status_code == 200)
        wait_until(lambda: any(line["role"] == "manager" for line in lines_of(settings, "score-groups")))
        units = {line["role"]: line["unit"] for line in lines_of(settings, "score-groups") if line["role"]}
        assert units["analyst"] == "site"
        assert units["manager"] == "site=south"

    def test_what_is_no_question_to_a_model_can_be_noted_too(self, settings):
        books = Books()
        actor = Actor("0123456789ab", "manager", frozenset())
        books.note("reports/sign-in", actor)  # before they are open nothing is kept, and nothing fails
        books.begin(settings)
        books.note("reports/sign-in", actor)
        books.note("reports/sign-in", actor, "scope_missing")
        for _ in range(3):
            books.note("reports/sign-in", None, "unauthenticated")
        books.end()
        lines = [line for line in show(settings.audit, 100) if line["action"] == "reports/sign-in"]
        known = [(line["key"], line["role"], line["decision"], line["code"]) for line in lines if line["key"]]
        assert known == [
            ("0123456789ab", "manager", "allowed", ""),
            ("0123456789ab", "manager", "denied", "scope_missing"),
        ]
        assert [(line["code"], line["count"]) for line in lines if not line["key"]] == [
            ("unauthenticated", 3)
        ]

    @pytest.mark.parametrize(
        ("path", "body", "code"),
        [
            ("/v1/score", {"usecase": "attrition", "rows": [{"features": ROW}]}, "groups_only"),
            ("/v1/score", {"usecase": "nobody", "rows": []}, "usecase_unknown"),
            ("/v1/score", {"usecase": 7}, "value"),
            ("/v1/score-by-id", {"usecase": "churn", "entity_ids": []}, "value"),
            ("/v1/score-groups", {"usecase": "churn", "cut": "nowhere"}, "value"),
        ],
        ids=range(5),
    )
    def test_a_refused_request_says_why(self, client, settings, path, body, code):
        assert client.post(path, json=body).status_code >= 400
        (line,) = lines_of(settings, path.removeprefix("/v1/"))
        assert (line["decision"], line["code"], line["role"]) == ("denied", code, "analyst")
        assert "nobody" not in str(line)
        assert "nowhere" not in str(line)

    def test_a_key_without_the_scope_is_named(self, client, settings):
        key = make_key(settings.keys, "works_council")
        wait_until(lambda: client.post("/v1/score", json=CHURN, headers=bearer(key)).status_code == 403)
        wait_until(lambda: any(line["code"] == "scope_missing" for line in lines_of(settings, "score")))
        line = next(line for line in lines_of(settings, "score") if line["code"] == "scope_missing")
        assert (line["key"], line["role"]) == (key.split("_")[1], "works_council")

    def test_requests_without_a_key_are_one_line_with_their_number(self, client, settings):
        for _ in range(30):
            assert (
                client.post("/v1/score", json=CHURN, headers={"authorization": "Bearer no"}).status_code
                == 401
            )
        wait_until(lambda: sum(line["count"] for line in lines_of(settings, "score")) == 30)
        lines = lines_of(settings, "score")
        assert len(lines) < 15
        assert {(line["key"], line["code"]) for line in lines} == {("", "unauthenticated")}

    def test_health_and_the_model_are_not_written_down(self, client, settings):
        for path in ("/livez", "/readyz", "/v1/model", "/v1/model/schema?usecase=churn", "/openapi.json"):
            assert client.get(path).status_code == 200
        client.get("/v1/drivers?usecase=churn")
        lines_of(settings, "drivers")
        actions = {line["action"] for line in show(settings.audit, 100)}
        assert actions == {"start", "champion", "drivers"}

    def test_start_champions_and_stop_are_written_down(self, settings, bundles):
        app = build_app(lambda: settings)
        with TestClient(app, base_url="http://127.0.0.1"):
            install(bundles.newer_churn, settings.cache, try_out=accept)
            wait_until(lambda: len(lines_of(settings, "champion")) == 3)
        lines = show(settings.audit, 100)
        assert [line["action"] for line in lines] == ["start", "champion", "champion", "champion", "stop"]
        versions = [line["model_version"] for line in lines if line["usecase"] == "churn"]
        assert len(set(versions)) == 2
        assert verify(settings.audit).problem is None

    def test_where_the_chain_stands_is_in_our_own_log_at_start_and_stop(self, settings, caplog):
        with caplog.at_level(logging.INFO, "xm_predict.audit"), TestClient(build_app(lambda: settings)):
            pass
        heads = [
            record.getMessage().rsplit(" ", 1)[1] for record in caplog.records if "head" in record.message
        ]
        assert len(heads) == 2
        assert verify(settings.audit, head=heads[0]).problem is None
        assert verify(settings.audit).head.hash == heads[1]


class TestMetrics:
    def test_requests_rows_unseen_categories_and_refusals_are_counted(self, client, settings, counters):
        strange = {"features": {**ROW, "o_customers.plan": "never seen"}}
        client.post("/v1/score", json={"usecase": "churn", "rows": [strange, {"features": ROW}]})
        client.post("/v1/score", json={"usecase": "nobody", "rows": []})
        client.get("/nowhere")
        found = read_metrics(client, counters)
        assert found["xm_requests_total", "/v1/score", "2xx"] == 1
        assert found["xm_requests_total", "/v1/score", "4xx"] == 1
        assert found["xm_requests_total", "-", "4xx"] == 1
        assert found["xm_rows_scored_total", "churn"] == 2
        assert found["xm_unseen_categories_total", "churn"] == 1
        assert found["xm_refusals_total", "usecase_unknown"] == 1
        assert found["xm_refusals_total", "route_unknown"] == 1
        assert found["xm_request_seconds_count", "/v1/score"] == 2

    def test_models_staleness_and_failed_looks_at_the_registry_are_there(self, client, settings, counters):
        found = read_metrics(client, counters)
        names = [key for key in found if key[0] == "xm_champion_info"]
        assert len(names) == 2
        assert found["xm_stale",] == 1
        write_status(settings.cache, RefreshStatus(4e9, None, failures=3))
        found = read_metrics(client, counters)
        assert (found["xm_stale",], found["xm_model_refresh_failures_total",]) == (0, 3)

    def test_how_busy_the_worker_is_shows_while_a_body_is_on_its_way(self, settings, counters):
        found = anyio.run(_look_while_sending, build_app(lambda: settings), settings, counters)
        assert found["xm_bodies_reading"] == 1
        assert found["xm_body_bytes_held"] == 7
        assert found["xm_requests_working"] == found["xm_requests_waiting"] == 0

    def test_labels_are_words_of_ours_whatever_is_asked(self, client, settings, counters):
        for number in range(20):
            client.get(f"/secret-{number}")
            client.post("/v1/score", json={"usecase": f"secret-{number}", "rows": []})
            client.post(f"/v1/score?secret-{number}=1", json=CHURN)
        text = client.get("/metrics", headers=counters).text
        assert "secret" not in text
        assert len([line for line in text.splitlines() if not line.startswith("#")]) < 120


class TestJournal:
    def test_predictions_of_customers_are_recorded(self, settings):
        app = build_app(lambda: settings)
        key = bearer(make_key(settings.keys, "analyst"))
        with TestClient(app, base_url="http://127.0.0.1", headers=key) as client:
            client.post(
                "/v1/score", json={"usecase": "churn", "rows": [{"entity_id": "jane", "features": ROW}]}
            )
            client.post("/v1/score-by-id", json={"usecase": "churn", "entity_ids": ["c-1", "c-3", "x"]})
            client.post("/v1/score-groups", json={"usecase": "churn", "cut": "site"})
        (path,) = settings.journal.glob("*.jsonl")
        text = path.read_text()
        assert text.count('"entity"') == 3
        assert [word for word in ("jane", "c-1", "c-3", "basic") if word in text] == []

    def test_an_empty_setting_switches_it_off(self, settings, tmp_path):
        off = replace(settings, journal=None)
        key = bearer(make_key(settings.keys, "analyst"))
        with TestClient(build_app(lambda: off), base_url="http://127.0.0.1", headers=key) as client:
            assert client.post("/v1/score", json=CHURN).status_code == 200
        assert not settings.journal.exists()
        assert not settings.pseudonym_key.exists()


async def _look_while_sending(app, settings, counters):
    """Return the gauges as they are while half of a body has arrived."""
    found = {}
    headers = bearer(make_key(settings.keys, "analyst"))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):

        async def send():
            yield b'{"useca'
            await anyio.sleep(0.01)
            text = (await client.get("/metrics", headers=counters)).text
            found.update(
                {
                    sample.name: sample.value
                    for family in text_string_to_metric_families(text)
                    if family.type == "gauge"
                    for sample in family.samples
                }
            )
            yield b'se": 7}'

        kind = {"content-type": "application/json"}
        answer = await client.post("/v1/score", content=send(), headers={**headers, **kind})
    assert answer.status_code == 422
    return found
