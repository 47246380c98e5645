"""Whom to call: in the order of expected loss, for those alone who may see single customers."""

import html
import logging
import re

import pytest

from serving.access.roles import Actor
from serving.cache import install
from serving.pages import people
from serving.problems import ProblemError
from tests.serving.company import accept, write_latest
from tests.serving.pages.signed_in import signed_in
from tests.serving.pages.visitors import (
    HOSTILE,
    SIZES,
    furnish,
    make_customers,
    open_house,
    read,
    wait_for_line,
)
from tests.serving.people import write_people
from tests.training.sample_bundles import make_bundle
from training.pages.formats import Formats

N_CUSTOMERS = sum(SIZES.values())
COLUMNS = make_customers(N_CUSTOMERS)


@pytest.fixture(scope="module")
def scored(house):
    """Return what the interface says of all customers, by id."""
    body = {"usecase": "churn", "entity_ids": COLUMNS["entity_id"], "reasons": 3}
    answer = house.ask("POST", "/v1/score-by-id", json=body)
    assert answer.status_code == 200
    return {row["entity_id"]: row for row in answer.json()["rows"]}


def rows_of(page) -> list[list[str]]:
    """Return the cells of the list as text, the id first."""
    assert page.status_code == 200, read(page)
    body = re.search(r"<tbody>(.*)</tbody>", page.text, re.DOTALL)
    found = re.findall(r"<tr>(.*?)</tr>", "" if body is None else body[1], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    return [[html.unescape(re.sub(r"<b>|</b>", "", cell)).strip() for cell in row] for row in cells]


def ids_of(page) -> list[str]:
    return [row[0] for row in rows_of(page)]


def order_by_loss(scored) -> list[str]:
    """Return the ids in the order that is expected, worked out another way."""
    revenue = dict(zip(COLUMNS["entity_id"], COLUMNS["value_revenue"], strict=True))
    known = [name for name in scored if revenue[name] == revenue[name]]
    losses = {name: scored[name]["probability"]["90d"] * revenue[name] for name in known}
    return sorted(known, key=lambda name: -losses[name]) + [name for name in scored if name not in losses]


class TestOrder:
    def test_all_pages_together_are_everybody_by_expected_loss(self, house, scored):
        found = [ids_of(house.look("people", page=page)) for page in range(1, 6)]
        assert [len(part) for part in found] == [25, 25, 25, 25, 20]
        assert [name for part in found for name in part] == order_by_loss(scored)

    @pytest.mark.parametrize("language", ["en", "de"])
    def test_figures_are_those_of_the_interface(self, house, scored, language):
        formats = Formats(language)
        revenue = dict(zip(COLUMNS["entity_id"], COLUMNS["value_revenue"], strict=True))
        bands = {"low": "niedrig", "medium": "mittel", "high": "hoch"}
        for row in rows_of(house.look("people", page=2, lang=language)):
            one, amount = scored[row[0]], revenue[row[0]]
            risk = one["probability"]["90d"]
            assert row[1:3] == [formats.money(amount), formats.percent(risk)]
            assert row[3] == (one["risk_band"] if language == "en" else bands[one["risk_band"]])
            assert row[4] == formats.money(amount * risk)
            words = re.findall(r'<span class="reason">(.*?)</span>', row[5])
            assert len(words) == 3
            if language == "en":
                assert words == [reason["label"] for reason in one["reasons"]]
            else:
                assert any("Lösungszeit" in word for word in words)

    def test_a_customer_without_revenue_stands_last_and_is_said_to_be_unknown(self, house):
        last = rows_of(house.look("people", page=5))[-1]
        assert last[0] == COLUMNS["entity_id"][7]
        assert (last[1], last[4]) == ("not known", "not known")

    def test_without_revenue_risk_decides_and_the_page_says_so(self, bundles, tmp_path):
        settings = furnish(tmp_path, bundles)
        write_latest(tmp_path / "frames", **{**COLUMNS, "value_revenue": None})
        with open_house(settings) as alone:
            english, german = alone.look("people"), alone.look("people", lang="de")
        assert "Ordered by risk: the newest rows hold no revenue." in read(english)
        assert "Geordnet nach Risiko: In den neuesten Zeilen steht kein Umsatz." in read(german)
        risks = [float(row[1].removesuffix("%")) for row in rows_of(english)]
        assert risks == sorted(risks, reverse=True)
        assert len(rows_of(english)[0]) == 4


class TestPages:
    def test_links_lead_on_and_back_and_keep_language_and_group(self, house):
        page = house.look("people", page=2, cut="region", group="South", lang="de")
        assert "26 bis 50 von 60" in read(page)
        links = [html.unescape(one) for one in re.findall(r'rel="(?:prev|next)" href="([^"]*)"', page.text)]
        kept = "/reports/people?usecase=churn&page={}&cut=region&group=South&lang=de"
        assert links == [kept.format(1), kept.format(3)]
        assert ids_of(house.browser("analyst").get(links[1]))

    @pytest.mark.parametrize(
        ("asked", "first"), [("0", 1), ("-3", 1), ("abc", 1), ("", 1), ("٣", 1), ("99", 101), ("9" * 400, 1)]
    )
    def test_a_page_that_is_not_there_is_the_nearest_one(self, house, asked, first):
        assert f"{first} to " in read(house.look("people", page=asked)).split("written down.")[1]

    def test_a_group_holds_its_own_customers_in_the_same_order(self, house, scored):
        of_west = {
            name
            for name, region in zip(COLUMNS["entity_id"], COLUMNS["cut_region"], strict=True)
            if region == "West"
        }
        page = house.look("people", cut="region", group="West")
        assert ids_of(page) == [name for name in order_by_loss(scored) if name in of_west]
        assert len(of_west) == 4

    def test_a_group_that_is_not_there_is_empty_and_a_cut_is_said(self, house):
        assert "Nobody is in this group." in read(house.look("people", cut="region", group="Atlantis"))
        page = house.look("people", cut="salary")
        assert "There are no such groups; here are those that there are." in read(page)
        assert len(ids_of(page)) == 25


class TestRoles:
    @pytest.mark.parametrize(
        "who", ["manager", "manager:region=South", "data_scientist", "admin", "works_council"]
    )
    def test_who_may_not_see_single_customers_gets_no_list_and_no_link(self, house, who):
        page = house.look("people", who)
        assert page.status_code == 403
        assert "This page is not for you." in read(page)
        assert not any(html.escape(name) in page.text for name in COLUMNS["entity_id"])
        assert "/reports/people?usecase" not in house.look("what-if", who).text.split("</nav>")[0]

    def test_who_may_has_a_link(self, house):
        assert "/reports/people?usecase=churn" in house.look("what-if").text.split("</nav>")[0]

    def test_without_the_right_to_read_reports_there_is_no_list(self, house):
        browser = signed_in(house.client, "analyst", scopes=["score:customer", "model:read"])
        page = browser.get("/reports/people?usecase=churn")
        assert (page.status_code, "Your key has no right to it." in read(page)) == (403, True)

    @pytest.mark.parametrize("who", ["analyst", "manager", "data_scientist"])
    def test_people_at_work_are_never_listed(self, house, who):
        page = house.look("people", who, usecase="attrition")
        assert page.status_code == 403
        assert "staff-" not in page.text
        if who == "analyst":
            assert "People at work are shown in groups, never singly." in read(page)

    def test_an_agreement_on_single_scores_of_people_at_work_opens_no_list(self, house):
        scopes = frozenset({"score:customer", "score:employee:individual", "report:read"})
        actor = Actor("0123456789ab", "analyst", scopes)
        champions = house.client.app.state.desk.champions
        people._check(actor, champions.get("churn"))
        with pytest.raises(ProblemError) as caught:
            people._check(actor, champions.get("attrition"))
        assert (caught.value.status, caught.value.code) == (403, "groups_only")

    def test_somebody_of_units_sees_the_own_ones_alone(self, house, scored):
        regions = dict(zip(COLUMNS["entity_id"], COLUMNS["cut_region"], strict=True))
        page = house.look("people", "analyst:region=West")
        assert {regions[name] for name in ids_of(page)} == {"West"}
        assert "South" not in page.text
        for query in ({"group": "South"}, {"cut": "region", "group": "South"}, {"cut": "plan"}):
            assert house.look("people", "analyst:region=West", **query).status_code == 403
        assert "None of the units" in read(house.look("people", "analyst:team=x"))


class TestStates:
    def test_without_newest_rows(self, bundles, tmp_path):
        settings = furnish(tmp_path, bundles)
        (tmp_path / "frames" / "churn" / "latest.parquet").unlink()
        with open_house(settings) as alone:
            page = alone.look("people", lang="de")
            assert "Es gibt noch keine neuesten Zeilen" in read(page)
            assert page.status_code == 200

    def test_rows_of_another_version(self, bundles, tmp_path):
        settings = furnish(tmp_path, bundles)
        write_latest(tmp_path / "frames", **{**COLUMNS, "o_customers.plan": None})
        with open_house(settings) as alone:
            for path in ("people", "groups"):
                assert "The newest rows are of another version of the use case" in read(alone.look(path))

    def test_answers_and_tables_have_nobody_to_call(self, tmp_path, bundles):
        settings = furnish(tmp_path, bundles)
        for kind in ("binary", "ordinal"):
            make_bundle(tmp_path / f"customer_{kind}", kind)
            install(tmp_path / f"customer_{kind}", settings.cache, try_out=accept)
            write_people(tmp_path / "frames", f"customer_{kind}", kind)
        with open_house(settings) as alone:
            for kind in ("binary", "ordinal"):
                page = alone.look("people", usecase=f"customer_{kind}")
                assert "There is nobody to call here" in read(page)
                assert "p-" not in re.sub(r"xm[p-][\w-]*|skip-|map-", "", read(page))
            text = read(alone.look("groups", usecase="customer_ordinal", cut="site"))
            assert "Where is satisfaction low?" in text


class TestTraces:
    def test_names_reach_the_page_as_text(self, house, scored):
        pages = [house.look("people", page=page) for page in range(1, 6)]
        for name in HOSTILE:
            assert any(name in read(page) for page in pages)
        assert not any("<script>alert" in page.text or "style=" in page.text for page in pages)

    def test_every_look_is_written_down_with_its_count(self, house):
        house.look("people", "analyst:region=South", page=3)
        line = {"action": "reports/people", "usecase": "churn", "role": "analyst", "decision": "allowed"}
        wait_for_line(house.settings, **line, count=10, unit="region=South")
        house.look("people", "manager")
        denied = {"decision": "denied", "code": "scope_missing", "count": 0}
        wait_for_line(house.settings, action="reports/people", role="manager", **denied)

    def test_no_id_is_in_logs_counters_or_books(self, bundles, tmp_path, caplog):
        settings = furnish(tmp_path, bundles)
        logging.getLogger("xm_predict").propagate = True
        caplog.set_level(logging.DEBUG)
        with open_house(settings) as alone:
            shown = ids_of(alone.look("people"))
            alone.look("people", cut="region", group="cust-0003")
            counters = alone.ask("GET", "/metrics", "data_scientist").text
            wait_for_line(settings, action="reports/people", count=25)
        assert len(shown) == 25
        files = [file for file in (tmp_path / "books").rglob("*") if file.is_file()]
        own = [one for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))]
        logged = "".join(f"{one.getMessage()} {vars(one)}" for one in own)
        assert own
        written = logged + counters + "".join(file.read_bytes().decode("latin-1") for file in files)
        assert "reports/people" in written
        assert [name for name in COLUMNS["entity_id"] if name in written] == []
