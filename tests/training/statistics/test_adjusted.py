import math

import numpy as np
import pytest
from scipy import stats

from tests.training.statistics.lever_worlds import NULLS, WORKING, make_levers
from training.statistics.adjusted import Lever, _Regression, adjusted_effects
from training.statistics.controls import Control
from training.statistics.families import holm
from training.statistics.leave_out import EntityRows


def line(n_rows: int = 400, slope: float = 0.5, seed: int = 1):
    """Return a lever, a confounder and a target in which only they play a part."""
    chance = np.random.default_rng(seed)
    confounder = chance.normal(size=n_rows)
    lever = confounder + chance.normal(size=n_rows)
    return lever, confounder, slope * lever + 2.0 * confounder + chance.normal(size=n_rows)


def offered(world) -> dict[str, bool]:
    effects = adjusted_effects(world.target, world.levers, world.context)
    passed = holm([effect.p_value for effect in effects.values()])
    return {
        name: bool(is_clear and effect.slope.value > 0)
        for (name, effect), is_clear in zip(effects.items(), passed, strict=True)
    }


def test_without_controls_it_is_the_regression_with_hc3_errors():
    lever, _, target = line(60)
    found = adjusted_effects(target, [Lever("wait", lever)])["wait"]
    columns = np.column_stack([np.ones(60), lever])
    inverse = np.linalg.inv(columns.T @ columns)
    slopes = inverse @ columns.T @ target
    residual = (target - columns @ slopes) / (1 - np.einsum("ij,jk,ik->i", columns, inverse, columns))
    error = math.sqrt((inverse @ (columns.T * residual**2) @ columns @ inverse)[1, 1])
    half = stats.t.ppf(0.975, 58) * error
    assert found.slope.value == pytest.approx(slopes[1], abs=1e-12)
    assert (found.slope.low, found.slope.high) == pytest.approx((slopes[1] - half, slopes[1] + half))
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(slopes[1]) / error, 58))
    assert (found.n_columns, found.freedom, found.slope.n) == (1, 58, 60)


def test_controls_take_a_confounder_out():
    lever, confounder, target = line(2000)
    raw = adjusted_effects(target, [Lever("wait", lever)])["wait"].slope
    adjusted = adjusted_effects(target, [Lever("wait", lever)], [Control("size", confounder)])["wait"].slope
    assert raw.low > 1.0
    assert adjusted.low < 0.5 < adjusted.high


def test_levers_control_each_other():
    chance = np.random.default_rng(5)
    real = chance.normal(size=1000)
    decoy = real + 0.5 * chance.normal(size=1000)
    target = real + chance.normal(size=1000)
    effects = adjusted_effects(target, [Lever("real", real), Lever("decoy", decoy)])
    assert effects["real"].slope.low > 0.5
    assert effects["decoy"].slope.low < 0 < effects["decoy"].slope.high


def test_context_may_differ_by_lever():
    lever, confounder, target = line(2000)
    controls = {"wait": [Control("size", confounder)]}
    effects = adjusted_effects(target, [Lever("wait", lever), Lever("other", -lever + 0.1)], controls)
    assert effects["wait"].refusal == "too little variation"
    alone = adjusted_effects(target, [Lever("wait", lever)], controls)["wait"]
    assert alone.slope.low < 0.5 < alone.slope.high


def chain(n_rows: int = 3000, seed: int = 2):
    """Return a lever, a later lever that carries half of its effect, and their target."""
    chance = np.random.default_rng(seed)
    first = chance.normal(size=n_rows)
    later = first + chance.normal(size=n_rows)
    target = 0.5 * first + 0.5 * later + chance.normal(size=n_rows)
    return [Lever("first", first), Lever("later", later)], target


def test_a_lever_that_is_no_partner_does_not_hide_what_goes_through_it():
    levers, target = chain()
    total = adjusted_effects(
        target, levers, beside={"first": (), "later": [Control("first", levers[0].values)]}
    )
    assert total["first"].slope.low < 1.0 < total["first"].slope.high
    assert total["later"].slope.low < 0.5 < total["later"].slope.high
    assert total["first"].n_columns == 1
    direct = adjusted_effects(target, levers)["first"].slope
    assert direct.low < 0.5 < direct.high < total["first"].slope.low


def test_where_nothing_is_named_all_other_levers_are_held_equal():
    levers, target = chain(400)
    first, later = (Control(lever.name, lever.values) for lever in levers)
    named = adjusted_effects(target, levers, beside={"first": [later], "later": [first]})
    assert named == adjusted_effects(target, levers)


def test_levers_known_in_different_rows_have_the_effects_they_have_alone():
    lever, confounder, target = line(500)
    other = np.random.default_rng(3).normal(size=500)
    other[::5] = np.nan
    controls = [Control("size", confounder)]
    both = adjusted_effects(
        target, [Lever("wait", lever), Lever("tone", other)], controls, beside={"wait": (), "tone": ()}
    )
    assert both["wait"] == adjusted_effects(target, [Lever("wait", lever)], controls)["wait"]
    assert both["tone"] == adjusted_effects(target, [Lever("tone", other)], controls)["tone"]


def test_what_is_held_fixed_beside_the_context_may_be_named_by_lever():
    chance = np.random.default_rng(5)
    real = chance.normal(size=1000)
    decoy = real + 0.5 * chance.normal(size=1000)
    target = real + chance.normal(size=1000)
    levers = [Lever("real", real), Lever("decoy", decoy)]
    only_decoy = adjusted_effects(target, levers, beside={"decoy": [Control("real", real)]})
    each_other = adjusted_effects(target, levers)
    assert only_decoy["decoy"] == each_other["decoy"]
    assert only_decoy["real"] == adjusted_effects(target, levers[:1])["real"]
    assert only_decoy["real"].slope.high - only_decoy["real"].slope.low < 0.2


def test_a_wave_takes_out_what_a_month_did_to_everybody():
    chance = np.random.default_rng(8)
    month = np.repeat(np.arange(12.0), 100)
    weather = chance.normal(size=12)[month.astype(int)]
    lever, target = weather + chance.normal(size=1200), 2 * weather + chance.normal(size=1200)
    wave = Control("month", month, is_category=True)
    raw = adjusted_effects(target, [Lever("wait", lever)], beside={})["wait"]
    held = adjusted_effects(target, [Lever("wait", lever)], beside={"wait": [wave]})["wait"]
    assert raw.slope.low > 0.3
    assert held.slope.low < 0 < held.slope.high
    assert held.n_columns == 12


def test_a_column_beside_that_does_not_fit_is_named():
    lever, _, target = line()
    with pytest.raises(ValueError, match="month has 3 rows where 400"):
        adjusted_effects(target, [Lever("wait", lever)], beside={"wait": [Control("month", np.zeros(3))]})


def test_the_column_limit_counts_entities_not_rows():
    lever, _, target = line(240)
    controls = [Control(f"c{place}", np.random.default_rng(place).normal(size=240)) for place in range(4)]
    by_row = adjusted_effects(target, [Lever("wait", lever)], controls)["wait"]
    by_entity = adjusted_effects(target, [Lever("wait", lever)], controls, entity=np.arange(240) // 3)["wait"]
    assert by_row.refusal is None
    assert 80 / 5 < by_row.n_columns <= 240 / 5
    assert by_entity.refusal == "too many controls"


@pytest.mark.parametrize("value", [0.0, 1.0, 0.1])
def test_a_target_that_never_varies_proves_nothing(value):
    lever, confounder, _ = line(500)
    found = adjusted_effects(np.full(500, value), [Lever("wait", lever, 0.0)], [Control("size", confounder)])
    assert found["wait"].p_value == 1.0
    assert (found["wait"].slope.value, found["wait"].robustness) == (0.0, 0.0)


def test_a_perfect_line_is_beyond_any_doubt():
    lever = np.arange(40.0)
    found = adjusted_effects(3 * lever, [Lever("wait", lever)])["wait"]
    assert found.p_value < 1e-100
    assert found.robustness == pytest.approx(1.0)


def test_shuffled_copies_seem_to_work_as_often_as_chance_allows():
    lever, confounder, target = line(500)
    arguments = (target, [Lever("wait", lever)], [Control("size", confounder)])
    misses = adjusted_effects(*arguments, n_placebos=400)["wait"].n_placebo_misses
    assert stats.binomtest(misses, 400, 0.05).pvalue > 0.01
    assert adjusted_effects(*arguments)["wait"].n_placebo_misses is None
    again = adjusted_effects(*arguments, n_placebos=400)["wait"]
    assert again.n_placebo_misses == misses
    other = [adjusted_effects(*arguments, n_placebos=60, seed=seed)["wait"] for seed in range(5)]
    assert len({effect.n_placebo_misses for effect in other}) > 1
    plain = adjusted_effects(*arguments)["wait"]
    assert (again.slope, again.p_value) == (plain.slope, plain.p_value)


def test_copies_of_rows_do_not_count_as_more_people():
    lever, confounder, target = line(300)
    once = adjusted_effects(target, [Lever("wait", lever)], [Control("size", confounder)])["wait"]
    copies = np.tile(np.arange(300), 4)
    controls = [Control("size", confounder[copies])]
    many = adjusted_effects(target[copies], [Lever("wait", lever[copies])], controls, entity=copies)["wait"]
    naive = adjusted_effects(target[copies], [Lever("wait", lever[copies])], controls)["wait"]
    width = once.slope.high - once.slope.low
    assert many.slope.high - many.slope.low == pytest.approx(width, rel=0.06)
    assert naive.slope.high - naive.slope.low < 0.6 * width


def test_what_is_explained_by_controls_is_refused_with_the_reason():
    lever, confounder, target = line(500)
    found = adjusted_effects(target, [Lever("wait", lever)], [Control("copy", lever + 1e-3 * confounder)])
    assert found["wait"].refusal == "too little variation"
    assert found["wait"].variation < 0.05
    assert math.isnan(found["wait"].slope.value)
    assert math.isnan(found["wait"].robustness)


def test_too_many_controls_for_the_rows_are_refused():
    lever, _, target = line(60)
    controls = [Control(f"c{place}", np.random.default_rng(place).normal(size=60)) for place in range(6)]
    found = adjusted_effects(target, [Lever("wait", lever)], controls)["wait"]
    assert found.refusal == "too many controls"
    assert found.n_columns > 12


def test_rows_without_the_lever_do_not_tell_of_it():
    lever, confounder, target = line(600)
    lever[:100] = np.nan
    found = adjusted_effects(target, [Lever("wait", lever)], [Control("size", confounder)])["wait"]
    rest = adjusted_effects(target[100:], [Lever("wait", lever[100:])], [Control("size", confounder[100:])])
    assert found == rest["wait"]


def test_the_contrast_counts_what_is_missing_to_the_goal():
    lever, _, target = line(4000, seed=9)
    confounder = Control("size", line(4000, seed=9)[1])
    found = adjusted_effects(target, [Lever("wait", lever, goal=1.0)], [confounder])["wait"].contrast
    truth = 0.5 * np.maximum(1.0 - lever, 0).mean()
    assert found is not None
    assert found.low < truth < found.high
    assert found.high - found.low < 0.5 * truth


def bent_effect(n_rows: int, seed: int):
    """Return a lever whose effect fades away from its goal, its target, and what meeting the goal brings."""
    chance = np.random.default_rng(seed)
    months = chance.uniform(0.0, 20.0, n_rows)
    gain = 1.8 / (1.0 + months / 4.0)
    met = 1.8 / (1.0 + np.minimum(months, 4.0) / 4.0)
    return months, gain + chance.normal(size=n_rows), float((met - gain).mean())


def test_with_many_rows_the_contrast_of_a_bent_effect_holds_the_truth():
    hits = []
    for seed in range(40):
        months, target, truth = bent_effect(5000, seed)
        lever = Lever("months", months, 4.0, is_lower_better=True)
        contrast = adjusted_effects(target, [lever])["months"].contrast
        assert contrast is not None
        hits.append(contrast.low <= truth <= contrast.high)
    assert sum(hits) >= 30  # a straight line to the goal holds it in none


def test_with_few_rows_a_straight_effect_is_sized_by_a_slope_on_either_side_of_the_goal():
    lever, _, target = line(500)
    short, beyond = np.minimum(lever, 0.0), np.maximum(lever, 0.0)
    columns = np.column_stack([np.ones(500), short, beyond])
    slope = np.linalg.lstsq(columns, target, rcond=None)[0][1]
    contrast = adjusted_effects(target, [Lever("wait", lever, goal=0.0)])["wait"].contrast
    assert contrast is not None
    assert contrast.value == pytest.approx(-slope * short.mean())


def test_the_unit_of_a_lever_does_not_matter_to_its_contrast():
    months, target, _ = bent_effect(4000, 1)
    days = adjusted_effects(target, [Lever("x", 30.0 * months, 120.0, is_lower_better=True)])["x"].contrast
    months_contrast = adjusted_effects(target, [Lever("x", months, 4.0, is_lower_better=True)])["x"].contrast
    assert days is not None
    assert months_contrast is not None
    assert (days.value, days.low) == pytest.approx((months_contrast.value, months_contrast.low))


@pytest.mark.parametrize("n_rows", [400, 4000])
def test_a_lever_with_far_tails_has_a_contrast_all_the_same(n_rows):
    chance = np.random.default_rng(4)
    hours = np.exp(2.0 * chance.normal(size=n_rows))
    target = -0.1 * np.minimum(hours, 30.0) + chance.normal(size=n_rows)
    contrast = adjusted_effects(target, [Lever("wait", hours, 5.0, is_lower_better=True)])["wait"].contrast
    assert contrast is not None
    assert 0 < contrast.value < 0.1 * np.maximum(hours - 5.0, 0.0).mean()


@pytest.mark.parametrize("n_rows", [400, 4000])
def test_a_lever_that_is_or_is_not_has_the_difference_times_the_share_without(n_rows):
    chance = np.random.default_rng(6)
    has = (chance.random(n_rows) < 0.4).astype(float)
    target = has + chance.normal(size=n_rows)
    contrast = adjusted_effects(target, [Lever("guide", has, goal=1.0)])["guide"].contrast
    assert contrast is not None
    difference = target[has == 1].mean() - target[has == 0].mean()
    assert contrast.value == pytest.approx(difference * (1 - has).mean())


def test_a_goal_from_above_is_the_mirror_of_one_from_below():
    lever, confounder, target = line(800)
    controls = [Control("size", confounder)]
    below = adjusted_effects(target, [Lever("wait", lever, 0.5)], controls)["wait"].contrast
    above = adjusted_effects(target, [Lever("wait", -lever, -0.5, is_lower_better=True)], controls)["wait"]
    assert above.contrast is not None
    assert below is not None
    assert (above.contrast.value, above.contrast.low) == pytest.approx((below.value, below.low))


@pytest.mark.parametrize("is_lower_better", [False, True], ids=["more", "less"])
def test_the_slope_short_of_the_goal_times_the_shortfall_is_the_contrast(is_lower_better):
    lever, confounder, target = line()
    found = adjusted_effects(
        target, [Lever("wait", lever, 0.5, is_lower_better)], [Control("size", confounder)]
    )["wait"]
    sign = -1.0 if is_lower_better else 1.0
    shortfall = float(np.maximum(sign * (0.5 - lever), 0.0).mean())
    assert found.short_slope is not None
    assert found.contrast is not None
    assert found.short_slope.low < sign * 0.5 < found.short_slope.high
    for name in ("value", "low", "high"):
        assert getattr(found.contrast, name) == pytest.approx(getattr(found.short_slope, name) * shortfall)


def test_a_bend_is_tested_for_all_its_powers_together():
    chance = np.random.default_rng(12)
    columns = chance.normal(size=(800, 3))
    target = 0.3 * columns[:, 0] + chance.normal(size=800)
    fit = _Regression.fit(target, columns, np.zeros((800, 0)), EntityRows.of(np.arange(800)))
    assert fit.p_value_of_all([0, 1, 2]) < 1e-4
    assert fit.p_value_of_all([1, 2]) > 0.01
    assert fit.p_value_of_all([0]) == pytest.approx(fit.p_value(fit.slopes[0], fit.covariance[0, 0] ** 0.5))
    nothing = _Regression.fit(target, np.zeros((800, 1)), np.zeros((800, 0)), EntityRows.of(np.arange(800)))
    assert nothing.p_value_of_all([0]) == 1.0


def test_no_goal_or_one_that_all_meet_has_no_contrast():
    lever, _, target = line()
    assert adjusted_effects(target, [Lever("wait", lever)])["wait"].contrast is None
    assert adjusted_effects(target, [Lever("wait", lever, goal=-99.0)])["wait"].contrast is None
    assert adjusted_effects(target, [Lever("wait", lever, goal=-99.0)])["wait"].short_slope is None


def test_a_goal_that_nobody_meets_is_sized_by_the_slope():
    lever, confounder, target = line(800)
    found = adjusted_effects(target, [Lever("wait", lever, goal=99.0)], [Control("size", confounder)])["wait"]
    assert found.contrast is not None
    assert found.contrast.value == pytest.approx(found.slope.value * (99.0 - lever).mean())


def test_robustness_is_that_of_cinelli_and_hazlett():
    lever, confounder, target = line(500)
    found = adjusted_effects(target, [Lever("wait", lever)], [Control("size", confounder)])["wait"]
    size = stats.t.isf(found.p_value / 2, found.freedom)
    partial = size**2 / (size**2 + found.freedom)
    # A hidden cause that explains RV of both sides leaves nothing: RV^2 / (1 - RV) = partial f squared.
    assert found.robustness**2 / (1 - found.robustness) == pytest.approx(partial / (1 - partial))


@pytest.mark.parametrize(
    ("levers", "words"),
    [
        ([Lever("wait", np.zeros(3))], "wait has 3 rows where 400"),
        ([Lever("wait", np.zeros((400, 2)))], "wait has"),
    ],
)
def test_columns_that_do_not_fit_are_named(levers, words):
    with pytest.raises(ValueError, match=words):
        adjusted_effects(line()[2], levers)


def test_levers_without_an_effect_are_rarely_offered_and_strong_ones_always():
    runs = [offered(make_levers(600, seed)) for seed in range(25)]
    wrong = sum(any(run[name] for name in NULLS) for run in runs)
    assert stats.binomtest(wrong, len(runs), 0.05, alternative="greater").pvalue > 0.01
    assert all(run["strong"] for run in runs)


@pytest.mark.long
@pytest.mark.parametrize(
    ("n_rows", "options"),
    [(300, {}), (1000, {}), (1000, {"effect": 0.0}), (1000, {"has_interaction": True})],
    ids=["small", "usual", "nothing works", "interaction"],
)
def test_nulls_are_offered_in_at_most_one_run_of_twenty(n_rows, options):
    runs = [offered(make_levers(n_rows, seed, **options)) for seed in range(300)]
    nulls = NULLS if options.get("effect") != 0.0 else (*NULLS, *WORKING)
    wrong = sum(any(run[name] for name in nulls) for run in runs)
    assert stats.binomtest(wrong, len(runs), 0.05, alternative="greater").pvalue > 0.01
    if n_rows == 1000 and not options:
        # Its decoy leaves it a partial correlation of .11: the rule n = (3.6 / r)^2 says .8 at 1,000 rows.
        found = sum(run["medium"] for run in runs)
        assert stats.binomtest(found, len(runs), 0.8, alternative="less").pvalue > 0.01


@pytest.mark.long
@pytest.mark.parametrize("name", WORKING)
def test_contrasts_cover_what_meeting_the_goal_brings(name):
    hits = []
    for seed in range(300):
        world = make_levers(1000, seed)
        contrast = adjusted_effects(world.target, world.levers, world.context)[name].contrast
        assert contrast is not None
        hits.append(contrast.low <= world.contrasts[name] <= contrast.high)
    assert stats.binomtest(sum(hits), len(hits), 0.93, alternative="less").pvalue > 0.01
