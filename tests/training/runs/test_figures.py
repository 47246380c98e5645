import io

import numpy as np
import pytest
from matplotlib import colors
from matplotlib.figure import Figure

from training.evaluation import AnswerForecasts, Evaluation, evaluate, evaluate_ratings
from training.evaluation.money import judge_money
from training.runs.figures import (
    BLUE,
    VERMILLION,
    draw_answers,
    draw_beeswarm,
    draw_calibration,
    draw_discrimination,
    draw_learning_curve,
    draw_lift,
    draw_money,
)
from training.statistics import Floats

# shap makes its colour maps on import in a way that matplotlib 3.11 means to give up.
pytestmark = pytest.mark.filterwarnings(
    "ignore:The set_.* function will be deprecated:PendingDeprecationWarning"
)


def _make_rows(n: int = 400) -> tuple[Floats, Floats]:
    random = np.random.default_rng(1)
    probability = random.beta(1, 3, n)
    return (random.random(n) < probability).astype(float), probability


def _to_png(figure: Figure) -> bytes:
    written = io.BytesIO()
    figure.savefig(written, format="png", dpi=60)
    return written.getvalue()


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate(*_make_rows(), n_draws=50)


@pytest.fixture
def swarm() -> tuple[Floats, Floats, list[str]]:
    random = np.random.default_rng(2)
    matrix = random.normal(0, 1, (300, 6))
    matrix[random.random(matrix.shape) < 0.1] = np.nan
    contributions = np.nan_to_num(matrix) * np.array([2, 0.1, 1, 0.5, 0.01, 0])
    return contributions, matrix, [f"feature_{place}" for place in range(6)]


def test_calibration_shows_each_bin_with_its_interval(evaluation):
    axes = draw_calibration(evaluation, "90d").axes[0]
    dots = axes.containers[0].lines[0]
    np.testing.assert_allclose(dots.get_xdata().astype(float), [part.forecast for part in evaluation.bins])
    np.testing.assert_allclose(
        dots.get_ydata().astype(float), [part.observed.value for part in evaluation.bins]
    )
    ends = np.array([segment[:, 1] for segment in axes.containers[0].lines[2][0].get_segments()])
    np.testing.assert_allclose(ends, [[part.observed.low, part.observed.high] for part in evaluation.bins])
    assert axes.get_title(loc="left") == "90d"
    assert f"ECE {evaluation.ece}" in [text.get_text() for text in axes.texts]


def test_calibration_of_a_single_bin():
    flat = evaluate([0, 1, 1, 0], [0.5] * 4, n_draws=20)
    assert _to_png(draw_calibration(flat))


def test_lift_starts_high_and_ends_at_one(evaluation):
    axes = draw_lift(evaluation, *_make_rows()).axes[0]
    curve = axes.lines[0].get_ydata()
    assert curve[-1] == pytest.approx(1.0)
    assert curve[9] == pytest.approx(evaluation.lift["10%"].value)


@pytest.fixture(scope="module")
def money():
    found = judge_money(*_make_rows(), n_draws=50).to_json()
    return {"horizon": "90d", "cohort_size": 2000, **found}


def test_money_shows_the_whole_cohort_with_its_band(money):
    axes = draw_money(money).axes[0]
    curve, chance, best, _ = axes.lines
    np.testing.assert_allclose(curve.get_xdata(), money["shares"])
    np.testing.assert_allclose(curve.get_ydata(), [2000 * profit["value"] for profit in money["profits"]])
    assert chance.get_ydata().tolist() == [0, pytest.approx(2000 * money["profits"][-1]["value"])]
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert band.min() == pytest.approx(2000 * min(profit["low"] for profit in money["profits"]))
    assert band.max() == pytest.approx(2000 * max(profit["high"] for profit in money["profits"]))
    assert list(best.get_xdata()) == [money["best_share"]["value"]] * 2
    assert axes.get_ylim()[0] <= 0 < max(curve.get_ydata()) < axes.get_ylim()[1]
    assert f"forecasts from {money['best_cutoff']['value']:.3f}" in best.get_label()


def test_weights_move_the_lift(evaluation):
    target, probability = _make_rows()
    plain = draw_lift(evaluation, target, probability).axes[0].lines[0].get_ydata()
    weighted = draw_lift(evaluation, target, probability, 1 + 5 * target).axes[0].lines[0].get_ydata()
    assert not np.allclose(plain, weighted)


def test_the_swarm_names_the_strongest_first_and_sums_the_rest(swarm):
    figure = draw_beeswarm(*swarm, max_features=3)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["Sum of 4 other features", "feature_2", "feature_0"]


def test_the_swarm_keeps_its_input_and_the_global_generator(swarm):
    contributions, matrix, names = swarm
    copies = contributions.copy(), matrix.copy()
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    draw_beeswarm(contributions, matrix, names, max_features=2)
    np.testing.assert_array_equal(contributions, copies[0])
    np.testing.assert_array_equal(matrix, copies[1])
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_the_swarm_of_a_feature_that_nobody_has(swarm):
    contributions, matrix, names = swarm
    matrix[:, 3] = np.nan
    assert _to_png(draw_beeswarm(contributions, matrix, names))


def test_the_swarm_draws_at_most_two_thousand_rows():
    figure = draw_beeswarm(np.ones((2500, 1)), np.zeros((2500, 1)), ["only"])
    assert sum(len(dots.get_offsets()) for dots in figure.axes[0].collections) == 2000


def test_shapes_that_do_not_fit_are_named(swarm):
    contributions, matrix, names = swarm
    with pytest.raises(ValueError, match=r"contributions \(300, 6\), rows \(300, 6\) and 2 names"):
        draw_beeswarm(contributions, matrix, names[:2])


def test_equal_input_gives_equal_pixels(evaluation, money, swarm):
    for draw in (
        lambda: draw_calibration(evaluation),
        lambda: draw_lift(evaluation, *_make_rows()),
        lambda: draw_money(money),
        lambda: draw_beeswarm(*swarm),
    ):
        assert _to_png(draw()) == _to_png(draw())


def test_no_figure_stays_open(evaluation, swarm):
    from matplotlib import pyplot as plt

    draw_calibration(evaluation)
    draw_lift(evaluation, *_make_rows())
    draw_beeswarm(*swarm)
    assert plt.get_fignums() == []


def test_colours_are_those_of_the_report(evaluation):
    container = draw_calibration(evaluation).axes[0].containers[0]
    assert colors.to_hex(container.lines[0].get_color()) == BLUE
    assert colors.to_hex(container.lines[2][0].get_color()[0]) == VERMILLION


def test_answers_stand_against_forecasts_in_their_own_unit():
    random = np.random.default_rng(3)
    forecast = random.normal(60, 10, 300)
    answers = forecast + random.normal(0, 5, 300)
    zero = np.zeros(300)
    found = evaluate_ratings(
        answers, AnswerForecasts(forecast, forecast - 8, forecast + 8, zero, zero), n_draws=50
    )
    axes = draw_answers(found.bins, "90d").axes[0]
    dots = axes.containers[0].lines[0]
    np.testing.assert_allclose(dots.get_xdata().astype(float), [part.forecast for part in found.bins])
    np.testing.assert_allclose(dots.get_ydata().astype(float), [part.observed.value for part in found.bins])
    assert axes.get_ylabel() == "Mean answer"
    assert axes.get_xlim()[0] > 20


def _point(share: str, n_entities: int, loss: float) -> dict[str, object]:
    figure = {"value": loss, "low": loss - 0.01, "high": loss + 0.02, "n": 300}
    return {"share": share, "n_entities": n_entities, "figures": {"log_loss": figure}}


def test_learning_curve_shows_each_share_with_its_interval_and_leaves_out_the_unknown():
    unknown = {"share": "1/8", "n_entities": 50, "figures": {}}
    points = [unknown, _point("1/4", 100, 0.4), _point("1/2", 200, 0.3), _point("all", 400, 0.28)]
    figure = draw_learning_curve({"points": points})
    axes = figure.axes[0]
    dots = axes.containers[0].lines[0]
    assert dots.get_xdata().tolist() == [100, 200, 400]
    assert dots.get_ydata().tolist() == [0.4, 0.3, 0.28]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["100\n1/4", "200\n1/2", "400\nall"]
    assert axes.get_ylabel() == "Log loss"
    assert _to_png(figure) == _to_png(draw_learning_curve({"points": points}))


class TestDiscrimination:
    def test_the_groups_of_an_event_are_those_of_the_rows(self):
        target, probability = _make_rows()
        axes = draw_discrimination(target, probability, "90d").axes[0]
        medians = [line.get_ydata()[0] for line in axes.lines if line.get_marker() == "o"]
        assert medians == pytest.approx([np.median(probability[target == side]) for side in (0, 1)])
        assert medians[0] < medians[1]
        names = [label.get_text() for label in axes.get_xticklabels()]
        assert names == [
            f"no event\n{int((target == 0).sum())} rows",
            f"event\n{int((target == 1).sum())} rows",
        ]
        assert axes.get_title(loc="left") == "90d"

    def test_each_answer_has_its_own_spread(self):
        answers = np.repeat([1.0, 3.0, 5.0], 40)
        forecast = answers + np.tile([-0.5, 0.5], 60)
        axes = draw_discrimination(answers, forecast).axes[0]
        assert [label.get_text().split("\n")[0] for label in axes.get_xticklabels()] == ["1", "3", "5"]
        medians = [line.get_ydata()[0] for line in axes.lines if line.get_marker() == "o"]
        assert medians == pytest.approx([1, 3, 5])

    def test_many_amounts_are_put_into_fifths_that_hold_every_row(self):
        random = np.random.default_rng(4)
        amounts = random.gamma(2, 50, 500)
        axes = draw_discrimination(amounts, amounts + random.normal(0, 5, 500)).axes[0]
        rows = [int(label.get_text().split("\n")[1].split(" ")[0]) for label in axes.get_xticklabels()]
        assert rows == [100] * 5

    def test_one_outcome_alone_can_be_drawn_and_equal_input_gives_equal_pixels(self):
        draw = [draw_discrimination(np.ones(5), np.full(5, 0.3)) for _ in range(2)]
        assert _to_png(draw[0]) == _to_png(draw[1])
