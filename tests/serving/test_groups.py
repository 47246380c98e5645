"""Forecasts of answers, and of groups of people at work, over HTTP."""

from collections.abc import Iterator

import msgspec
import pytest
from starlette.testclient import TestClient

from features.usecase import Privacy
from serving.api import build_app
from serving.cache import install
from serving.openapi import DOCUMENT
from serving.schemas import ScoreAnswer, ScoreGroupsAnswer
from serving.settings import Settings
from tests.serving.company import accept
from tests.serving.keys import bearer, make_key
from tests.serving.people import SITES, write_people
from tests.serving.records import keep_in
from tests.training.sample_bundles import make_bundle, plain_rows
from training.disclosure import ShownCuts
from training.scoring import Scorer


@pytest.fixture(scope="module")
def scorers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles")
    kinds = {"employee_binary": "binary", "customer_ordinal": "ordinal", "employee_ordinal": "ordinal"}
    return {
        name: Scorer(make_bundle(folder / name, kind, name.partition("_")[0])) for name, kind in kinds.items()
    } | {"folder": folder}


@pytest.fixture(scope="module")
def client(scorers, tmp_path_factory) -> Iterator[TestClient]:
    cache, frames = tmp_path_factory.mktemp("cache"), tmp_path_factory.mktemp("frames")
    for name, scorer in scorers.items():
        if name != "folder":
            install(scorers["folder"] / name, cache, try_out=accept)
            kind = scorer.bundle.usecase.outcome
            write_people(frames, name, kind, with_cuts=name != "employee_ordinal")
    settings = Settings(cache=cache, latest=(frames,), keys=frames / "keys.json", **keep_in(frames / "books"))
    key = make_key(settings.keys)
    app = build_app(lambda: settings)
    with TestClient(app, base_url="http://127.0.0.1", headers=bearer(key)) as client:
        yield client


def ask(client, usecase, cut):
    return client.post("/v1/score-groups", json={"usecase": usecase, "cut": cut})


class TestGroups:
    def test_groups_of_people_at_work_have_shares_with_ranges(self, client, scorers):
        answer = ask(client, "employee_binary", "site").json()
        assert [(group["name"], group["people"]) for group in answer["groups"]] == [
            ("north", 30),
            ("south", 20),
            ("west", 10),
        ]
        expected = scorers["employee_binary"].score_groups(
            {
                name: [row.get(name) for row in plain_rows("binary", 60)]
                for name in scorers["employee_binary"].bundle.catalogue.names
            },
            ShownCuts.of({"site": SITES}, Privacy(subject="employee")),
            "site",
        )
        share = expected[0].probabilities["outcome"]
        assert answer["groups"][0]["probability"]["outcome"] == pytest.approx(
            {"value": share.value, "low": share.low, "high": share.high}, rel=1e-12
        )
        assert answer["groups"][0]["risk_band"] == expected[0].risk_band
        assert answer["as_of"] == "2025-06-01"
        assert answer["minimum_group"] == 5
        assert answer["decision_support_only"] is True

    def test_a_small_group_and_the_one_that_would_give_it_away_are_hidden(self, client):
        answer = ask(client, "employee_binary", "desk").json()
        assert [group["name"] for group in answer["groups"]] == ["front"]

    def test_no_id_and_no_feature_is_in_the_answer(self, client):
        answer = ask(client, "employee_binary", "site").text
        assert "p-" not in answer
        assert "plan" not in answer

    def test_customers_and_answers_have_groups_too(self, client):
        answer = ask(client, "customer_ordinal", "site").json()
        north = answer["groups"][0]
        assert 1 <= north["value"]["low"] < north["value"]["value"] < north["value"]["high"] <= 5
        assert sum(share["value"] for share in north["probability"].values()) == pytest.approx(1.0)
        assert "risk_band" not in north

    @pytest.mark.parametrize(
        ("body", "path"),
        [
            ({"usecase": "employee_binary", "cut": "salary"}, "cut"),
            ({"usecase": "employee_binary", "cut": ""}, "cut"),
            ({"usecase": "employee_binary"}, "cut"),
            ({"usecase": "employee_binary", "cut": "site", "minimum_group": 1}, "minimum_group"),
            ({"usecase": "employee_binary", "cut": ["site"]}, "cut"),
        ],
        ids=["unknown", "empty", "absent", "an unknown key", "a list"],
    )
    def test_what_is_not_accepted_is_named(self, client, body, path):
        answer = client.post("/v1/score-groups", json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"] == path
        assert "salary" not in answer.text

    def test_a_use_case_without_cuts_says_so(self, client):
        answer = ask(client, "employee_ordinal", "site")
        assert answer.status_code == 422
        assert "there are none" in answer.json()["detail"]

    def test_a_use_case_that_is_not_there_is_unknown(self, client):
        assert ask(client, "nobody", "site").status_code == 404

    def test_answers_are_of_the_described_type(self, client):
        for usecase in ("employee_binary", "customer_ordinal"):
            content = ask(client, usecase, "site").content
            assert msgspec.json.encode(msgspec.json.decode(content, type=ScoreGroupsAnswer)) == content
        assert "/v1/score-groups" in DOCUMENT["paths"]


class TestEmployees:
    @pytest.mark.parametrize("usecase", ["employee_binary", "employee_ordinal"])
    @pytest.mark.parametrize("reasons", [0, 3], ids=["score", "explain"])
    def test_single_people_are_refused_on_every_route(self, client, usecase, reasons):
        features = plain_rows(usecase.partition("_")[2], 1)[0]
        bodies = {
            "/v1/score": {"rows": [{"features": features}]},
            "/v1/score-by-id": {"entity_ids": ["p-1"]},
        }
        for path, body in bodies.items():
            answer = client.post(path, json={"usecase": usecase, "reasons": reasons, **body})
            assert (answer.status_code, answer.json()["code"]) == (403, "groups_only")


class TestAnswers:
    def test_an_answer_over_http_is_the_one_in_process(self, client, scorers):
        rows = plain_rows("ordinal")
        body = {"usecase": "customer_ordinal", "reasons": 10, "rows": [{"features": row} for row in rows]}
        answer = client.post("/v1/score", json=body)
        found = answer.json()["rows"]
        for one, other in zip(found, scorers["customer_ordinal"].score(rows, reasons=10), strict=True):
            assert one["value"] == pytest.approx(other.value, abs=1e-9)
            assert one["interval"] == {"low": other.low, "high": other.high}
            assert one["probability"] == pytest.approx(other.probabilities, abs=1e-9)
            total = one["base_value"] + sum(reason["attribution"] for reason in one["reasons"])
            assert total == pytest.approx(one["value"], abs=1e-9)
            assert "risk_band" not in one
            assert "base_log_odds" not in one
        assert msgspec.json.encode(msgspec.json.decode(answer.content, type=ScoreAnswer)) == answer.content

    def test_the_schema_says_what_is_forecast(self, client):
        answer = client.get("/v1/model/schema", params={"usecase": "customer_ordinal"}).json()
        assert answer["outputs"] == ["value", "low", "high", "1", "2", "3", "4", "5"]
        assert answer["horizons"] == ["outcome"]
