"""A thousand tables without anything: at most 5 % of the calls of ``explore`` name something."""

import numpy as np
import pytest
from scipy import stats

from tests.training.explore.tables import number, table_of, words, yes_no
from training.explore import compare, regress, relate
from training.statistics.testing import compare_paired

N_TABLES = 1_000
# What 1,000 draws of a true rate of 5 % stay below in 99 of 100 cases.
MOST = stats.binom.ppf(0.99, N_TABLES, 0.05) / N_TABLES
RATINGS = [0.05, 0.1, 0.15, 0.3, 0.4]
UNEQUAL_SHARES = [0.6, 0.25, 0.15]


def rating(random, n):
    return random.choice([1.0, 2, 3, 4, 5], n, p=RATINGS)


def unequal(random, group):
    """Return normal values whose spread depends on the group, and whose mean does not."""
    return random.normal(size=group.size) * np.array([1.0, 2.0, 4.0])[group]


def draw_targets(kind):
    """Return how a null table is drawn: a target and eight columns that have nothing to do with it."""

    def draw(random, n=150):
        others = [
            number("normal", random.normal(size=n)),
            number("skewed", random.lognormal(0, 1.2, n)),
            number("heavy", random.standard_t(3, n)),
            number("stars", rating(random, n), "rating"),
            number("stars2", rating(random, n), "rating"),
            words("rare", random.choice(["a", "b", "c", "d"], n, p=[0.88, 0.06, 0.04, 0.02])),
            words("region", random.choice(["n", "s", "w"], n, p=UNEQUAL_SHARES)),
            yes_no("seldom", random.random(n) < 0.07),
        ]
        targets = {
            "normal": lambda: number("target", random.normal(size=n)),
            "skewed": lambda: number("target", random.lognormal(0, 1.2, n)),
            "rating": lambda: number("target", rating(random, n), "rating"),
            "unbalanced": lambda: yes_no("target", random.random(n) < 0.12),
            "category": lambda: words("target", random.choice(["x", "y", "z"], n, p=UNEQUAL_SHARES)),
        }
        return table_of(targets[kind](), *others)

    return draw


@pytest.mark.long
@pytest.mark.parametrize("kind", ["normal", "skewed", "rating", "unbalanced", "category"])
def test_relate_names_nothing_where_there_is_nothing(kind):
    draw = draw_targets(kind)
    named = 0
    for seed in range(N_TABLES):
        answer = relate(draw(np.random.default_rng(seed)), ["target"])
        named += any(pair["is_clear"] for pair in answer.content["pairs"])
    assert named / N_TABLES <= MOST


def alarms_of_compare(draw):
    """Return the share of null tables in which groups, or a pair of them, are said to differ."""
    named = 0
    for seed in range(N_TABLES):
        random = np.random.default_rng(seed)
        group = random.choice(3, 120, p=UNEQUAL_SHARES)
        table = table_of(*draw(random, group), words("group", np.array(["a", "b", "c"])[group]))
        metrics = [name for name in table.columns if name != "group"]
        answer = compare(table, metrics, "group")
        found = answer.content["metrics"]
        p_values = [p["p_adjusted"] for one in found for p in (one["overall"], *one["pairs"])]
        named += min(p_values) <= 0.05
    return named / N_TABLES


@pytest.mark.long
@pytest.mark.parametrize(
    "draw",
    [
        lambda random, group: [number("m", random.normal(size=group.size))],
        lambda random, group: [number("m", random.lognormal(0, 1.2, group.size))],
        lambda random, group: [number("m", rating(random, group.size), "rating")],
        lambda random, group: [number("m", unequal(random, group))],
        lambda random, group: [yes_no("m", random.random(group.size) < 0.15)],
        lambda random, group: [
            number("m", random.normal(size=group.size)),
            number("r", rating(random, group.size), "rating"),
            number("u", unequal(random, group)),
        ],
    ],
    ids=["normal", "skewed", "rating", "unequal variances", "yes-no", "three metrics"],
)
def test_compare_names_nothing_where_there_is_nothing(draw):
    assert alarms_of_compare(draw) <= MOST


@pytest.mark.long
def test_pairs_that_are_equal_are_not_named_where_another_group_differs():
    named = 0
    for seed in range(N_TABLES):
        random = np.random.default_rng(seed)
        group = random.choice(4, 160)
        mood = random.normal(size=160) + 2.0 * (group == 3)
        table = table_of(number("mood", mood), words("group", np.array(list("abcd"))[group]))
        (found,) = compare(table, ["mood"], "group").content["metrics"]
        equal = [pair for pair in found["pairs"] if "d" not in pair["groups"]]
        named += any(pair["p_adjusted"] <= 0.05 for pair in equal)
    assert named / N_TABLES <= MOST


@pytest.mark.long
@pytest.mark.parametrize("kind", ["linear", "unequal variances", "logistic"])
def test_regress_names_nothing_where_there_is_nothing(kind):
    named = 0
    for seed in range(N_TABLES):
        random = np.random.default_rng(seed)
        a, b, c = random.normal(size=(3, 200))
        plan = random.choice(["x", "y", "z"], 200)
        noise = random.normal(size=200) * (1 + np.abs(a) if kind == "unequal variances" else 1)
        target = yes_no("y", noise > 0.3) if kind == "logistic" else number("y", noise)
        table = table_of(target, number("a", a), number("b", b), number("c", c), words("plan", plan))
        answer = regress(table, "y")
        named += min(one["p_adjusted"] for one in answer.content["coefficients"]) <= 0.05
    assert named / N_TABLES <= MOST


@pytest.mark.long
@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("kind", ["number", "rating", "yes-no"])
def test_the_same_people_are_not_said_to_change_where_they_do_not(kind, count):
    named = 0
    for seed in range(N_TABLES):
        random = np.random.default_rng(seed)
        values = random.normal(size=(40, 1)) + random.normal(size=(40, count))
        if kind == "rating":
            values = np.digitize(values, [-2, -0.5, 0.5, 2]).astype(float)
        if kind == "yes-no":
            values = (values > 0.5).astype(float)
        named += compare_paired(values, kind).p_value <= 0.05
    assert named / N_TABLES <= MOST
