import json

import numpy as np
import pytest

from features.errors import BundleError
from training.models.shapes import Curve, ShapeModel

NONE = np.empty(0)
BENT = Curve(
    knots=np.array([0.0, 1.0, 3.0]),
    pieces=np.array([[0.0, 1.0, 0.5], [1.5, 2.0, -0.25]]),
    values=np.array([2.0]),
    amounts=np.array([10.0]),
    missing=-1.0,
    center=0.25,
)
LEVELS = Curve(NONE, np.empty((0, 3)), np.array([0.0, 1.0]), np.array([0.5, -0.5]), 0.125, 0.0)
MODEL = ShapeModel(-0.75, (BENT, LEVELS))


def bent(value):
    return MODEL.shares(np.array([[value, 0.0]]))[0, 0]


class TestShares:
    @pytest.mark.parametrize(
        ("value", "share"),
        [
            (0.0, 0.0),
            (0.5, 0.625),
            (1.0, 1.5),
            (3.0, 4.5),
            (2.0, 13.25),
            (1.999, 1.5 + 1.998 - 0.25 * 0.998001),
        ],
    )
    def test_a_number_goes_through_its_piece_and_adds_the_amount_of_its_value(self, value, share):
        assert bent(value) == pytest.approx(share, abs=1e-12)

    @pytest.mark.parametrize(("value", "like"), [(-7.0, 0.0), (-1e308, 0.0), (3.5, 3.0), (1e308, 3.0)])
    def test_a_curve_is_constant_beyond_its_ends(self, value, like):
        assert bent(value) == bent(like)

    def test_missing_has_a_share_of_its_own(self):
        assert MODEL.shares(np.array([[np.nan, np.nan]])).tolist() == [[-1.0, 0.125]]

    def test_a_category_has_a_share_per_code(self):
        assert MODEL.shares(np.array([[0.0, 0.0], [0.0, 1.0]]))[:, 1].tolist() == [0.5, -0.5]


class TestRows:
    def make_matrix(self):
        chance = np.random.default_rng(0)
        matrix = np.column_stack([chance.normal(1.0, 2.0, 9000), chance.integers(0, 2, 9000)])
        matrix[chance.random(matrix.shape) < 0.1] = np.nan
        return matrix

    def test_a_row_scores_as_in_a_batch_across_chunks(self):
        matrix = self.make_matrix()
        log_odds, (_, contributions) = MODEL.log_odds(matrix), MODEL.attributions(matrix)
        for row in (0, 4095, 4096, 8191, 8192, 8999):
            alone = matrix[row : row + 1]
            assert MODEL.log_odds(alone)[0] == log_odds[row]
            assert MODEL.attributions(alone)[1][0].tolist() == contributions[row].tolist()

    def test_attributions_add_up(self):
        matrix = self.make_matrix()
        base, contributions = MODEL.attributions(matrix)
        np.testing.assert_allclose(base + contributions.sum(axis=1), MODEL.log_odds(matrix), atol=1e-12)

    def test_no_rows_give_no_scores(self):
        assert MODEL.log_odds(np.empty((0, 2))).shape == (0,)


class TestFiles:
    def test_a_model_comes_back_to_the_same_bits(self):
        files = MODEL.to_files("linear")
        again = ShapeModel.from_files(files, "linear")
        assert again.to_files("linear") == files
        assert list(files) == ["linear.json"]

    @pytest.mark.parametrize(
        "change",
        [
            {"knots": [0.0, 1.0]},
            {"knots": [0.0, 3.0, 1.0]},
            {"knots": [0.0, 0.0, 1.0]},
            {"pieces": [[0.0, 1.0], [1.0, 2.0]]},
            {"pieces": []},
            {"amounts": []},
            {"values": "x"},
            {"missing": None},
            {"center": "0"},
        ],
        ids=json.dumps,
    )
    def test_a_curve_that_lies_is_refused(self, change):
        record = json.loads(MODEL.to_files("linear")["linear.json"])
        record["curves"][0] |= change
        with pytest.raises(BundleError, match=r"linear\.json: curves\[0\]"):
            ShapeModel.from_files({"linear.json": json.dumps(record).encode()}, "linear")

    def test_a_model_without_curves_is_refused(self):
        with pytest.raises(BundleError, match="has no curves"):
            ShapeModel.from_files({"linear.json": b'{"intercept": 0, "curves": []}'}, "linear")
