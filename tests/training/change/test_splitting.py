from dataclasses import replace

import numpy as np
import pytest

from features.errors import InputError
from tests.training.change.worlds import KINDS, NEW_FEATURES, draw_columns, make_pair, to_bundle
from training.change.splitting import split_change
from training.models.odds import to_probability
from training.usability import ModelNotUsableError

N_PAIRS = 120
BEFORE, AFTER = draw_columns(N_PAIRS, 100), draw_columns(N_PAIRS, 200)
CASES = [
    ("binary", "outcome"),
    ("hazard", "30d"),
    ("hazard", "90d"),
    ("hazard", "180d"),
    ("rating", "outcome"),
]


def score(bundle, columns, horizon):
    """Return the score straight from the model."""
    matrix = bundle.encoder.encode(columns).matrix
    if bundle.model.output_names[0] == "value":
        return bundle.model.expected(matrix)
    return bundle.model.log_odds(matrix)[:, bundle.horizons.index(horizon)]


def split(kind, horizon, before=BEFORE, after=AFTER, *, swap=False):
    pair = make_pair(kind)
    old, new = (pair.new, pair.old) if swap else (pair.old, pair.new)
    return split_change(old, new, before, after, horizon)


@pytest.mark.parametrize(("kind", "horizon"), CASES)
class TestAddingUp:
    def test_the_ends_are_the_scores(self, kind, horizon):
        found, pair = split(kind, horizon), make_pair(kind)
        np.testing.assert_allclose(found.before, score(pair.old, BEFORE, horizon), atol=1e-12)
        np.testing.assert_allclose(found.after, score(pair.new, AFTER, horizon), atol=1e-12)

    def test_the_parts_add_up_to_the_change(self, kind, horizon):
        for found in (split(kind, horizon), split(kind, horizon).to_score()):
            total = found.before + found.by_feature.sum(axis=1) + found.by_model
            np.testing.assert_allclose(total, found.after, atol=1e-9, rtol=0)
            assert np.abs(found.by_feature).max() > 0.01
            assert np.abs(found.by_model).max() > 0.01

    def test_swapped_sides_give_the_mirror(self, kind, horizon):
        there, back = split(kind, horizon), split(kind, horizon, AFTER, BEFORE, swap=True)
        order = [back.catalogue.names.index(name) for name in there.catalogue.names]
        np.testing.assert_allclose(there.by_feature, -back.by_feature[:, order], atol=1e-9)
        np.testing.assert_allclose(there.by_model, -back.by_model, atol=1e-9)
        np.testing.assert_allclose(
            there.to_score().by_feature, -back.to_score().by_feature[:, order], atol=1e-9
        )

    def test_the_same_rows_leave_the_model_alone_to_blame(self, kind, horizon):
        found, pair = split(kind, horizon, BEFORE, BEFORE), make_pair(kind)
        assert np.all(found.by_feature == 0)
        change = score(pair.new, BEFORE, horizon) - score(pair.old, BEFORE, horizon)
        np.testing.assert_allclose(found.by_model, change, atol=1e-12)

    def test_the_same_model_is_never_to_blame(self, kind, horizon):
        pair = make_pair(kind)
        found = split_change(pair.old, pair.old, BEFORE, AFTER, horizon)
        assert np.all(found.by_model == 0)
        np.testing.assert_allclose(
            found.before + found.by_feature.sum(axis=1), score(pair.old, AFTER, horizon), atol=1e-9
        )

    def test_nothing_changed_is_nothing(self, kind, horizon):
        pair = make_pair(kind)
        found = split_change(pair.old, pair.old, BEFORE, BEFORE, horizon).to_score()
        assert np.all(found.by_feature == 0)
        assert np.all(found.by_model == 0)
        assert np.all(found.before == found.after)

    def test_a_feature_with_the_same_value_did_nothing(self, kind, horizon):
        after = AFTER | {"use": BEFORE["use"], "region": BEFORE["region"]}
        found = split(kind, horizon, after=after)
        same = [found.catalogue.names.index(name) for name in ("use", "region")]
        assert np.all(found.by_feature[:, same] == 0)
        assert np.abs(found.by_feature).max() > 0.01

    def test_pairs_do_not_depend_on_each_other(self, kind, horizon):
        together = split(kind, horizon)
        for place in (0, 57, N_PAIRS - 1):
            one = split(
                kind,
                horizon,
                {name: column[[place]] for name, column in BEFORE.items()},
                {name: column[[place]] for name, column in AFTER.items()},
            )
            np.testing.assert_allclose(one.by_feature[0], together.by_feature[place], atol=1e-9)
            np.testing.assert_allclose(one.by_model[0], together.by_model[place], atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_feature_that_one_model_alone_reads_counts_to_the_model(kind):
    pair = make_pair(kind)
    found = split_change(
        pair.old, pair.new, BEFORE, BEFORE | {"gone": AFTER["gone"], "fresh": AFTER["fresh"]}, None
    )
    assert found.catalogue.names == tuple(name for name in NEW_FEATURES if name != "fresh")
    assert np.all(found.by_feature == 0)
    np.testing.assert_allclose(found.before + found.by_model, found.after, atol=1e-9)


def test_the_model_part_is_the_mean_of_both_orders():
    pair = make_pair("binary")
    shared = {"gone": BEFORE["gone"], "fresh": BEFORE["fresh"]}  # else they would count to the model as well
    after = AFTER | shared
    found = split_change(pair.old, pair.new, BEFORE, after, None)
    on_old_row = score(pair.new, BEFORE, "outcome") - score(pair.old, BEFORE, "outcome")
    on_new_row = score(pair.new, after, "outcome") - score(pair.old, after, "outcome")
    np.testing.assert_allclose(found.by_model, (on_old_row + on_new_row) / 2, atol=1e-12)


def test_points_are_proportional_to_log_odds_also_where_the_ends_meet():
    pair = make_pair("binary")
    found = split_change(pair.old, pair.new, BEFORE, AFTER, None)
    points = found.to_score()
    np.testing.assert_allclose(points.before, to_probability(found.before))
    slope = (points.after - points.before) / (found.after - found.before)
    np.testing.assert_allclose(points.by_feature, slope[:, None] * found.by_feature, atol=1e-9)
    for distance in (0.0, 1e-14, 1e-9, 9e-7, 1.1e-6, 3.0, 800.0):
        ends = replace(
            found,
            before=np.full(N_PAIRS, -0.7),
            after=np.full(N_PAIRS, -0.7 + distance),
            by_feature=np.tile([1.0, distance - 1.0, 0.0], (N_PAIRS, 1)),
            by_model=np.zeros(N_PAIRS),
        ).to_score()
        total = ends.before + ends.by_feature.sum(axis=1)
        np.testing.assert_allclose(total, ends.after, atol=1e-9)
        assert np.isfinite(ends.by_feature).all()
    assert ends.by_feature[0, 1] > 0


def test_the_primary_horizon_of_the_newer_model_is_the_default():
    assert split("hazard", None).horizon == "90d"


class TestRefusals:
    def test_an_unknown_horizon_is_named_with_those_there_are(self):
        with pytest.raises(
            InputError, match=r"--horizon: sample-\w+ has no horizon '60d'; name one of 30d, 90d, 180d"
        ):
            split("hazard", "60d")

    def test_a_horizon_that_one_model_lacks_is_refused(self):
        old, new = make_pair("binary").old, make_pair("hazard").new
        with pytest.raises(InputError, match="has no horizon '90d'"):
            split_change(old, new, BEFORE, AFTER, None)

    def test_a_risk_is_not_compared_with_an_answer(self):
        old, new = make_pair("binary").old, make_pair("rating").new
        with pytest.raises(InputError, match=r"forecasts a risk, sample-\w+ an answer \(ordinal\)"):
            split_change(old, new, BEFORE, AFTER, None)

    @pytest.mark.parametrize("side", ["old", "new"])
    def test_a_model_that_gives_no_scores_explains_no_change(self, side):
        pair = make_pair("binary")
        doubt = {"problem": "ranking", "words": "the ranking may be little better than chance"}
        evaluation = {"all_rows": {"horizons": {"outcome": {"usable": False, "doubts": [doubt]}}}}
        sides = {"old": pair.old, "new": pair.new}
        sides[side] = replace(sides[side], evaluation=evaluation)
        with pytest.raises(ModelNotUsableError, match="little better than chance"):
            split_change(sides["old"], sides["new"], BEFORE, AFTER, None)

    def test_answers_of_another_kind_are_not_compared(self):
        new = make_pair("rating").new
        levels = replace(new.model.levels, kind="numeric")
        old = to_bundle(new.encoder, replace(new.model, levels=levels), NEW_FEATURES, 77, "customer")
        with pytest.raises(InputError, match=r"an answer \(numeric\)"):
            split_change(old, new, BEFORE, AFTER, None)
