"""Model health: alerts in words, figures for those who may read them, earlier days, files that are none."""

import shutil
from dataclasses import replace
from datetime import date

import pytest

from tests.serving.health_samples import FEED, MISSING, make_health, write_health
from tests.training.reports.test_render import Page


@pytest.fixture
def folder(running):
    """Return the folder of what monitoring found, empty."""
    place = running.reports.parent / "monitoring"
    shutil.rmtree(place, ignore_errors=True)
    return place


def ask(site, who="analyst", usecase="churn", **query):
    return site.browsers[who].get("/reports/health", params={"usecase": usecase, **query})


def text_of(answer):
    assert answer.status_code == 200
    return Page(answer.text).text


def test_before_anybody_looked_it_says_how_to(running, folder):
    assert "Nobody has looked at this model yet" in text_of(ask(running))
    assert "hat noch niemand beobachtet" in text_of(ask(running, lang="de"))


def test_alerts_stand_first_in_words(running, folder):
    write_health(folder, make_health())
    text = text_of(ask(running))
    assert "1 thing changed beyond chance" in text
    assert text.index("Support: tickets") < text.index("How well it does")
    assert "Tickets are missing." in text
    assert "Train again: It is old." in text
    assert "What cannot be seen." in text
    german = text_of(ask(running, lang="de"))
    assert "1 Veränderung über den Zufall hinaus" in german
    assert "Tickets fehlen." in german
    assert "Was man nicht sieht." in german


def test_a_quiet_batch_says_so(running, folder):
    write_health(folder, make_health(checks=(FEED,), advice=None))
    text = text_of(ask(running))
    assert "Nothing moved beyond chance" in text
    assert "1 further check" in text
    assert "Train again" not in text


def test_figures_are_for_those_who_may_read_about_models(running, folder):
    write_health(folder, make_health())
    text = text_of(ask(running))
    assert "Picks the right one out of a pair" in text
    for figure in ("0.81", "0.82", "0.80"):
        assert figure in text
    manager = text_of(ask(running, "manager"))
    assert "0.82" not in manager
    assert "What cannot be seen." in manager
    assert "0.82" in text_of(ask(running, "works_council"))


def test_an_earlier_day_can_be_chosen(running, folder):
    write_health(folder, make_health())
    write_health(folder, make_health(as_of=date(2026, 7, 1), checks=(replace(MISSING, state="not known"),)))
    assert "Nothing moved" in text_of(ask(running))
    assert "1 thing changed" in text_of(ask(running, wave="2026-06-01"))
    assert ask(running, wave="2026-05-01").status_code == 404
    assert ask(running, wave="../2026").status_code == 404


def test_what_was_found_of_another_model_says_so(running, folder):
    write_health(folder, make_health())
    assert "found of another model" in text_of(ask(running))


def test_points_of_a_course_are_drawn(running, folder):
    health = make_health()
    first, newest = health.performance
    write_health(
        folder, make_health(performance=(first, newest, replace(newest, snapshot_date=date(2026, 7, 1))))
    )
    assert 'class="spark"' in ask(running).text


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": "another"}', b"\xff"])
def test_a_file_that_is_none_is_a_problem_of_its_own(running, folder, content):
    path = write_health(folder, make_health())
    path.write_bytes(content)
    assert ask(running).status_code == 503
    path.unlink()
    assert ask(running).status_code == 200


def test_hostile_words_stay_words(running, folder):
    hostile = {"en": "<script>alert(1)</script>", "de": "<b>"}
    write_health(folder, make_health(checks=(replace(MISSING, sentence=hostile, label=hostile),)))
    page = ask(running).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
