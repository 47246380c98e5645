"""Whoever objected gets no score over HTTP from the next look on; groups still count them."""

import warnings
from datetime import date

import pytest

from features.objections import Objections
from serving.api import build_app
from serving.audit.checking import show
from serving.settings import Settings
from tests.serving.company import ROW, wait_until
from tests.serving.keys import bearer, make_key
from tests.serving.records import keep_in

with warnings.catch_warnings():
    # Starlette's test client asks for a successor of httpx that is not in wide use yet.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

DAY = date(2026, 3, 28)
BY_ID = {"usecase": "churn", "entity_ids": ["c-3", "nobody", "c-1", "c-3"]}


@pytest.fixture
def settings(filled_cache, latest_folder, tmp_path):
    return Settings(
        cache=filled_cache,
        latest=(latest_folder,),
        keys=tmp_path / "keys.json",
        objections=tmp_path / "objections",
        poll_seconds=0.05,
        **keep_in(tmp_path),
    )


@pytest.fixture
def client(settings):
    key = make_key(settings.keys)
    with TestClient(build_app(lambda: settings), base_url="http://127.0.0.1", headers=bearer(key)) as client:
        yield client


def object_to(settings, *ids):
    Objections().add(ids, DAY).write(settings.objections / "churn.csv")


def ids_of(answer):
    return [row["entity_id"] for row in answer.json()["rows"]]


def test_an_objection_counts_while_the_service_runs_and_so_does_its_end(client, settings):
    before = client.post("/v1/score-by-id", json=BY_ID)
    assert (ids_of(before), before.json()["unknown"], before.json()["objected"]) == (
        ["c-3", "c-1"],
        ["nobody"],
        [],
    )
    object_to(settings, "c-3")
    wait_until(lambda: client.post("/v1/score-by-id", json=BY_ID).json()["objected"] == ["c-3"])
    after = client.post("/v1/score-by-id", json=BY_ID)
    assert (ids_of(after), after.json()["unknown"]) == (["c-1"], ["nobody"])
    (settings.objections / "churn.csv").unlink()
    wait_until(lambda: ids_of(client.post("/v1/score-by-id", json=BY_ID)) == ["c-3", "c-1"])


def test_a_row_that_names_them_is_refused_by_its_place_and_no_score_goes_out(settings):
    object_to(settings, "c-3")
    key = make_key(settings.keys)
    rows = [{"entity_id": "c-1", "features": ROW}, {"entity_id": "c-3", "features": ROW}]
    with TestClient(build_app(lambda: settings), base_url="http://127.0.0.1", headers=bearer(key)) as client:
        refused = client.post("/v1/score", json={"usecase": "churn", "rows": rows})
        assert (refused.status_code, refused.json()["code"]) == (422, "objected")
        assert [found["path"] for found in refused.json()["errors"]] == ["rows.1.entity_id"]
        assert "probability" not in refused.text
        assert "c-3" not in refused.text
        assert client.post("/v1/score", json={"usecase": "churn", "rows": rows[:1]}).status_code == 200
        nameless = [{"features": ROW}]
        assert client.post("/v1/score", json={"usecase": "churn", "rows": nameless}).status_code == 200
    assert next(line["code"] for line in show(settings.audit, 99) if line["action"] == "score") == "objected"


def test_a_list_that_cannot_be_read_shuts_single_scores_and_leaves_groups_open(client, settings):
    settings.objections.mkdir()
    (settings.objections / "churn.csv").write_text("who knows")
    wait_until(lambda: client.post("/v1/score-by-id", json=BY_ID).status_code == 503)
    refused = client.post("/v1/score-by-id", json=BY_ID)
    assert refused.json()["code"] == "objections_unreadable"
    body = {"usecase": "churn", "rows": [{"features": ROW}]}
    assert client.post("/v1/score", json=body).status_code == 503
    groups = client.post("/v1/score-groups", json={"usecase": "churn", "cut": "region"})
    assert groups.status_code == 200
    object_to(settings, "c-3")
    wait_until(lambda: client.post("/v1/score-by-id", json=BY_ID).status_code == 200)


def test_the_page_of_whom_to_call_leaves_them_out(client, settings, latest_folder):
    from serving.champions import Champions

    object_to(settings, "c-3")
    champions = Champions(settings.cache, settings.latest, objections=settings.objections)
    champions.look()
    listed = champions.get_listed("churn")
    assert len(champions.get_latest("churn")) == 3
    assert len(listed) == 2
    assert champions.get_listed("churn") is listed
