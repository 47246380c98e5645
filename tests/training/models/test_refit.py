"""Refits keep what was chosen out of fold; only the rows change."""

import numpy as np
import pytest

from tests.training.models.known_truth import QUICK, make_flat
from training.models.fit_binary import fit_binary
from training.models.periods import PeriodTable
from training.models.refit import refit_members


@pytest.fixture(scope="module")
def world():
    return make_flat()


@pytest.fixture(scope="module")
def fit(world):
    return fit_binary(world.encoded, world.target, recipe=QUICK, seed=5)


def table_of(world, rows):
    labels = world.target[rows][:, None]
    return PeriodTable(world.encoded.matrix[rows], world.encoded.n_codes, labels, np.ones_like(labels))


def test_the_same_rows_give_the_same_members(world, fit):
    again = refit_members(table_of(world, np.arange(len(world.target))), fit.facts, QUICK)
    assert [(member.name, member.weight) for member in again.members] == [
        (member.name, member.weight) for member in fit.model.blend.members
    ]
    _, expected = fit.model.blend.attributions(world.encoded.matrix)
    _, found = again.attributions(world.encoded.matrix)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_other_rows_give_another_explanation_of_the_same_kind(world, fit):
    half = np.arange(len(world.target)) % 2 == 0
    again = refit_members(table_of(world, half), fit.facts, QUICK)
    _, whole = fit.model.blend.attributions(world.encoded.matrix)
    _, of_half = again.attributions(world.encoded.matrix)
    assert np.abs(of_half - whole).max() > 0.01
    strongest = np.abs(whole).mean(axis=0).argmax()
    assert np.corrcoef(whole[:, strongest], of_half[:, strongest])[0, 1] > 0.8


def test_members_without_weight_are_not_fitted(world, fit):
    dropped = {member.name for member in fit.facts.members if member.weight == 0}
    again = refit_members(table_of(world, np.arange(len(world.target))), fit.facts, QUICK)
    assert dropped.isdisjoint(member.name for member in again.members)


def test_the_level_is_not_part_of_a_refit(world, fit):
    again = refit_members(table_of(world, np.arange(len(world.target))), fit.facts, QUICK)
    assert again.intercept == 0.0
