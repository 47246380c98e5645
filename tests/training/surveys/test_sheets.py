import pytest

from tests.training.surveys.made import flat, make_answers, silence_regions
from tests.training.surveys.test_lags import world
from tests.training.surveys.test_sentences import figures_of
from training.surveys.sheets import lay_out


def sheets_of(answers, *, is_bounded=False):
    return list(lay_out(figures_of(answers), is_bounded=is_bounded))


def test_tables_come_in_the_order_of_questions_that_people_ask():
    titles = [sheet.title for sheet in sheets_of(silence_regions()[0])]
    assert [title.split(":")[0] for title in titles] == [
        "NPS by wave",
        "NPS",
        "NPS",
        "NPS of all 1,200 members in 2026 Q1",
    ]
    assert titles[1].startswith("NPS: what the newest change is made of (parts in points)")


def test_what_nobody_knows_is_a_dash():
    levels = sheets_of(flat(40))[0]
    assert [row[-2:] for row in levels.rows] == [("-", "40")] * 3


def test_parts_as_shown_add_up_to_the_change():
    figures = figures_of(silence_regions()[0])
    parts = next(sheet for sheet in lay_out(figures, is_bounded=False) if "made of" in sheet.title)
    shown = sum(float(row[1]) for row in parts.rows[1:-1])
    assert shown == pytest.approx(figures.course.moved.change.value, abs=0.051)


def test_bounds_without_silence_are_left_out():
    (bounds,) = [sheet for sheet in sheets_of(flat(40)) if "of all 40 members" in sheet.title]
    assert [row[0] for row in bounds.rows] == ["as answered"]


def test_shares_differ_by_percentage_points():
    names = [f"k{number}" for number in range(60)]
    answers = make_answers([dict.fromkeys(names[:30], 1.0)], members=[names], metric="csat")
    (bounds,) = [sheet for sheet in sheets_of(answers) if "of all 60 members" in sheet.title]
    assert bounds.rows[1][:2] == ("silent 10 percentage points lower", "95.0 %")


def test_the_last_band_has_no_end():
    names = [f"k{number}" for number in range(40)]
    lags = {name: 100.0 + at for at, name in enumerate(names)}
    answers = make_answers([dict.fromkeys(names, 0.0)], lags=lags)
    (bands,) = [sheet for sheet in sheets_of(answers) if "days from the invitation" in sheet.title]
    assert [row[0] for row in bands.rows] == ["90 and more"]
    assert "and more" not in str(sheets_of(world()))


def test_nothing_is_laid_out_before_a_wave_is_finished():
    assert sheets_of(flat(40, n_waves=1, open_waves=[0])) == []
