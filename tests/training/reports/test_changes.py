"""Section 5: what the change is made of, as data and as a page."""

import re
from dataclasses import replace

import numpy as np
import pytest

from features.usecase import Language
from tests.training.reports import samples
from tests.training.reports.test_render import Page
from tests.training.reports.wave_samples import make_rows, make_series, people, risen, survivors
from training.disclosure import Ledger
from training.pages.formats import Formats
from training.reports import (
    ReportInputs,
    WaveRows,
    WaveSeries,
    build_report,
    build_series,
    render_csv,
    render_html,
)
from training.reports.changes import Step, WaveChange, build_changes, round_to_sum
from training.reports.kpis import build_kpis
from training.statistics.composition import Composition

LANGUAGES: tuple[Language, ...] = ("en", "de")
TEN = people("a", 10)


def inputs_of(*series: WaveSeries | None, subject: str = "customer") -> ReportInputs:
    found = tuple(one for one in series if one is not None)
    return samples.inputs(experience=found, usecase=samples.usecase(subject))


def change_of(series: WaveSeries | None) -> WaveChange:
    (found,) = build_changes(inputs_of(series))
    return found


def split_of(series: WaveSeries | None) -> Composition:
    assert series is not None
    assert isinstance(series.split, Composition)
    return series.split


def with_split(series: WaveSeries | None, **figures: object) -> WaveSeries:
    """Return a series of which some figures of the split are others."""
    assert series is not None
    return replace(series, split=replace(split_of(series), **figures))  # type: ignore[arg-type]  # any figure


def with_counts(series: WaveSeries | None, **counts: int) -> WaveSeries:
    return with_split(series, counts=replace(split_of(series).counts, **counts))


def grouped(sizes: dict[str, int], *, with_earlier: int | None = None) -> WaveRows:
    """Return three waves of which the last is far better, with so many people in each group of the change."""
    counts = {"repeated": 300, "fell silent": 40, "newly answering": 40, "left": 40, "joined": 40} | sizes
    of = {group: people(group[0:2], count) for group, count in counts.items()}
    silent = of["newly answering"]
    first = [*of["repeated"], *of["fell silent"], *of["left"]]
    last = [*of["repeated"], *of["newly answering"], *of["joined"]]
    random = np.random.default_rng(4)

    def answers(names: list[str], happy: float) -> dict[str | None, float]:
        return {name: float(random.choice([100.0, -100.0], p=[happy, 1 - happy])) for name in names}

    asked = first if with_earlier is None else [*first[:with_earlier], *first[counts["repeated"] :]]
    members = [[*first, *silent], [*first, *silent], [*last, *of["fell silent"]]]
    return make_rows([answers(asked, 0.4), answers(first, 0.4), answers(last, 0.9)], members=members)


@pytest.fixture(scope="module")
def fallen() -> WaveSeries:
    found = build_series(survivors())
    assert found is not None
    return found


@pytest.fixture(scope="module")
def rising() -> WaveSeries:
    found = build_series(risen())
    assert found is not None
    return found


class TestSteps:
    def exactly(self, change: WaveChange) -> None:
        start, *parts, end = change.steps
        total = start.value.value + sum(step.value.value for step in parts)
        assert total == pytest.approx(end.value.value, rel=1e-12, abs=1e-12)
        assert start.shown + sum(step.shown for step in parts) == pytest.approx(end.shown, abs=1e-9)
        for before, after in zip(change.steps[:-1], change.steps[1:], strict=True):
            assert before.ends == pytest.approx(after.begins, abs=1e-9)

    @pytest.mark.parametrize("metric", ["nps", "ces"])
    def test_start_and_parts_are_the_end(self, metric):
        nps, ces = samples.inputs().experience
        change = change_of(nps if metric == "nps" else ces)
        assert [step.kind for step in change.steps] == [
            "start",
            "leavers",
            "within",
            "chance_swing",
            "joiners",
            "mix",
            "end",
        ]
        self.exactly(change)

    def test_what_is_shown_adds_up_whatever_the_answers(self):
        random = np.random.default_rng(2)
        names = people("k", 90)
        for _ in range(25):
            waves = [
                {
                    name: float(random.choice([-100.0, -50.0, 0.0, 33.3, 100.0]))
                    for name in random.choice(names, 60, replace=False)
                }
                for _ in range(3)
            ]
            cohorts = [[name for name in names if random.random() < 0.7] for _ in range(3)]
            series = build_series(make_rows(waves, members=cohorts))
            change = change_of(series)
            if change.steps:
                self.exactly(change)
                assert all(abs(step.shown - step.value.value) < 0.2 for step in change.steps)

    def test_without_a_wave_before_there_is_no_chance_swing(self):
        series = make_series([dict.fromkeys(TEN, 0.0), dict.fromkeys(TEN, 100.0)])
        change = change_of(series)
        assert [step.kind for step in change.steps] == ["start", "leavers", "within", "joiners", "mix", "end"]
        assert (change.verdict, change.smallest_confirmable) == ("rise_without_earlier", None)
        self.exactly(change)

    def test_each_bar_has_the_people_behind_it(self, fallen):
        counts = split_of(fallen).counts
        found = {step.kind: step.people for step in change_of(fallen).steps}
        assert found == {
            "start": 600,
            "leavers": counts.left,
            "within": counts.repeated,
            "chance_swing": counts.before_with_earlier,
            "joiners": 0,
            "mix": 0,
            "end": 400,
        }

    def test_total_and_ends_are_those_of_the_card(self, fallen):
        inputs = inputs_of(fallen)
        report = build_report(inputs)
        card = next(kpi for kpi in report.kpis if kpi.kind == "nps")
        (change,) = report.changes
        assert card.change == change.total
        assert card.value.value == pytest.approx(change.steps[-1].value.value, abs=1e-9)
        assert card.waves[-2].estimate.value == pytest.approx(change.steps[0].value.value, abs=1e-9)
        assert (change.before, change.after) == tuple(wave.wave for wave in card.waves[-2:])


class TestRounding:
    @pytest.mark.parametrize(
        ("values", "total", "shown"),
        [
            ((0.04, 0.04, 0.04), 0.1, (0.1, 0.0, 0.0)),
            ((1.26, -0.24), 1.0, (1.2, -0.2)),
            ((-0.05,), -0.1, (-0.1,)),
            ((0.0, 0.0), 0.0, (0.0, 0.0)),
        ],
    )
    def test_parts_give_way_where_they_are_nearest_to_the_next(self, values, total, shown):
        assert round_to_sum(values, total, 0.1) == pytest.approx(shown)

    def test_nothing_is_a_plain_zero(self):
        assert str(round_to_sum([-0.01, 0.01], 0.0, 0.1)[0]) in {"0.0", "-0.1"}
        assert "-0.0" not in map(str, round_to_sum([-0.0, 0.0], 0.0, 0.1))


class TestHiding:
    @pytest.mark.parametrize(
        ("group", "people_behind", "is_hidden"),
        [
            (group, people_behind, is_hidden)
            for group in ("repeated", "fell silent", "newly answering", "left", "joined")
            for people_behind, is_hidden in ((0, False), (1, True), (4, True), (5, False))
            if people_behind or group != "repeated"  # without anybody who answered twice there are no parts
        ],
    )
    def test_a_group_below_the_minimum_hides_all_parts(self, group, people_behind, is_hidden):
        change = change_of(build_series(grouped({group: people_behind})))
        assert (change.state == "too few") is is_hidden
        assert (change.steps == ()) is is_hidden

    def test_few_behind_the_chance_swing_hide_it_too(self):
        assert change_of(build_series(grouped({}, with_earlier=4))).state == "too few"
        assert change_of(build_series(grouped({}, with_earlier=5))).state == "shown"

    def test_the_verdict_stands_and_the_counts_go(self):
        series = build_series(grouped({"joined": 3}))
        change = change_of(series)
        assert change.verdict == "rise_confirmed"
        assert (change.silent, change.cancelling_fall, change.steps) == (None, None, ())
        page = Page(render_html(build_report(inputs_of(series)), "en")).text
        assert "Too few customers to show the parts: behind one of them are fewer than 5." in page
        assert "answered last time and are silent now" not in page
        assert '<svg class="waterfall"' not in render_html(build_report(inputs_of(series)), "en")

    def test_few_of_unknown_status_are_not_counted_aloud(self, rising):
        assert change_of(with_counts(rising, n_unknown=4)).unknown is None
        assert change_of(with_counts(rising, n_unknown=5)).unknown == 5

    def test_for_people_at_work_the_minimum_is_that_of_the_use_case(self):
        series = build_series(risen(), minimum=201)
        privacy = samples.usecase("employee").privacy.model_copy(update={"minimum_group": 201})
        usecase = samples.usecase("employee").model_copy(update={"privacy": privacy})
        (change,) = build_changes(samples.inputs(experience=(series,), usecase=usecase))
        assert split_of(series).counts.fell_silent == 200
        assert (change.state, change.steps, change.minimum) == ("too few", (), 201)

    def test_nothing_below_the_minimum_stands_in_the_json(self):
        series = with_counts(build_series(grouped({"joined": 3})), n_unknown=2, n_contradicting=1)
        content = build_report(inputs_of(series, subject="employee")).to_json()["changes"][0]
        found = [
            value for value in content.values() if isinstance(value, int) and not isinstance(value, bool)
        ]
        assert found == [5]  # the minimum itself


class TestTwoReports:
    """What a second report adds to the first: groups of the same wave that differ by a few people."""

    def waves(self) -> list[dict[str | None, float]]:
        return [{name: 100.0 * (int(name[1:]) % 2) for name in people("p", 60)} for _ in range(4)]

    def told(self, rows, history):
        series = build_series(rows, history=history)
        assert series is not None
        return series, history.add(series.released)

    def test_groups_of_one_wave_are_told_twice_only_if_no_few_differ(self):
        everybody, silent = people("p", 120), people("p", 60)
        answers = [{name: 100.0 * (int(name[1:]) % 2) for name in wave} for wave in (everybody, everybody)]
        last = dict.fromkeys(everybody[60:], 100.0)
        for n_corrected, is_told in ((3, False), (20, True)):
            before = [everybody, everybody, [*everybody[60:], *silent[:30]]]
            corrected = [everybody, everybody, [*everybody[60:], *silent[n_corrected:30]]]
            first, history = self.told(make_rows([*answers, last], members=before), Ledger.start())
            assert first.is_split_told
            again, _ = self.told(make_rows([*answers, last], members=corrected), history)
            assert again.altered == ()
            assert again.is_split_told is is_told
            alone = build_series(make_rows([*answers, last], members=corrected))
            assert alone is not None
            assert alone.is_split_told

    def test_a_wave_with_other_people_or_answers_is_not_told_again(self):
        waves = self.waves()
        _, history = self.told(make_rows(waves[:3]), Ledger.start())
        late = {**waves[1], "late": 0.0}
        corrected = {**waves[1], "p0030": -100.0}
        for changed in (late, corrected):
            series, _ = self.told(make_rows([waves[0], changed, *waves[2:]]), history)
            assert series.altered == ("2025 Q4",)
            assert [point.wave for point in series.points] == ["2025 Q3", "2026 Q1", "2026 Q2"]
            page = Page(render_html(build_report(inputs_of(series)), "en")).text
            assert "2025 Q4 is left out: its answers are not those that were reported before." in page

    def test_the_same_report_twice_is_the_same(self):
        waves = self.waves()
        first, history = self.told(make_rows(waves), Ledger.start())
        again, _ = self.told(make_rows(waves), history)
        assert replace(again, released=None) == replace(first, released=None)


class TestAlike:
    def page(self, language: Language) -> str:
        names = people("k", 50)
        waves: list[dict[str | None, float]] = [
            {name: float(int(name[1:]) < good) for name in names} for good in (30, 50)
        ]
        series = build_series(make_rows(waves, metric="csat"), is_bounded=True)
        report = build_report(inputs_of(series, subject="employee"))
        told = [kpi for kpi in report.to_json()["kpis"] if kpi["kind"] == "csat"]
        assert [kpi["value"]["value"] for kpi in told] == [0.9]
        assert [wave["estimate"]["value"] for kpi in told for wave in kpi["waves"]] == [0.6, 0.9]
        assert "csat,value (over),0.9," in render_csv(report)
        assert report.changes[0].state == "too alike"
        return Page(render_html(report, language)).text

    def test_the_page_tells_a_bound_and_no_change(self):
        english, german = self.page("en"), self.page("de")
        assert "over 90%" in english
        assert "not told exactly: they nearly all said the same" in english
        assert "The change is not told: nearly all, or nearly nobody, gave a good answer" in english
        assert "100%" not in english[english.index("over 90%") - 60 : english.index("over 90%") + 200]
        assert "über 90 %" in german
        assert "Die Änderung wird nicht angegeben" in german


class TestWords:
    def text(self, series: WaveSeries | None, language: Language = "en", subject: str = "customer") -> str:
        return Page(render_html(build_report(inputs_of(series, subject=subject)), language)).text

    def test_survivors_are_called_so(self, fallen):
        english, german = self.text(fallen), self.text(fallen, "de")
        assert "Is the change in NPS real? From 2025 Q4 to 2026 Q1: +" in english
        assert (
            "No. The rise goes with who left, who joined and who answered, not with changed minds." in english
        )
        assert (
            "Behind it: those who answered both times clearly changed their minds for the worse." in english
        )
        assert "Ist die Änderung des NPS echt? Von 2025 Q4 zu 2026 Q1: +" in german
        assert "Dahinter: Wer beide Male geantwortet hat, urteilt klar schlechter." in german

    def test_a_confirmed_rise_says_what_would_cancel_it(self, rising):
        change = change_of(rising)
        assert change.cancelling_fall is not None
        assert change.smallest_confirmable is not None
        english, german = self.text(rising), self.text(rising, "de")
        fall, least = (
            [Formats(language).number(value, 1) for language in LANGUAGES]
            for value in (change.cancelling_fall, change.smallest_confirmable)
        )
        assert (
            f"200 customers answered last time and are silent now. If they fell by {fall[0]} points"
            in english
        )
        assert (
            f"200 Kunden haben letztes Mal geantwortet und schweigen jetzt. Sanken sie im Mittel um {fall[1]}"
            in german
        )
        assert f"Smallest change of minds that this survey could confirm: {least[0]} points." in english
        assert (
            f"Kleinste Änderung der Urteile, die diese Umfrage bestätigen könnte: {least[1]} Punkte."
            in german
        )

    def test_a_fall_beyond_the_scale_is_not_named(self, rising):
        assert change_of(with_split(rising, tipping_point=-200.0)).cancelling_fall == 200.0
        assert change_of(with_split(rising, tipping_point=-200.1)).cancelling_fall is None
        assert change_of(with_split(rising, tipping_point=None)).cancelling_fall is None

    def test_minds_that_got_worse_have_nothing_to_cancel(self, fallen):
        assert change_of(with_split(fallen, tipping_point=12.0)).cancelling_fall is None

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize(
        "verdict",
        [
            "rise_confirmed",
            "rise_from_composition",
            "rise_too_few_repeats",
            "rise_without_earlier",
            "fall_confirmed",
            "fall_from_composition",
            "fall_too_few_repeats",
            "fall_without_earlier",
            "no_clear_change",
        ],
    )
    def test_each_verdict_has_its_own_sentence(self, rising, verdict, language):
        found = re.search(
            r'<p class="verdict">(.*?)</p>',
            render_html(build_report(inputs_of(with_split(rising, verdict=verdict))), language),
            re.DOTALL,
        )
        assert found is not None
        SENTENCES.setdefault((language, found[1]), verdict)
        assert SENTENCES[language, found[1]] == verdict

    def test_anonymous_answers_say_that_nobody_can_say(self):
        series = make_series(
            [dict.fromkeys(TEN, 0.0), dict.fromkeys(TEN, 100.0)], metric="enps", is_own=False
        )
        assert change_of(series).state == "nameless"
        assert "Nobody can say. It is not known whose answers these are" in self.text(
            series, subject="employee"
        )
        assert "Is the change in eNPS real?" in self.text(series, subject="employee")

    def test_a_first_wave_has_no_change(self):
        change = change_of(make_series([dict.fromkeys(TEN, 0.0)]))
        assert (change.state, change.before, change.after, change.total) == ("first wave", None, None, None)
        assert "This is the first wave: trend from the next wave on." in self.text(
            make_series([dict.fromkeys(TEN, 0.0)])
        )

    def test_where_nothing_more_is_to_be_said_there_is_no_list(self):
        series = make_series([dict.fromkeys(TEN, 0.0)])
        assert '<ul class="said">' not in render_html(build_report(inputs_of(series)), "en")

    def test_an_open_wave_is_said(self):
        waves = [dict.fromkeys(TEN, 0.0)] * 3
        assert "2026 Q1 is still open and left out." in self.text(make_series(waves, open_waves=[2]))
        first = make_series(waves[:1], open_waves=[0])
        assert "The first wave is still open: its people are still answering." in self.text(first)
        assert "Die erste Welle läuft noch" in self.text(first, "de")

    def test_who_never_met_both_waves_is_said(self):
        series = make_series([dict.fromkeys(TEN, 0.0), dict.fromkeys(people("b", 9), 100.0)])
        assert change_of(series).state == "no repeat answers"
        assert "Nobody can say. Nobody answered both times." in self.text(series)

    def test_without_a_cohort_of_o_data_nobody_can_say(self):
        rows = make_rows([dict.fromkeys(TEN, 0.0), dict.fromkeys(TEN, 100.0)])
        object.__setattr__(rows, "was_member", np.full(20, np.nan))
        series = build_series(rows)
        assert change_of(series).state == "status unknown"
        assert "Who belonged when is known from answers alone" in self.text(series)

    def test_a_falling_mix_and_unknown_people_are_warned_of(self, rising):
        series = with_counts(with_split(rising, is_mix_falling=True), n_unknown=17)
        assert "Other people answering pulled the value down" in self.text(series)
        assert "Of 17 nobody knows whether they still belong" in self.text(series)

    def test_employees_are_called_what_they_are(self, rising):
        german = self.text(rising, "de", "employee")
        assert "Beschäftigte, die neu sind" in german
        assert "dieselben Beschäftigten, verändert" in german

    def test_who_left_is_called_unhappy_only_where_that_is_clear(self, fallen):
        leavers = split_of(fallen).leavers
        assert leavers.low > 0
        assert "unhappier customers left" in self.text(fallen)
        assert "unzufriedenere Kunden gingen" in self.text(fallen, "de")
        turned = replace(leavers, value=-leavers.value, low=-leavers.high, high=-leavers.low)
        assert "happier customers left" in self.text(with_split(fallen, leavers=turned))
        assert "customers who left" in self.text(with_split(fallen, leavers=replace(leavers, low=-1.0)))

    def test_who_joined_is_called_happy_only_where_that_is_clear(self, fallen):
        for low, high, words in (
            (1.0, 3.0, "happier customers joined"),
            (-3.0, -1.0, "unhappier customers joined"),
            (-1.0, 1.0, "customers who joined"),
        ):
            joiners = replace(split_of(fallen).joiners, value=(low + high) / 2, low=low, high=high)
            assert words in self.text(with_split(fallen, joiners=joiners))

    def test_without_a_survey_there_is_no_section(self):
        report = build_report(samples.without_survey())
        assert report.changes == ()
        assert "real?" not in render_html(report, "en")
        assert "changes" not in report.method.topics

    def test_surveys_that_ask_the_same_are_told_apart(self, rising):
        text = self.text(replace(rising, survey="after <b>ticket</b>"))
        assert "Is the change in NPS real? · after <b>ticket</b>" in text


SENTENCES: dict[tuple[str, str], str] = {}


class TestPage:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_value_of_the_drawing_is_that_of_the_json(self, language):
        report = build_report(samples.inputs())
        content, formats = report.to_json()["changes"], Formats(language)
        page = render_html(report, language)
        for place, change in enumerate(content, start=1):
            drawing = re.search(rf'<desc id="change-{place}-values">(.*?)</desc>', page, re.DOTALL)
            assert drawing is not None
            for step in change["steps"]:
                if step["kind"] in {"start", "end"}:
                    shown = (
                        formats.percent(step["shown"], 1)
                        if change["unit"] == "share"
                        else formats.number(step["shown"], 1)
                    )
                else:
                    shown = (
                        formats.signed_points(step["shown"])
                        if change["unit"] == "share"
                        else formats.signed(step["shown"])
                    )
                assert f": {shown} (" in drawing[1]

    def test_only_the_first_is_printed(self):
        page = render_html(build_report(samples.inputs()), "en")
        sections = re.findall(r'<section class="([^"]*)">\n<h2>Is the change', page)
        assert sections == ["card whole", "card whole on-screen"]

    def test_it_stands_before_the_segments_and_trust(self):
        headings = re.findall(r"<h2>(.*?)</h2>", render_html(build_report(samples.unusable()), "en"))
        assert headings.index("Is the change in NPS real?") < headings.index("How far can you trust this?")

    def test_figures_stand_in_the_csv(self):
        csv = render_csv(build_report(samples.inputs()))
        change = build_report(samples.inputs()).changes[0]
        for step in change.steps:
            assert any(
                line.startswith(f"change,nps,{step.kind},{step.value.value:.6g},")
                for line in csv.splitlines()
            )


class TestCards:
    def card(self, series):
        return next(kpi for kpi in build_report(inputs_of(series)).kpis if kpi.kind == "nps")

    def test_only_a_confirmed_rise_points_upwards(self, rising, fallen):
        assert (self.card(rising).verdict, self.card(rising).reason) == ("better", None)
        assert (self.card(fallen).verdict, self.card(fallen).reason) == (
            "unconfirmed",
            "rise_from_composition",
        )

    @pytest.mark.parametrize(
        ("verdict", "words"),
        [
            ("rise_from_composition", "not confirmed: it goes with who left, joined and answered"),
            ("rise_without_earlier", "not confirmed yet: that takes answers to three waves"),
            ("rise_too_few_repeats", "not confirmed: too few answered both times"),
        ],
    )
    def test_a_rise_that_is_not_confirmed_is_grey_with_its_reason(self, rising, verdict, words):
        page = render_html(build_report(inputs_of(with_split(rising, verdict=verdict))), "en")
        found = re.search(r'<div class="change unconfirmed">(.*?)</div>', page, re.DOTALL)
        assert found is not None
        assert words in found[1]
        assert "▲" not in found[1]

    def test_a_rise_of_anonymous_answers_cannot_be_confirmed(self):
        series = make_series([dict.fromkeys(TEN, 0.0), dict.fromkeys(TEN, 100.0)], is_own=False)
        assert (self.card(series).verdict, self.card(series).reason) == ("unconfirmed", None)
        page = render_html(build_report(inputs_of(series)), "en")
        assert "not confirmed: nobody can say whether the same people answered" in page
        assert "10 answers in 2025 Q4" in page

    def test_a_fall_is_a_fall_whatever_it_is_made_of(self, rising):
        change = rising.change
        assert change is not None
        down = replace(change, value=-change.value, low=-change.high, high=-change.low)
        series = replace(with_split(rising, verdict="fall_from_composition"), change=down)
        assert self.card(series).verdict == "worse"

    def test_it_counts_people_and_names_a_wave_that_is_open(self):
        series = make_series([dict.fromkeys(TEN, 0.0)] * 3, open_waves=[2])
        page = Page(render_html(build_report(inputs_of(series)), "en")).text
        assert "10 customers answered in 2025 Q4" in page
        assert page.count("2026 Q1 is still open and left out.") == 2

    def test_a_first_wave_that_is_open_has_no_card(self):
        series = make_series([dict.fromkeys(TEN, 0.0)], open_waves=[0])
        report = build_report(inputs_of(series))
        assert "nps" not in {kpi.kind for kpi in build_kpis(inputs_of(series), report.headline)}


def test_a_step_holds_its_levels():
    step = Step("mix", split_of(build_series(survivors())).mix, 0.0, 1.0, 1.0, "open", 0)
    assert (step.begins, step.ends) == (1.0, 1.0)
