import json
from dataclasses import replace

import numpy as np
import pytest

from tests.bench import drivers
from tests.bench.driver_figures import GOALS, Counts, list_missed, to_figures, to_json
from tests.bench.driver_ranks import FieldTally, RankTally, draw_means, importance_of, judge_ranks
from tests.bench.driver_rules import judge, list_context, list_partners, offer
from tests.bench.driver_tally import Tally, add_up, expected_calibration_error, judge_world, oracle_width
from tests.bench.driver_worlds.every import WORLDS, draw_world
from tests.bench.driver_worlds.levers import context_column, lever_facts
from tests.bench.driver_worlds.ranks import RANK_WORLDS, draw_survey
from tests.bench.driver_worlds.world import ColumnFacts

KEYS = [
    "nonlevers_offered",
    "declared_nonlevers_offered",
    "power_016_n1000",
    "false_refusals",
    "regret",
    "contrast_coverage",
    "width_vs_oracle",
    "refused_by_metadata",
    "rank_coverage",
    "rank_joint_coverage",
    "wrong_sole_winner",
    "quadrant_ece",
    "bootstrap_s",
    "by_size",
]
CONTEXT = context_column("size", np.zeros(3)).facts
WINDOW = {"window_from_days": 180, "window_to_days": 30}
ROLES = {"mediator", "signal", "context"}
RATING = replace(lever_facts("rated"), data="X", answered_by="entity")


def test_a_small_run_prints_all_figures_and_offers_nothing_that_is_declared_to_be_no_lever(capsys):
    drivers.main(["--runs", "2", "--sizes", "1000", "--workers", "1"])
    printed, progress = capsys.readouterr()
    figures = json.loads(printed.splitlines()[-1])
    assert list(figures) == KEYS
    assert figures["declared_nonlevers_offered"] == 0
    assert figures["refused_by_metadata"] == 1
    assert figures["false_refusals"] == 0
    assert figures["power_016_n1000"] > 0.8
    assert figures["bootstrap_s"] > 0
    assert list(figures["by_size"]) == ["1000"]
    assert all(value is not None for value in figures.values())
    for world in WORLDS:
        assert f"\n{world} " in f"\n{printed}"
        assert f"levers: {world}, 1000 rows" in progress


def test_the_goals_are_those_of_all_figures():
    assert list(GOALS) == KEYS[:-1]


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        (lever_facts("wait"), ()),
        (replace(lever_facts("wait"), role="signal"), ("signal",)),
        (RATING, ("own rating",)),
        (replace(RATING, answered_by="other"), ()),
        (replace(RATING, answered_by=None), ("answered by missing",)),
        (replace(lever_facts("calls"), actor="person"), ("own behaviour",)),
        (replace(lever_facts("calls"), actor="person", is_randomised=True), ()),
        (replace(lever_facts("calls"), window_to_days=0), ("after outcome",)),
        (replace(lever_facts("calls"), window_from_days=201), ("no earlier context",)),
        (replace(lever_facts("calls"), window_from_days=200), ()),
        (replace(lever_facts("calls"), actor=None, goal=None), ("actor missing", "goal missing")),
        (replace(RATING, actor="person"), ("own rating", "own behaviour")),
    ],
)
def test_metadata_refuse_with_all_reasons(facts, reasons):
    assert judge(facts, [facts, CONTEXT]) == reasons


def test_context_has_ended_when_the_lever_begins_and_partners_began_before_it_ended():
    first = replace(lever_facts("first"), window_from_days=180, window_to_days=100)
    later = replace(lever_facts("later"), window_from_days=100, window_to_days=10)
    late_context = replace(CONTEXT, name="late", window_to_days=120)
    mediator = ColumnFacts("ease", role="mediator", window_from_days=170, window_to_days=150)
    columns = [first, later, CONTEXT, late_context, mediator]
    assert list_context(first, columns) == ("size",)
    assert list_context(later, columns) == ("size", "late")
    assert list_partners(first, [first, later, RATING]) == ()
    assert list_partners(later, [first, later, RATING]) == ("first",)


@pytest.mark.parametrize("name", WORLDS)
def test_worlds_are_drawn_again_by_their_keys_and_tell_the_truth_about_their_columns(name):
    world, again, other = draw_world(name, 300, 1), draw_world(name, 300, 1), draw_world(name, 300, 2)
    assert (world.target == again.target).all()
    assert not (world.target == other.target).all()
    names = {column.facts.name for column in world.columns}
    assert set(world.contrasts) == set(world.oracle) <= names
    assert world.false_levers <= names
    assert set(world.medium) <= set(world.contrasts)
    assert world.unidentified <= set(world.contrasts)
    assert not world.nulls & set(world.contrasts)
    sign = 1 if world.is_target_good else -1
    assert all(sign * change > 0 for change in world.contrasts.values())


def slope_of(world, name, *beside):
    columns = {column.facts.name: column.values for column in world.columns}
    design = np.column_stack(
        [np.ones(len(world.target)), columns[name], *(columns[other] for other in beside)]
    )
    return np.linalg.lstsq(design, world.target, rcond=None)[0][1]


@pytest.mark.parametrize(
    ("world", "name", "sign"),
    [
        ("hidden_mood", "rated_speed", 1),
        ("earlier_mood", "rated_advice", 1),
        ("behaviour", "tickets", 1),
        ("mediator", "rated_ease", 1),
        ("symptom", "complaints", -1),
        ("symptom", "escalations", -1),
        ("symptom", "aftercare", -1),
        ("symptom", "campaign", 1),
        ("observed", "confounded", 1),
        ("interaction", "confounded", 1),
        ("decoys", "decoy_strong", -1),
        ("retention", "ad_spend", 1),
        ("retention", "bugs_reported", 1),
        ("retention", "discount", -1),
    ],
)
def test_every_trap_goes_along_with_the_target_so_that_it_can_catch(world, name, sign):
    assert sign * slope_of(draw_world(world, 20_000, 1), name) > 0.02


@pytest.mark.parametrize("name", WORLDS)
def test_what_is_falsely_declared_is_refused_and_the_rest_is_not(name):
    world = draw_world(name, 300, 3)
    verdict = offer(world)
    refused = {column for column, reasons in verdict.refused.items() if not set(reasons) & ROLES}
    assert refused == world.false_levers
    assert set(verdict.effects).isdisjoint(verdict.refused)


def test_the_effect_of_a_lever_counts_what_it_does_through_a_mediator():
    world = draw_world("mediator", 20_000, 1)
    truth = 0.16 / np.sqrt(1 - 0.16**2)
    effect = offer(world).effects["medium"]
    assert effect.slope.low < truth < effect.slope.high
    assert effect.contrast.low < world.contrasts["medium"] < effect.contrast.high
    ease = next(column for column in world.columns if column.facts.name == "ease")
    as_context = replace(ease, facts=replace(CONTEXT, name="ease"))
    others = tuple(column for column in world.columns if column is not ease)
    hidden = offer(replace(world, columns=(*others, as_context))).effects["medium"].slope
    assert hidden.high < effect.slope.low
    assert hidden.value == pytest.approx(effect.slope.value - truth / 2, abs=0.02)


def test_without_metadata_the_ratings_of_a_mood_would_be_offered_and_counted():
    world = draw_world("hidden_mood", 1000, 1)

    facts = [
        replace(column, facts=replace(column.facts, data="O", actor="company", **WINDOW))
        if column.facts.name in world.false_levers
        else column
        for column in world.columns
    ]
    verdict = offer(replace(world, columns=tuple(facts)))
    assert set(verdict.offered) & world.false_levers


def test_a_target_of_which_less_is_better_turns_directions():
    world = draw_world("observed", 1000, 5)
    straight, turned = offer(world), offer(world.turned())
    assert straight.offered == turned.offered
    assert "strong" in straight.offered
    assert judge_world(world).gain == pytest.approx(judge_world(world.turned()).gain)


def test_what_is_offered_first_promises_most():
    world = draw_world("observed", 5000, 1)
    verdict = offer(world)
    gains = [verdict.effects[name].contrast.value for name in verdict.offered]
    assert len(gains) >= 3
    assert gains == sorted(gains, reverse=True)


def test_a_world_is_counted_once():
    tally = judge_world(draw_world("symptom", 1000, 2))
    assert (tally.runs, tally.false_levers, tally.false_refused, tally.good) == (1, 3, 3, 0)
    assert tally.contrasts == 4
    assert 0.9 < tally.widths / tally.contrasts < 1.5
    twice = add_up([tally, tally])
    assert (twice.runs, twice.widths) == (2, 2 * tally.widths)


def test_nobody_knows_more_than_the_oracle():
    world = draw_world("decoys", 1000, 2)
    effects = offer(world).effects
    for column in world.columns:
        contrast = effects[column.facts.name].contrast if column.facts.name in world.contrasts else None
        if contrast is not None:
            assert contrast.high - contrast.low > 0.95 * oracle_width(world, column)


def test_importance_comes_near_the_truth_with_an_error_that_fits():
    survey = draw_survey(RANK_WORLDS["one first"], 50_000, np.random.default_rng(1))
    importance, covariance = importance_of(survey)
    errors = np.sqrt(np.diag(covariance))
    assert (np.abs(importance - survey.importance) < 4 * errors).all()
    assert survey.items.mean(axis=0) == pytest.approx(survey.performance, abs=0.03)
    drawn = draw_means(survey.items, np.random.default_rng(2))
    assert drawn.std(axis=0) == pytest.approx(survey.items.std(axis=0) / np.sqrt(50_000), rel=0.35)


def test_ties_have_a_range_of_true_ranks():
    survey = draw_survey(RANK_WORLDS["tied"], 300, np.random.default_rng(1))
    best, worst = survey.ranks
    assert best.tolist() == [1, 1, 1, 4, 4, 4, 7, 7, 7, 7]
    assert worst.tolist() == [3, 3, 3, 6, 6, 6, 10, 10, 10, 10]


def test_a_clear_first_is_stated_alone_with_many_rows():
    tally = judge_ranks("one first", 20_000, 0, 1)
    assert (tally.surveys, tally.items, tally.right_winners, tally.wrong_winners) == (1, 10, 1, 0)


def test_calibration_errors_are_gaps_between_stated_and_right():
    stated = np.repeat([0.5, 0.9], 50)
    assert expected_calibration_error(stated, np.tile([0.0, 1.0], 50), 2) == pytest.approx(0.2)
    right = np.concatenate([np.tile([0.0, 1.0], 25), np.repeat([1.0, 0.0], [45, 5])])
    assert expected_calibration_error(stated, right, 2) == pytest.approx(0.0)


def counts_of(tally, ranks=None):
    fields = FieldTally(np.full(10, 0.9), np.ones(10), np.ones(10))
    return Counts(
        {("observed", 1000): tally}, {("clear", 1000): ranks or RankTally()}, {("wide", 1000): fields}
    )


def test_figures_are_shares_of_what_was_counted():
    tally = Tally(
        runs=10, with_null=1, medium=10, medium_offered=9, good=60, good_refused=3, gain=9.5, contrasts=40,
        covered=38, widths=44.0, false_levers=20, false_refused=20,
    )  # fmt: skip
    ranks = RankTally(surveys=10, items=100, covered=97, jointly_covered=9, wrong_winners=1)
    figures = to_json(counts_of(tally, ranks), to_figures(counts_of(tally, ranks), 0.5))
    assert [figures[name] for name in KEYS[:-1]] == [
        0.1, 0, 0.9, 0.05, 0.05, 0.95, 1.1, 1.0, 0.97, 0.9, 0.1, 0.1, 0.5,
    ]  # fmt: skip
    assert figures["by_size"]["1000"]["nonlevers_offered"] == [0.1, 0.0179, 0.4042]


@pytest.mark.parametrize(
    ("tally", "missed"),
    [
        (Tally(runs=10, with_null=1, gain=10), []),  # of ten runs one may be chance
        (Tally(runs=100, with_null=20, gain=100), ["nonlevers_offered"]),
        (Tally(runs=10, declared=1, gain=10), ["declared_nonlevers_offered"]),
        (Tally(runs=10, gain=8), ["regret"]),
        (Tally(runs=10, gain=10, false_levers=100, false_refused=90), ["refused_by_metadata"]),
    ],
)
def test_a_goal_is_missed_where_chance_cannot_explain_it(tally, missed):
    counts = counts_of(tally)
    figures = to_figures(Counts(counts.levers, {}, {}), 0.5)
    assert list_missed(figures) == missed


def test_large_worlds_have_fewer_runs_and_seeds_of_their_own():
    tasks = drivers.plan(["observed", "wide"], [300, 5000], 60, 7)
    levers = [task for task in tasks if task.kind == "levers" and task.size == 300]
    assert [(task.first, task.runs) for task in levers] == [(0, 25), (25, 25), (50, 10)]
    assert sum(task.runs for task in tasks if task.kind == "levers" and task.size == 5000) == 15
    assert sum(task.runs for task in tasks if task.kind == "fields" and task.size == 300) == 300
    assert {task.seed for task in tasks} == {7}


def test_parts_of_the_runs_add_up_to_the_whole():
    whole = drivers.work(drivers.Task("levers", "observed", 300, 0, 0, 3))
    parts = [drivers.work(drivers.Task("levers", "observed", 300, 0, first, 1)) for first in range(3)]
    assert add_up(parts).widths == pytest.approx(whole.widths)
    assert add_up(parts).covered == whole.covered


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--worlds", "obserfed"], "'obserfed' is none; there are"),
        (["--sizes", "300;1000"], "are no numbers of rows; write 300,1000"),
        (["--runs", "0"], "at least 1 of each is needed"),
    ],
)
def test_what_cannot_be_judged_is_said(capsys, arguments, words):
    with pytest.raises(SystemExit):
        drivers.main(arguments)
    assert words in capsys.readouterr().err
