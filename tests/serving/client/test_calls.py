"""Every method of the client against the real service, over a real socket."""

import json

import pytest

from serving.client import (
    Client,
    NotAllowedError,
    NotFoundError,
    Patience,
    RequestRefusedError,
)
from tests.serving.company import FEATURES, ROW, wait_until
from tests.serving.keys import make_key
from tests.serving.papers import LEVER
from training.bundle import load
from training.scoring import Scorer


@pytest.fixture(scope="module")
def key(ask, keys) -> str:
    """Return a key that the running service has taken up."""
    made = make_key(keys)
    wait_until(lambda: ask.get("/v1/model", headers={"authorization": f"Bearer {made}"}).status_code == 200)
    return made


@pytest.fixture(scope="module")
def real(server, key):
    with Client(server[0], key=key, patience=Patience(timeout_seconds=60)) as client:
        yield client


def test_scores_are_those_in_process_with_reasons_in_words(real, bundles):
    found = real.score("churn", [{"entity_id": "c-7", "features": ROW}], reasons=2, language="de")
    expected = Scorer(load(bundles.churn)).score([ROW], reasons=2, language="de")[0]
    (row,) = found.rows
    assert row.probability == pytest.approx(expected.probabilities, abs=1e-9)
    assert (row.entity_id, row.risk_band) == ("c-7", expected.risk_band)
    assert [reason.label for reason in row.reasons] == [reason.words for reason in expected.reasons]
    assert row.base_log_odds == pytest.approx(expected.base_log_odds)
    assert (found.primary_horizon, found.unknown) == ("90d", ())


def test_only_the_asked_horizons_are_answered(real):
    assert list(real.score("churn", [{"features": ROW}], horizons=("30d",)).rows[0].probability) == ["30d"]


def test_scores_by_id_list_what_is_unknown(real):
    found = real.score_by_id("churn", ["c-3", "nobody"], horizons=["90d"])
    assert (found.rows[0].entity_id, found.rows[0].as_of, found.unknown) == ("c-3", "2025-06-01", ("nobody",))


def test_groups_of_a_cut(real):
    found = real.score_groups("churn", "region")
    assert (found.cut, found.groups) == ("region", ())
    assert found.minimum_group > 3


def test_drivers_over_everybody_and_in_a_segment(real):
    found = real.drivers("churn")
    first = found.drivers[0]
    assert (first.name, first.unit, first.goal.wanted, first.lever.status) == (
        LEVER,
        "hours",
        "lower",
        "offered",
    )
    assert (first.share.low, first.share.value, first.share.high) == (0.22, 0.27, 0.32)
    assert [(one.cut, one.group) for one in found.segments] == [("region", "South"), ("region", "North: Sea")]
    south = real.drivers("churn", segment="region:South")
    assert (south.segment.people, south.drivers[1].contrast) == (300, "larger")


def test_a_plan(real):
    plan = real.what_if("churn", LEVER, way=0.5, share=0.5, per_person_eur=100)
    assert plan.cost_eur == pytest.approx(100 * plan.people_reached)
    assert plan.net_eur.low < plan.net_eur.value < plan.net_eur.high
    again = real.what_if("churn", LEVER, target=plan.target, people=plan.people_reached, fixed_eur=5)
    assert again.gain.value == pytest.approx(plan.gain.value)
    assert again.cost_eur == 5
    assert real.what_if("churn", LEVER).share == 1


def test_report_and_card_are_the_files(real, papers):
    report, card = real.report("churn"), real.card("churn")
    assert report.report == json.loads((papers / "churn" / "report.json").read_text())
    assert (report.left_out, report.is_of_champion) == ((), True)
    assert card.card == json.loads((papers / "churn" / "model-card.json").read_text())


def test_models_and_what_a_row_looks_like(real, bundles):
    assert [model.usecase for model in real.models()] == ["attrition", "churn"]
    model = real.model("churn")
    assert (model.model_version, model.usable) == (load(bundles.churn).model_version, True)
    schema = real.model_schema("churn")
    assert [feature["name"] for feature in schema.features] == [feature.name for feature in FEATURES]
    example = schema.example
    assert real.score(example["usecase"], example["rows"]).rows[0].entity_id == "example"


def test_health_and_interface(real):
    assert real.is_alive()
    assert real.health().usecases == ("attrition", "churn")
    assert real.openapi()["openapi"] == "3.1.0"


def test_errors_carry_code_and_places(real, server):
    with pytest.raises(RequestRefusedError) as caught:
        real.score("churn", [{"features": ROW}, {"features": {"o_tickets.count_90d": "5"}}])
    assert (caught.value.code, caught.value.findings[0].path) == (
        "value",
        "rows.1.features.o_tickets.count_90d",
    )
    wait_until(lambda: caught.value.request_id in server[1].read_text())
    with pytest.raises(NotFoundError, match="segment_hidden"):
        real.drivers("churn", segment="region:West")
    with pytest.raises(NotAllowedError, match="groups_only"):
        real.score("attrition", [{"features": ROW}])
    with pytest.raises(NotAllowedError, match="unauthenticated"):
        Client(server[0], key="xmp_0123456789ab_wrong").models()


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_json_is_not_sent(real, number):
    with pytest.raises(ValueError, match="JSON"):
        real.score("churn", [{"features": {"o_tickets.count_90d": number}}])
