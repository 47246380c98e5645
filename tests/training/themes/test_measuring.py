from dataclasses import replace

import numpy as np
import pytest

from features.usecase import Privacy
from tests.training.reports.theme_samples import rows as sample_rows
from tests.training.themes.theme_worlds import (
    FIRST,
    MOODS,
    NAMES,
    SHARES,
    count_false_alarms,
    emerging,
    lines_of,
    make_rows,
    measure,
    name_of,
    write,
)
from training.disclosure import Ledger, record
from training.themes import Histories, SourceTexts, list_questions, measure_themes


@pytest.fixture(scope="module")
def content():
    """Return a wave in which more was written of waiting, in a worse tone, and less of the price."""
    return measure(sample_rows()).content


def by_topic(content):
    return {line.topic or line.kind: line for line in content.themes}


def test_counts_are_those_of_the_newest_wave(content):
    assert (content.wave, content.wave_before) == (name_of(FIRST + 1), name_of(FIRST))
    assert content.verbatims == 1600
    assert sum(line.verbatims for line in content.themes) == 1600
    assert sum(line.share.value for line in content.themes) == pytest.approx(1)
    rows = sample_rows()
    of_waiting = (rows.waves == FIRST + 1) & (rows.topics == "waiting")
    line = by_topic(content)["waiting"]
    assert line.verbatims == of_waiting.sum()
    assert line.people == len(set(rows.entities[of_waiting]))
    assert line.tone.value == pytest.approx(rows.tones[of_waiting].mean())
    assert line.negative.estimate.value == pytest.approx((rows.tones[of_waiting] < 0).mean())
    assert line.actionable.estimate.value == pytest.approx(rows.is_actionable[of_waiting].mean())


def test_what_weighs_most_among_the_negative_comes_first_and_no_topic_last(content):
    assert [line.topic for line in content.themes][:2] == ["waiting", "invoices"]
    weights = [line.share.value * line.negative.estimate.value for line in content.themes if line.topic]
    assert weights == sorted(weights, reverse=True)
    assert content.themes[-1].kind == "no topic"


def test_planted_changes_are_clear_and_others_are_not(content):
    found = by_topic(content)
    assert found["waiting"].share_change.verdict == "more"
    assert found["waiting"].tone_change.verdict == "worse"
    assert found["price"].share_change.verdict == "less"
    assert found["contact"].tone_change.verdict == "better"
    for topic in ("invoices", "app_login"):
        assert found[topic].share_change.verdict == "no clear change"
        assert found[topic].tone_change.verdict == "no clear change"
    assert found["no topic"].share_change is None


def test_topics_keep_their_names(content):
    line = by_topic(content)["waiting"]
    assert line.name == NAMES["waiting"]
    assert by_topic(content)["no topic"].name.label == {}


def test_where_nothing_changed_one_wave_in_twenty_says_otherwise():
    """The whole family of all topics and tones; tests/long repeats it more often."""
    assert count_false_alarms(40) / 40 <= 0.05 + 3 * (0.05 * 0.95 / 40) ** 0.5


def test_a_first_wave_has_nothing_to_compare_with():
    found = measure(make_rows([write(400, seed=1, n_people=300)])).content
    assert found.wave_before is None
    assert all(line.share_change is None and line.tone_change is None for line in found.themes)


def test_an_open_wave_and_one_with_too_few_are_left_out():
    waves = [write(400, seed=1, n_people=300), write(400, seed=2, n_people=300)]
    found = measure(make_rows(waves, open_waves=frozenset({FIRST + 1}))).content
    assert (found.wave, found.open_wave) == (name_of(FIRST), name_of(FIRST + 1))
    gap = measure(make_rows([waves[0], lines_of(waiting=9), waves[1]])).content
    assert (gap.wave, gap.wave_before) == (name_of(FIRST + 2), None)


def test_too_few_verbatims_give_nothing():
    assert measure(make_rows([lines_of(waiting=9)])) is None
    assert measure(make_rows([])) is None
    assert measure_themes([], Privacy()) == ()


def test_minimums_are_those_of_the_use_case():
    rows = make_rows([lines_of(waiting=80, price=25, none=40)])
    assert "price" in by_topic(measure(rows).content)
    assert "price" not in by_topic(measure(rows, Privacy(minimum_group_verbatims=30)).content)
    assert "price" not in by_topic(measure(rows, Privacy(minimum_group=30)).content)


def test_of_people_at_work_tone_is_told_only_where_nobody_knows_who_wrote():
    rows = sample_rows()
    privacy = Privacy(subject="employee")
    named = measure(rows, privacy, tone_by={"en": "csat"}).content
    assert not named.has_tone
    assert named.tone_by == {}
    assert all(line.tone is None and line.negative is None for line in named.themes)
    assert all(line.tone_change is None and not line.is_alike for line in named.themes)
    assert by_topic(named)["waiting"].share_change.verdict == "more"
    nameless = replace(rows, entities=np.full(rows.waves.size, None, dtype=object), is_anonymous=True)
    told = measure(nameless, privacy).content
    assert told.has_tone
    assert by_topic(told)["waiting"].tone_change.verdict == "worse"
    assert by_topic(told)["waiting"].people == by_topic(told)["waiting"].verbatims


def test_at_work_a_tone_that_all_share_is_not_told():
    shares, moods = {"waiting": 0.5, "contact": 0.5}, {"waiting": -5.0, "contact": 0.0}
    lines = [(None, *line[1:]) for line in write(200, seed=3, shares=shares, moods=moods)]
    waves = make_rows([lines, lines], is_anonymous=True)
    found = by_topic(measure(waves, Privacy(subject="employee")).content)
    assert found["waiting"].is_alike
    assert found["waiting"].tone is found["waiting"].negative is found["waiting"].tone_change is None
    assert found["contact"].tone is not None
    assert by_topic(measure(waves).content)["waiting"].tone is not None


def test_several_sources_are_one_family_and_keep_their_own_lines():
    rows = sample_rows()
    other = replace(rows, source="support", survey="Support")
    found = measure_themes([SourceTexts(rows, NAMES), SourceTexts(other, NAMES)], Privacy())
    assert [one.content.source for one in found] == ["surveys", "support"]
    assert {key for one in found for key in one.released} == {
        *list_questions("surveys"), *list_questions("support"),
    }  # fmt: skip
    alone = measure(rows).content
    assert by_topic(found[0].content)["waiting"].share == by_topic(alone)["waiting"].share


def test_a_wave_that_was_told_otherwise_is_left_out_and_named(tmp_path):
    first, second = write(400, seed=1, n_people=300), write(400, seed=2, n_people=300)
    privacy, questions = Privacy(subject="employee"), list_questions("surveys")
    for question, released in measure(make_rows([first]), privacy).released.items():
        record(tmp_path / question, released)
    histories = Histories(*(Ledger.read(tmp_path / question) for question in questions))
    same = measure(make_rows([first, second]), privacy, histories=histories).content
    assert (same.wave_before, same.altered) == (name_of(FIRST), ())
    late = measure(make_rows([[*first, ("new", "price", 0.0, 0.0)], second]), privacy, histories=histories)
    assert (late.content.wave, late.content.wave_before) == (name_of(FIRST + 1), None)
    assert late.content.altered == (name_of(FIRST),)


def test_new_topics_of_too_few_are_not_told():
    kept = emerging()
    few = emerging(people=kept.people.__class__(9.0, 4.0, 15.0))
    rare = emerging(share=kept.share.__class__(0.004, 0.001, 0.009), people=None)
    found = measure(sample_rows(), emerging=(kept, few, rare)).content
    assert found.emerging == (kept,)


def test_equal_verbatims_give_equal_figures():
    shares = SHARES | {None: 0.2}
    one, other = (measure(make_rows([write(300, seed=8, shares=shares, moods=MOODS)])) for _ in range(2))
    assert one.content == other.content
