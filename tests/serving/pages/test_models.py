"""The page of models over HTTP: who sees what, in which state, and that a click leaves a wish, no more."""

import re
import time
import warnings
from dataclasses import replace

import pytest
from msgspec import structs

from serving.api import build_app
from serving.audit.checking import show
from serving.cache import RefreshStatus, write_status
from serving.settings import Settings
from serving.shadow import ShadowFiles, ShadowRow
from serving.wishes import Outcome, WishFolder
from tests.serving.company import wait_until
from tests.serving.histories import CHALLENGER, CHAMPION, HISTORY, WISH, leave_history, spoil
from tests.serving.keys import make_key
from tests.serving.records import keep_in

with warnings.catch_warnings():
    # Starlette's test client asks for a successor of httpx that is not in wide use yet.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PAGE = "/reports/models?usecase=churn"
CONFIRM = "/reports/models/confirm?usecase=churn&version={}&step={}"


@pytest.fixture
def settings(cache, tmp_path):
    write_status(cache, RefreshStatus(time.time()))
    return Settings(
        cache=cache,
        latest=(),
        keys=tmp_path / "keys.json",
        **keep_in(tmp_path),
    )


@pytest.fixture
def signed_in(settings):
    """Return what gives a client in a session of a role."""
    opened = []

    def sign_in(role="data_scientist", chosen=settings, **limits):
        limits = {"units": "region=South", **limits} if role == "manager" else limits
        client = TestClient(build_app(lambda: chosen), base_url="http://127.0.0.1")
        opened.append(client)
        client.__enter__()
        key = make_key(chosen.keys, role, **limits)
        client.app.state.desk.guard.ring.look()
        answer = client.post("/reports/sign-in", data={"key": key}, follow_redirects=False)
        assert answer.status_code == 303
        client.headers["accept-language"] = "en"
        return client

    yield sign_in
    for client in opened:
        client.__exit__(None, None, None)


def text_of(answer):
    """Return what people read, without tags and with plain spaces."""
    main = answer.text.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("&nbsp;", " ").split())


def form_of(answer):
    """Return the hidden fields and the address of the last form of a page."""
    form = answer.text.rpartition('<form method="post"')[2]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    return re.search(r'action="([^"]+)"', form).group(1).replace("&amp;", "&"), fields


def ask(client, number=4, step="promote", **changed):
    """Click twice."""
    address, fields = form_of(client.get(CONFIRM.format(number, step)))
    return client.post(address, data={**fields, **changed}, follow_redirects=False)


class TestPage:
    def test_champion_and_challenger_stand_side_by_side_with_what_can_be_said(self, signed_in, settings):
        leave_history(settings)
        answer = signed_in().get(PAGE)
        text = text_of(answer)
        assert answer.status_code == 200
        assert "Version 3 is the champion: it answers." in text
        assert "0.71 likely range 0.68 to 0.74 0.79 likely range 0.76 to 0.82 clearly better" in text
        assert "1.2 pts likely range 0.4 to 2.0 1.0 pts likely range 0.3 to 1.8 no clear difference" in text
        assert "no clear difference 9,120 rows that neither had learned from" in text
        assert "reliable enough to be used" in text
        assert "its files cannot be used" in text
        assert "It may put people into an order that is little better than chance." in text

    def test_the_history_names_every_version_its_run_and_why_it_became_champion(self, signed_in, settings):
        leave_history(settings)
        answer = signed_in().get(PAGE)
        for one in HISTORY.versions:
            assert one.model_version in answer.text
        assert "<code>" + "b" * 32 + "</code>" in answer.text
        assert "2 October 2026, 08:30 (UTC)" in text_of(answer)
        assert "better &amp; &lt;newer&gt;" in answer.text

    def test_runs_are_linked_where_the_tracking_server_has_an_address(self, signed_in, settings):
        leave_history(settings)
        client = signed_in(chosen=replace(settings, tracking_url="https://mlflow.example.org/ml"))
        answer = client.get(PAGE)
        assert f'href="https://mlflow.example.org/ml/#/experiments/1/runs/{"a" * 32}"' in answer.text

    def test_it_is_there_in_german_and_every_link_keeps_the_language(self, signed_in, settings):
        leave_history(settings)
        answer = signed_in().get(f"{PAGE}&lang=de")
        text = text_of(answer)
        assert "Champion und Herausforderer" in text
        assert "klar besser" in text
        assert "0,68 bis 0,74" in text
        links = re.findall(r'href="(/reports/models/confirm[^"]+)"', answer.text)
        assert links
        assert all("lang=de" in link for link in links)

    def test_without_a_history_it_says_so_and_names_the_command(self, signed_in, settings):
        text = text_of(signed_in().get(PAGE))
        assert "Nothing is known of other versions here" in text
        assert "xm-predict promote --name churn" in text

    @pytest.mark.parametrize("changed", [{"usecase": "attrition"}, {"versions": "all"}, {"stranger": 1}])
    def test_a_damaged_history_counts_as_none(self, signed_in, settings, changed):
        leave_history(settings)
        spoil(settings.cache, **changed)
        assert "Nothing is known of other versions here" in text_of(signed_in().get(PAGE))

    def test_without_somebody_to_carry_it_out_it_offers_the_command_line_alone(self, signed_in, settings):
        leave_history(settings, is_attended=False)
        client = signed_in()
        answer = client.get(PAGE)
        assert "/reports/models/confirm" not in answer.text
        assert "xm-predict promote --name churn --version 4" in text_of(answer)
        refused = client.get(CONFIRM.format(4, "promote"))
        assert refused.status_code == 409
        assert "Champions are changed on the command line here." in text_of(refused)

    def test_without_a_challenger_it_says_what_that_means(self, signed_in, settings):
        leave_history(settings, structs.replace(HISTORY, challenger=3, previous=None))
        answer = signed_in().get(PAGE)
        assert "There is no challenger" in text_of(answer)
        assert "step=rollback" not in answer.text

    def test_without_any_champion_there_is_no_page(self, signed_in, settings):
        leave_history(settings)
        (settings.cache / "churn" / "champion.json").write_text("{}")
        assert signed_in().get(PAGE).status_code == 404

    def test_what_the_shadow_journal_says_is_told_where_there_is_one(self, signed_in, settings, tmp_path):
        leave_history(settings)
        names = {"champion": CHAMPION.model_version, "challenger": CHALLENGER.model_version}
        scores = {"champion_scores": {"90d": 0.2}, "challenger_scores": {"90d": 0.25}}
        rows = [ShadowRow(at="", usecase="churn", row="", **names, **scores)] * 3
        ShadowFiles(tmp_path / "shadow").record(rows)
        client = signed_in(chosen=replace(settings, is_shadowing=True, shadow_folder=tmp_path / "shadow"))
        assert "On 3 rows that were asked of late both are 5.0 points apart" in text_of(client.get(PAGE))
        assert "asked of late" not in text_of(signed_in().get(PAGE))

    def test_employees_have_a_page_of_models_too(self, signed_in, settings):
        leave_history(settings, structs.replace(HISTORY, usecase="attrition"))
        answer = signed_in().get("/reports/models?usecase=attrition")
        assert "Champion and challenger" in text_of(answer)


def test_a_champion_that_was_refused_later_is_told_while_the_old_one_answers(signed_in, settings):
    leave_history(settings)
    client = signed_in(chosen=replace(settings, poll_seconds=0.05))
    (settings.cache / "churn" / "champion.json").write_text("{}")
    wait_until(lambda: client.app.state.desk.champions.refused)
    text = text_of(client.get(PAGE))
    assert "A newer model was not taken" in text
    assert "is not a pointer to a bundle" in text


class TestWhoMay:
    @pytest.mark.parametrize("role", ["analyst", "works_council"])
    def test_some_look_and_change_nothing(self, signed_in, settings, role):
        leave_history(settings)
        client = signed_in(role)
        answer = client.get(PAGE)
        assert answer.status_code == 200
        assert "/reports/models/confirm" not in answer.text
        assert client.get(CONFIRM.format(4, "promote")).status_code == 403
        proof = re.search(r'name="proof" value="([^"]+)"', answer.text).group(1)
        for step in ("promote", "rollback"):
            sent = client.post(f"/reports/models/{step}", data={"proof": proof, "usecase": "churn"})
            assert sent.status_code == 403
        assert not WishFolder(settings.wishes).has_work()

    def test_a_manager_has_no_such_page_and_no_link_to_it(self, signed_in, settings):
        leave_history(settings)
        client = signed_in("manager")
        assert client.get(PAGE).status_code == 403
        assert "/reports/models" not in client.get("/reports").text

    def test_a_key_for_another_use_case_learns_and_changes_nothing(self, signed_in, settings):
        leave_history(settings)
        client = signed_in("data_scientist", usecases=["attrition"])
        assert client.get(PAGE).status_code == 403
        page = client.get("/reports").text
        proof = re.search(r'name="proof" value="([^"]+)"', page).group(1)
        form = {"proof": proof, "usecase": "churn", "version": "4", "expects": "2"}
        assert client.post("/reports/models/promote", data=form).status_code == 403
        assert not WishFolder(settings.wishes).has_work()


class TestTwoSteps:
    def test_the_first_click_only_says_what_would_happen(self, signed_in, settings):
        leave_history(settings)
        answer = signed_in().get(CONFIRM.format(4, "promote"))
        text = text_of(answer)
        assert "Then version 4 answers every question about churn instead of version 3" in text
        assert CHALLENGER.model_version in text
        assert "The gate is asked first" in text
        assert not WishFolder(settings.wishes).has_work()

    def test_the_second_click_leaves_a_wish_that_the_page_shows_as_waiting(self, signed_in, settings):
        leave_history(settings)
        client = signed_in()
        answer = ask(client)
        assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
        (wish,) = WishFolder(settings.wishes).list_open("churn")
        assert (wish.step, wish.version, wish.expects, wish.reason) == ("promote", 4, 2, "")
        assert wish.model_version == CHALLENGER.model_version
        page = client.get(PAGE)
        assert "Waiting to be carried out Version 4 is to answer." in text_of(page)
        assert wish.key_id in page.text
        assert "/reports/models/confirm" not in page.text

    def test_a_step_back_is_offered_and_left_with_its_reason(self, signed_in, settings):
        leave_history(settings)
        client = signed_in()
        assert "Back to version 2?" in text_of(client.get(CONFIRM.format(2, "rollback")))
        assert ask(client, 2, "rollback", reason="viele Rückfragen").status_code == 303
        (wish,) = WishFolder(settings.wishes).list_open("churn")
        assert (wish.step, wish.version, wish.reason) == ("rollback", 2, "viele Rückfragen")

    def test_who_clicks_twice_means_one_and_another_change_has_to_wait(self, signed_in, settings):
        leave_history(settings)
        client = signed_in()
        address, fields = form_of(client.get(CONFIRM.format(4, "promote")))
        for _ in range(2):
            assert client.post(address, data=fields, follow_redirects=False).status_code == 303
        assert len(WishFolder(settings.wishes).list_open("churn")) == 1
        other = ask(client, 2, "rollback")
        assert other.status_code == 409
        assert "Another change of this champion is waiting." in text_of(other)

    def test_what_changed_since_the_first_click_ends_it(self, signed_in, settings):
        leave_history(settings)
        client = signed_in()
        address, fields = form_of(client.get(CONFIRM.format(4, "promote")))
        leave_history(settings, structs.replace(HISTORY, entry=3))
        answer = client.post(address, data=fields)
        assert answer.status_code == 409
        assert "The models were changed meanwhile." in text_of(answer)
        assert not WishFolder(settings.wishes).has_work()

    @pytest.mark.parametrize(
        ("version", "step", "status"),
        [
            ("3", "promote", 409),
            ("9", "promote", 409),
            ("4", "rollback", 409),
            ("-1", "promote", 422),
            ("4;5", "promote", 422),
            ("", "promote", 422),
            ("4", "delete", 422),
        ],
    )
    def test_there_is_no_way_to_what_cannot_answer(self, signed_in, settings, version, step, status):
        leave_history(settings)
        assert signed_in().get(CONFIRM.format(version, step)).status_code == status

    @pytest.mark.parametrize(
        ("changed", "status"),
        [
            ({"proof": "x"}, 403),
            ({"reason": "a" * 301}, 422),
            ({"reason": "two\nlines"}, 422),
            ({"stranger": "1"}, 422),
            ({"version": "3"}, 409),
            ({"expects": "1"}, 409),
            ({"usecase": "../keys"}, 404),
        ],
    )
    def test_a_form_that_is_not_ours_leaves_nothing(self, signed_in, settings, changed, status):
        leave_history(settings)
        assert ask(signed_in(), **changed).status_code == status
        assert not WishFolder(settings.wishes).has_work()

    def test_a_page_of_others_cannot_send_it(self, signed_in, settings):
        leave_history(settings)
        client = signed_in()
        address, fields = form_of(client.get(CONFIRM.format(4, "promote")))
        answer = client.post(address, data=fields, headers={"origin": "https://elsewhere.example"})
        assert answer.status_code == 403
        assert not WishFolder(settings.wishes).has_work()

    def test_it_is_written_down_who_asked_for_which_version(self, signed_in, settings):
        leave_history(settings)
        ask(signed_in())

        def lines():
            found = show(settings.audit, 1000)
            return [line for line in found if line["action"] == "reports/models/promote"]

        wait_until(lines)
        (line,) = lines()
        assert (line["role"], line["usecase"], line["decision"]) == ("data_scientist", "churn", "allowed")
        assert line["model_version"] == CHALLENGER.model_version


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome(WISH, "done", 1e9), ["Done Version 4 is to answer."]),
        (
            Outcome(WISH, "refused", 1e9, "model churn: version 4 is refused (usable: no; leaks: <b>)"),
            ["Refused", "Its forecasts are not reliable enough.", "One of its columns may know the outcome."],
        ),
        (
            Outcome(WISH, "failed", 1e9, "it took too long"),
            ["Failed; nothing was changed", "it took too long"],
        ),
        (Outcome(WISH, "late", 1e9), ["Not carried out: it had waited for too long"]),
    ],
)
def test_what_became_of_a_wish_is_told_in_words(signed_in, settings, outcome, words):
    leave_history(settings)
    WishFolder(settings.wishes).settle(outcome)
    answer = signed_in().get(PAGE)
    assert all(one in text_of(answer) for one in words)
    assert "<b>)" not in answer.text
