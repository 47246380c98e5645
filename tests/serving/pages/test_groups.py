"""The page of groups: the figures of the interface, one's own groups alone, nothing of hidden ones."""

import html
import json
import re

import pytest

from tests.serving.company import write_latest
from tests.serving.pages.visitors import (
    SIZES,
    furnish,
    make_customers,
    open_house,
    read,
    wait_for_line,
)
from tests.serving.papers import LEVER
from training.pages.formats import Formats

OF_SOUTH = "manager:region=South"
HIDDEN = ("West", "East <b>&")
N_ROWS = sum(SIZES.values())


@pytest.fixture(scope="module")
def figures(house):
    answer = house.ask("POST", "/v1/score-groups", json={"usecase": "churn", "cut": "region"})
    assert answer.status_code == 200
    return {group["name"]: group for group in answer.json()["groups"]}


def row_of(page, name: str) -> str:
    """Return the row of a group."""
    rows = re.findall(r"<tr[^>]*>.*?</tr>", page.text, re.DOTALL)
    head = re.compile(rf'<th scope="row">(<a [^>]*>)?{re.escape(html.escape(name))}(</a>)?</th>')
    return next(row for row in rows if head.search(row.replace("&#34;", "&quot;")))


class TestFigures:
    @pytest.mark.parametrize("language", ["en", "de"])
    def test_they_are_those_of_the_interface(self, house, figures, language):
        formats = Formats(language)
        page = house.look("groups", lang=language)
        assert set(figures) == {"South", "North: Sea"}
        for name, group in figures.items():
            row = row_of(page, name)
            for horizon in ("90d", "30d"):
                share = group["probability"][horizon]
                assert f">{formats.percent(share['value'])}<" in row
                ends = [formats.percent(share[end]) for end in ("low", "high")]
                joint = {"en": "to", "de": "bis"}[language]
                assert f">{ends[0]} {joint} {ends[1]}<" in row
            assert f">{ {'en': 'of', 'de': 'von'}[language] } {group['people']}<" in row
            words = {"low": "niedrig", "medium": "mittel", "high": "hoch"}
            band = group["risk_band"]
            assert f">{band if language == 'en' else words[band]}<" in row

    def test_worst_groups_come_first(self, house, figures):
        page = house.look("groups").text
        worst = max(figures, key=lambda name: figures[name]["probability"]["90d"]["value"])
        other = next(name for name in figures if name != worst)
        assert page.index(f">{worst}</a>") < page.index(f">{other}</a>")

    def test_colours_follow_the_distance_to_the_average_of_risk_bands(self, house, figures):
        page = house.look("groups")
        for name, group in figures.items():
            away = group["probability"]["90d"]["value"] - 0.3
            steps = re.findall(r'class="heat-(\d)"', row_of(page, name))
            assert steps == [str(3 + round(away / 0.3 * 2))]

    def test_signs_are_those_of_the_report_on_the_same_day_and_model(self, house):
        path = house.settings.reports / "churn" / "report.json"
        before = path.read_text()
        assert "▲" not in house.look("groups").text
        content = json.loads(before)
        table = content["heat"]["tables"][0]
        table["cells"][table["rows"].index("South")][-1]["contrast"] = "above"
        try:
            path.write_text(json.dumps(content))
            page = house.look("groups")
            assert "clearly above" in row_of(page, "South")
            assert "clearly above" not in row_of(page, "North: Sea")
            # The section of the report is not for keys of units, so nothing of it is told to them here.
            assert "▲" not in house.look("groups", OF_SOUTH, group="South").text.split("Drivers in")[0]
            content["header"]["snapshot_date"] = "2026-10-01"
            path.write_text(json.dumps(content))
            assert "clearly above" not in row_of(house.look("groups"), "South")
        finally:
            path.write_text(before)


class TestDrivers:
    @pytest.mark.parametrize("language", ["en", "de"])
    def test_those_of_a_group_are_those_of_the_interface(self, house, language):
        formats = Formats(language)
        found = house.ask("GET", "/v1/drivers", params={"usecase": "churn", "segment": "region:South"}).json()
        page = house.look("groups", group="South", lang=language)
        rows = re.findall(r'<td class="rank">(\d)</td>(.*?)</tr>', page.text, re.DOTALL)
        assert len(rows) == len(found["drivers"]) == 2
        for (place, row), driver in zip(rows, found["drivers"], strict=True):
            assert int(place) == driver["rank"]
            assert driver["label"][language] in row
            assert f"<b>{formats.percent(driver['share']['value'])}</b>" in row
            assert 'class="forest"' in row
        assert {"en": "clearly more than elsewhere", "de": "klar mehr als anderswo"}[language] in rows[1][1]
        assert found["drivers"][1]["name"] == LEVER

    def test_names_with_colons_can_be_chosen(self, house):
        assert "Drivers in the group: North: Sea" in read(
            house.look("groups", cut="region", group="North: Sea")
        )

    def test_without_a_group_the_page_says_how_to_get_them(self, house):
        assert "Choose a group to see its drivers." in read(house.look("groups"))


class TestUnits:
    def test_the_own_unit_is_chosen_already_and_no_other_is_named(self, house, figures):
        page = house.look("groups", OF_SOUTH)
        text = read(page)
        assert "Drivers in the group: South" in text
        assert not any(name in text for name in SIZES if name != "South")
        share = Formats("en").percent(figures["South"]["probability"]["90d"]["value"])
        assert f"<b>{share}</b>" in row_of(page, "South")
        assert "none in particular" not in text

    @pytest.mark.parametrize(
        "query",
        [
            {"group": "North: Sea"},
            {"cut": "region", "group": "North: Sea"},
            {"cut": "region", "group": "Atlantis"},
            {"cut": "plan"},
            {"cut": "nowhere", "group": "South"},
        ],
    )
    def test_no_other_unit_is_reached(self, house, query):
        page = house.look("groups", OF_SOUTH, **query)
        assert page.status_code == 403
        assert "Your key is for other units." in read(page)
        assert "North" not in read(page)

    def test_a_hidden_own_unit_is_said_to_be_hidden_and_so_is_one_that_is_not_there(self, house):
        pages = [house.look("groups", f"manager:region={name}") for name in ("West", "Atlantis")]
        texts = [read(page).replace("Atlantis", "West") for page in pages]
        assert texts[0] == texts[1]
        assert "hidden" in row_of(pages[0], "West")
        assert "%" not in row_of(pages[0], "West")
        assert "too few people" in texts[0]

    def test_several_units_can_be_compared(self, house):
        page = house.look("groups", "manager:region=South,region=West")
        assert "%" in row_of(page, "South")
        assert "%" not in row_of(page, "West")
        assert '<option value="West">West</option>' in page.text

    def test_units_that_are_no_groups_here_are_said(self, house):
        page = house.look("groups", "manager:department=Sales")
        assert page.status_code == 200
        assert "None of the units of this key is a group here." in read(page)
        assert "region" not in page.text


class TestHidden:
    @pytest.mark.parametrize("name", HIDDEN)
    def test_small_groups_are_said_to_be_hidden_and_have_no_figure(self, house, name):
        row = row_of(house.look("groups"), name)
        assert "hidden" in row
        assert not re.search(r"\d", re.sub(r'(colspan|scope)="[^"]*"', "", row))

    @pytest.mark.parametrize("name", [*HIDDEN, "Atlantis"])
    def test_their_drivers_are_refused_in_the_same_words_as_those_of_none(self, house, name):
        text = read(house.look("groups", group=name))
        assert f"Drivers in the group: {name} Nothing is shown of this group: it has too few people" in text

    def test_they_cannot_be_chosen(self, house):
        page = house.look("groups").text
        assert '<option value="South">' in page
        assert '<option value="West">' not in page


class TestRoles:
    def test_who_may_read_reports_alone_sees_drivers_and_no_forecast(self, house):
        text = read(house.look("groups", "data_scientist", cut="region", group="South"))
        assert "This key has no right to forecasts of groups." in text
        assert "Where is the risk?" not in text
        assert "Drivers in the group: South" in text

    @pytest.mark.parametrize("role", ["admin", "works_council"])
    def test_others_do_not_get_in(self, house, role):
        page = house.look("groups", role)
        assert (page.status_code, "This page is not for you." in read(page)) == (403, True)

    def test_of_people_at_work_nobody_is_named(self, house):
        for who in ("analyst", "manager:region=South", "manager"):
            page = house.look("groups", who, usecase="attrition")
            assert "South" in page.text
            assert "staff-" not in page.text
            assert "/reports/people" not in page.text

    def test_a_look_is_written_down_with_cut_and_units(self, house):
        house.look("groups", OF_SOUTH)
        told = {"action": "reports/groups", "decision": "allowed"}
        wait_for_line(house.settings, **told, unit="region=South", count=120, role="manager")
        house.look("groups", "data_scientist")
        wait_for_line(house.settings, **told, unit="", count=0, role="data_scientist")
        house.look("groups", OF_SOUTH, group="West")
        refused = {"action": "reports/groups", "decision": "denied", "code": "unit_not_allowed"}
        wait_for_line(house.settings, **refused, role="manager")


class TestStates:
    def test_a_cut_that_is_not_there_is_said_at_the_field(self, house):
        page = house.look("groups", cut="<script>salary")
        assert page.status_code == 200
        assert 'aria-invalid="true"' in page.text
        assert "There are no such groups; here are those that there are." in read(page)
        assert "salary" not in re.sub(r'href="[^"]*"', "", page.text)

    def test_names_reach_the_page_as_text(self, house):
        page = house.look("groups", group="<img src=x onerror=alert(1)>")
        assert "<img" not in page.text
        assert "East <b>" not in page.text
        assert "style=" not in page.text

    @pytest.mark.parametrize(
        ("language", "sentence"),
        [
            ("en", "There are no newest rows yet: xm-predict build makes them."),
            ("de", "Es gibt noch keine neuesten Zeilen: xm-predict build macht sie."),
        ],
    )
    def test_without_newest_rows_drivers_are_shown_all_the_same(self, bundles, tmp_path, language, sentence):
        settings = furnish(tmp_path, bundles)
        (tmp_path / "frames" / "churn" / "latest.parquet").unlink()
        with open_house(settings) as alone:
            text = read(alone.look("groups", cut="region", group="South", lang=language))
        assert sentence in text
        assert {"en": "Drivers in the group", "de": "Treiber in der Gruppe"}[language] in text

    def test_without_a_cut_the_page_says_so(self, bundles, tmp_path):
        settings = furnish(tmp_path, bundles)
        write_latest(tmp_path / "frames")
        with open_house(settings) as alone:
            text = read(alone.look("groups"))
        assert "No groups are declared for this use case." in text

    def test_of_very_many_groups_the_page_lists_some_and_counts_the_rest(self, bundles, tmp_path):
        settings = furnish(tmp_path, bundles)
        names = [f"team-{row:03d}" for row in range(N_ROWS - 20)] + ["large"] * 20
        write_latest(tmp_path / "frames", **{**make_customers(N_ROWS), "cut_region": names})
        with open_house(settings) as alone:
            page = alone.look("groups")
        assert len(re.findall(r'<td class="hidden">', page.text)) == 50
        assert "51 further groups are not listed." in read(page)
