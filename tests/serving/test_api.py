import json
import logging
import math
import shutil
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from serving.api import build_app
from serving.cache import POINTER, install
from serving.settings import Settings
from tests.serving.company import FEATURES, ROW, accept, wait_until, write_latest
from tests.serving.keys import bearer, make_key
from tests.serving.records import keep_in
from training.bundle import load
from training.scoring import Scorer

NUMBERS = [feature.name for feature in FEATURES if feature.kind == "number"]


def score(client, rows, **more):
    answer = client.post("/v1/score", json={"usecase": "churn", "rows": rows, **more})
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text, parse_constant=pytest.fail)


def test_a_row_gets_a_probability_per_horizon_and_says_where_it_comes_from(client, bundles):
    bundle = load(bundles.churn)
    answer = score(client, [{"entity_id": "c-7", "features": ROW}])
    row = answer.pop("rows")[0]
    assert answer == {
        "usecase": "churn",
        "model_version": bundle.model_version,
        "spec_hash": bundle.manifest.spec_hash,
        "as_of": datetime.now(UTC).date().isoformat(),
        "primary_horizon": "90d",
        "decision_support_only": True,
    }
    assert row["entity_id"] == "c-7"
    assert 0 < row["probability"]["30d"] <= row["probability"]["90d"] < 1
    assert row["risk_band"] in {"low", "medium", "high"}
    assert row["reasons"] == row["warnings"] == []


def test_scores_over_http_equal_scores_in_process(client, bundles):
    random = np.random.default_rng(5)
    rows = [
        {
            **{name: None if random.random() < 0.2 else float(random.gamma(2, 10)) for name in NUMBERS},
            "o_customers.plan": str(random.choice(["basic", "plus", "pro", "unseen"])),
        }
        for _ in range(1000)
    ]
    expected = Scorer(load(bundles.churn)).score(rows)
    found = score(client, [{"features": row} for row in rows])["rows"]
    assert len(found) == 1000
    for one, other in zip(found, expected, strict=True):
        assert one["probability"] == pytest.approx(other.probabilities, abs=1e-9)
        assert one["risk_band"] == other.risk_band
        assert one["warnings"] == list(other.warnings)


def test_base_and_all_attributions_add_up_to_the_log_odds(client):
    row = score(client, [{"features": ROW}], reasons=10)["rows"][0]
    assert len(row["reasons"]) == len(FEATURES)
    total = row["base_log_odds"] + sum(reason["attribution"] for reason in row["reasons"])
    probability = row["probability"]["90d"]
    assert total == pytest.approx(math.log(probability / (1 - probability)), abs=1e-9)


@pytest.mark.parametrize(("language", "driver"), [("en", "Time to resolve"), ("de", "Lösungszeit")])
def test_reasons_are_largest_first_and_in_words(client, language, driver):
    reasons = score(client, [{"features": ROW}], reasons=4, language=language)["rows"][0]["reasons"]
    sizes = [abs(reason["attribution"]) for reason in reasons]
    assert sizes == sorted(sizes, reverse=True)
    tickets = next(reason for reason in reasons if reason["feature"] == "o_tickets.count_90d")
    assert (tickets["driver"], tickets["role"], tickets["value"]) == (driver, "lever", 4.0)
    assert tickets["label"].startswith(driver)


def test_only_the_asked_horizons_are_answered(client):
    every = score(client, [{"features": ROW}])["rows"][0]["probability"]
    asked = score(client, [{"features": ROW}], horizons=["90d"])["rows"][0]["probability"]
    assert asked == {"90d": every["90d"]}


def test_an_absent_feature_and_null_are_the_same_missing_value(client):
    rows = [
        {"features": {"o_tickets.count_90d": 2}},
        {"features": {**dict.fromkeys(ROW), "o_tickets.count_90d": 2}},
    ]
    absent, null = score(client, rows)["rows"]
    assert absent["probability"] == null["probability"]


def test_an_unseen_category_is_scored_as_missing_with_a_warning(client):
    rows = [{"features": {**ROW, "o_customers.plan": plan}} for plan in ("platinum", None)]
    unseen, missing = score(client, rows)["rows"]
    assert unseen["probability"] == missing["probability"]
    assert len(unseen["warnings"]) == 1
    assert unseen["warnings"][0].startswith("o_customers.plan: ")
    assert "platinum" not in unseen["warnings"][0]
    assert missing["warnings"] == []
    assert "surprising_gaps" not in unseen
    assert missing["surprising_gaps"] == ["o_customers.plan"]


def test_what_is_missing_and_never_was_in_training_is_named(client):
    """Nobody in training was without a number of tickets or a plan; ratings were often missing."""
    given = [ROW, {**ROW, "x_surveys.nps.last": None}, {"x_surveys.nps.last": 3}]
    rows = [{"features": features} for features in given]
    whole, unrated, bare = score(client, rows)["rows"]
    assert "surprising_gaps" not in whole | unrated
    assert bare["surprising_gaps"] == ["o_tickets.count_90d", "o_customers.plan"]
    (alone,) = score(client, rows[2:])["rows"]
    assert alone["surprising_gaps"] == bare["surprising_gaps"]


def test_the_order_of_rows_and_their_company_change_nothing(client):
    rows = [{"features": {**ROW, "o_tickets.count_90d": number}} for number in range(40)]
    together = [row["probability"] for row in score(client, rows)["rows"]]
    backwards = [row["probability"] for row in score(client, rows[::-1])["rows"]]
    assert together == backwards[::-1]
    assert score(client, rows[:1])["rows"][0]["probability"] == pytest.approx(together[0], abs=1e-12)


@pytest.mark.parametrize(
    "entity_id",
    ["é", "e\u0301", "\u202eabc", "🙂" * 50, "a\x00b", "'; drop table", "../..", "<b>", "\ufeff", "x" * 256],
)
def test_ids_come_back_as_they_were_sent(client, entity_id):
    assert score(client, [{"entity_id": entity_id, "features": ROW}])["rows"][0]["entity_id"] == entity_id


def test_a_row_without_an_id_has_none_in_the_answer(client):
    assert "entity_id" not in score(client, [{"features": ROW}])["rows"][0]


numbers = st.one_of(
    st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**18), 10**18), st.just(-0.0)
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries(dict.fromkeys(NUMBERS, numbers), optional={"o_customers.plan": st.text()}))
def test_any_values_are_scored_strictly_or_refused_with_a_place(client, features):
    answer = client.post(
        "/v1/score", json={"usecase": "churn", "rows": [{"features": features}], "reasons": 2}
    )
    content = json.loads(answer.text, parse_constant=pytest.fail)
    if answer.status_code == 200:
        assert all(0 <= found <= 1 for found in content["rows"][0]["probability"].values())
    else:
        assert answer.status_code == 422
        assert content["errors"][0]["path"].startswith("rows.0.features.")


def test_scoring_by_id_equals_scoring_the_same_features(client):
    answer = client.post(
        "/v1/score-by-id", json={"usecase": "churn", "entity_ids": ["c-3", "c-9", "Ünal 🙂"], "reasons": 2}
    ).json()
    assert answer["unknown"] == ["c-9"]
    assert [(row["entity_id"], row["as_of"]) for row in answer["rows"]] == [
        ("c-3", "2025-06-01"),
        ("Ünal 🙂", "2025-05-01"),
    ]
    assert answer["as_of"] == "2025-06-01"
    assert answer["decision_support_only"] is True
    by_features = score(
        client, [{"features": ROW}, {"features": {"o_tickets.hours.mean_90d": 12.0}}], reasons=2
    )
    for one, other in zip(answer["rows"], by_features["rows"], strict=True):
        assert one["probability"] == pytest.approx(other["probability"], abs=1e-9)
        assert one["reasons"] == other["reasons"]


def test_unknown_ids_alone_are_no_error(client):
    answer = client.post("/v1/score-by-id", json={"usecase": "churn", "entity_ids": ["nobody"]})
    assert (answer.status_code, answer.json()["rows"], answer.json()["unknown"]) == (200, [], ["nobody"])


@pytest.mark.parametrize("ids", [["c-1"], ["nobody"]], ids=["known", "unknown"])
def test_single_people_at_work_are_not_scored_by_id_nor_is_it_told_who_is_known(client, ids):
    answer = client.post("/v1/score-by-id", json={"usecase": "attrition", "entity_ids": ids})
    assert (answer.status_code, answer.json()["code"], answer.json()["errors"]) == (403, "groups_only", [])


def test_single_people_at_work_are_not_scored_by_features(client):
    answer = client.post("/v1/score", json={"usecase": "attrition", "rows": [{"features": ROW}]})
    assert (answer.status_code, answer.json()["code"]) == (403, "groups_only")


def test_without_latest_rows_scoring_by_id_says_so(filled_cache, tmp_path):
    with make_client(filled_cache, tmp_path) as client:
        answer = client.post("/v1/score-by-id", json={"usecase": "churn", "entity_ids": ["c-1"]})
    assert (answer.status_code, answer.json()["code"]) == (503, "latest_absent")
    assert 1 <= int(answer.headers["retry-after"]) <= 30


def test_latest_rows_of_another_version_are_refused(filled_cache, tmp_path):
    write_latest(tmp_path, **{"x_surveys.nps.last": None})
    with make_client(filled_cache, tmp_path) as client:
        answer = client.post("/v1/score-by-id", json={"usecase": "churn", "entity_ids": ["c-1"]})
    assert (answer.status_code, answer.json()["code"]) == (503, "latest_unfit")


def test_latest_rows_with_another_type_are_refused(filled_cache, tmp_path):
    write_latest(tmp_path, **{"x_surveys.nps.last": ["three", "nine", None]})
    with make_client(filled_cache, tmp_path) as client:
        answer = client.post("/v1/score-by-id", json={"usecase": "churn", "entity_ids": ["c-3"]})
    assert (answer.status_code, answer.json()["code"]) == (503, "latest_unfit")
    assert "three" not in answer.text


def test_the_model_is_described_for_all_use_cases_or_one(client, bundles):
    every = client.get("/v1/model").json()["models"]
    assert [model["usecase"] for model in every] == ["attrition", "churn"]
    churn = client.get("/v1/model", params={"usecase": "churn"}).json()["models"]
    assert churn == every[1:]
    assert churn[0]["evaluation"]["auc"] == {"value": 0.7, "low": 0.6, "high": 0.8}
    assert (churn[0]["horizons"], churn[0]["primary_horizon"]) == (["30d", "90d"], "90d")
    assert churn[0]["refused"] is None


def test_the_schema_names_every_feature_and_its_example_works(client):
    schema = client.get("/v1/model/schema", params={"usecase": "churn"}).json()
    assert [feature["name"] for feature in schema["features"]] == [feature.name for feature in FEATURES]
    assert schema["features"][1] == {
        "name": "o_tickets.hours.mean_90d",
        "kind": "number",
        "source": "tickets",
        "data": "O",
        "unit": "hours",
        "driver": "service",
        "role": "lever",
    }
    assert client.post("/v1/score", json=schema["example"]).status_code == 200


@pytest.mark.parametrize("route", ["/v1/drivers", "/v1/report", "/v1/model/schema", "/v1/model/card"])
@pytest.mark.parametrize(
    ("query", "status", "path"),
    [
        ("", 422, "query.usecase"),
        ("?usecase=", 404, "usecase"),
        ("?usecase=jane.doe", 404, "usecase"),
        ("?usecase=..%2F..", 404, "usecase"),
        ("?usecase=churn&usecase=churn", 422, "query"),
        ("?usecase=churn&segments=jane.doe", 422, "query"),
    ],
)
def test_queries_are_read_strictly(client, route, query, status, path):
    answer = client.get(route + query)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (status, path)
    assert "jane" not in answer.text


@pytest.mark.parametrize("route", ["score", "score-by-id", "score-groups", "what-if"])
def test_what_belongs_into_the_body_is_refused_in_the_address(client, route):
    asked = {"usecase": "churn", "rows": [{"features": ROW}]}
    answer = client.post(f"/v1/{route}?reasons=3", json=asked)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "query")


@pytest.mark.parametrize("route", ["/livez", "/readyz", "/openapi.json", "/v1/model"])
def test_parameters_that_mean_nothing_are_refused(client, route):
    assert client.get(route, params={"verbose": "1"}).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/docs",
        "/docs.json",
        "/schema.json",
        "/healthz",
        "/v1",
        "/v1/score/",
        "/v2/score",
        "/jane.doe",
    ],
)
def test_other_paths_are_not_found(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "route_unknown")
    assert "jane" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/score", "POST"),
        ("PUT", "/v1/score-by-id", "POST"),
        ("POST", "/v1/model", "GET"),
        ("DELETE", "/livez", "GET"),
        ("OPTIONS", "/v1/score", "POST"),
        ("TRACE", "/readyz", "GET"),
    ],
)
def test_other_methods_are_refused_and_the_right_one_is_named(client, method, path, allowed):
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method")
    assert allowed in answer.headers["allow"]
    assert answer.json()["detail"] == f"This route does not know the method; it knows: {allowed}."


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/v1/scores", "did you mean /v1/score?"),
        ("/v1/model/schema/", "did you mean /v1/model/schema?"),
        ("/v1/score_by_id", "did you mean /v1/score-by-id?"),
        ("/jane.doe", "see /openapi.json."),
        ("/", "see /openapi.json."),
    ],
)
def test_a_path_that_is_almost_one_is_told_the_right_one(client, path, hint):
    assert client.post(path).json()["detail"] == f"There is no such route; {hint}"


def test_health_tells_what_is_answered(client):
    assert client.get("/livez").json() == {"alive": True}
    assert client.get("/readyz").json() == {
        "ready": True,
        "stale": True,
        "usecases": ["attrition", "churn"],
        "refused": [],
    }


def test_with_an_empty_cache_the_service_lives_but_is_not_ready(tmp_path):
    with make_client(tmp_path / "nothing", tmp_path) as client:
        assert client.get("/livez").status_code == 200
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "no_champion")
        assert 1 <= int(answer.headers["retry-after"]) <= 30
        assert client.get("/v1/model").json() == {"models": []}


def test_a_new_champion_answers_without_a_restart_and_each_answer_is_of_one_model(cache, bundles, tmp_path):
    scorers = {
        load(folder).model_version: Scorer(load(folder)) for folder in (bundles.churn, bundles.newer_churn)
    }
    expected = {version: scorer.score([ROW])[0].probabilities for version, scorer in scorers.items()}
    seen = []
    with make_client(cache, tmp_path) as client:
        for _ in range(2):
            answer = score(client, [{"features": ROW}] * 20)
            seen.append(answer["model_version"])
            for row in answer["rows"]:
                assert row["probability"] == pytest.approx(expected[answer["model_version"]], abs=1e-9)
            if len(seen) == 1:
                install(bundles.newer_churn, cache, try_out=accept)
                wait_until(lambda: score(client, [{"features": ROW}])["model_version"] != seen[0])
    assert seen == list(expected)


def test_a_corrupt_newcomer_is_refused_told_and_the_old_champion_stays(cache, bundles, tmp_path):
    with make_client(cache, tmp_path) as client:
        before = score(client, [{"features": ROW}])
        broken = cache / "churn" / "churn-broken"
        shutil.copytree(bundles.newer_churn, broken)
        shutil.copy(bundles.churn / "encoder.json", broken / "facts.json")
        (cache / "churn" / POINTER).write_text(json.dumps({"model_version": "churn-broken"}))
        wait_until(lambda: client.get("/readyz").json()["refused"] == ["churn"])
        assert score(client, [{"features": ROW}]) == before
        refused = client.get("/v1/model", params={"usecase": "churn"}).json()["models"][0]["refused"]
        assert "facts.json is not the file that the manifest describes" in refused


def test_the_log_has_one_line_per_request_and_nothing_of_its_content(client, caplog):
    secret = "jane.doe@example.org"
    logging.getLogger("xm_predict").propagate = True
    with caplog.at_level(logging.INFO, logger="xm_predict"):
        client.post("/v1/score", json={"usecase": "churn", "rows": [{"entity_id": secret, "features": ROW}]})
        client.post("/v1/score", json={"usecase": secret, "rows": [{"features": {secret: secret}}]})
        client.post(
            "/v1/score", json={"usecase": "churn", "rows": [{"features": {"o_customers.plan": [secret]}}]}
        )
        client.post("/v1/score-by-id", json={"usecase": "churn", "entity_ids": [secret]})
        client.get(f"/{secret}?{secret}={secret}", headers={"x-request-id": secret, "user-agent": secret})
    lines = [
        json.loads(record.getMessage()) for record in caplog.records if record.name == "xm_predict.access"
    ]
    assert [line["status"] for line in lines] == [200, 404, 422, 200, 404]
    assert lines[0]["usecase"] == "churn"
    assert lines[0]["rows"] == 1
    assert lines[0]["route"] == "/v1/score"
    assert lines[4]["route"] == "-"
    assert secret not in caplog.text


def make_client(cache, latest) -> TestClient:
    keys = latest / "keys.json"
    chosen = Settings(
        cache=cache, latest=(latest,), poll_seconds=0.05, keys=keys, **keep_in(latest / "books")
    )
    app = build_app(lambda: chosen)
    return TestClient(app, base_url="http://127.0.0.1", headers=bearer(make_key(keys)))
