import json
from pathlib import PurePath

import numpy as np
import pytest

from features.errors import BundleError
from training.models import Blend, Member
from training.models.shapes import Curve, ShapeModel


def line(slope, center=0.0):
    knots, pieces = np.array([-10.0, 10.0]), np.array([[-10.0 * slope, slope, 0.0]])
    return ShapeModel(0.0, (Curve(knots, pieces, np.empty(0), np.empty(0), 0.0, center),))


BLEND = Blend(0.5, (Member("one", 0.25, line(1.0, 0.5)), Member("two", 2.0, line(-0.5))))
POINTS = np.array([[-3.0], [0.0], [4.0], [np.nan]])


def test_log_odds_are_the_weighted_sum():
    assert BLEND.log_odds(POINTS[:3]).tolist() == [0.5 + 0.75 * 3, 0.5, 0.5 - 0.75 * 4]


def test_attributions_are_weighted_alike_and_add_up():
    base, contributions = BLEND.attributions(POINTS)
    assert base == pytest.approx(0.5 + 0.25 * 0.5)
    np.testing.assert_allclose(base + contributions[:, 0], BLEND.log_odds(POINTS), atol=1e-12)


def test_a_fitted_blend_adds_up_with_trees_among_its_members(binary_fit, flat_world):
    blend = binary_fit.model.blend
    assert {type(member.model).__name__ for member in blend.members} == {"ShapeModel", "BoosterModel"}
    base, contributions = blend.attributions(flat_world.encoded.matrix)
    np.testing.assert_allclose(
        base + contributions.sum(axis=1), blend.log_odds(flat_world.encoded.matrix), atol=1e-9
    )


def test_files_are_json_and_lightgbm_text_and_nothing_else(binary_fit):
    files = binary_fit.model.to_files()
    assert {PurePath(name).suffix for name in files} == {".json", ".txt"}
    for name, content in files.items():
        if name.endswith(".json"):
            json.loads(content)
        else:
            assert content.startswith(b"tree\n")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"members": []}, "has no members"),
        ({"members": "one"}, "is not a list"),
        ({"intercept": None}, "is not a finite number"),
        ({"members": [{"name": "one", "weight": -1.0, "kind": "shape"}]}, "at least 0"),
        ({"members": [{"name": "one", "weight": 1.0, "kind": "pickle"}]}, "one of shape, booster"),
        ({"members": [{"name": "one", "weight": 1.0, "kind": "booster"}]}, "sha256"),
        ({"members": [{"name": "three", "weight": 1.0, "kind": "shape"}]}, "is missing"),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_a_blend_that_lies_is_refused(change, found):
    files = BLEND.to_files()
    record = json.loads(files["blend.json"]) | change
    with pytest.raises(BundleError, match=found):
        Blend.from_files(files | {"blend.json": json.dumps(record).encode()})


def test_a_blend_comes_back_to_the_same_bits():
    again = Blend.from_files(BLEND.to_files())
    assert again.to_files() == BLEND.to_files()
    assert again.log_odds(POINTS).tolist() == BLEND.log_odds(POINTS).tolist()
