"""A model whose figures do not support its use gives no score, on any path."""

from dataclasses import replace

import pytest

from features.usecase import Privacy
from tests.training.sample_bundles import make_bundle, plain_rows
from training.bundle import Bundle
from training.disclosure import ShownCuts
from training.evaluation import evaluate
from training.scoring import IndividualScoreRefusedError, Scorer
from training.usability import ModelNotUsableError, doubts_of, refuse_unusable

CHANCE = evaluate([0, 1] * 50, [0.5, 0.5, 0.4, 0.6, 0.6, 0.4] * 16 + [0.5] * 4).to_json()
GOOD = evaluate([0, 1] * 200, [0.1, 0.9, 0.05, 0.95] * 100).to_json()


def judge(bundle: Bundle, **horizons: object) -> Bundle:
    return replace(bundle, evaluation={"all_rows": {"horizons": horizons, "left_out": {}}})


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("bundles") / "binary", "binary")


@pytest.fixture(scope="module")
def doubtful(bundle) -> Bundle:
    return judge(bundle, outcome=CHANCE)


def test_the_examples_are_what_they_claim():
    assert (CHANCE["usable"], GOOD["usable"]) == (False, True)


def test_doubts_are_those_of_the_figures_in_words(doubtful):
    doubts = doubts_of(doubtful)
    assert len(doubts) == len(CHANCE["doubts"]) > 0
    assert doubts[0].startswith("the ranking may be little better than chance")
    with pytest.raises(ModelNotUsableError, match="not reliable enough for scores: the ranking"):
        refuse_unusable(doubtful)


def test_a_good_model_and_one_without_figures_raise_no_doubt(bundle):
    assert doubts_of(judge(bundle, outcome=GOOD)) == ()
    assert doubts_of(replace(bundle, evaluation={})) == ()
    refuse_unusable(judge(bundle, outcome=GOOD))


def test_the_first_judged_horizon_stands_in_for_the_primary_one(bundle):
    assert doubts_of(judge(bundle, other=CHANCE)) == doubts_of(judge(bundle, outcome=CHANCE))


def test_bundles_of_older_versions_name_the_problem(bundle):
    older = {**CHANCE, "doubts": [{"problem": "ranking", "found": 0.5, "limit": 0.6}]}
    assert doubts_of(judge(bundle, outcome=older)) == ("ranking",)


def test_no_path_of_the_scorer_gives_a_score(doubtful):
    scorer, rows = Scorer(doubtful), plain_rows("binary", 3)
    columns = {name: [row[name] for row in rows] for name in doubtful.catalogue.names}
    with pytest.raises(ModelNotUsableError):
        scorer.score(rows)
    with pytest.raises(ModelNotUsableError):
        scorer.forecasts(columns)
    with pytest.raises(ModelNotUsableError):
        scorer.probabilities(columns)
    with pytest.raises(ModelNotUsableError):
        scorer.score_groups(columns, ShownCuts.of({"site": ["a"] * 5}, Privacy()), "site")


def test_people_at_work_are_refused_for_what_they_are_first(tmp_path):
    closed = judge(make_bundle(tmp_path / "closed", "binary", "employee"), outcome=CHANCE)
    with pytest.raises(IndividualScoreRefusedError):
        Scorer(closed).score(plain_rows("binary", 1))
