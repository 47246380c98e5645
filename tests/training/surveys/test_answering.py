"""What is said, shown and kept: read as a person would, and held against the figures."""

import json
import re

import numpy as np
import pytest

from tests.training.reports.wave_samples import risen, survivors
from tests.training.surveys.made import flat, make_answers, silence_regions, stepping
from tests.training.surveys.test_course import of_rows
from tests.training.surveys.test_lags import world
from training.surveys import explore_waves


@pytest.fixture(scope="module")
def regions():
    return explore_waves([silence_regions()[0]])


def has(lines, pattern):
    """Tell whether some line holds a pattern."""
    return any(re.search(pattern, line) for line in lines)


def titles(answer):
    return [sheet.title for sheet in answer.sheets]


class TestFindings:
    def test_levels_come_with_range_answers_and_who_was_asked(self, regions):
        assert has(
            regions.findings, r"^NPS is \d+\.\d \(likely .* to .*\) in 2026 Q1, from \d+ people who answered"
        )
        assert has(regions.findings, r"\(1,200 members, 1,200 of them invited\)\.$")

    def test_silent_regions_are_named(self, regions):
        pattern = r"^Response to NPS differs between the groups of 'region': highest in 'North' .* in 'South'"
        assert has(regions.findings, pattern)
        assert has(regions.findings, r"^With the shares that 'region' have among all members, NPS is ")
        assert has(regions.findings, r"of 1,200 members are silent on NPS: whatever they think")

    def test_few_waves_say_how_many_a_trend_takes(self, regions):
        assert "A trend of NPS cannot be told from 3 waves; it needs 5." in regions.findings

    def test_a_rise_by_leavers_is_not_called_one_of_minds(self):
        answer = explore_waves([of_rows(survivors())])
        assert has(answer.findings, r"^NPS rose by \d+\.\d points since 2025 Q4 \(likely \+.* adjusted p")
        assert has(answer.findings, "who left, who joined and who answered; that minds changed is not shown")
        assert not has(answer.findings, "one of minds")

    def test_a_rise_of_minds_is_called_one(self):
        answer = explore_waves([of_rows(risen())])
        assert has(
            answer.findings, r"^The change of NPS is one of minds: .* moved by \+\d+\.\d points beyond"
        )
        assert has(
            answer.findings, r"^If the 200 who fell silent though they still belong fell by \d+\.\d points"
        )
        assert has(
            answer.findings, r"^The smallest change of minds on NPS that these answers could confirm is \d"
        )

    def test_nothing_is_said_to_move_where_nothing_does(self):
        answer = explore_waves([flat(200, n_waves=6, seed=11)])
        assert has(answer.findings, "^NPS did not change beyond chance since")
        assert has(answer.findings, "^NPS has no trend beyond chance over 6 waves")
        assert has(answer.findings, "^NPS made no lasting step beyond chance")
        assert not has(answer.findings, "rose|fell by|steadily|from .* on")

    def test_trends_and_steps_are_told(self):
        rising = explore_waves([stepping([-40, -20, 0, 20, 40, 60, 80])])
        assert has(
            rising.findings, r"^NPS rises steadily, by \d+\.\d points a wave \(likely .* 7 waves, adjusted p"
        )
        step = explore_waves([stepping([0, 0, 0, 60, 60, 60, 60])])
        assert has(step.findings, r"^NPS is \d+\.\d points higher from 2026 Q2 on \(likely \+")
        falling = explore_waves([stepping([80, 60, 40, 20, 0, -20, -40])])
        assert has(falling.findings, "^NPS falls steadily, by ")

    def test_decay_is_told_or_not_found(self):
        assert has(explore_waves([world(fade=120)]).findings, "half of the way is gone after .* days")
        assert has(
            explore_waves([world(seed=8)]).findings, "^No decay found: NPS does not move with the days"
        )

    def test_shares_are_told_in_percent_and_percentage_points(self):
        names = [f"k{number}" for number in range(80)]
        waves = [dict.fromkeys(names, 0.0) | dict.fromkeys(names[:cut], 1.0) for cut in (20, 60)]
        answer = explore_waves([make_answers(waves, metric="csat")])
        assert has(answer.findings, r"^CSAT is 75\.0 % \(likely \d+\.\d % to \d+\.\d %\)")
        assert has(answer.findings, r"^CSAT rose by 50\.0 percentage points since 2025 Q3")
        assert has(titles(answer), "CSAT by wave: share of people whose answer is 4 or more of 5")
        assert has(answer.findings, "cannot be told from a return to the usual level")

    def test_every_finding_is_a_sentence_of_its_own(self, regions):
        for line in [*regions.findings, *regions.remarks]:
            assert line.endswith(".")
            assert "nan" not in line
            assert "inf" not in re.sub("information", "", line)
        assert len(set(regions.findings)) == len(regions.findings)


class TestSheets:
    def test_every_wave_stands_in_a_line(self, regions):
        (levels,) = [sheet for sheet in regions.sheets if sheet.title.startswith("NPS by wave")]
        assert [row[0] for row in levels.rows] == ["2025 Q3", "2025 Q4", "2026 Q1"]
        assert {row[-1] for row in levels.rows} == {"1,200"}

    def test_ends_of_a_waterfall_are_those_of_the_waves(self):
        answer = explore_waves([of_rows(survivors())])
        levels = next(sheet for sheet in answer.sheets if sheet.title.startswith("NPS by wave"))
        parts = next(sheet for sheet in answer.sheets if "made of" in sheet.title)
        for place, row in ((-2, parts.rows[0]), (-1, parts.rows[-1])):
            assert row[:3] == levels.rows[place][:3]
        assert [row[0] for row in parts.rows[1:-1]] == [
            "who left",
            "the same people changed",
            "chance swing",
            "who joined",
            "others answered",
        ]

    def test_groups_stand_below_all_invited(self, regions):
        (groups,) = [sheet for sheet in regions.sheets if "who answered" in sheet.title]
        assert [row[0] for row in groups.rows] == ["all invited members", "region: North", "region: South"]

    def test_bounds_stand_beside_the_value(self, regions):
        (bounds,) = [sheet for sheet in regions.sheets if "of all 1,200 members" in sheet.title]
        assert [row[0] for row in bounds.rows] == [
            "as answered",
            "in balance",
            "silent 20 points lower",
            "silent all at worst",
            "silent all at best",
        ]

    def test_lags_stand_in_bands(self):
        (lags,) = [
            sheet for sheet in explore_waves([world()]).sheets if "days from the invitation" in sheet.title
        ]
        assert [row[0] for row in lags.rows][:2] == ["0 to below 1", "1 to below 3"]

    def test_lines_are_aligned(self, regions):
        for sheet in regions.sheets:
            assert {len(row) for row in sheet.rows} == {len(sheet.header)}


class TestRemarks:
    def test_a_first_wave(self):
        answer = explore_waves([flat(60, n_waves=1)])
        assert has(answer.remarks, "^NPS: 2025 Q3 is the first finished wave, so there is no change")
        assert not has(answer.findings, "change")
        assert answer.figure is None

    def test_a_first_wave_that_is_still_open(self):
        answer = explore_waves([flat(60, n_waves=1, open_waves=[0])])
        assert answer.findings == ()
        assert answer.sheets == ()
        assert answer.remarks == (
            "NPS: the first wave, 2025 Q3, is still open, so there is nothing to tell yet.",
        )
        assert "Nothing to tell." in answer.text()

    def test_an_open_wave_is_left_out_aloud(self):
        answer = explore_waves([flat(60, open_waves=[2])])
        assert has(answer.remarks, "^NPS: 2026 Q1 is still open")
        assert has(answer.findings, "in 2025 Q4, from 60 people")

    def test_anonymous_answers(self):
        waves = [{None: 0.0}] * 2
        answer = explore_waves(
            [make_answers(waves, members=[[], []], is_anonymous=True, is_own=False)], minimum=0
        )
        assert has(answer.remarks, "^NPS: answers are anonymous, so nobody can say who was silent")
        assert has(answer.findings, "from 1 answers")
        assert len([line for line in answer.remarks if line.startswith("NPS")]) == 1

    def test_answers_given_by_others(self):
        answer = explore_waves([flat(60, is_own=False)])
        assert has(answer.remarks, "^NPS: others answered for those whom it is about")
        assert not has(titles(answer), "made of")

    def test_no_invitations_and_no_cuts(self):
        answer = explore_waves([flat(60)])
        assert has(
            answer.remarks, "^NPS: no invitations are known, so there is no response rate and no lag; a rule"
        )
        assert has(answer.remarks, "^NPS: no cuts are declared")

    def test_nobody_knows_who_belonged(self):
        question = flat(60)
        question.rows.was_member[:] = np.nan
        answer = explore_waves([question])
        assert has(answer.remarks, "^NPS: nobody knows whether people left or fell silent")
        assert has(answer.remarks, "^NPS: nobody knows who belonged when a wave closed")
        assert has(answer.findings, r"from 60 people who answered\.$")

    def test_a_refusal_of_raking_is_told(self):
        names = [f"k{number}" for number in range(40)]
        cuts = {"region": {name: "North" if at < 20 else "South" for at, name in enumerate(names)}}
        answer = explore_waves([make_answers([dict.fromkeys(names[:15], 0.0)], members=[names], cuts=cuts)])
        assert has(
            answer.remarks, "^NPS: answers could not be brought to the shares of everybody: nobody of region"
        )

    def test_small_parts_are_hidden(self):
        names = [f"k{number}" for number in range(80)]
        random = np.random.default_rng(1)
        waves = [dict(zip(names, 100.0 * random.integers(-1, 2, 80), strict=True)) for _ in range(3)]
        gone = [names, names, names[3:]]
        answer = explore_waves(
            [make_answers([*waves[:2], {name: waves[2][name] for name in names[3:]}], members=gone)]
        )
        assert has(answer.remarks, "^NPS: fewer than 5 people are behind a part of the change")
        assert answer.content["questions"][0]["change"]["n_both"] is None
        assert answer.content["questions"][0]["change"]["parts"] == []

    def test_what_is_true_of_several_questions_is_said_once(self):
        answer = explore_waves([flat(60), make_answers([{f"k{at}": 1.0 for at in range(9)}], metric="ces")])
        assert has(answer.remarks, "^NPS and CES: no cuts are declared")
        assert has(answer.remarks, r"^All changes are judged together \(Holm\)")

    def test_surveys_that_ask_the_same_are_told_apart(self):
        answer = explore_waves([flat(60, survey="yearly"), flat(60, survey="after a ticket")])
        assert has(answer.findings, r"^NPS \(yearly\) is")
        assert has(answer.findings, r"^NPS \(after a ticket\) is")


class TestContent:
    def test_it_is_plain_json_with_all_figures(self, regions):
        content = json.loads(json.dumps(regions.to_json(), allow_nan=False))
        (question,) = content["questions"]
        assert content["ask"] == "waves"
        assert question["silence"]["by_cut"][0]["groups"]["South"]["n"] == 600
        assert question["waves"][-1]["n_invited"] == 1_200
        assert question["change"]["adjusted_p_value"] == question["change"]["p_value"]
        assert question["trend"]["slope_per_wave"]["low"] is None
        assert question["lags"] is None

    @pytest.mark.parametrize("n_waves", [1, 2, 7])
    def test_whatever_the_number_of_waves(self, n_waves):
        answer = explore_waves([flat(60, n_waves=n_waves), world(60)])
        json.dumps(answer.to_json(), allow_nan=False)

    def test_groups_of_people_at_work_get_bounds(self):
        names = [f"k{number}" for number in range(60)]
        teams = {"team": {name: "A" if at < 40 else "B" for at, name in enumerate(names)}}
        waves = [dict.fromkeys(names[:50], 1.0)]
        lags = {name: float(at % 2) for at, name in enumerate(names)}
        question = make_answers(
            waves, metric="ces", invited=set(names), members=[names], cuts=teams, lags=lags
        )
        answer = explore_waves([question], is_bounded=True)
        found = answer.content["questions"][0]
        groups = found["silence"]["by_cut"][0]["groups"]
        assert groups["A"] == {"bound": "over 90 %", "n": 40}
        assert groups["B"]["value"] == 0.5
        assert {band["level"]["bound"] for band in found["lags"]["bands"]} == {"over 90 %"}
        (shown,) = [sheet for sheet in answer.sheets if "who answered" in sheet.title]
        assert shown.rows[1][:2] == ("team: A", "over 90 %")
        assert explore_waves([question]).content["questions"][0]["lags"]["bands"][0]["level"]["value"] == 1.0

    def test_the_figure_holds_the_newest_changes(self):
        answer = explore_waves([stepping([0, 0, 60]), flat(60)])
        assert answer.figure is not None
        assert [bar.is_clear for bar in answer.figure.bars] == [True, False]
