import numpy as np
import pytest

from features.errors import BundleError, InputError
from tests.training.sample_bundles import fit_sample, make_bundle, plain_rows
from training.bundle import Canary
from training.disclosure import ShownCuts
from training.models import Blend
from training.scoring import IndividualScoreRefusedError, Scorer, check_canary


@pytest.fixture(scope="module")
def scorers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles")
    kinds = ("binary", "ordinal", "numeric", "nps_group")
    return {kind: Scorer(make_bundle(folder / kind, kind)) for kind in kinds}


@pytest.fixture(scope="module", params=["binary", "ordinal"])
def employees(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("employees") / request.param
    return request.param, Scorer(make_bundle(folder, request.param, "employee"))


class TestAnswers:
    def test_an_answer_has_a_value_an_interval_and_levels(self, scorers):
        scores = scorers["ordinal"].score(plain_rows("ordinal"))
        for score in scores:
            assert 1 <= score.low <= score.high <= 5
            assert sum(score.probabilities.values()) == pytest.approx(1.0)
            assert score.value == pytest.approx(
                sum(float(name) * share for name, share in score.probabilities.items())
            )
            assert score.risk_band is None
        assert len({score.value for score in scores}) == len(scores)

    def test_reasons_add_up_to_the_expected_answer(self, scorers):
        for score in scorers["ordinal"].score(plain_rows("ordinal"), reasons=10):
            total = score.base_value + sum(reason.attribution for reason in score.reasons)
            assert total == pytest.approx(score.value, abs=1e-9)
            assert score.base_log_odds is None

    def test_somebody_who_never_answered_gets_a_forecast(self, scorers):
        (score,) = scorers["ordinal"].score([{"a": 1.0}])
        assert score.value > 1
        assert score.warnings == ()

    def test_amounts_have_no_levels_and_recommendations_have_groups(self, scorers):
        (amount,) = scorers["numeric"].score(plain_rows("numeric", 1))
        assert amount.probabilities == {}
        assert amount.low < amount.value < amount.high
        (group,) = scorers["nps_group"].score(plain_rows("nps_group", 1))
        assert list(group.probabilities) == ["detractor", "passive", "promoter"]
        assert -100 <= group.value <= 100

    def test_whole_columns_score_as_rows_do(self, scorers):
        columns = fit_sample("ordinal")[2]
        forecasts = scorers["ordinal"].forecasts(columns)
        assert tuple(forecasts) == scorers["ordinal"].bundle.output_names
        scores = scorers["ordinal"].score(plain_rows("ordinal"))
        for name in ("value", "low", "high"):
            assert [getattr(score, name) for score in scores] == forecasts[name][:20].tolist()

    def test_there_is_one_horizon_to_ask_for(self, scorers):
        rows = plain_rows("ordinal", 1)
        assert scorers["ordinal"].score(rows, horizons=["outcome"])
        with pytest.raises(InputError, match="'30d' is not a horizon"):
            scorers["ordinal"].score(rows, horizons=["30d"])


class TestEvents:
    def test_an_event_has_a_probability_and_a_risk_band(self, scorers):
        score = scorers["binary"].score(plain_rows("binary"), reasons=10)[0]
        assert list(score.probabilities) == ["outcome"]
        assert score.risk_band in {"low", "medium", "high"}
        log_odds = score.base_log_odds + sum(reason.attribution for reason in score.reasons)
        assert 1 / (1 + np.exp(-log_odds)) == pytest.approx(score.probabilities["outcome"], abs=1e-9)
        assert score.value is score.low is score.base_value is None

    def test_a_category_that_training_never_saw_is_warned_of(self, scorers):
        row = plain_rows("binary", 1)[0] | {"plan": "platinum"}
        assert "plan" in scorers["binary"].score([row])[0].warnings[0]

    @pytest.mark.parametrize(
        ("row", "place"),
        [({"spend": "much"}, "rows.0.features.spend"), ({"colour": 1.0}, "rows.0.features.colour")],
        ids=["a text for a number", "an unknown feature"],
    )
    def test_what_does_not_fit_is_named(self, scorers, row, place):
        with pytest.raises(InputError, match=place):
            scorers["binary"].score([row])


class TestEmployees:
    @pytest.mark.parametrize("reasons", [0, 3], ids=["score", "explain"])
    def test_single_people_are_neither_scored_nor_explained(self, employees, reasons):
        kind, scorer = employees
        with pytest.raises(IndividualScoreRefusedError, match="single employees"):
            scorer.score(plain_rows(kind, 1), reasons=reasons)

    @pytest.mark.parametrize("method", ["probabilities", "forecasts"])
    def test_whole_columns_are_refused(self, employees, method):
        kind, scorer = employees
        with pytest.raises(IndividualScoreRefusedError, match="ask for groups"):
            getattr(scorer, method)(fit_sample(kind)[2])

    def test_groups_are_answered(self, employees):
        kind, scorer = employees
        cuts = ShownCuts.of({"site": ["north"] * 500 + ["south"] * 300}, scorer.bundle.usecase.privacy)
        assert [group.name for group in scorer.score_groups(fit_sample(kind)[2], cuts, "site")] == [
            "north",
            "south",
        ]


class TestCanary:
    @pytest.mark.parametrize("kind", ["binary", "ordinal", "numeric", "nps_group"])
    def test_a_bundle_repeats_its_canary(self, scorers, kind):
        check_canary(scorers[kind].bundle)

    def test_other_numbers_are_refused(self, scorers):
        bundle = scorers["ordinal"].bundle
        canary = bundle.canary
        altered = [[share + 1e-6 for share in row] for row in canary.probabilities]
        fields = {name: getattr(bundle, name) for name in vars(bundle)} | {
            "canary": Canary(canary.rows, altered)
        }
        with pytest.raises(BundleError, match="canary"):
            check_canary(type(bundle)(**fields))


@pytest.mark.parametrize("kind", ["binary", "ordinal", "numeric", "nps_group"])
@pytest.mark.parametrize("reasons", [0, 3])
def test_a_row_alone_gets_the_answer_that_it_gets_among_others(scorers, kind, reasons):
    scorer, rows = scorers[kind], plain_rows(kind)
    names = scorer.bundle.catalogue.names
    for row, among in zip(rows, scorer.score(rows, reasons=reasons), strict=True):
        typed = [float(row[n]) if isinstance(row.get(n), int | float) else row.get(n) for n in names]
        for alone in (scorer.score([row], reasons=reasons)[0], scorer.score_typed(typed, reasons=reasons)):
            assert alone.probabilities == pytest.approx(among.probabilities, abs=1e-12)
            assert (alone.value, alone.low, alone.high) == pytest.approx((among.value, among.low, among.high))
            assert (alone.risk_band, alone.warnings) == (among.risk_band, among.warnings)
            assert [one.words for one in alone.reasons] == [one.words for one in among.reasons]
            assert [one.attribution for one in alone.reasons] == pytest.approx(
                [one.attribution for one in among.reasons], abs=1e-9
            )


@pytest.mark.parametrize("kind", ["binary", "ordinal"])
def test_preparing_changes_no_answer(scorers, kind):
    scorer, rows = scorers[kind], plain_rows(kind)
    before = scorer.score(rows[:1], reasons=3)
    scorer.prepare()
    assert scorer.score(rows[:1], reasons=3) == before


def test_people_at_work_get_no_tables(employees):
    _, scorer = employees
    scorer.prepare()
    blends = [part for part in vars(scorer.bundle.model).values() if isinstance(part, Blend)]
    assert all("_tables" not in vars(blend) for blend in blends)
