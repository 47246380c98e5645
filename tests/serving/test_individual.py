"""Scores of single people at work: all of agreement, scope, role, purpose and a line on disk, or none."""

import json
import warnings
from datetime import date

import pytest
import yaml

from features.errors import InputError
from serving.access.roles import ROLES
from serving.api import build_app
from serving.audit.checking import show, verify
from serving.books import check_books
from serving.settings import Settings
from tests.serving.company import ROW, wait_until
from tests.serving.keys import bearer, make_key
from tests.serving.records import keep_in
from training.bundle import load
from training.scoring import IndividualLeave, Scorer

with warnings.catch_warnings():
    # Starlette's test client asks for a successor of httpx that is not in wide use yet.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

SINGLE = {"scopes": ["score:employee:individual"], "usecases": ["attrition"], "agreed": ["attrition"]}
BODY = {"usecase": "attrition", "rows": [{"entity_id": "p-1", "features": ROW}], "reasons": 2}
BY_ID = {"usecase": "attrition", "entity_ids": ["c-1", "c-3"]}
WHY = {"x-purpose": "retention_talk"}
AGREED = {
    "version": 1,
    "agreement": "BV 2026-07",
    "purposes": ["retention_talk"],
    "legal_basis": "GDPR 6(1)(f) and the works agreement",
    "valid_until": date(2999, 12, 31),
    "usecases": ["attrition"],
}


def write_agreement(folder, **changed):
    path = folder / "governance.yaml"
    path.write_text(yaml.safe_dump({**AGREED, **changed}))
    return path


@pytest.fixture
def settings(filled_cache, latest_folder, tmp_path):
    return Settings(
        cache=filled_cache,
        latest=(latest_folder,),
        keys=tmp_path / "keys.json",
        governance=write_agreement(tmp_path),
        **keep_in(tmp_path),
    )


@pytest.fixture
def open_client():
    """Return a function that starts the application with settings and a key."""
    clients = []

    def start(settings, key):
        client = TestClient(build_app(lambda: settings), base_url="http://127.0.0.1", headers=bearer(key))
        client.__enter__()
        clients.append(client)
        return client

    yield start
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def client(settings, open_client):
    return open_client(settings, make_key(settings.keys, "analyst", **SINGLE))


def lines_of(settings, action="score"):
    return [line for line in show(settings.audit, 1000) if line["action"] == action]


def test_with_all_of_it_the_score_is_that_of_the_model(client, settings, bundles):
    answer = client.post("/v1/score", json=BODY, headers=WHY)
    assert answer.status_code == 200
    scorer = Scorer(load(bundles.attrition))
    leave = IndividualLeave("BV 2026-07", "retention_talk", "attrition")
    expected = scorer.score([ROW], reasons=2, leave=leave)[0]
    row = answer.json()["rows"][0]
    assert row["probability"] == pytest.approx(expected.probabilities, abs=1e-9)
    assert len(row["reasons"]) == 2


def test_the_line_is_on_disk_before_the_answer_and_there_is_one(client, settings):
    for body, path in ((BODY, "/v1/score"), (BY_ID, "/v1/score-by-id")):
        assert client.post(path, json=body, headers=WHY).status_code == 200
        action = path.removeprefix("/v1/")
        (line,) = lines_of(settings, action)
        assert (line["role"], line["purpose"], line["usecase"], line["decision"]) == (
            *("analyst", "retention_talk", "attrition", "allowed"),
        )
        assert line["count"] == len(body.get("rows", body.get("entity_ids")))
        assert line["model_version"].startswith("attrition-")
    assert verify(settings.audit).problem is None


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "purpose_missing"),
        ({"x-purpose": "dismissal"}, "purpose_missing"),
        ({"x-purpose": "é"}, "purpose_missing"),
    ],
    ids=["none", "another", "odd"],
)
def test_without_a_purpose_of_the_agreement_it_is_refused_and_that_is_written_down(
    client, settings, headers, code
):
    answer = client.post(
        "/v1/score", json=BODY, headers={name: text.encode("latin-1") for name, text in headers.items()}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, code)
    wait_until(lambda: lines_of(settings))
    (line,) = lines_of(settings)
    assert (line["decision"], line["code"], line["purpose"]) == ("denied", code, "")


def test_no_role_has_it_by_itself(settings, open_client):
    keys = {role: make_key(settings.keys, role, units="all") for role in ROLES}
    client = open_client(settings, "none")
    for key in keys.values():
        for path, body in (("/v1/score", BODY), ("/v1/score-by-id", BY_ID)):
            answer = client.post(path, json=body, headers={**WHY, **bearer(key)})
            assert answer.status_code == 403
            assert "probability" not in answer.text


def test_without_an_agreement_the_scope_opens_nothing(settings, open_client, tmp_path):
    without = Settings(cache=settings.cache, latest=settings.latest, keys=settings.keys, **keep_in(tmp_path))
    client = open_client(without, make_key(settings.keys, "analyst", **SINGLE))
    answer = client.post("/v1/score", json=BODY, headers=WHY)
    assert (answer.status_code, answer.json()["code"]) == (403, "groups_only")


def test_an_agreement_about_another_use_case_opens_nothing(settings, open_client, tmp_path):
    write_agreement(tmp_path, usecases=["absence"])
    client = open_client(settings, make_key(settings.keys, "analyst", **SINGLE))
    answer = client.post("/v1/score", json=BODY, headers=WHY)
    assert (answer.status_code, answer.json()["code"]) == (403, "groups_only")


def test_the_scope_opens_no_customers(client):
    body = {"usecase": "churn", "rows": [{"features": ROW}]}
    assert client.post("/v1/score", json=body, headers=WHY).status_code == 403


def test_nothing_about_single_people_at_work_is_in_the_record_of_predictions(client, settings):
    client.post("/v1/score", json=BODY, headers=WHY)
    client.post("/v1/score-by-id", json=BY_ID, headers=WHY)
    client.__exit__(None, None, None)
    assert not settings.journal.exists() or list(settings.journal.iterdir()) == []


class TestDiskFull:
    """The audit log cannot be written: a file stands where its folder should be."""

    @pytest.fixture
    def broken(self, settings):
        settings.audit.write_text("in the way")
        return settings

    def test_single_people_at_work_are_not_scored(self, broken, open_client):
        client = open_client(broken, make_key(broken.keys, "analyst", **SINGLE))
        answer = client.post("/v1/score", json=BODY, headers=WHY)
        assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        assert "probability" not in answer.text

    def test_customers_and_groups_are_and_it_is_said_loudly_and_counted(self, broken, open_client, caplog):
        client = open_client(broken, make_key(broken.keys, "analyst"))
        body = {"usecase": "churn", "rows": [{"features": ROW}]}
        for _ in range(3):
            assert client.post("/v1/score", json=body).status_code == 200
        assert caplog.text.count("THE AUDIT LOG CANNOT BE WRITTEN") >= 1
        counters = make_key(broken.keys, "admin")
        wait_until(lambda: client.get("/metrics", headers=bearer(counters)).status_code == 200)
        wait_until(
            lambda: "xm_audit_failures_total 0\n" not in client.get("/metrics", headers=bearer(counters)).text
        )

    def test_once_the_disk_takes_lines_again_single_people_are_scored_and_nothing_was_lost(
        self, broken, open_client
    ):
        client = open_client(broken, make_key(broken.keys, "analyst", **SINGLE))
        assert client.post("/v1/score", json=BODY, headers=WHY).status_code == 503
        broken.audit.unlink()
        wait_until(lambda: client.post("/v1/score", json=BODY, headers=WHY).status_code == 200)
        wait_until(lambda: any(line["code"] == "audit_unavailable" for line in lines_of(broken)))
        assert show(broken.audit, 99)[0]["action"] == "start"
        assert verify(broken.audit).problem is None


@pytest.mark.parametrize(
    "changed", [{"purposes": []}, {"valid_until": date(2020, 1, 1)}, {"extra": 1}], ids=range(3)
)
def test_the_service_does_not_start_with_a_broken_agreement(settings, open_client, tmp_path, changed):
    write_agreement(tmp_path, **changed)
    with pytest.raises(InputError, match=r"governance.yaml"):
        check_books(settings)
    with pytest.raises(InputError, match=r"governance.yaml"):
        open_client(settings, "none")


def test_reasons_and_scores_are_in_no_log(client, settings, caplog):
    answer = client.post("/v1/score", json=BODY, headers=WHY).json()
    text = caplog.text + json.dumps(show(settings.audit, 99))
    assert [
        word for word in ("p-1", "51.5", str(answer["rows"][0]["probability"]["90d"])) if word in text
    ] == []
