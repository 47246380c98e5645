import json
import math
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from features.calls import RiskModel
from features.calls.risk import INPUTS, Term
from features.errors import BundleError, ContractError, TooFewEventsError

CALM = {"sentiment": 1.0, "sentiment_end": 1.5, "silence_share": 0.2, "escalation": 0.0}
ANGRY = {**CALM, "sentiment": -1.5, "sentiment_end": -2.0, "escalation": 1.0}


def draw_calls(n_calls=2000, seed=5):
    """Return measures and outcomes: tone counts, talk does not, a third of the tones is not known."""
    random = np.random.default_rng(seed)
    tone, talk = random.normal(0, 1, n_calls), random.random(n_calls)
    chance = 1 / (1 + np.exp(1.0 + 1.2 * tone))
    ended_badly = random.random(n_calls) < chance
    known = [None if random.random() < 0.33 else cell for cell in tone.tolist()]
    measures = pa.table(
        {
            "sentiment": pa.array(known, pa.float64()),
            "talk_share": talk,
            "escalation": [False] * n_calls,
            "topic": ["price"] * n_calls,
        }
    )
    return measures, ended_badly.tolist(), tone, chance


class TestColdStart:
    def test_what_goes_wrong_raises_the_risk(self):
        model = RiskModel.cold_start()
        calm = model.rate(CALM)
        for worse in (
            {"sentiment": -1.0},
            {"sentiment_end": -2.0},
            {"escalation": 1.0},
            {"effort": -1.5},
            {"longest_silence_s": 120.0},
            {"silence_share": 0.6},
            {"interruptions_per_minute": 2.0},
        ):
            assert model.rate(CALM | worse) > calm
        assert model.rate(ANGRY) > 0.8
        assert calm < 0.2

    def test_it_says_that_it_is_a_score(self):
        assert RiskModel.cold_start().is_probability is False

    def test_values_beyond_the_ordinary_count_as_the_end_of_the_range(self):
        model = RiskModel.cold_start()
        assert model.rate({"longest_silence_s": 9999.0}) == model.rate({"longest_silence_s": 300.0})

    @pytest.mark.parametrize("unknown", [None, math.nan])
    def test_what_is_not_known_counts_nothing(self, unknown):
        model = RiskModel.cold_start()
        assert model.rate({"sentiment": unknown}) == model.rate({})

    def test_the_sum_can_be_read(self):
        model = RiskModel((Term("effort", 2.0, center=0.5, scale=0.25),), -1.0, is_probability=False)
        assert model.rate({"effort": 0.75}) == pytest.approx(1 / (1 + math.exp(-1.0)))


class TestFit:
    def test_it_finds_what_counts_and_is_calibrated(self):
        measures, ended_badly, _, _ = draw_calls()
        model = RiskModel.fit(measures, ended_badly)
        weights = {term.name: term.weight for term in model.terms}
        assert weights["sentiment"] < -0.7
        assert abs(weights["talk_share"]) < 0.2
        rates = model.rate_calls(measures)
        assert np.mean(rates) == pytest.approx(np.mean(ended_badly), abs=1e-6)
        assert model.is_probability is True

    def test_it_agrees_with_scikit_learn(self):
        from sklearn.linear_model import LogisticRegression

        measures, ended_badly, tone, _ = draw_calls(500)
        measures = measures.set_column(0, "sentiment", pa.array(tone)).select(["sentiment", "talk_share"])
        model = RiskModel.fit(measures, ended_badly)
        matrix = np.column_stack([measures["talk_share"].to_numpy(), tone])
        scaled = (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)
        peer = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(scaled, ended_badly)
        assert [term.name for term in model.terms] == ["talk_share", "sentiment"]
        assert [term.weight for term in model.terms] == pytest.approx(peer.coef_[0].tolist(), abs=1e-4)
        assert model.bias == pytest.approx(peer.intercept_[0], abs=1e-4)

    def test_what_never_varies_and_what_is_unknown_is_left_out(self):
        measures, ended_badly, _, _ = draw_calls(300)
        names = [term.name for term in RiskModel.fit(measures, ended_badly).terms]
        assert names == ["talk_share", "sentiment"]
        assert set(names) < set(INPUTS)

    def test_the_same_calls_give_the_same_model(self):
        measures, ended_badly, _, _ = draw_calls(300)
        assert RiskModel.fit(measures, ended_badly) == RiskModel.fit(measures, ended_badly)

    def test_too_few_of_either_kind_are_counted(self):
        measures, _, _, _ = draw_calls(100)
        for n_bad, rarer in ((29, 29), (71, 29), (0, 0)):
            outcome = [True] * n_bad + [False] * (100 - n_bad)
            with pytest.raises(TooFewEventsError, match=f"{rarer} calls of the rarer kind, 30 are needed"):
                RiskModel.fit(measures, outcome)

    def test_outcomes_of_other_calls_are_refused_with_both_numbers(self):
        measures, ended_badly, _, _ = draw_calls(100)
        with pytest.raises(ContractError, match="got 100 calls and 99 outcomes"):
            RiskModel.fit(measures, ended_badly[1:])

    def test_calls_that_are_told_apart_perfectly_still_give_a_model(self):
        tone = [-1.0] * 40 + [1.0] * 40
        model = RiskModel.fit(pa.table({"sentiment": tone}), [True] * 40 + [False] * 40)
        assert model.rate({"sentiment": -1.0}) > 0.9
        assert all(math.isfinite(term.weight) for term in model.terms)


class TestDocument:
    @pytest.mark.parametrize("is_learnt", [False, True], ids=["cold start", "learnt"])
    def test_it_comes_back_from_json_as_it_was(self, is_learnt):
        measures, ended_badly, _, _ = draw_calls(300)
        model = RiskModel.fit(measures, ended_badly) if is_learnt else RiskModel.cold_start()
        text = json.dumps(model.to_document(), allow_nan=False)
        assert RiskModel.from_document(json.loads(text)) == model

    def test_another_format_is_named(self):
        with pytest.raises(BundleError, match="format 2, this version reads 1"):
            RiskModel.from_document({**RiskModel.cold_start().to_document(), "format": 2})

    @pytest.mark.parametrize(
        "broken",
        [{"terms": [{}]}, {"bias": "much"}, {"terms": None}, {"terms": [{"name": "effort", "weight": 1}]}],
    )
    def test_one_that_is_not_whole_is_refused(self, broken):
        with pytest.raises(BundleError, match="is not whole"):
            RiskModel.from_document({**RiskModel.cold_start().to_document(), **broken})

    def test_one_without_a_part_is_refused(self):
        document = RiskModel.cold_start().to_document()
        del document["bias"]
        with pytest.raises(BundleError, match="is not whole"):
            RiskModel.from_document(document)


def test_measuring_needs_the_light_install_alone():
    code = """
import sys
from features.calls import ColdStartReader, Conversation, Turn
Conversation(ColdStartReader()).add(Turn("customer", 0.0, 1.0, "I will call my lawyer"))
print([name for name in ("sklearn", "pandas", "duckdb", "numba", "scipy.stats") if name in sys.modules])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
