"""How often levers are offered that do nothing, and how often those that work, where customers come back."""

import pytest
from scipy import stats

from tests.training.levers.panel_world import IDLE, MOODY, WORKING, make_panel, make_usecase
from training.levers import Lever, declared_drivers, judge_levers
from training.levers.comparison import compare
from training.rows import TrainingRows
from training.statistics import adjusted
from training.statistics.adjusted import adjusted_effects
from training.statistics.families import holm

pytestmark = pytest.mark.long
N_RUNS = 200
EFFECT = 0.5
USECASE = make_usecase(MOODY)
Run = dict[str, Lever]


def _judge(rows: TrainingRows) -> Run:
    return {lever.name: lever for lever in judge_levers(rows, USECASE)}


def _is_more_than(hits: int, share: float, n: int = N_RUNS) -> bool:
    """Tell whether so many hits are too many for a share, beyond chance."""
    return float(stats.binomtest(hits, n, share, alternative="greater").pvalue) < 0.01


def _is_less_than(hits: int, share: float, n: int = N_RUNS) -> bool:
    """Tell whether so many hits are too few for a share, beyond chance."""
    return float(stats.binomtest(hits, n, share, alternative="less").pvalue) < 0.01


def _count_runs(runs: list[Run], names: tuple[str, ...]) -> int:
    """Return in how many runs any of these levers is offered."""
    return sum(any(run[name].is_offered for name in names) for run in runs)


@pytest.fixture(scope="module")
def answers() -> list[Run]:
    """Return runs in which half of a lever stays with the customer and mood lasts for months."""
    return [_judge(make_panel(effect=EFFECT, seed=seed, usecase=USECASE)) for seed in range(N_RUNS)]


@pytest.fixture(scope="module")
def exits() -> list[Run]:
    """Return runs of exits, with levers that hardly change."""
    return [
        _judge(make_panel(seed=seed, outcome="events", lasting=0.9, usecase=USECASE))
        for seed in range(N_RUNS)
    ]


@pytest.mark.parametrize("outcome", ["answers", "exits"])
def test_idle_levers_are_offered_in_at_most_one_run_of_twenty(outcome, request):
    assert not _is_more_than(_count_runs(request.getfixturevalue(outcome), IDLE), 0.05)


def test_where_nothing_works_nothing_is_offered_in_nineteen_of_twenty_runs():
    runs = [_judge(make_panel(effect=0.0, lasting=0.9, seed=seed, usecase=USECASE)) for seed in range(N_RUNS)]
    assert not _is_more_than(_count_runs(runs, (*WORKING, *IDLE)), 0.05)


@pytest.mark.parametrize(("is_by_customer", "is_too_often"), [(True, False), (False, True)])
def test_customers_who_come_back_do_not_count_as_more_customers(is_by_customer, is_too_often):
    """Errors that take rows for customers find effects where there are none: this world asks for better."""
    offered = sum(_finds_effects(seed, is_by_customer=is_by_customer) for seed in range(N_RUNS))
    assert _is_more_than(offered, 0.05) is is_too_often


def _finds_effects(seed: int, *, is_by_customer: bool) -> bool:
    """Tell whether any lever seems to work where none does."""
    rows = make_panel(effect=0.0, lasting=0.95, mood_lasts=0.95, n_snapshots=10, seed=seed, usecase=USECASE)
    drivers = declared_drivers(USECASE, rows.catalogue, 270)
    context = [one for one in drivers if one.group.role == "context"]
    levers = [one for one in drivers if one.group.name in {"staffing", "noise"}]
    compared = compare(rows, levers, context, 90)
    effects = adjusted_effects(
        compared.target,
        [adjusted.Lever(name, control.values) for name, control in compared.levers.items()],
        [column for columns in compared.context.values() for column in columns],
        entity=compared.entity.astype(str) if is_by_customer else None,
    )
    return bool(holm([effect.p_value for effect in effects.values()]).any())


@pytest.mark.parametrize("name", WORKING)
def test_levers_that_work_are_found(answers, name):
    assert not _is_less_than(sum(run[name].is_offered for run in answers), 0.8)


def test_levers_that_last_are_seldom_refused_by_earlier_answers(answers):
    refused = sum(
        any(refusal.code == "changed before" for refusal in run[name].refusals)
        for run in answers
        for name in (*WORKING, *IDLE)
    )
    assert not _is_more_than(refused, 0.02, 4 * N_RUNS)


def test_a_lever_that_hidden_mood_moves_is_caught_by_earlier_answers(answers):
    assert not _is_less_than(sum(run["calls"].status == "refused" for run in answers), 0.9)


@pytest.mark.parametrize(("name", "slope"), WORKING.items())
def test_ranges_of_slopes_hold_the_truth(answers, name, slope):
    effects = [run[name].effect for run in answers]
    hits = sum(
        effect is not None and effect.slope.low <= EFFECT * slope <= effect.slope.high for effect in effects
    )
    assert not _is_less_than(hits, 0.93)
