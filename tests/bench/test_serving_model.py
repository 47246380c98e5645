import pytest

from tests.bench.serving_model import DRIVERS, FEATURES, make_bundle
from training.bundle import load


@pytest.mark.long
def test_the_model_that_is_served_has_the_features_and_drivers_that_are_listed(tmp_path):
    said = []
    bundle = load(make_bundle(tmp_path, 300, said.append))
    assert {feature.source for feature in bundle.catalogue} == FEATURES.keys() - {"response_rate"}
    assert bundle.usecase.drivers.keys() == set(DRIVERS)
    assert said[0] == "building an example company with 300 customers"
