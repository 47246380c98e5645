"""What the page of models says of forecasts before each loss, and to whom."""

import shutil
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from serving.api import build_app
from serving.pages.looking_back import MOST_ON_PAGE
from serving.settings import Settings
from tests.serving.hindsight_samples import (
    SEEN,
    UNSEEN,
    make_hindsight,
    make_hindsight_at_work,
    write_hindsight,
)
from tests.serving.pages.signed_in import signed_in
from tests.serving.pages.visitors import read
from tests.serving.records import keep_in


@pytest.fixture(scope="module")
def settings(filled_cache, latest_folder, papers, tmp_path_factory):
    home = tmp_path_factory.mktemp("hindsight")
    return Settings(
        cache=shutil.copytree(filled_cache, home / "cache"),
        latest=(latest_folder,),
        reports=papers,
        keys=home / "keys.json",
        **keep_in(home),
    )


@pytest.fixture(scope="module")
def ask(settings):
    """Return what gives the page of models to a kind of key, as a whole answer."""
    with TestClient(build_app(lambda: settings), base_url="http://127.0.0.1") as client:
        browsers = {}

        def get(role="analyst", usecase="churn", lang="en", **limits):
            who = (role, str(limits))
            if who not in browsers:
                browsers[who] = signed_in(client, role, **limits)
            answer = browsers[who].get("/reports/models", params={"usecase": usecase, "lang": lang})
            assert answer.status_code == 200, answer.text
            return answer

        yield get


@pytest.fixture
def kept(settings):
    """Return what puts a file in place; it is gone after the test."""
    yield lambda found: write_hindsight(settings.health, found)
    shutil.rmtree(settings.health, ignore_errors=True)


def test_without_a_file_the_page_says_how_to_get_one(ask):
    assert "Nobody has looked back yet; xm-predict monitor does it." in read(ask())


def test_a_damaged_file_is_said_to_be_so(ask, kept):
    kept(make_hindsight()).write_text("{}")
    text = read(ask())
    assert "cannot be read at the moment" in text
    assert "Who was lost" not in text


@pytest.mark.parametrize("role", ["analyst", "data_scientist", "admin", "works_council"])
def test_everybody_on_the_page_sees_the_figures_with_their_ranges(ask, kept, role):
    found = make_hindsight()
    kept(found)
    text = read(ask(role))
    assert "60 were lost since the first forecast." in text
    assert found.leads[0].sentence["en"] in text
    lead = found.leads[0]
    assert f"likely range {lead.bands['high'].low:.0%} to {lead.bands['high'].high:.0%}" in text
    assert "60 of 60 55 went out, 5 from the test of the model" in text
    assert "no verdict on the model" in text


def test_whoever_may_see_single_customers_sees_who_was_lost_the_unseen_first(ask, kept):
    kept(make_hindsight())
    answer = ask()
    text = read(answer)
    assert text.index(UNSEEN) < text.index("lost-000")
    assert "rated low until the end" in text
    assert f"The first {MOST_ON_PAGE} of 60." in text
    assert answer.text.count('<tr>\n<th scope="row">lost-') == MOST_ON_PAGE - 1


def test_a_name_is_text_and_never_code(ask, kept):
    found = make_hindsight()
    kept(replace(found, losses=found.losses[::-1]))
    answer = ask()
    assert SEEN in read(answer)
    assert SEEN not in answer.text


@pytest.mark.parametrize("role", ["data_scientist", "admin", "works_council"])
def test_nobody_else_sees_a_single_customer(ask, kept, role):
    kept(make_hindsight())
    answer = ask(role)
    assert "lost-0" not in answer.text
    assert UNSEEN not in answer.text
    assert "rated low until the end" not in answer.text


def test_a_key_for_a_unit_sees_figures_alone(ask, kept):
    kept(make_hindsight())
    answer = ask(units="region=South")
    assert "Before the loss" in answer.text
    assert UNSEEN not in answer.text


def test_people_at_work_are_told_of_in_shares_alone(ask, kept):
    kept(make_hindsight_at_work())
    text = read(ask(usecase="attrition"))
    assert "of those with a forecast: 40%" in text
    assert "Too few people were lost to tell what was forecast 60 days before." in text
    assert "Who was lost" not in text
    assert "Forecasts there are" not in text


def test_a_file_that_lists_people_at_work_is_not_shown(ask, kept):
    kept(make_hindsight(usecase="attrition"))
    answer = ask(usecase="attrition")
    assert "cannot be read at the moment" in read(answer)
    assert "lost-0" not in answer.text


def test_it_is_there_in_german(ask, kept):
    found = make_hindsight()
    kept(found)
    text = read(ask(lang="de"))
    assert "Was vor jedem Verlust vorhergesagt war" in text
    assert found.leads[0].sentence["de"].replace("\u00a0", " ") in text
    assert "bis zuletzt niedrig eingestuft" in text
    assert "30 Tage davor" in text
