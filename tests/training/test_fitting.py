from dataclasses import replace

import numpy as np
import pytest

from features.catalogue import Catalogue, Feature
from features.errors import TooFewEventsError
from tests.training.examples import LIGHT, LINEAR, SEED
from training.fitting import fit_rows, refit_rows
from training.models import BinaryModel, HazardModel
from training.models.recipe import BoosterSettings
from training.rows import LabelOutcome, TrainingRows

CATALOGUE = Catalogue((Feature("a", "number", "table"), Feature("b", "number", "table")))
# Trees that learn single rows by heart, so that a copy on the other side of a split would show.
DEEP = BoosterSettings("deep", n_leaves=127, max_depth=12, learning_rate=0.5, min_leaf_rows=1, l2=0.0)
BY_HEART = replace(LIGHT, boosters=(DEEP,), max_trees=8, pooled_below_events=30)


def make_copies(*, shift: float, group_by_pair: bool = False, n_pairs: int = 100) -> TrainingRows:
    """Return rows of chance, each of them twice under two ids; ``shift`` moves the second copy a little."""
    random = np.random.default_rng(11)
    once = random.normal(0, 1, (n_pairs, 2))
    values = np.concatenate([once, once + shift])
    target = np.tile(random.integers(0, 2, n_pairs).astype(float), 2)
    entity = np.array([f"e{number}" for number in range(2 * n_pairs)], object)
    pair = np.tile([f"p{number}" for number in range(n_pairs)], 2).astype(object)
    return TrainingRows(
        catalogue=CATALOGUE,
        columns={"a": values[:, 0], "b": values[:, 1]},
        entity=entity,
        group=pair if group_by_pair else entity,
        outcome=LabelOutcome(target),
        weight=None,
        value=None,
    )


def test_snapshots_get_hazards_and_flat_tables_one_probability(company, members):
    assert isinstance(company.learned.fitted.model, HazardModel)
    assert isinstance(members.learned.fitted.model, BinaryModel)
    assert company.learned.fitted.probabilities(company.learned.rows.take(np.arange(5))).shape == (5, 4)
    assert members.learned.fitted.probabilities(members.learned.rows.take(np.arange(5))).shape == (5, 1)


def test_vocabularies_come_from_the_rows_alone(members):
    rows = members.learned.rows
    plan = rows.columns["plan"]
    learned = fit_rows(rows.take(plan != "trial"), LINEAR, SEED)
    assert learned.encoder.vocabularies["plan"].levels == ("basic", "plus")
    assert np.isfinite(learned.probabilities(rows.take(plan == "trial"))).all()


def test_known_truth_is_found(members):
    rows = members.learned.rows
    calm = {"price": 20.0, "visits": 9.0, "plan": "basic", "noise": 0.0, "region": "north", "mood": 5.0}
    keen = calm | {"price": 70.0, "visits": 2.0, "plan": "trial"}
    columns = {
        name: np.array([calm[name], keen[name]], dtype=rows.columns[name].dtype) for name in rows.columns
    }
    low, high = members.learned.fitted.model.probabilities(
        members.learned.fitted.encoder.encode(columns).matrix
    )[:, 0]
    assert low < 0.15
    assert high > 0.75


def test_exact_copies_stay_on_one_side_when_weights_are_chosen():
    """The same rows moved a little are copies that nobody can know of, and show what would go wrong."""
    honest = fit_rows(make_copies(shift=0.0), BY_HEART, SEED).facts
    fooled = fit_rows(make_copies(shift=1e-6), BY_HEART, SEED).facts
    assert honest.log_loss > honest.prior_log_loss - 0.02
    assert fooled.log_loss < fooled.prior_log_loss - 0.1


def test_declared_groups_stay_on_one_side():
    grouped = fit_rows(make_copies(shift=1e-6, group_by_pair=True), BY_HEART, SEED).facts
    assert grouped.log_loss > grouped.prior_log_loss - 0.02


def test_equal_seeds_fit_equal_models(members):
    again = fit_rows(members.learned.rows, LINEAR, SEED)
    assert again.model.to_files() == members.learned.fitted.model.to_files()


def test_weights_of_rows_matter(members):
    rows = members.learned.rows
    target = rows.outcome.target
    heavy = fit_rows(replace(rows, weight=1 + 9 * target), LINEAR, SEED)
    plain = members.learned.fitted.probabilities(rows).mean()
    assert plain == pytest.approx(target.mean(), abs=0.02)
    assert heavy.probabilities(rows).mean() > plain + 0.2


def test_too_few_events_are_no_model(members):
    rows = members.learned.rows
    events = np.flatnonzero(rows.outcome.target == 1)
    few = np.union1d(np.flatnonzero(rows.outcome.target == 0), events[:20])
    with pytest.raises(TooFewEventsError, match="20"):
        fit_rows(rows.take(few), LINEAR, SEED)


class TestRefit:
    @pytest.mark.parametrize("example", ["company", "members"])
    def test_the_same_rows_give_the_same_explanation(self, request, example):
        learned = request.getfixturevalue(example).learned
        recipe = LIGHT if example == "company" else LINEAR
        again = refit_rows(learned.fitted, learned.rows, recipe)
        matrix = learned.fitted.encoder.encode(learned.rows.take(np.arange(200)).columns).matrix
        assert type(again) is type(learned.fitted.model)
        place = learned.rows.primary_index
        one, other = (model.attributions(matrix, place) for model in (again, learned.fitted.model))
        assert np.allclose(one.contributions, other.contributions, atol=1e-6)

    def test_half_of_the_rows_gives_another_model_of_the_same_kind(self, members):
        learned = members.learned
        half = refit_rows(learned.fitted, learned.rows.take(np.arange(350)), LINEAR)
        matrix = learned.fitted.encoder.encode(learned.rows.columns).matrix
        one, other = half.probabilities(matrix)[:, 0], learned.fitted.model.probabilities(matrix)[:, 0]
        assert 0 < np.abs(one - other).mean() < 0.1
        assert np.corrcoef(one, other)[0, 1] > 0.8

    def test_levels_that_the_half_lacks_do_no_harm(self, members):
        learned = members.learned
        without = learned.rows.take(learned.rows.columns["plan"] != "trial")
        matrix = learned.fitted.encoder.encode(learned.rows.columns).matrix
        assert np.isfinite(refit_rows(learned.fitted, without, LINEAR).probabilities(matrix)).all()


@pytest.mark.parametrize("kind", ["event", "binary"])
def test_declared_directions_reach_the_model(request, kind):
    rows = request.getfixturevalue("company" if kind == "event" else "members").learned.rows
    number = next(name for name in rows.catalogue.numbers if len(np.unique(rows.columns[name])) > 20)
    place = rows.catalogue.names.index(number)
    for direction in (1, -1):
        signs = tuple(direction * (name == number) for name in rows.catalogue.names)
        fitted = fit_rows(replace(rows, directions=signs), LINEAR, SEED)
        matrix = fitted.encoder.encode(rows.columns).matrix
        known = np.sort(matrix[~np.isnan(matrix[:, place]), place])
        swept = np.repeat(matrix[:20], 50, axis=0)
        swept[:, place] = np.tile(np.quantile(known, np.linspace(0, 1, 50)), 20)
        risk = fitted.model.probabilities(swept).reshape(20, 50, -1)
        assert np.min(direction * np.diff(risk, axis=1)) >= -1e-14
