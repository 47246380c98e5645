"""The page for plans: equal to the interface and to the table of the report, and patient with wrong input."""

import html
import json
import re
from dataclasses import replace

import pytest

from serving.champions import Champion
from tests.serving.pages.visitors import furnish, open_house, read, wait_for_line
from tests.serving.papers import LEVER, make_report
from training.pages import render_report
from training.pages.formats import Formats
from training.scoring import Scorer

LANGUAGES = ("en", "de")


@pytest.fixture(scope="module")
def content(house):
    return json.loads((house.settings.reports / "churn" / "report.json").read_text())


@pytest.fixture(scope="module")
def files(content):
    return {language: render_report(content, language) for language in LANGUAGES}


def answer_on(page) -> list[str]:
    """Return the cells of the answer."""
    box = re.search(r'<div class="answer" role="status">(.*?)</dl>', page.text, re.DOTALL)
    assert box is not None, read(page)
    return re.findall(r"<dd>(.*?)</dd>", box[1], re.DOTALL)


def cells_of(file: str, place: int, way: float, share: float) -> list[str]:
    """Return the cells of a plan in the table of the report's own page."""
    row = re.search(rf'<tr id="plan-{place}-{way}-{share}"[^>]*>(.*?)</tr>', file, re.DOTALL)
    assert row is not None
    return re.findall(r"<td>(.*?)</td>", row[1], re.DOTALL)


def ask(house, **plan):
    answer = house.ask("POST", "/v1/what-if", json={"usecase": "churn", **plan})
    assert answer.status_code == 200, answer.text
    return answer.json()


def count(formats: Formats, value: float) -> str:
    return formats.number(value, 0 if abs(value) >= 10 or value == 0 else 1)


class TestFigures:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("place", [0, 1])
    def test_every_plan_of_the_file_has_the_same_cells_on_the_page(
        self, house, content, files, place, language
    ):
        table = content["prospects"]["tables"][place]
        plans = [(line["plan"]["way"], line["plan"]["share"]) for line in table["lines"]]
        assert len(plans) == 12
        for way, share in plans:
            page = house.look("what-if", lever=table["name"], way=way, share=share, lang=language)
            assert answer_on(page) == cells_of(files[language], place, way, share)
            assert len(answer_on(page)) == 7

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize(
        ("way", "share", "cost"),
        [(1.0, 0.5, None), (0.61, 0.37, 12.5), (0.25, 1.0, 0.0), (1.0, 0.001, 1e6), (1 / 3, 2 / 3, 300)],
    )
    def test_any_plan_has_the_figures_of_the_interface(self, house, content, way, share, cost, language):
        formats = Formats(language)
        fixed = content["prospects"]["tables"][0]["prices"][1]
        spelt = {} if cost is None else {"cost": {"per_person_eur": cost, "fixed_eur": fixed}}
        found = ask(house, lever=LEVER, way=way, reach={"share": share}, **spelt)
        page = house.look("what-if", lever=LEVER, way=way, share=share, cost=cost, lang=language)
        cells = [html.unescape(cell) for cell in answer_on(page)]
        assert cells[0].startswith(formats.percent(found["way"]))
        assert cells[1].startswith(formats.number(found["people_reached"]) + "<small>")
        for cell, name, form in (
            (cells[2], "gain", lambda value: count(formats, value)),
            (cells[3], "revenue_kept_eur", formats.money),
            (cells[4], "net_eur", formats.money),
        ):
            value, low, high = (form(found[name][end]) for end in ("value", "low", "high"))
            assert cell.startswith(f"{value}<small>")
            joint = {"en": f"likely range {low} to {high}", "de": f"wahrscheinlich {low} bis {high}"}
            assert joint[language] in cell
        break_even = found["break_even_eur"]
        assert (formats.money(break_even) in cells[5]) is (break_even > 0)
        assert cells[6] == count(formats, found["expected_by_model"]["gain"])
        is_between = found["expected_by_model"]["is_interpolated"]
        words = {"en": "lies on the line between", "de": "liegt auf der Linie zwischen"}
        assert (words[language] in read(page)) is is_between

    def test_the_page_opens_with_the_plan_of_the_file(self, house, content, files):
        plan = content["prospects"]["tables"][0]["lines"][content["prospects"]["first"]]["plan"]
        page = house.look("what-if")
        assert answer_on(page) == cells_of(files["en"], 0, plan["way"], plan["share"])
        assert "Without a cost in the form, the one that the use case declares is taken." in read(page)

    def test_the_table_of_all_plans_is_that_of_the_file(self, house, files):
        page = house.look("what-if", way=0.61).text
        for table in ("<details>\n<summary>All plans: Time to resolve tickets", "All plans: Late deliveries"):
            start = files["en"].index(table)
            whole = files["en"][start : files["en"].index("</details>", start)]
            assert whole in page

    def test_the_form_shows_what_was_asked(self, house):
        page = house.look("what-if", lever="deliveries", way=0.61, share=1.0, cost="12.5").text
        assert '<option value="deliveries" selected>' in page
        assert '<option value="0.61" selected>61% of the way</option>' in page
        assert '<option value="1.0" selected>100%</option>' in page
        assert 'value="12.5"' in page

    def test_staff_have_plans_without_money(self, house):
        page = house.look("what-if", "manager", usecase="attrition")
        assert len(answer_on(page)) == 4
        assert "€" not in page.text
        assert 'name="cost"' not in page.text


class TestWrongInput:
    @pytest.mark.parametrize(
        ("field", "text", "english", "german"),
        [
            ("way", "7", "A part of the way lies above 0", "Ein Teil des Weges liegt über 0"),
            ("way", "0", "A part of the way lies above 0", "Ein Teil des Weges liegt über 0"),
            ("way", "nan", "A part of the way lies above 0", "Ein Teil des Weges liegt über 0"),
            ("share", "-1", "A share lies above 0", "Ein Anteil liegt über 0"),
            ("share", "half", "A share lies above 0", "Ein Anteil liegt über 0"),
            ("cost", "abc", "A cost is a number, 0 or more", "Kosten sind eine Zahl ab 0"),
            ("cost", "-5", "A cost is a number, 0 or more", "Kosten sind eine Zahl ab 0"),
            ("cost", "inf", "A cost is a number, 0 or more", "Kosten sind eine Zahl ab 0"),
            ("lever", "moon", "There is no such lever", "Diesen Hebel gibt es nicht"),
        ],
    )
    def test_the_form_comes_again_with_a_sentence_at_the_field(self, house, field, text, english, german):
        for language, sentence in (("en", english), ("de", german)):
            page = house.look("what-if", lang=language, **{field: text})
            assert page.status_code == 200
            assert sentence in read(page)
            wrong = re.findall(
                r'name="(\w+)"[^>]*aria-invalid="true" aria-describedby="wrong-(\w+)"', page.text
            )
            assert wrong == [(field, field)]
            assert f'id="wrong-{field}"' in page.text
            assert '<div class="answer"' not in page.text
            assert "<details>" in page.text

    def test_several_fields_are_named_at_once(self, house):
        page = house.look("what-if", lever="moon", way="7", share="7", cost="abc").text
        assert re.findall(r'id="wrong-(\w+)"', page) == ["lever", "way", "share", "cost"]

    @pytest.mark.parametrize(
        ("lever", "why"),
        [
            ("disputes", "no effect beyond chance can be seen"),
            ("onboarding", "is what people do themselves"),
            ("turned", "what its goal asks for goes with the worse outcome"),
            ("reached", "everybody meets its goal already"),
        ],
    )
    def test_a_lever_that_is_not_offered_says_why(self, house, lever, why):
        page = house.look("what-if", lever=lever)
        found = re.search(r'id="wrong-lever">(.*?)</span>', page.text, re.DOTALL)
        assert found is not None
        assert why in html.unescape(found[1])
        listed = read(page).partition("Declared as levers, but not offered")[2]
        assert why in listed

    def test_what_was_typed_never_becomes_a_part_of_the_page(self, house):
        evil = '"><script>alert(1)</script>'
        page = house.look("what-if", lever=evil, way=evil, share=evil, cost=evil)
        assert page.status_code == 200
        assert "<script>" not in page.text
        assert len(page.text) < 40_000

    @pytest.mark.parametrize("query", [{"target": "3"}, {"lever": ["a", "b"]}])
    def test_a_field_that_is_no_part_of_the_form_is_refused_on_a_page(self, house, query):
        page = house.look("what-if", **query)
        assert page.status_code == 422
        assert "This page cannot be shown as it was asked for." in read(page)


class TestStates:
    @pytest.fixture
    def alone(self, house):
        path = house.settings.reports / "churn" / "report.json"
        before = path.read_text()
        yield path
        path.write_text(before)

    def test_no_report(self, house, alone):
        alone.unlink()
        page = house.look("what-if")
        assert "There is no report yet: xm-predict report makes it" in read(page)
        assert "/reports/groups?" in page.text
        assert "Es gibt noch keinen Bericht" in read(house.look("what-if", lang="de"))

    def test_a_report_of_another_model(self, house, alone):
        alone.write_text(json.dumps(make_report("churn", "churn-000000000000")))
        assert "The report is about another model than the one that answers" in read(house.look("what-if"))

    def test_a_report_of_an_older_version(self, house, alone):
        content = json.loads(alone.read_text())
        for table in content["prospects"]["tables"]:
            del table["name"]
        alone.write_text(json.dumps(content))
        assert "xm-predict report makes it again" in read(house.look("what-if"))

    def test_no_lever_offered(self, house, alone):
        content = json.loads(alone.read_text())
        content["prospects"] = None
        alone.write_text(json.dumps(content))
        page = house.look("what-if")
        assert "No lever is offered: of none an effect beyond chance was found." in read(page)
        assert "Declared as levers, but not offered" in read(page)
        assert '<form method="get"' not in page.text

    def test_a_damaged_report(self, house, alone):
        alone.write_text("{")
        page = house.look("what-if")
        assert page.status_code == 503
        assert "The report cannot be read at the moment." in read(page)

    def test_a_model_that_is_not_usable(self, tmp_path, bundles):
        settings = furnish(tmp_path, bundles)
        with open_house(settings) as found:
            champions = found.client.app.state.desk.champions
            bundle = champions.get("churn").bundle
            verdict = {"usable": False, "doubts": [{"problem": "ranking"}]}
            poor = {**bundle.evaluation, "all_rows": {"horizons": {"90d": verdict}}}
            champion = Champion(Scorer(replace(bundle, evaluation=poor)))
            champions._champions = {"churn": champion}
            for path in ("what-if", "groups", "people"):
                page = found.look(path)
                assert page.status_code == 200
                assert "Not reliable enough for a forecast yet." in read(page)
                assert "%" not in re.sub(r'href="[^"]*"', "", page.text)


class TestRoles:
    @pytest.mark.parametrize("who", ["manager:region=South", "manager", "analyst", "data_scientist"])
    def test_who_may_read_reports_may_ask(self, house, who):
        assert len(answer_on(house.look("what-if", who))) == 7

    @pytest.mark.parametrize("role", ["admin", "works_council"])
    def test_others_may_not(self, house, role):
        assert house.look("what-if", role).status_code == 403

    def test_a_look_is_written_down(self, house):
        house.look("what-if", "data_scientist")
        told = {"action": "reports/what-if", "usecase": "churn", "role": "data_scientist", "count": 0}
        wait_for_line(house.settings, **told, decision="allowed")
