"""Drivers, plans, reports and cards over HTTP: what a key sees, and that nothing else is ever opened."""

import json
import logging
import shutil
import sys
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from serving.api import build_app
from serving.settings import Settings
from tests.serving.keys import bearer, make_key
from tests.serving.papers import LEVER
from tests.serving.records import keep_in
from tests.serving.test_reading import SECRET, assert_is_problem
from tests.serving.test_reports import NAMES
from training.bundle import load


@pytest.fixture(scope="module")
def own(filled_cache, latest_folder, papers, tmp_path_factory):
    """Return an application with reports of its own, and headers by kind of key."""
    home = tmp_path_factory.mktemp("own")
    reports = shutil.copytree(papers, home / "reports")
    settings = Settings(
        cache=filled_cache, latest=(latest_folder,), reports=reports, keys=home / "keys.json", **keep_in(home)
    )
    headers = {
        "analyst": bearer(make_key(settings.keys)),
        "manager": bearer(make_key(settings.keys, "manager", units="region=South,region=West")),
        "manager of all": bearer(make_key(settings.keys, "manager", units="all")),
        "data_scientist": bearer(make_key(settings.keys, "data_scientist")),
    }
    with TestClient(build_app(lambda: settings), base_url="http://127.0.0.1") as client:
        yield client, settings, headers


def get(own, path, who="analyst", **query):
    return own[0].get(path, params={"usecase": "churn", **query}, headers=own[2][who])


def plain_report(own) -> dict[str, object]:
    return json.loads((own[1].reports / "churn" / "report.json").read_text())


class TestReport:
    def test_who_may_see_single_customers_gets_the_file_as_it_lies(self, own, bundles):
        answer = get(own, "/v1/report").json()
        assert answer["report"] == plain_report(own)
        assert (answer["left_out"], answer["is_of_champion"]) == ([], True)
        assert answer["model_version"] == load(bundles.churn).model_version
        assert answer["made_on"] == "2026-11-20"

    @pytest.mark.parametrize(
        ("who", "left_out"),
        [
            ("manager of all", ["calls"]),
            ("data_scientist", ["calls"]),
            ("manager", ["calls", "segments", "heat"]),
        ],
    )
    def test_what_a_key_may_not_see_is_left_out_and_named(self, own, who, left_out):
        answer = get(own, "/v1/report", who).json()
        whole = plain_report(own)
        assert answer["left_out"] == left_out
        assert all(whole[name] for name in left_out)
        assert not any(answer["report"][name] for name in left_out)
        assert {name: part for name, part in answer["report"].items() if name not in left_out} == {
            name: part for name, part in whole.items() if name not in left_out
        }

    def test_no_customer_is_named_to_who_may_not_see_single_ones(self, own):
        names = {line["entity_id"] for line in plain_report(own)["calls"]["rows"]}
        assert names
        for who in ("manager", "manager of all", "data_scientist"):
            text = get(own, "/v1/report", who).text
            assert [name for name in names if name in text] == []

    def test_no_group_of_others_is_named_to_a_key_of_units(self, own):
        text = get(own, "/v1/report", "manager").text
        assert "AT/CH" not in text
        assert "North" not in text

    def test_a_report_of_another_model_says_so(self, own):
        path = own[1].reports / "churn" / "report.json"
        before = path.read_text()
        content = json.loads(before)
        content["trust"]["model_version"] = "churn-000000000000"
        path.write_text(json.dumps(content))
        try:
            answer = get(own, "/v1/report").json()
            assert (answer["is_of_champion"], answer["model_version"]) == (False, "churn-000000000000")
            plan = own[0].post(
                "/v1/what-if", json={"usecase": "churn", "lever": LEVER}, headers=own[2]["analyst"]
            )
            assert_is_problem(plan, 409, "report_outdated")
        finally:
            path.write_text(before)

    def test_a_damaged_report_is_told_and_logged_but_its_folder_is_not(self, own, caplog):
        path = own[1].reports / "churn" / "report.json"
        before = path.read_text()
        path.write_text(before[:1000])
        logging.getLogger("xm_predict").propagate = True
        try:
            answer = get(own, "/v1/report")
            assert_is_problem(answer, 503, "report_unreadable")
            assert answer.headers["retry-after"] == "30"
            assert str(own[1].reports) not in answer.text
            assert str(path) in caplog.text
            assert get(own, "/v1/model/card").status_code == 200
        finally:
            path.write_text(before)
        assert get(own, "/v1/report").status_code == 200

    @pytest.mark.parametrize(
        ("route", "name"), [("/v1/report", "report.json"), ("/v1/model/card", "model-card.json")]
    )
    def test_without_a_file_the_answer_says_how_to_make_one(self, own, route, name):
        path = own[1].reports / "churn" / name
        path.rename(path.with_suffix(".away"))
        try:
            problem = assert_is_problem(get(own, route), 404, "report_absent")
            assert "xm-predict report" in problem["detail"]
        finally:
            path.with_suffix(".away").rename(path)


def test_the_card_is_the_file_beside_the_report(own, bundles):
    answer = get(own, "/v1/model/card").json()
    assert answer["card"] == json.loads((own[1].reports / "churn" / "model-card.json").read_text())
    assert (answer["model_version"], answer["is_of_champion"]) == (load(bundles.churn).model_version, True)


class TestDrivers:
    def test_a_manager_gets_the_segments_of_the_key_and_no_other(self, own):
        own_one = get(own, "/v1/drivers", "manager", segment="region:South").json()
        assert own_one == {
            **get(own, "/v1/drivers", segment="region:South").json(),
            "segments": own_one["segments"],
        }
        assert own_one["segments"] == [{"cut": "region", "group": "South"}]
        for other in ("region:North: Sea", "region:Atlantis", "plan:Gold", "eyes:blue"):
            assert_is_problem(get(own, "/v1/drivers", "manager", segment=other), 403, "unit_not_allowed")

    def test_every_hidden_segment_gets_one_and_the_same_answer(self, own):
        answers = [
            get(own, "/v1/drivers", segment=segment).json()
            for segment in ("region:West", "region:Atlantis", "plan:Gold", "eyes:blue", f"region:{SECRET}")
        ]
        answers.append(get(own, "/v1/drivers", "manager", segment="region:West").json())
        for answer in answers:
            assert answer.pop("request_id")
            assert answer == answers[0]
        assert answers[0]["code"] == "segment_hidden"


TRAVELS = [
    *NAMES.values(),
    "churn/../attrition",
    "attrition/../../../keys.json",
    "..%2f..%2fetc%2fpasswd",
    "file:///etc/passwd",
    "/proc/self/environ",
]
_WATCH: dict[str, list[str]] = {}


def _note_open(event: str, arguments: tuple[object, ...]) -> None:
    """Write down what is opened while somebody watches; a hook cannot be taken back."""
    if event in {"open", "os.listdir", "os.scandir"} and "opened" in _WATCH:
        _WATCH["opened"].append(str(arguments[0]))


def test_whatever_name_is_asked_for_nothing_outside_of_the_reports_is_opened(own):
    client, settings, headers = own
    sys.addaudithook(_note_open)
    paths = ["/v1/report", "/v1/model/card", "/v1/drivers", "/v1/model/schema", "/v1/model"]

    def travel() -> list[int]:
        found = []
        for name in TRAVELS:
            quoted = quote(name, safe="")
            found += [
                client.get(f"{path}?usecase={quoted}", headers=headers["analyst"]).status_code
                for path in paths
            ]
            plan = {"usecase": name[:64] or "x", "lever": name[:128] or "x"}
            found.append(client.post("/v1/what-if", json=plan, headers=headers["analyst"]).status_code)
            found.append(
                client.get(
                    f"/v1/drivers?usecase=churn&segment={quoted}", headers=headers["analyst"]
                ).status_code
            )
            found.append(client.get(f"/v1/report/{quoted}", headers=headers["analyst"]).status_code)
        return found

    travel()  # what is imported at the first error is not what is looked for
    _WATCH["opened"] = []
    try:
        statuses = travel()
        (settings.reports / "churn" / "report.json").touch()
        assert get(own, "/v1/report").status_code == 200
    finally:
        opened = _WATCH.pop("opened")
    assert all(400 <= status < 500 for status in statuses)
    # Keys and caches, also of other applications in this process, are looked at every second anyway.
    usual = (str(settings.reports), str(settings.cache))
    strange = [path for path in opened if not path.startswith(usual) and not path.isdecimal()]
    # So are the books in which requests are written down.
    books = (str(settings.audit), str(settings.journal))
    strange = [path for path in strange if not path.endswith("/keys.json") and not path.startswith(books)]
    assert strange == []
    assert any(path.startswith(str(settings.reports)) for path in opened)
