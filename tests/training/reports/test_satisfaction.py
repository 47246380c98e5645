"""Reports on answers and on employees: their own numbers and words, through the same code."""

import csv
import io
import json
import re

import numpy as np
import pytest

from tests.training.reports import samples
from training.evaluation import RatingBin
from training.pages.charts.axes import answer_axis
from training.reports import Report, build_report, render_csv, render_html
from training.reports.sections import RatingTrust
from training.reports.trust import _pairs
from training.statistics import Estimate

LEAVING = re.compile(
    r"\bleav(e|er|ers|ing)\b|\bleft\b|\brisk\b|Weggang|Risiko|\bgeh(en|t)\b(?! mit)", re.IGNORECASE
)


def text_of(report: Report, language) -> str:
    """Return the words of a page, without its style."""
    page = render_html(report, language).split("</style>")[1]
    text = re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", text)


class TestNumbers:
    def test_everybody_is_counted_beside_those_who_answered(self):
        inputs = samples.satisfaction()
        answer = build_report(inputs).headline.answer
        assert answer.expected.value == pytest.approx(inputs.scored.answers.values.mean())
        assert answer.expected.low < answer.expected.value < answer.expected.high
        assert answer.expected.n == 2882
        assert answer.given == inputs.scored.answers.given
        assert answer.silent == 1111

    def test_the_range_holds_the_error_of_the_level(self):
        narrow = samples.rating_evaluation(good_bias=Estimate(0.0, 0.0, 0.0, n=1500))
        wide = samples.rating_evaluation(good_bias=Estimate(0.0, -0.1, 0.1, n=1500))
        widths = [
            (found.high - found.low)
            for evaluation in (narrow, wide)
            for found in [build_report(samples.satisfaction(evaluation=evaluation)).headline.answer.expected]
        ]
        assert widths[0] < 0.05
        assert widths[1] == pytest.approx(0.2, abs=0.01)

    def test_cards_show_everybody_and_answers(self):
        kinds = [kpi.kind for kpi in build_report(samples.satisfaction()).kpis]
        assert kinds == ["expected_satisfied", "given_satisfied", "nps", "ces"]
        points = build_report(samples.satisfaction("nps")).kpis[:2]
        assert [(kpi.kind, kpi.unit) for kpi in points] == [
            ("expected_nps", "points"),
            ("given_nps", "points"),
        ]
        means = build_report(samples.satisfaction("mean")).kpis[:2]
        assert [(kpi.kind, kpi.unit) for kpi in means] == [
            ("expected_mean", "rating"),
            ("given_mean", "rating"),
        ]

    def test_nobody_is_listed_and_nothing_has_a_price(self):
        report = build_report(samples.satisfaction())
        assert report.header.kind == "satisfaction"
        assert report.calls is None
        assert report.headline.expected_share is report.headline.expected_loss is None
        assert "K-12000" not in render_html(report, "en")

    def test_json_holds_plain_values(self):
        content = json.loads(json.dumps(build_report(samples.satisfaction()).to_json(), allow_nan=False))
        assert content["header"]["kind"] == "satisfaction"
        assert content["headline"]["answer"]["measure"] == "satisfied"
        assert content["headline"]["auc"] is None
        assert content["trust"]["rank_correlation"]["value"] == 0.52

    def test_the_figures_of_trust_stand_in_the_table(self):
        rows = list(csv.DictReader(io.StringIO(render_csv(build_report(samples.satisfaction())))))
        found = {row["measure"]: row["value"] for row in rows if row["section"] == "trust"}
        assert found["rank correlation"] == "0.52"
        assert found["answers inside their 90 % range"] == "0.91"
        assert sum(row["measure"] == "observed" for row in rows) == 10

    def test_a_model_that_is_not_usable_leaves_what_was_answered(self):
        report = build_report(samples.unusable_satisfaction())
        assert report.associations is None
        assert [kpi.kind for kpi in report.kpis] == ["given_satisfied", "nps", "ces"]
        assert report.headline.answer.expected is None
        assert not {"answer", "silent"} & set(report.method.topics)


class TestSilence:
    @pytest.mark.parametrize("measure", ["satisfied", "nps", "mean"])
    def test_the_corrected_value_stands_beside_that_of_those_who_answered(self, measure):
        kpis = build_report(samples.corrected_satisfaction(measure)).kpis
        names = [f"{kind}_{measure}" for kind in ("expected", "given", "corrected")]
        assert [kpi.kind for kpi in kpis[:3]] == names
        corrected, everyone = kpis[2], samples.everyone(measure)
        assert corrected.value == everyone.corrected
        assert corrected.bound is not None
        assert (corrected.bound.low, corrected.bound.high) == (everyone.low.value, everyone.high.value)
        assert (corrected.bound.worst, corrected.bound.best) == (everyone.worst, everyone.best)

    def test_it_is_told_with_range_and_both_bounds(self):
        report = build_report(samples.corrected_satisfaction())
        english, german = text_of(report, "en"), text_of(report, "de")
        assert "Satisfied, everyone, corrected for who stays silent" in english
        assert "62% to 68% if silence also depends on the answer" in english
        assert "20% to 85% whatever the silent think" in english
        assert "Zufrieden, alle, berichtigt um Schweigende" in german
        assert "was immer Schweigende denken" in german

    def test_the_tables_hold_the_bounds(self):
        lines = csv.DictReader(io.StringIO(render_csv(build_report(samples.corrected_satisfaction()))))
        found = [line for line in lines if line["measure"].startswith("bounds")]
        assert [line["item"] for line in found] == ["corrected_satisfied"]

    def test_it_is_explained_only_where_it_is_shown(self):
        assert "corrected" in build_report(samples.corrected_satisfaction()).method.topics
        assert "corrected" not in build_report(samples.satisfaction()).method.topics

    def test_a_model_that_is_not_usable_corrects_nothing(self):
        weak = samples.unusable_satisfaction().evaluation
        report = build_report(samples.corrected_satisfaction(evaluation=weak))
        assert [kpi.kind for kpi in report.kpis][:1] == ["given_satisfied"]
        assert not any(kpi.bound for kpi in report.kpis)


class TestTrust:
    @pytest.mark.parametrize(
        ("correlation", "share"), [(0.0, 0.5), (1.0, 1.0), (-1.0, 0.0), (0.5, 0.6733)], ids=str
    )
    def test_rank_correlation_is_told_in_pairs(self, correlation, share):
        assert _pairs(Estimate(correlation, correlation, correlation, n=9)).value == pytest.approx(
            share, abs=1e-3
        )

    def test_pairs_are_what_normal_forecasts_give(self):
        random = np.random.default_rng(0)
        first = random.normal(size=4000)
        second = 0.6 * first + 0.8 * random.normal(size=4000)
        ranks = np.corrcoef(np.argsort(np.argsort(first)), np.argsort(np.argsort(second)))[0, 1]
        is_right = (first[::2] > first[1::2]) == (second[::2] > second[1::2])
        assert _pairs(Estimate(ranks, ranks, ranks, n=4000)).value == pytest.approx(is_right.mean(), abs=0.03)

    @pytest.mark.parametrize(
        ("low", "high"), [(2.6, 4.7), (-80.0, 60.0), (0.001, 0.0042), (100.0, 100.0)], ids=str
    )
    def test_the_axis_holds_every_dot_between_round_ticks(self, low, high):
        bins = tuple(RatingBin(value, Estimate(value, value, value, n=9)) for value in (low, high))
        axis = answer_axis(bins)
        assert axis.start <= low <= high <= axis.end
        assert 1 <= len(axis.ticks) <= 8
        assert axis.ticks[0] == axis.start

    def test_weak_order_is_rough_and_strong_order_good(self):
        for low, verdict in ((0.2, "rough"), (0.35, "good"), (0.1, "unusable")):
            evaluation = samples.rating_evaluation(rank_correlation=Estimate(0.4, low, 0.6, n=1500))
            trust = build_report(samples.satisfaction(evaluation=evaluation)).trust
            assert isinstance(trust, RatingTrust)
            assert trust.verdict == verdict


class TestWords:
    @pytest.mark.parametrize(
        ("measure", "english", "german"),
        [
            (
                "satisfied",
                "63% of customers are expected to be satisfied.",
                "63 % der Kunden sind voraussichtlich zufrieden.",
            ),
            (
                "nps",
                "The NPS of all customers is expected to be 7.",
                "Der NPS aller Kunden liegt voraussichtlich bei 7.",
            ),
            (
                "mean",
                "The answers of all customers are expected to be 3.50 on average.",
                "Die Antworten aller Kunden liegen voraussichtlich im Mittel bei 3,50.",
            ),
        ],
    )
    def test_the_headline_speaks_of_everybody(self, measure, english, german):
        report = build_report(samples.satisfaction(measure))
        assert english in text_of(report, "en")
        assert german in text_of(report, "de")

    def test_the_lead_says_who_answered_and_who_never_did(self):
        english = text_of(build_report(samples.satisfaction()), "en")
        assert (
            "if all customers were to answer in the next 90 days, those who stay silent included" in english
        )
        assert "Of those who answered, 71% were satisfied (812 answers, likely range 68% to 74%)." in english
        assert (
            "1,111 of 2,882 customers never answered: for them there is only what the model expects."
            in english
        )
        german = text_of(build_report(samples.satisfaction()), "de")
        assert "1.111 von 2.882 Kunden haben nie geantwortet" in german

    @pytest.mark.parametrize("language", ["en", "de"])
    @pytest.mark.parametrize("measure", ["satisfied", "nps", "mean"])
    def test_nothing_is_said_of_leaving(self, measure, language):
        """What a change of a survey metric is made of speaks of who left, whatever is forecast."""
        inputs = samples.satisfaction(measure, experience=())
        assert not LEAVING.search(text_of(build_report(inputs), language))

    @pytest.mark.parametrize(
        ("direction", "english", "german"),
        [
            (
                "higher",
                "Higher values go with higher satisfaction.",
                "Höhere Werte gehen mit höherer Zufriedenheit einher.",
            ),
            (
                "lower",
                "Lower values go with higher satisfaction.",
                "Niedrigere Werte gehen mit höherer Zufriedenheit einher.",
            ),
            (
                "groups",
                "Satisfaction differs between the groups.",
                "Die Zufriedenheit unterscheidet sich zwischen den Gruppen.",
            ),
            (
                "mixed",
                "Beside the other drivers, neither high nor low values",
                "Neben den anderen Treibern fallen weder hohe noch niedrige",
            ),
        ],
    )
    def test_each_direction_has_its_sentence(self, direction, english, german):
        driver = samples.driver("wait", "lever", "Wait", "Warten", (0.5, 0.4, 0.6), direction=direction)
        report = build_report(samples.satisfaction(drivers=(driver,)))
        assert english in text_of(report, "en")
        assert german in text_of(report, "de")

    def test_trust_is_told_in_plain_words(self):
        english = text_of(build_report(samples.satisfaction()), "en")
        assert "puts about 68 of 100 pairs into the right order (66 to 70); 50 is chance" in english
        assert "90 of 100 are promised; a range is 3.38 wide on average" in english
        assert "2,400 silent rows could not be checked" in english

    def test_doubts_are_told_in_plain_words(self):
        english = text_of(build_report(samples.unusable_satisfaction()), "en")
        assert "Not reliable enough for a forecast yet." in english
        assert "rank correlation of forecast and answer is 0.10 (likely range 0.02 to 0.18)" in english
        assert "80% of answers fall inside their range where 90 of 100 are promised" in english
        assert "No driver found: the model cannot say what goes with the outcome." in english
        assert "no drivers, only what was answered" in english

    def test_without_an_answer_of_late_and_without_silent_people_nothing_is_said_of_them(self):
        inputs = samples.satisfaction()
        answers = inputs.scored.answers
        bare = type(answers)(answers.measure, answers.values, answers.variances)
        scored = type(inputs.scored)(inputs.scored.entity_ids, inputs.scored.probabilities, answers=bare)
        text = text_of(build_report(samples.satisfaction(scored=scored, horizon_days=None)), "en")
        assert "Of those who answered" not in text
        assert "never answered:" not in text
        assert "if all customers were to answer, those who stay silent included" in text


class TestEmployees:
    def test_the_report_of_employees_is_about_the_whole(self):
        report = build_report(samples.employees())
        assert report.header.kind == "attrition"
        assert report.calls is None
        assert report.headline.expected_loss is None
        assert "expected_loss" not in {kpi.kind for kpi in report.kpis}
        assert "loss" not in report.method.topics

    @pytest.mark.parametrize("language", ["en", "de"])
    def test_no_person_and_no_customer_is_in_it(self, language):
        text = text_of(build_report(samples.employees()), language)
        assert "K-12" not in text
        assert "€" not in text
        assert not re.search("customer|Kunde", text.replace("Customers seats", ""))

    def test_satisfaction_of_employees_is_told_of_employees(self):
        report = build_report(samples.satisfaction(usecase=samples.usecase("employee")))
        assert "63% of employees are expected to be satisfied." in text_of(report, "en")
        assert "63 % der Beschäftigten sind voraussichtlich zufrieden." in text_of(report, "de")
        assert "Never a verdict on a person." in text_of(report, "en")
