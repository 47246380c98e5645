from dataclasses import replace

import pytest

from features.calls import Conversation, TextTurnReader, Turn
from features.errors import BundleError
from serving.champions import Champion
from serving.turn_readers import find_call_model
from tests.serving.company import call_reader, make_bundle
from training.bundle import load
from training.scoring import Scorer


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return load(make_bundle(tmp_path_factory.mktemp("calls") / "bundle"))


def champion_of(bundle, **changed):
    return Champion(Scorer(replace(bundle, **changed)))


def test_calls_are_read_by_the_text_model_of_the_bundle(bundle):
    model = find_call_model(champion_of(bundle))
    turns = [
        Turn("customer", 0.0, 3.0, "This is terrible."),
        Turn("customer", 5.0, 8.0, "Thank you, great help!"),
    ]
    here = Conversation(model.reader, risk=model.risk).extend(turns)
    assert here == Conversation(TextTurnReader(call_reader())).extend(turns)
    assert here.sentiment_slope > 0


def test_a_champion_loads_it_once(bundle):
    champion = champion_of(bundle)
    assert champion.call_text_model is champion.call_text_model


def test_a_bundle_without_one_measures_no_calls(bundle):
    assert find_call_model(champion_of(bundle, texts={})) is None


def test_a_use_case_without_calls_measures_none(bundle):
    sources = {name: source for name, source in bundle.usecase.sources.items() if name != "calls"}
    usecase = bundle.usecase.model_copy(update={"sources": sources})
    assert find_call_model(champion_of(bundle, usecase=usecase)) is None


def test_a_damaged_one_is_refused(bundle):
    texts = {**bundle.texts, "calls/model.json": b"{"}
    with pytest.raises(BundleError, match="text model"):
        champion_of(bundle, texts=texts).call_text_model  # noqa: B018
