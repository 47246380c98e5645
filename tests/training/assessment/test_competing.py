import json
from dataclasses import replace

import numpy as np
import pytest

from tests.training.answer_world import make_silence
from tests.training.examples import LINEAR, SEED, believed
from tests.training.exits_world import CATALOGUE, make_exits, spell_usecase
from training.assessment import assess, judge_competing, known_at_origin, split_rows, tell_competing
from training.bundle import BundleParts, load, save
from training.canary import make_canary
from training.card.data import describe_data
from training.evaluation import Evaluation
from training.fitting import fit_rows, refit_rows
from training.models import HazardModel, IncidenceModel
from training.scoring import Scorer, check_canary


@pytest.fixture(scope="module")
def rows():
    return make_exits()


@pytest.fixture(scope="module")
def fitted(rows):
    return fit_rows(rows, LINEAR, SEED)


@pytest.fixture(scope="module")
def assessment(rows):
    return assess(rows, LINEAR, SEED)


@pytest.fixture(scope="module")
def bundle(rows, fitted, assessment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exits") / "bundle"
    parts = BundleParts(
        usecase=spell_usecase(),
        catalogue=CATALOGUE,
        encoder=fitted.encoder,
        model=fitted.model,
        facts={
            "primary_horizon_index": 1,
            "average_risk": 0.2,
            "rows": len(rows),
            "entities": 900,
            "events": int((rows.outcome.event == 1).sum()),
            "data_from": "2024-01-01",
            "as_of": "2024-12-01",
            "observed_until": "2025-04-01",
            "findings": [],
            "competing": fitted.competing.to_json(),
        },
        evaluation=assessment.to_json(),
        drivers=[],
        canary=make_canary(CATALOGUE, rows.columns, fitted.encoder, fitted.model),
    )
    save(parts, folder)
    return load(folder)


class TestOrigins:
    def test_an_exit_that_was_not_known_at_the_origin_is_censored_there_whatever_its_cause(self, rows):
        for split in split_rows(rows):
            learned = known_at_origin(rows, split.origin).outcome
            begin = learned.snapshot_date.astype("datetime64[D]")
            over = (np.datetime64(split.origin.snapshot_date) - begin).astype(float)
            assert set(np.unique(learned.event)) == {0.0, 1.0, 2.0}
            ended = learned.event > 0
            assert (learned.known_days[ended] <= over[ended]).all()
            assert (learned.days <= over).all()


class TestJudging:
    def test_rows_with_a_competing_exit_judge_the_risk_of_the_event(self, assessment):
        found = assessment.all_rows.by_horizon["120d"]
        assert isinstance(found, Evaluation)
        assert found.n_censored == 0
        # The interval is that of the rows that judge; those that were learned from move the level as well.
        assert found.level_error.low - 0.02 <= 0 <= found.level_error.high + 0.02
        assert found.auc.low > 0.6

    def test_the_competing_risk_is_judged_at_the_primary_horizon(self, assessment):
        found = assessment.competing
        assert found["horizon"] == "120d"
        assert found["level_error"]["low"] - 0.02 <= 0 <= found["level_error"]["high"] + 0.02
        assert found["auc"]["low"] > 0.6
        assert found["n_exits"] / found["n_rows"] == pytest.approx(found["event_share"]["value"])
        assert json.loads(json.dumps(assessment.to_json()))["competing"] == found

    def test_where_none_was_modelled_there_is_nothing_to_judge(self, rows, assessment):
        unknown = replace(
            assessment.forecasts, competing=np.full_like(assessment.forecasts.probabilities, np.nan)
        )
        assert judge_competing(rows, unknown) is None
        silence = make_silence(60)
        assert judge_competing(silence, assessment.forecasts) is None
        assert "competing" not in replace(assessment, competing=None).to_json()


class TestFitting:
    def test_competing_exits_make_a_model_of_both_causes(self, rows, fitted):
        assert isinstance(fitted.model, IncidenceModel)
        few = rows.take(np.arange(20))
        assert (fitted.probabilities(few) + fitted.competing_probabilities(few) < 1).all()
        plain = fit_rows(
            replace(rows, outcome=replace(rows.outcome, event=np.where(rows.outcome.event == 1, 1.0, 0.0))),
            LINEAR,
            SEED,
        )
        assert isinstance(plain.model, HazardModel)
        assert plain.competing is None
        assert np.isnan(plain.competing_probabilities(few)).all()
        assert plain.probabilities(rows)[:, 1].mean() > fitted.probabilities(rows)[:, 1].mean() + 0.03

    def test_a_refit_learns_the_event_anew_and_keeps_the_exits(self, rows, fitted):
        half = refit_rows(fitted, rows.take(np.arange(0, len(rows), 2)), LINEAR)
        assert isinstance(half, IncidenceModel)
        assert half.competing is fitted.model.competing
        assert half.event.to_files() != fitted.model.event.to_files()


class TestBundle:
    def test_it_loads_repeats_its_canary_and_scores(self, rows, fitted, bundle):
        check_canary(bundle)
        scorer = Scorer(believed(bundle))
        few = [{name: float(column[place]) for name, column in rows.columns.items()} for place in range(20)]
        expected = fitted.probabilities(rows.take(np.arange(20)))
        for score, row in zip(scorer.score(few, reasons=2), expected, strict=True):
            assert list(score.probabilities.values()) == pytest.approx(row.tolist(), abs=1e-12)
            total = score.base_log_odds + sum(reason.attribution for reason in score.reasons)
            risk = score.probabilities["120d"]
            assert total == pytest.approx(np.log(risk / (1 - risk)), abs=1e-9)

    def test_words_say_how_many_left_otherwise_and_how_well_that_is_known(self, bundle, fitted):
        line = tell_competing(bundle)
        assert line.startswith(
            f"competing exits: {fitted.competing.n_exits} (retired, dismissed), modelled apart; 120d: AUC 0."
        )
        assert line.endswith("points")
        told = describe_data(bundle).competing
        assert (told.exits, told.causes) == (fitted.competing.n_exits, ("retired", "dismissed"))
        assert told.auc.value == bundle.evaluation["competing"]["auc"]["value"]
        assert not told.is_one_rate

    def test_words_say_where_there_were_too_few(self, bundle):
        few = {**bundle.facts, "competing": {"n_exits": 12, "fit": None}}
        assert tell_competing(replace(bundle, facts=few)) == (
            "competing exits: 12 (retired, dismissed), modelled apart with one rate per period for everyone: "
            "too few for more"
        )

    def test_a_bundle_without_the_facts_says_nothing(self, bundle):
        older = {name: value for name, value in bundle.facts.items() if name != "competing"}
        assert tell_competing(replace(bundle, facts=older)) is None
        assert describe_data(replace(bundle, facts=older)).competing is None
        unjudged = {name: value for name, value in bundle.evaluation.items() if name != "competing"}
        assert tell_competing(replace(bundle, evaluation=unjudged)).endswith("modelled apart")
