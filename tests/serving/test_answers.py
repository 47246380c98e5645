from dataclasses import replace

import msgspec
import pytest

from serving.answers import (
    describe_model,
    describe_schema,
    score_entities,
    score_groups,
    score_rows,
)
from serving.champions import Champion
from serving.latest import LatestRows
from serving.problems import ProblemError
from serving.schemas import ScoreByIdRequest, ScoreGroupsRequest, ScoringRequest
from tests.serving.company import FEATURES, ROW, write_latest
from training.bundle import load
from training.scoring import Scorer


@pytest.fixture(scope="module")
def champion(bundles) -> Champion:
    return Champion(Scorer(load(bundles.churn)))


@pytest.fixture(scope="module")
def closed(bundles) -> Champion:
    return Champion(Scorer(load(bundles.attrition)))


def read(champion: Champion, *rows: dict[str, object]):
    return champion.decode_rows(msgspec.json.encode([{"features": row} for row in rows]))


def test_scores_are_those_of_the_scorer(champion):
    rows = [ROW, {"x_surveys.nps.last": 9}]
    answer = score_rows(champion, ScoringRequest(usecase="churn", reasons=1), read(champion, *rows))
    expected = champion.scorer.score(rows, reasons=1)
    assert [row.probability for row in answer.rows] == [score.probabilities for score in expected]
    assert [row.base_log_odds for row in answer.rows] == [score.base_log_odds for score in expected]
    assert [row.reasons[0].attribution for row in answer.rows] == [
        score.reasons[0].attribution for score in expected
    ]


def test_without_reasons_no_base_is_shown(champion):
    answer = score_rows(champion, ScoringRequest(usecase="churn"), read(champion, ROW))
    assert answer.rows[0].base_log_odds is msgspec.UNSET


def test_an_empty_row_is_refused_with_its_place(champion):
    with pytest.raises(ProblemError) as caught:
        score_rows(champion, ScoringRequest(usecase="churn"), read(champion, ROW, ROW, {}))
    assert (caught.value.status, caught.value.errors[0].path) == (422, "rows.2.features")


def test_people_at_work_are_refused_by_features_and_by_id(closed, tmp_path):
    latest = LatestRows.read(write_latest(tmp_path))
    with pytest.raises(ProblemError) as by_features:
        score_rows(closed, ScoringRequest(usecase="attrition"), read(closed, ROW))
    with pytest.raises(ProblemError) as by_id:
        score_entities(closed, ScoreByIdRequest(usecase="attrition", entity_ids=["c-1"]), latest)
    assert by_features.value.status == by_id.value.status == 403


def test_a_model_that_is_not_usable_gives_no_score_and_says_why(champion, tmp_path):
    doubt = {"problem": "ranking", "words": "the ranking may be little better than chance"}
    judged = {"all_rows": {"horizons": {"90d": {"usable": False, "doubts": [doubt]}}}}
    doubtful = Champion(Scorer(replace(champion.bundle, evaluation=judged)))
    latest = LatestRows.read(write_latest(tmp_path, cut_site=["north", "north", "south"]))
    asked = [
        lambda: score_rows(doubtful, ScoringRequest(usecase="churn"), read(doubtful, ROW)),
        lambda: score_entities(doubtful, ScoreByIdRequest(usecase="churn", entity_ids=["c-1"]), latest),
        lambda: score_groups(doubtful, ScoreGroupsRequest(usecase="churn", cut="site"), latest),
    ]
    for ask in asked:
        with pytest.raises(ProblemError) as caught:
            ask()
        assert (caught.value.status, caught.value.code) == (409, "model_not_usable")
        assert doubt["words"] in caught.value.detail
    facts = describe_model(doubtful, None)
    assert (facts.usable, facts.doubts) == (False, [doubt["words"]])
    assert describe_model(champion, None).usable


def test_entities_are_answered_in_the_order_asked(champion, tmp_path):
    latest = LatestRows.read(write_latest(tmp_path))
    request = ScoreByIdRequest(usecase="churn", entity_ids=["c-3", "nobody", "c-1"])
    answer = score_entities(champion, request, latest)
    assert [row.entity_id for row in answer.rows] == ["c-3", "c-1"]
    assert answer.unknown == ["nobody"]
    assert answer.as_of == "2025-06-01"


def test_descriptions_carry_the_version_and_the_spec(champion):
    bundle = champion.bundle
    answer = describe_model(champion, None)
    assert (answer.model_version, answer.spec_hash) == (bundle.model_version, bundle.manifest.spec_hash)
    assert describe_model(champion, "does not load").refused == "does not load"


def test_a_model_is_described_without_drivers_of_segments_and_the_names_of_hidden_ones(champion):
    assert "West" in str(champion.bundle.evaluation["driver_segments"]["region"]["suppressed"])
    answer = describe_model(champion, None)
    assert answer.evaluation == {"auc": champion.bundle.evaluation["auc"]}
    assert "West" not in msgspec.json.encode(answer).decode()


def test_the_example_of_the_schema_shows_no_real_person(champion):
    schema = describe_schema(champion)
    assert len(schema.features) == len(FEATURES)
    values = schema.example["rows"][0]["features"].values()
    assert set(values) <= {1.0, None}
